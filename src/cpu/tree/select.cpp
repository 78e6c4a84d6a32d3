// Which leaves to expand next: the queue of backend/tree/grow_queue.hpp, run by one thread.
#include "backend/tree/grow_queue.hpp"
#include "cpu/tree/share.hpp"
#include "cpu/tree/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

// Leaves that are expanded in advance are work that may come to nothing. One thread takes none; several take as many as
// keep the others busy while one has the largest, and not so many of large leaves, for these are divided between
// threads. Machines that grow a tree together take the same.
bool select(Context& context, TreeMemory& memory) {
  TreeState& tree = *memory.state;
  if (commit(tree)) return true;
  constexpr std::int64_t rows_of_a_thread = 32768;
  if (tree.exchange != nullptr)
    fill_batch(tree);
  else
    fill_batch(tree, [&, threads = is_grown_alone(context, tree) ? 0 : context.workers.threads()](std::int64_t most) {
      return threads * (most < rows_of_a_thread ? most : rows_of_a_thread);
    });
  return false;
}

LINDEN_LEVEL_END
}  // namespace linden
