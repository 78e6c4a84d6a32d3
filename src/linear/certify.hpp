// The certificate of a solution.
#pragma once

#include <linden/linear.hpp>
#include <span>
#include <string>

#include "linear/endless_fall.hpp"
#include "linear/solution_gap.hpp"

namespace linden {

/// What gaps are measured by.
struct GapMeasure {
  double wanted = 0;  ///< that the tolerance asks for
  double scale = 1;   ///< that they are relative to
};

/// Completes what is `known` from solving (the solver and why, tolerance, rank, condition, columns that depend on
/// others). `names` are those of the columns.
Certificate certify(Certificate known, const Solution& solution, const SolutionGap& gap, const GapMeasure& measure,
                    const FitStart& start, std::span<const std::string> names);

/// That of two fits whose objectives are added, on the same columns.
Certificate joined(Certificate a, const Certificate& b);

}  // namespace linden
