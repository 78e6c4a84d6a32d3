// Adds each row's leaf value to its score.
#include "cpu/tree/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

void update(Context& context, TreeMemory& tree, double* scores) {
  context.workers.chunks(tree.bins.rows, 8192, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
    for (std::int64_t row = begin; row < end; ++row) scores[row] += tree.leaf_values[tree.leaf_of_row[row]];
  });
}

LINDEN_LEVEL_END
}  // namespace linden
