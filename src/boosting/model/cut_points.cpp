#include "boosting/model/cut_points.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <unordered_set>

#include "base/fail.hpp"
#include "model/feature_values.hpp"
#include "model/quoted_name.hpp"

namespace linden {
namespace {

constexpr std::string_view no_cuts = "none";

[[noreturn]] void fail_text(std::string_view field, std::string_view text) {
  fail<ArgumentError>(
      "{}: \"{}\" is not NAME=NUMBER|NUMBER|...,... Hint: cuts go by names, age=18|65,fare=7.5; a name with a comma in "
      "it stands in double quotes.",
      field, text);
}

// "18|65"; false where it is not so.
bool read_cuts(std::string_view text, std::vector<double>& cuts) {
  for (;;) {
    const std::size_t bar = text.find('|');
    std::string_view number = without_blanks(text.substr(0, bar));
    if (number.starts_with('+')) number.remove_prefix(1);
    double& cut = cuts.emplace_back();
    const auto [stop, error] = std::from_chars(number.data(), number.data() + number.size(), cut);
    if (error != std::errc{} || stop != number.data() + number.size()) return false;
    cut += 0;  // which makes -0 a 0
    if (bar == text.npos) return true;
    text.remove_prefix(bar + 1);
  }
}

}  // namespace

std::string text_of(const CutPoints& all) {
  std::string text;
  for (const auto& [feature, cuts] : all) {
    text += fmt::format("{}{}=", text.empty() ? "" : ",", quoted_where_needed(feature, ","));
    for (std::size_t i = 0; i < cuts.size(); ++i) text += fmt::format("{}{}", i > 0 ? "|" : "", cuts[i] + 0.0);
  }
  return text.empty() ? std::string(no_cuts) : text;
}

CutPoints cut_points_of(std::string_view field, const std::string_view all) {
  CutPoints points;
  if (all == no_cuts) return points;
  std::string_view text = all;
  for (bool is_last = false; !is_last;) {
    text.remove_prefix(std::min(text.size(), text.find_first_not_of(name_blanks)));
    const bool is_quoted = text.starts_with('"');
    const std::size_t end = is_quoted ? end_of_quoted(text) : text.substr(0, text.find(',')).rfind('=');
    const std::size_t equals = std::min(text.size(), text.find_first_not_of(name_blanks, end));
    if (end == text.npos || end == 0 || equals == text.size() || text[equals] != '=') fail_text(field, all);
    const std::size_t comma = text.find(',', equals);
    FeatureCutPoints& of = points.emplace_back();
    if (!read_cuts(text.substr(equals + 1, comma == text.npos ? comma : comma - equals - 1), of.cuts))
      fail_text(field, all);
    of.feature = unquoted(without_blanks(text.substr(0, end)));
    is_last = comma == text.npos;
    if (!is_last) text.remove_prefix(comma + 1);
  }
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
  FeatureValues named;
  for (const FeatureCutPoints& of : all) named.push_back({of.feature, 0});
  check_features(field, named, features);
}

}  // namespace linden
