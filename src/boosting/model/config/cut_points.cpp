#include "boosting/model/config/cut_points.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_set>
#include <utility>

#include "base/fail.hpp"
#include "model/features/named_list.hpp"

namespace linden {
namespace {

// "18|65"; false where it is not so.
bool read_cuts(std::string_view text, std::vector<double>& cuts) {
  for (;;) {
    const std::size_t bar = text.find('|');
    if (!read_number(without_blanks(text.substr(0, bar)), cuts.emplace_back())) return false;
    if (bar == text.npos) return true;
    text.remove_prefix(bar + 1);
  }
}

}  // namespace

std::string text_of(const CutPoints& all) {
  return text_of_named(all, [](const FeatureCutPoints& of) {
    std::string text;
    for (std::size_t i = 0; i < of.cuts.size(); ++i) text += fmt::format("{}{}", i > 0 ? "|" : "", of.cuts[i] + 0.0);
    return text;
  });
}

CutPoints cut_points_of(std::string_view field, std::string_view text) {
  CutPoints points;
  const bool is_list = read_named(text, [&](std::string name, std::string_view cuts) {
    FeatureCutPoints& of = points.emplace_back();
    of.feature = std::move(name);
    return read_cuts(cuts, of.cuts);
  });
  if (!is_list)
    fail<ArgumentError>(
        "{}: \"{}\" is not NAME=NUMBER|NUMBER|...,... Hint: cuts go by names, age=18|65,fare=7.5; a name with a comma "
        "in it stands in double quotes.",
        field, text);
  return points;
}

void check_cut_points(std::string_view field, const CutPoints& all) {
  std::unordered_set<std::string_view> seen;
  for (const auto& [feature, cuts] : all) {
    if (!seen.insert(feature).second)
      fail<ArgumentError>("{}: feature \"{}\" is there twice. Hint: one list with all of its cuts.", field, feature);
    if (cuts.empty()) fail<ArgumentError>("{}: feature \"{}\" has no cut. Hint: leave it out.", field, feature);
    for (std::size_t i = 0; i < cuts.size(); ++i) {
      if (!std::isfinite(cuts[i]))
        fail<ArgumentError>("{}: feature \"{}\" has the cut {}; it must be a finite number.", field, feature, cuts[i]);
      if (std::find(cuts.begin(), cuts.begin() + static_cast<std::ptrdiff_t>(i), cuts[i]) - cuts.begin() !=
          static_cast<std::ptrdiff_t>(i))
        fail<ArgumentError>("{}: feature \"{}\" has the cut {} twice. Hint: leave one out.", field, feature, cuts[i]);
    }
  }
}

void check_features(std::string_view field, const CutPoints& all, std::span<const std::string> features) {
  check_named(field, all, features);
}

}  // namespace linden
