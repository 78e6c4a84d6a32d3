// Some of the rows, drawn by a seed.
#pragma once

#include <cstdint>
#include <linden/data.hpp>
#include <linden/model.hpp>
#include <string_view>
#include <vector>

namespace linden {

/// Throws ArgumentError, opening with `where`, for an empty model and data without rows; DataError where all of its
/// weights are zero.
void check_asked(std::string_view where, const AnyModel& model, const Dataset& data);

/// Throws DataError, opening with `where`, for rows that a model cannot score, as it lacks a column or finds one of
/// another kind, or missing values where it is linear, and where all weights are zero.
void check_scored(std::string_view where, const AnyModel& model, const Dataset& data, int threads);

/// Up to `most` rows, ascending; all for 0. Of more than that only those are drawn that weigh something. Groups are
/// drawn whole, until they have `most` rows or more.
std::vector<std::int64_t> sampled_rows(const Dataset& data, std::int64_t most, std::uint64_t seed);

/// These rows; the data itself where they are all.
Dataset taken(const Dataset& data, const std::vector<std::int64_t>& rows);

}  // namespace linden
