#include "boosting/categories/feature_encodings.hpp"

#include <algorithm>
#include <unordered_set>

#include "base/fail.hpp"
#include "model/quoted_name.hpp"

namespace linden {
namespace {

constexpr std::string_view no_encodings = "none";

[[noreturn]] void refuse_text(std::string_view field, std::string_view text) {
  fail<ArgumentError>(
      "{}: \"{}\" is not NAME=ENCODING,... Hint: encodings go by names, city=statistics,job=one_hot; they are "
      "automatic, "
      "partition, one_hot and statistics. A name with a comma in it stands in double quotes.",
      field, text);
}

}  // namespace

std::vector<std::pair<const char*, CategoryEncoding>> category_encodings() {
  return {{"automatic", CategoryEncoding::automatic},
          {"partition", CategoryEncoding::partition},
          {"one_hot", CategoryEncoding::one_hot},
          {"statistics", CategoryEncoding::statistics}};
}

std::string text_of(const std::vector<FeatureEncoding>& encodings) {
  std::string text;
  for (const auto& [feature, encoding] : encodings)
    for (const auto& [name, value] : category_encodings())
      if (value == encoding)
        text += fmt::format("{}{}={}", text.empty() ? "" : ",", quoted_where_needed(feature, ","), name);
  return text.empty() ? std::string(no_encodings) : text;
}

std::vector<FeatureEncoding> feature_encodings_of(std::string_view field, const std::string_view all) {
  std::vector<FeatureEncoding> encodings;
  if (all == no_encodings) return encodings;
  std::string_view text = all;
  for (bool is_last = false; !is_last;) {
    text.remove_prefix(std::min(text.size(), text.find_first_not_of(name_blanks)));
    const std::size_t behind = text.starts_with('"') ? end_of_quoted(text) : 0;
    if (behind == text.npos) refuse_text(field, all);
    const std::size_t comma = text.find(',', behind);
    const std::string_view one = text.substr(0, comma);
    const std::size_t equals = one.rfind('=');
    if (equals == one.npos || equals == 0 || equals < behind) refuse_text(field, all);
    if (behind > 0 && !without_blanks(one.substr(behind, equals - behind)).empty()) refuse_text(field, all);
    const std::string_view word = without_blanks(one.substr(equals + 1));
    const auto known = category_encodings();
    const auto found = std::ranges::find(known, word, &std::pair<const char*, CategoryEncoding>::first);
    if (found == known.end()) refuse_text(field, all);
    encodings.push_back({unquoted(without_blanks(one.substr(0, equals))), found->second});
    is_last = comma == text.npos;
    if (!is_last) text.remove_prefix(comma + 1);
  }
  return encodings;
}

void check_encodings(std::string_view field, const std::vector<FeatureEncoding>& encodings) {
  std::unordered_set<std::string_view> seen;
  for (const FeatureEncoding& one : encodings)
    if (!seen.insert(one.feature).second)
      fail<ArgumentError>("{}: feature \"{}\" is there twice. Hint: leave one out.", field, one.feature);
}

void check_features(std::string_view field, const std::vector<FeatureEncoding>& encodings,
                    std::span<const std::string> features) {
  for (const FeatureEncoding& one : encodings)
    if (std::ranges::find(features, one.feature) == features.end())
      fail<ArgumentError>("{}: the data has no feature \"{}\". {}Features: {}.", field, one.feature,
                          did_you_mean(one.feature, features), listing(features));
}

}  // namespace linden
