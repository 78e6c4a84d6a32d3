// Which leaves to expand next: the queue of backend/tree/grow_queue.hpp, by one block. One thread commits, in shared
// memory where that has room: the block has brought the queue there and what the queue asks of nodes. Then the block
// sorts the queue, which stays a heap, so that the batch is its beginning, and divides the rows of the leaves into
// tiles for partition. Also the beginning of a tree.
#include "backend/tree/grow_queue.hpp"
#include "backend/tree/level_math.hpp"
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
  *scratch.arrived = 0;
}

// What of a step's data lies in shared memory.
enum class Near { nothing, queue, queue_and_nodes };

// Puts the queue in its order: a bitonic sort that takes what is not there for the last.
__device__ __forceinline__ void sort(Candidate* queue, std::int32_t count, bool level_wise) {
  for (std::int32_t size = 2; size < 2 * count; size *= 2)
    for (std::int32_t step = size / 2; step > 0; step /= 2) {
      for (std::int32_t i = std::int32_t(threadIdx.x);; i += std::int32_t(threads)) {
        const std::int32_t low = 2 * (i & -step) + (i & (step - 1));
        if (low >= count) break;
        const std::int32_t high = step == size / 2 ? low ^ (size - 1) : low + step;
        if (high >= count || !comes_first(level_wise, queue[high], queue[low])) continue;
        const Candidate first = queue[high];
        queue[high] = queue[low];
        queue[low] = first;
      }
      __syncthreads();
    }
}

// As fill_batch does, of a queue in its order.
template <class LeftOf>
__device__ __forceinline__ void fill(TreeState& tree, const Candidate* queue, const LeftOf& left_of) {
  LINDEN_SHARED(taken, int);
  if (threadIdx.x == 0) taken = 0;
  __syncthreads();
  const BatchRule rule(tree, queue[0]);
  const std::int32_t most = 4 * tree.batch_capacity, count = tree.queue_size < most ? tree.queue_size : most;
  const auto is_open = [&](std::int32_t i) { return left_of(queue[i].node) < 0 ? 1 : 0; };
  each_with_sum(count, is_open, [&](std::int32_t i, std::int64_t before) {
    const auto place = static_cast<std::int32_t>(before);
    if (is_open(i) == 0 || !rule.looks_at(queue[i], i, place, 0)) return;
    tree.batch[place] = queue[i].node;
    atomicMax(&taken, place + 1);
  });
  __syncthreads();
  if (threadIdx.x != 0) return;
  tree.batch_size = taken;
  tree.children_final = taken == splits_left(tree);
}

// Divides the rows of the batch into tiles. By one block.
__device__ __forceinline__ void divide_rows(const TreeState& tree, const StepScratch& scratch) {
  const auto tiles = [&](std::int32_t b) {
    return (tree.nodes[tree.batch[b]].entries + partition_tile - 1) / partition_tile;
  };
  const std::int64_t all = each_with_sum(tree.batch_size, tiles, [&](std::int32_t b, std::int64_t before) {
    scratch.first_tile[b] = before;
    tree.left_entries[b] = scratch.right_entries[b] = 0;
  });
  if (threadIdx.x == 0) scratch.first_tile[tree.batch_size] = all;
}

// A level at a time: all new nodes are committed in their order, and expanded if they have a split.
__global__ void __launch_bounds__(threads) advance_level(TreeState* tree, StepScratch scratch) {
  const std::int32_t first = tree->first_new, end = tree->node_count;
  const bool is_done = first == end || tree->nodes[first].split.feature < 0;
  for (std::int32_t i = first + std::int32_t(threadIdx.x); i < end; i += std::int32_t(threads))
    commit_in_level(*tree, i);
  __syncthreads();
  if (threadIdx.x == 0) {
    tree->committed_count = end;
    tree->batch_size = is_done ? 0 : end - first;
    if (is_done)
      tree->first_new = end;  // the steps that follow find nothing to do
    else
      tree->children_final = are_leaves_below(*tree);
    *scratch.done = is_done;
  }
  __syncthreads();
  divide_rows(*tree, scratch);
}

template <Near near>
__global__ void __launch_bounds__(threads) advance(TreeState* tree, StepScratch scratch) {
  LINDEN_DYNAMIC_SHARED(near_queue, Candidate);  // [max_leaves + 1]; then, by node, double and int [node_capacity]
  LINDEN_SHARED(is_done, bool);
  double* const near_gains = reinterpret_cast<double*>(near_queue + tree->limits.max_leaves + 1);
  std::int32_t* const near_lefts = reinterpret_cast<std::int32_t*>(near_gains + tree->node_capacity);
  Candidate* const far_queue = tree->queue;
  const GrowNode* const nodes = tree->nodes;
  if constexpr (near != Near::nothing)
    for (std::int32_t i = std::int32_t(threadIdx.x); i < tree->queue_size; i += std::int32_t(threads))
      near_queue[i] = far_queue[i];
  if constexpr (near == Near::queue_and_nodes)
    for (std::int32_t i = std::int32_t(threadIdx.x); i < tree->node_count; i += std::int32_t(threads)) {
      near_gains[i] = nodes[i].split.gain;
      near_lefts[i] = nodes[i].left;
    }
  __syncthreads();
  Candidate* const queue = near != Near::nothing ? near_queue : far_queue;
  const auto left_of = [=](std::int32_t i) { return near == Near::queue_and_nodes ? near_lefts[i] : nodes[i].left; };
  const auto gain_of = [=](std::int32_t i) {
    return near == Near::queue_and_nodes ? near_gains[i] : nodes[i].split.gain;
  };
  if (threadIdx.x == 0) {
    TreeState t = *tree;
    t.queue = queue;
    is_done = commit(t, left_of, gain_of);
    tree->committed_count = t.committed_count;
    tree->queue_size = t.queue_size;
    if (is_done) {
      tree->batch_size = 0;
      tree->first_new = t.node_count;  // the steps that follow find nothing to do
    }
    *scratch.done = is_done;
  }
  __syncthreads();
  if (!is_done) {  // the same for the whole block
    sort(queue, tree->queue_size, tree->limits.level_wise);
    fill(*tree, queue, left_of);
  }
  __syncthreads();
  if constexpr (near != Near::nothing)
    for (std::int32_t i = std::int32_t(threadIdx.x); i < tree->queue_size; i += std::int32_t(threads))
      far_queue[i] = near_queue[i];
  divide_rows(*tree, scratch);
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
  if (tree.limits.oblivious) {
    launch<advance_level>({.grid = 1, .block = threads, .stream = stream_of(context)}, tree.state, StepScratch(tree));
    return context.stream->progress().step(StepScratch(tree).done, stream_of(context));
  }
  const auto leaves = static_cast<std::size_t>(tree.limits.max_leaves),
             nodes = static_cast<std::size_t>(tree.node_capacity);
  const std::size_t queue = sizeof(Candidate) * (leaves + 1),
                    all = queue + (sizeof(double) + sizeof(std::int32_t)) * nodes;
  const std::size_t room = context.stream->most_shared() - own_shared;
  const StepScratch scratch(tree);
  const auto step = [&]<Near near>(std::size_t bytes) {
    launch<advance<near>>({.grid = 1, .block = threads, .shared = bytes, .stream = stream_of(context)}, tree.state,
                          scratch);
  };
  if (all <= room)
    step.template operator()<Near::queue_and_nodes>(all);
  else if (queue <= room)
    step.template operator()<Near::queue>(queue);
  else
    step.template operator()<Near::nothing>(0);
  return context.stream->progress().step(scratch.done, stream_of(context));
}

}  // namespace linden::cuda
