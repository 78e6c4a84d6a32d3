#include "model/feature_values.hpp"

#include <algorithm>
#include <charconv>
#include <unordered_map>
#include <unordered_set>

#include "base/fail.hpp"

namespace linden {
namespace {

constexpr std::string_view no_values = "none";

bool needs_quotes(std::string_view name) { return name.empty() || name.find_first_of(",\"") != name.npos; }

std::string in_quotes(std::string_view name) {
  std::string text = "\"";
  for (const char c : name) text += c == '"' ? std::string("\"\"") : std::string(1, c);
  return text + '"';
}

// Where the name at the front of the text ends: behind its closing quote, or at the last "=" before a comma.
std::size_t end_of_name(std::string_view text) {
  if (!text.starts_with('"')) return text.substr(0, text.find(',')).rfind('=');
  std::size_t end = 1;
  while (end < text.size() && (text[end] != '"' || text.substr(end).starts_with("\"\"")))
    end += text[end] == '"' ? 2 : 1;
  return end < text.size() ? end + 1 : text.npos;
}

std::string unquoted(std::string_view name) {
  if (!name.starts_with('"')) return std::string(name);
  std::string text;
  for (std::size_t i = 1; i + 1 < name.size(); i += name[i] == '"' ? 2 : 1) text += name[i];
  return text;
}

}  // namespace

std::string text_of(const FeatureValues& values) {
  std::string text;
  for (const auto& [feature, value] : values)
    text +=
        fmt::format("{}{}={}", text.empty() ? "" : ",", needs_quotes(feature) ? in_quotes(feature) : feature, value);
  return text.empty() ? std::string(no_values) : text;
}

FeatureValues feature_values_of(std::string_view field, const std::string_view all) {
  FeatureValues values;
  if (all == no_values) return values;
  std::string_view text = all;
  for (bool is_last = false; !is_last;) {
    const std::size_t end = end_of_name(text);
    const bool has_value = end != text.npos && end > 0 && end < text.size() && text[end] == '=';
    const std::size_t comma = has_value ? text.find(',', end) : text.npos;
    FeatureValue& value = values.emplace_back();
    std::string_view number = has_value ? text.substr(end + 1, comma - end - 1) : "";
    if (number.starts_with('+')) number.remove_prefix(1);
    const auto [stop, error] = std::from_chars(number.data(), number.data() + number.size(), value.value);
    if (error != std::errc{} || stop != number.data() + number.size())
      fail<ArgumentError>(
          "{}: \"{}\" is not NAME=NUMBER,... Hint: features go by their names, age=1,income=-1; a name with a comma in "
          "it stands in double quotes.",
          field, all);
    value.value += 0;  // which makes -0 a 0
    value.feature = unquoted(text.substr(0, end));
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

std::vector<double> by_feature(const FeatureValues& values, std::span<const std::string> features) {
  std::unordered_map<std::string_view, double> known;
  for (const auto& [feature, value] : values) known.emplace(feature, value);
  std::vector<double> all(features.size());
  for (std::size_t f = 0; f < features.size(); ++f)
    if (const auto found = known.find(features[f]); found != known.end()) all[f] = found->second;
  return all;
}

}  // namespace linden
