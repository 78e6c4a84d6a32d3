// Ascending values with their weights in few bytes, for other machines: what each has in its bits more than the one
// before it, of 7 bits a byte. Of a million numbers of 32 bits that lie close together each takes two bytes or less.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "boosting/bins/values/quantiles.hpp"

namespace linden {

/// Appends these: ascending, without -0 and NaN, weights >= 1; how many rows each has is left out.
void append_counts(std::span<const ValueCount> values, std::string& bytes);

/// Takes away those that stand first in the bytes, and appends them; each has as many rows as weight.
void take_counts(std::string_view& bytes, std::vector<ValueCount>& values);

}  // namespace linden
