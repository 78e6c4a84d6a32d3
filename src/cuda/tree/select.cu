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

__global__ void start(const TreeMemory input, TreeMemory* tree, Own own, std::int64_t gradient,
                      std::int64_t curvature) {
  for (std::int32_t i = std::int32_t(threadIdx.x); i < input.slots; i += std::int32_t(blockDim.x))
    input.free_slots[i] = input.slots - 1 - i;
  if (threadIdx.x != 0) return;
  TreeMemory t = input;
  t.queue_size = t.batch_size = t.committed_count = t.leaf_count = t.first_new = 0;
  t.children_final = false;
  t.free_count = t.slots;
  t.node_count = 1;
  *tree = t;
  GrowNode root{};
  root.rows = input.sample_rows;
  root.gradient = gradient;
  root.curvature = curvature;
  t.nodes[0] = root;
  *own.done = 0;
}

// `queue_room`: candidates that fit shared memory, or 0 to leave the queue where it is.
__global__ void advance(TreeMemory* tree, Own own, std::int32_t queue_room) {
  LINDEN_DYNAMIC_SHARED(near, Candidate);
  const std::int32_t waiting = queue_room > 0 ? tree->queue_size : 0;
  for (std::int32_t i = std::int32_t(threadIdx.x); i < waiting; i += std::int32_t(blockDim.x)) near[i] = tree->queue[i];
  __syncthreads();
  if (threadIdx.x == 0) {
    TreeMemory t = *tree;
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
    *own.done = done;
  }
  __syncthreads();
  const std::int32_t left = queue_room > 0 ? tree->queue_size : 0;
  for (std::int32_t i = std::int32_t(threadIdx.x); i < left; i += std::int32_t(blockDim.x)) tree->queue[i] = near[i];

  const auto tiles = [=](std::int32_t b) {
    return (tree->nodes[tree->batch[b]].rows + partition_tile - 1) / partition_tile;
  };
  const std::int64_t all = each_with_sum(tree->batch_size, tiles, [=](std::int32_t b, std::int64_t before) {
    own.first_tile[b] = before;
    own.left_rows[b] = own.right_rows[b] = 0;
  });
  if (threadIdx.x == 0) own.first_tile[tree->batch_size] = all;
}

}  // namespace

std::int64_t own_bytes(const TreeMemory& tree) {
  TreeMemory measured = tree;
  measured.own = nullptr;
  std::int64_t bytes = 0;
  own_of(measured, bytes);
  return bytes;
}

void begin_tree(Context& context, TreeMemory& tree, std::int64_t gradient, std::int64_t curvature) {
  context.queue->progress().restart();
  launch<start>({.grid = 1, .block = threads, .stream = stream_of(context)}, tree, tree.on_device, own_of(tree),
                gradient, curvature);
}

std::int32_t most_new_nodes(Context& context, const TreeMemory& tree) {
  const int steps = context.queue->progress().steps();
  const std::int32_t most = 2 * tree.batch_capacity;
  return steps < 30 && (std::int32_t{1} << steps) < most ? std::int32_t{1} << steps : most;
}

bool select(Context& context, TreeMemory& tree) {
  const std::size_t bytes = sizeof(Candidate) * static_cast<std::size_t>(tree.limits.max_leaves + 1);
  const bool fits = bytes + own_shared <= context.queue->most_shared();
  const Own own = own_of(tree);
  launch<advance>({.grid = 1, .block = threads, .shared = fits ? bytes : 0, .stream = stream_of(context)},
                  tree.on_device, own, fits ? tree.limits.max_leaves + 1 : 0);
  return context.queue->progress().step(own.done, stream_of(context));
}

}  // namespace linden::cuda
