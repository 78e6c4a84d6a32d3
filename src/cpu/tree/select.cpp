// Which leaves to expand next: the queue of backend/tree/grow_queue.hpp, run by one thread.
#include "backend/tree/grow_queue.hpp"
#include "cpu/tree/share.hpp"
#include "cpu/tree/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

// Leaves that are expanded in advance are work that may come to nothing. One thread takes none; several take as many as
// keep them all busy, for few large nodes are divided between threads. Machines that grow a tree together take the
// same.
bool select(Context& context, TreeMemory& memory) {
  TreeState& tree = *memory.state;
  if (commit(tree)) return true;
  constexpr std::int64_t rows_of_a_thread = 32768;
  if (tree.exchange != nullptr)
    fill_batch(tree);
  else
    fill_batch(tree, is_grown_alone(context, tree) ? 0 : context.workers.threads() * rows_of_a_thread);
  return false;
}

LINDEN_LEVEL_END
}  // namespace linden
