// Where a fit of survival starts: the score that fits all rows best, beside their offsets.
#pragma once

#include <linden/loss.hpp>
#include <span>

#include "base/parallel.hpp"

namespace linden {

/// Of Cox's 0, which is as good as any other. Of others the minimum, of times that have an upper bound somewhere; with
/// none it has no end, and is as far as the largest time. It does not depend on the order of rows.
double first_score(const Loss& loss, std::span<const double> lower, std::span<const double> upper,
                   std::span<const double> weights, std::span<const double> offsets, Workers& workers);

}  // namespace linden
