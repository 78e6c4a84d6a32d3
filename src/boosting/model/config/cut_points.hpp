// Cut points of a configuration: as text, and checked against the features of the data.
#pragma once

#include <linden/boosting.hpp>
#include <span>
#include <string>
#include <string_view>

namespace linden {

/// The text that CutPoints documents.
std::string text_of(const CutPoints& all);

/// Reads such a text. Throws ArgumentError, opening with `field`, for one that is none.
CutPoints cut_points_of(std::string_view field, std::string_view text);

/// Throws ArgumentError, opening with `field`, for a feature that is there twice or has no cut, and for a cut that is
/// not finite or there twice.
void check_cut_points(std::string_view field, const CutPoints& all);

/// The same for the first name that is none of the features, with the nearest one.
void check_features(std::string_view field, const CutPoints& all, std::span<const std::string> features);

}  // namespace linden
