#include "model/feature_values.hpp"

#include <algorithm>
#include <charconv>
#include <unordered_map>
#include <unordered_set>

#include "base/fail.hpp"
#include "model/quoted_name.hpp"

namespace linden {
namespace {

constexpr std::string_view no_values = "none";

// Where the name at the front of the text ends: behind its closing quote, or at the last "=" before a comma.
std::size_t end_of_name(std::string_view text) {
  return text.starts_with('"') ? end_of_quoted(text) : text.substr(0, text.find(',')).rfind('=');
}

}  // namespace

std::string text_of(const FeatureValues& values) {
  std::string text;
  for (const auto& [feature, value] : values)
    text += fmt::format("{}{}={}", text.empty() ? "" : ",", quoted_where_needed(feature, ","),
                        value + 0.0);  // which makes -0 a 0
  return text.empty() ? std::string(no_values) : text;
}

FeatureValues feature_values_of(std::string_view field, const std::string_view all) {
  FeatureValues values;
  if (all == no_values) return values;
  std::string_view text = all;
  for (bool is_last = false; !is_last;) {
    text.remove_prefix(std::min(text.size(), text.find_first_not_of(name_blanks)));
    const std::size_t end = end_of_name(text);
    const std::size_t equals = std::min(text.size(), text.find_first_not_of(name_blanks, end));
    const bool has_value = end != text.npos && end > 0 && equals < text.size() && text[equals] == '=';
    const std::size_t comma = has_value ? text.find(',', equals) : text.npos;
    FeatureValue& value = values.emplace_back();
    std::string_view number = has_value ? without_blanks(text.substr(equals + 1, comma - equals - 1)) : "";
    if (number.starts_with('+')) number.remove_prefix(1);
    const auto [stop, error] = std::from_chars(number.data(), number.data() + number.size(), value.value);
    if (error != std::errc{} || stop != number.data() + number.size())
      fail<ArgumentError>(
          "{}: \"{}\" is not NAME=NUMBER,... Hint: values go by names, age=1,income=-1; a name with a comma in "
          "it stands in double quotes.",
          field, all);
    value.value += 0;  // likewise
    value.feature = unquoted(without_blanks(text.substr(0, end)));
    is_last = comma == text.npos;
    if (!is_last) text.remove_prefix(comma + 1);
  }
  return values;
}

void check_features(std::string_view field, const FeatureValues& values, std::span<const std::string> features) {
  if (values.empty()) return;
  const std::unordered_set<std::string_view> known(features.begin(), features.end());
  for (const FeatureValue& value : values)
    if (!known.contains(value.feature))
      fail<ArgumentError>("{}: the data has no feature \"{}\". {}Features: {}.", field, value.feature,
                          did_you_mean(value.feature, features), listing(features));
}

std::vector<double> by_feature(const FeatureValues& values, std::span<const std::string> features, double otherwise) {
  std::unordered_map<std::string_view, double> known;
  for (const auto& [feature, value] : values) known.emplace(feature, value);
  std::vector<double> all(features.size(), otherwise);
  for (std::size_t f = 0; f < features.size(); ++f)
    if (const auto found = known.find(features[f]); found != known.end()) all[f] = found->second + 0.0;
  return all;
}

}  // namespace linden
