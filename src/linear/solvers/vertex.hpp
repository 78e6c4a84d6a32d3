// The vertex of a piecewise linear objective that an interior point has come near to.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "linear/objective/objective.hpp"
#include "linear/solvers/corner_pieces.hpp"

namespace linden {

/// Parameters at which as many rows as there are free parameters, independent ones, stand exactly at their corners:
/// those that are nearest to theirs beside how far theta is from an end of its slopes. Parameters that are held stay as
/// they are in `at`. None where so many rows are not found, or parameters are more than 500.
std::optional<std::vector<double>> vertex_near(const Objective& objective, const CornerPieces& rows,
                                               std::span<const double> at, std::span<const std::uint8_t> held);

}  // namespace linden
