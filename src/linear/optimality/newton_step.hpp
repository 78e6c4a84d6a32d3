// Newton steps of some of the parameters, as certificates want them: with what they leave.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "linear/objective/objective.hpp"

namespace linden {

/// Sets to 0 what does not move.
void keep(std::span<const std::uint8_t> moves, std::span<double> x);

struct DualStep {
  std::vector<double> step, left;  ///< left = gradient - H step
};

/// H step = gradient for the parameters that move, by conjugate gradients: H has the second derivatives `bends` [rows],
/// or where there are none those of the point. `gradient` is 0 for the others. `solve` applies about the inverse of H;
/// it may be empty.
DualStep newton_step(const Point& point, std::span<const double> bends, std::span<const std::uint8_t> moves,
                     std::span<const double> gradient, const std::function<void(std::span<double>)>& solve);

}  // namespace linden
