// Which leaves to expand next: the queue of backend/tree/grow_queue.hpp, run by one thread.
#include "backend/tree/grow_queue.hpp"
#include "cpu/tree/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

bool select(Context&, TreeMemory& memory) {
  TreeState& tree = *memory.state;
  if (commit(tree)) return true;
  fill_batch(tree);
  return false;
}

LINDEN_LEVEL_END
}  // namespace linden
