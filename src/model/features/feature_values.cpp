#include "model/features/feature_values.hpp"

#include <unordered_map>
#include <utility>

#include "base/fail.hpp"
#include "model/features/named_list.hpp"

namespace linden {

std::string text_of(const FeatureValues& values) {
  return text_of_named(values, [](const FeatureValue& one) { return fmt::format("{}", one.value + 0.0); });  // no -0
}

FeatureValues feature_values_of(std::string_view field, std::string_view text) {
  FeatureValues values;
  const bool is_list = read_named(text, [&](std::string name, std::string_view number) {
    FeatureValue& one = values.emplace_back();
    one.feature = std::move(name);
    return read_number(number, one.value);
  });
  if (!is_list)
    fail<ArgumentError>(
        "{}: \"{}\" is not NAME=NUMBER,... Hint: values go by names, age=1,income=-1; a name with a comma in "
        "it stands in double quotes.",
        field, text);
  return values;
}

void check_features(std::string_view field, const FeatureValues& values, std::span<const std::string> features) {
  check_named(field, values, features);
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
