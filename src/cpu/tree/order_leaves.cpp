// Where bounds are intermediate: leaf values that no monotone feature goes against (leaf_order.hpp).
#include "backend/tree/leaf_order.hpp"
#include "cpu/tree/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

void order_leaves(Context& context, TreeMemory& memory) {
  const TreeState& tree = *memory.state;
  for (std::int32_t i = 0; i < tree.committed_count; ++i) note_leaf(tree, i);
  const std::int64_t at_once = tree.leaf_count > 64 ? 16 : 64;  // a small tree is one thread's
  context.workers.chunks(tree.leaf_count, at_once, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
    for (std::int64_t leaf = begin; leaf < end; ++leaf) place_leaf(tree, static_cast<std::int32_t>(leaf));
  });
  pool_leaves(tree);
}

LINDEN_LEVEL_END
}  // namespace linden
