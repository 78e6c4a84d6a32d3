#include "boosting/categories/feature_encodings.hpp"

#include <algorithm>
#include <unordered_set>

#include "base/fail.hpp"
#include "model/features/named_list.hpp"

namespace linden {

std::vector<std::pair<const char*, CategoryEncoding>> category_encodings() {
  return {{"automatic", CategoryEncoding::automatic},
          {"partition", CategoryEncoding::partition},
          {"one_hot", CategoryEncoding::one_hot},
          {"statistics", CategoryEncoding::statistics}};
}

std::string text_of(const std::vector<FeatureEncoding>& encodings) {
  return text_of_named(encodings, [](const FeatureEncoding& one) {
    std::string text;
    for (const auto& [name, value] : category_encodings())
      if (value == one.encoding) text = name;
    return text;
  });
}

std::vector<FeatureEncoding> feature_encodings_of(std::string_view field, std::string_view text) {
  std::vector<FeatureEncoding> encodings;
  const auto known = category_encodings();
  const bool is_list = read_named(text, [&](std::string name, std::string_view word) {
    const auto found = std::ranges::find(known, word, &std::pair<const char*, CategoryEncoding>::first);
    if (found == known.end()) return false;
    encodings.push_back({std::move(name), found->second});
    return true;
  });
  if (!is_list)
    fail<ArgumentError>(
        "{}: \"{}\" is not NAME=ENCODING,... Hint: encodings go by names, city=statistics,job=one_hot; they are "
        "automatic, "
        "partition, one_hot and statistics. A name with a comma in it stands in double quotes.",
        field, text);
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
  check_named(field, encodings, features);
}

}  // namespace linden
