#include "linear/recipe/codings.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <map>

namespace linden {
namespace {

// By the place of a category in the term: there without the first category, or with all.
using Part = std::map<int, bool>;

// Whether `longer` is `shorter` with one more category, without its first: the two together are `longer` with all.
bool absorbs(const Part& longer, const Part& shorter) {
  if (longer.size() != shorter.size() + 1) return false;
  return std::ranges::all_of(shorter, [&](const auto& one) {
    const auto found = longer.find(one.first);
    return found != longer.end() && found->second == one.second;
  });
}

// Puts one pair together, the first there is.
bool join_two(std::vector<Part>& parts) {
  for (std::size_t i = 0; i < parts.size(); ++i)
    for (std::size_t j = i + 1; j < parts.size(); ++j) {
      if (!absorbs(parts[j], parts[i])) continue;
      for (auto& [place, full] : parts[j])
        if (!parts[i].contains(place)) full = true;
      parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(i));
      return true;
    }
  return false;
}

}  // namespace

std::vector<CodedTerm> Codings::add(std::span<const int> term, const std::vector<bool>& is_category) {
  std::vector<int> numbers, categories;
  for (const int factor : term)
    (is_category[static_cast<std::size_t>(factor)] ? categories : numbers).push_back(factor);
  std::vector<int> key = numbers;
  std::ranges::sort(key);
  // Subsets of the categories, small ones first.
  std::vector<std::uint32_t> subsets;
  for (std::uint32_t subset = 0; subset < (1U << categories.size()); ++subset) subsets.push_back(subset);
  std::ranges::stable_sort(subsets, {}, [](std::uint32_t subset) { return std::popcount(subset); });
  std::vector<Part> parts;
  for (const std::uint32_t subset : subsets) {
    Part part;
    std::vector<int> inside;
    for (std::size_t c = 0; c < categories.size(); ++c)
      if ((subset >> c & 1U) != 0) {
        part.emplace(categories[c], false);
        inside.push_back(categories[c]);
      }
    std::ranges::sort(inside);
    if (spanned_.insert({key, inside}).second) parts.push_back(std::move(part));
  }
  while (join_two(parts)) {
  }
  std::vector<CodedTerm> coded;
  for (const Part& part : parts) {
    CodedTerm& one = coded.emplace_back();
    for (const int factor : term) {
      const auto found = part.find(factor);
      if (is_category[static_cast<std::size_t>(factor)] && found == part.end()) continue;
      one.factors.push_back(factor);
      one.full.push_back(found == part.end() || found->second);
    }
  }
  return coded;
}

}  // namespace linden
