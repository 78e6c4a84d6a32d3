// Which leaves to expand next: the queue of backend/tree/grow_queue.hpp run by one thread, in shared memory where it
// fits; then the block divides the rows of the leaves into tiles for partition. Also the beginning of a tree.
#include "backend/tree/grow_queue.hpp"
#include "cuda/tree/device_tree.hpp"
#include "cuda/tree/partition.hpp"
#include "cuda/tree/steps.hpp"

namespace linden::cuda {
namespace {

constexpr unsigned threads = 256;
constexpr std::size_t own_shared = 1024;  // more than the variables of `advance`

__global__ void start(const TreeMemory memory, StepScratch scratch) {
  for (std::int32_t i = std::int32_t(threadIdx.x); i < memory.slots; i += std::int32_t(blockDim.x))
    memory.free_slots[i] = memory.slots - 1 - i;
  if (threadIdx.x != 0) return;
  TreeState tree{memory};
  tree.free_count = tree.slots;
  tree.node_count = 1;
  *tree.state = tree;
  tree.nodes[0] = root_of(tree);
  *scratch.done = 0;
}

// `queue_room`: candidates that fit shared memory, or 0 to leave the queue where it is.
__global__ void advance(TreeState* tree, StepScratch scratch, std::int32_t queue_room) {
  LINDEN_DYNAMIC_SHARED(near, Candidate);
  const std::int32_t waiting = queue_room > 0 ? tree->queue_size : 0;
  for (std::int32_t i = std::int32_t(threadIdx.x); i < waiting; i += std::int32_t(blockDim.x)) near[i] = tree->queue[i];
  __syncthreads();
  if (threadIdx.x == 0) {
    TreeState t = *tree;
    Candidate* const far = t.queue;
    if (queue_room > 0) t.queue = near;
    const bool done = commit(t);
    if (done) {
      t.batch_size = 0;
      t.first_new = t.node_count;  // the steps that follow find nothing to do
    } else {
      fill_batch(t);
    }
    t.queue = far;
    *tree = t;
    *scratch.done = done;
  }
  __syncthreads();
  const std::int32_t left = queue_room > 0 ? tree->queue_size : 0;
  for (std::int32_t i = std::int32_t(threadIdx.x); i < left; i += std::int32_t(blockDim.x)) tree->queue[i] = near[i];

  const auto tiles = [=](std::int32_t b) {
    return (tree->nodes[tree->batch[b]].entries + partition_tile - 1) / partition_tile;
  };
  const std::int64_t all = each_with_sum(tree->batch_size, tiles, [=](std::int32_t b, std::int64_t before) {
    scratch.first_tile[b] = before;
    tree->left_entries[b] = scratch.right_entries[b] = 0;
  });
  if (threadIdx.x == 0) scratch.first_tile[tree->batch_size] = all;
}

}  // namespace

void begin(Context& context, TreeMemory& tree) {
  context.stream->progress().restart();
  launch<start>({.grid = 1, .block = threads, .stream = stream_of(context)}, tree, StepScratch(tree));
}

std::int32_t most_new_nodes(Context& context, const TreeMemory& tree) {
  const int steps = context.stream->progress().steps();
  const std::int32_t most = 2 * tree.batch_capacity;
  return steps < 30 && (std::int32_t{1} << steps) < most ? std::int32_t{1} << steps : most;
}

bool select(Context& context, TreeMemory& tree) {
  const std::size_t bytes = sizeof(Candidate) * static_cast<std::size_t>(tree.limits.max_leaves + 1);
  const bool fits = bytes + own_shared <= context.stream->most_shared();
  const StepScratch scratch(tree);
  launch<advance>({.grid = 1, .block = threads, .shared = fits ? bytes : 0, .stream = stream_of(context)}, tree.state,
                  scratch, fits ? tree.limits.max_leaves + 1 : 0);
  return context.stream->progress().step(scratch.done, stream_of(context));
}

}  // namespace linden::cuda
