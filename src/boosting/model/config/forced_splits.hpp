// Forced splits of a configuration: as JSON, and checked against the features of the data.
#pragma once

#include <linden/boosting.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace linden {

/// The text that ForcedSplit documents, or "none".
std::string text_of(const std::vector<ForcedSplit>& splits);

/// Reads such a text; blanks and line feeds between its parts are passed over. Throws ArgumentError, opening with
/// `field`, for one that is none.
std::vector<ForcedSplit> forced_splits_of(std::string_view field, std::string_view text);

/// Throws ArgumentError, opening with `field`, where there is more than one split of a node, or one that has both a
/// threshold and categories.
void check_forced_splits(std::string_view field, const std::vector<ForcedSplit>& splits);

/// The same for the first name that is none of the features, with the nearest one.
void check_features(std::string_view field, const std::vector<ForcedSplit>& splits,
                    std::span<const std::string> features);

}  // namespace linden
