// Which leaves to expand next: the queue of backend/tree/grow_queue.hpp, run by one thread.
#include "backend/tree/grow_queue.hpp"
#include "backend/tree/level_math.hpp"
#include "cpu/tree/share.hpp"
#include "cpu/tree/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

// A level at a time: all new nodes are committed in their order, and expanded if they have a split.
static bool select_level(TreeState& tree) {
  for (std::int32_t i = tree.first_new; i < tree.node_count; ++i) commit_in_level(tree, i);
  tree.committed_count = tree.node_count;
  if (tree.nodes[tree.first_new].split.feature < 0) return true;
  tree.batch_size = tree.node_count - tree.first_new;
  tree.children_final = are_leaves_below(tree);
  return false;
}

// Leaves that are expanded in advance are work that may come to nothing. One thread takes none; several take as many as
// keep the others busy while one has the largest, and not so many of large leaves, for these are divided between
// threads. Machines that grow a tree together take the same.
bool select(Context& context, TreeMemory& memory) {
  TreeState& tree = *memory.state;
  if (tree.limits.oblivious) return select_level(tree);
  if (commit(tree)) return true;
  constexpr std::int64_t rows_of_a_thread = 32768;
  if (counts_rows(tree))
    fill_batch(tree);
  else
    fill_batch(tree, [&, threads = is_grown_alone(context, tree) ? 0 : context.workers.threads()](std::int64_t most) {
      return threads * (most < rows_of_a_thread ? most : rows_of_a_thread);
    });
  return false;
}

LINDEN_LEVEL_END
}  // namespace linden
