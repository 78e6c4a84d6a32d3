// Encodings of features of categories by name, as text: "city=statistics,job=one_hot", or "none".
#pragma once

#include <linden/boosting.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace linden {

/// The names of all encodings.
std::vector<std::pair<const char*, CategoryEncoding>> category_encodings();

std::string text_of(const std::vector<FeatureEncoding>& encodings);
/// Throws ArgumentError, opening with `field`, for a text that is none.
std::vector<FeatureEncoding> feature_encodings_of(std::string_view field, std::string_view text);
/// Likewise for a feature that is there twice.
void check_encodings(std::string_view field, const std::vector<FeatureEncoding>& encodings);
/// Likewise for a name that is none of the features.
void check_features(std::string_view field, const std::vector<FeatureEncoding>& encodings,
                    std::span<const std::string> features);

}  // namespace linden
