// Gradients and curvatures of a loss that is written as an expression of one group, by the tape.
#pragma once

#include <cstdint>
#include <linden/loss.hpp>
#include <span>

#include "backend/tree_kernels.hpp"
#include "base/parallel.hpp"

namespace linden {

/// What group_gradients does for other losses of groups: fills gradients, curvatures and range of the task, whose
/// arrays are the host's. Group g is the rows starts[g] .. starts[g + 1] - 1; `seed` and `round` say which signs are
/// drawn. Throws ArgumentError for what the loss's function throws, ShapeError for a result that is not one number.
void tape_group_gradients(const Loss::Definition& loss, const GradientTask& task, std::span<const std::int64_t> starts,
                          std::uint64_t seed, int round, Workers& workers);

}  // namespace linden
