#include "boosting/category_groups.hpp"

#include <algorithm>

namespace linden {

std::vector<int> category_groups(const Cuts& cuts) {
  std::vector<int> groups;
  for (std::size_t code = 0; code < cuts.bin_of.size(); ++code)
    groups.push_back(cuts.seen[code] ? cuts.first_code[cuts.bin_of[code]] : -1);
  const auto stands_for_itself = [&, code = 0](int group) mutable { return group == code++; };
  return std::ranges::all_of(groups, stands_for_itself) ? std::vector<int>{} : groups;
}

std::vector<std::int32_t> group_numbers(const std::vector<int>& groups) {
  std::vector<std::int32_t> numbers;
  std::int32_t count = 0;
  for (std::size_t code = 0; code < groups.size(); ++code) {
    const int group = groups[code];
    numbers.push_back(group < 0 ? -1 : group == static_cast<int>(code) ? count++ : numbers[group]);
  }
  return numbers;
}

void translate_to_groups(std::vector<FeatureSource>& sources, std::span<const int> features,
                         const std::vector<std::vector<int>>& groups) {
  for (std::size_t i = 0; i < sources.size(); ++i) {
    if (groups[features[i]].empty()) continue;
    std::vector<std::int32_t> numbers = group_numbers(groups[features[i]]);
    std::vector<std::int32_t>& code = sources[i].code;
    if (code.empty())
      code = std::move(numbers);
    else
      for (std::int32_t& c : code) c = c < 0 ? -1 : numbers[c];
  }
}

}  // namespace linden
