// Groups of features by name: as text, and checked against the features of the data.
#pragma once

#include <linden/options.hpp>
#include <span>
#include <string>
#include <string_view>

namespace linden {

/// The text that FeatureGroups documents.
std::string text_of(const FeatureGroups& groups);

/// Reads such a text. Throws ArgumentError, opening with `field`, for one that is none.
FeatureGroups feature_groups_of(std::string_view field, std::string_view text);

/// Throws ArgumentError, opening with `field`, for a group without features, or with one twice.
void check_groups(std::string_view field, const FeatureGroups& groups);

/// The same for the first name that is none of the features, with the nearest one.
void check_features(std::string_view field, const FeatureGroups& groups, std::span<const std::string> features);

}  // namespace linden
