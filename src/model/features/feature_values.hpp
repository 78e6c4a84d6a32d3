// Values for some of the features, by name: as text, and one a feature of the data.
#pragma once

#include <linden/options.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace linden {

/// The text that FeatureValues documents.
std::string text_of(const FeatureValues& values);

/// Reads such a text. Throws ArgumentError, opening with `field`, for one that is none.
FeatureValues feature_values_of(std::string_view field, std::string_view text);

/// Throws ArgumentError, opening with `field`, for the first name that is none of the features, with the nearest one.
void check_features(std::string_view field, const FeatureValues& values, std::span<const std::string> features);

/// One value a feature in their order, `otherwise` for features that have none. Names that are no feature have no place
/// in it.
std::vector<double> by_feature(const FeatureValues& values, std::span<const std::string> features,
                               double otherwise = 0);

}  // namespace linden
