// Some of the rows, drawn by a seed.
#pragma once

#include <cstdint>
#include <linden/data.hpp>
#include <vector>

namespace linden {

/// Up to `most` rows, ascending; all for 0. Groups are drawn whole, until they have `most` rows or more.
std::vector<std::int64_t> sampled_rows(const Dataset& data, std::int64_t most, std::uint64_t seed);

/// These rows; the data itself where they are all.
Dataset taken(const Dataset& data, const std::vector<std::int64_t>& rows);

}  // namespace linden
