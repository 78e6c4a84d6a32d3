// The rows that stand for what is not known.
#pragma once

#include <linden/data.hpp>
#include <string_view>
#include <vector>

namespace linden {

/// What each row of a background weighs; they sum to 1. Throws DataError, opening with `where`, for none.
std::vector<double> background_weights(std::string_view where, const Dataset& background);

}  // namespace linden
