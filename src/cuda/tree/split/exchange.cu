// Rows by bin, where splits need them all; and where rows lie on several machines, the message of what a step sums, and
// the splits that each of them found.
#include <algorithm>
#include <vector>

#include "backend/tree/grow_queue.hpp"
#include "backend/tree/rank_message.hpp"
#include "cuda/tree/device_tree.hpp"
#include "cuda/tree/split/level_split.hpp"
#include "cuda/tree/node_sums.hpp"
#include "cuda/tree/split/row_counts.hpp"
#include "cuda/tree/steps.hpp"

namespace linden::cuda {
namespace {

constexpr unsigned threads = 256;
constexpr unsigned most_parts = 16;                        // that the rows of a node are divided into
constexpr std::int64_t part_rows = std::int64_t{1} << 16;  // ... of so many each, if there are not more

// The rows of all new nodes by cell, or, where rows lie on several machines, of those that were summed: a block counts
// a part of a node's rows by one feature.
template <class E>
__global__ void __launch_bounds__(count_threads) count_new_nodes(const TreeState* tree, StepScratch scratch) {
  LINDEN_SHARED(rows, unsigned[count_threads]);
  const bool are_jobs = has_ranks(*tree);
  const std::int32_t count = are_jobs ? *scratch.jobs : tree->node_count - tree->first_new;
  for (std::int32_t i = std::int32_t(blockIdx.y); i < count; i += std::int32_t(gridDim.y)) {
    const std::int32_t n = are_jobs ? scratch.job_node[i] - tree->first_new : i;
    const GrowNode& node = tree->nodes[tree->first_new + n];
    if (!are_jobs && !may_split(*tree, node)) continue;  // whole blocks
    const std::int64_t even = (node.entries + gridDim.z - 1) / gridDim.z, share = even > part_rows ? even : part_rows;
    const std::int64_t begin = share * blockIdx.z, end = begin + share < node.entries ? begin + share : node.entries;
    if (begin >= end) continue;
    for (std::int32_t f = std::int32_t(blockIdx.x); f < tree->feature_count; f += std::int32_t(gridDim.x)) {
      const std::int32_t index = tree->features[f];
      rows[threadIdx.x] = 0;
      __syncthreads();
      count_rows<E>(*tree, node, index, begin, end, rows);
      __syncthreads();
      std::int64_t* const cells = rows_by_cell(*tree, n) + tree->bins.feature[index].first_cell;
      if (rows[threadIdx.x] != 0)
        atomicAdd(reinterpret_cast<unsigned long long*>(cells + threadIdx.x),
                  static_cast<unsigned long long>(rows[threadIdx.x]));
    }
  }
}

// Zeros for the rows by cell of the nodes that were summed.
__global__ void __launch_bounds__(threads) clear_rows(const TreeState* tree, StepScratch scratch) {
  const std::int32_t jobs = *scratch.jobs;
  for (std::int32_t j = std::int32_t(blockIdx.y); j < jobs; j += std::int32_t(gridDim.y)) {
    std::int64_t* const rows = rows_by_cell(*tree, scratch.job_node[j] - tree->first_new);
    for (std::int64_t c = blockIdx.x * threads + threadIdx.x; c < tree->bins.cells; c += gridDim.x * threads)
      rows[c] = 0;
  }
}

// Between the histograms of the nodes that were summed and the message, one way or the other. A block takes features:
// on the way out those of the tree, on the way in the rank's own among them.
template <bool out>
__global__ void __launch_bounds__(threads) move_sums(const TreeState* tree, StepScratch scratch, MessageShape shape) {
  for (std::int32_t j = std::int32_t(blockIdx.y); j < shape.nodes; j += std::int32_t(gridDim.y)) {
    std::int64_t* const histogram = node_sums(*tree, tree->nodes[scratch.job_node[j]].slot);
    for (std::int32_t i = std::int32_t(blockIdx.x); i < tree->feature_count; i += std::int32_t(gridDim.x)) {
      const FeatureBins& feature = tree->bins.feature[tree->features[i]];
      if (!out && !is_own(*tree, feature)) continue;
      const NodeMessage message(*tree, shape, j, owner_of_cell(*tree, feature.first_cell));
      const auto sums = sums_of_feature(histogram, feature);
      for (std::int32_t bin = std::int32_t(threadIdx.x); bin < feature.bins; bin += std::int32_t(threads)) {
        if constexpr (out) {
          message.put(feature.first_cell + bin, sums.gradients[bin], sums.curvatures[bin]);
        } else {
          const WideCell cell = message.at(feature.first_cell + bin);
          sums.gradients[bin] = cell.gradient;
          sums.curvatures[bin] = cell.curvature;
        }
      }
    }
  }
}

// The same of rows by cell: a block takes ranks.
__global__ void __launch_bounds__(threads) put_rows(const TreeState* tree, StepScratch scratch, MessageShape shape) {
  for (std::int32_t j = std::int32_t(blockIdx.y); j < shape.nodes; j += std::int32_t(gridDim.y)) {
    const std::int64_t* const rows = rows_by_cell(*tree, scratch.job_node[j] - tree->first_new);
    for (std::int32_t rank = std::int32_t(blockIdx.x); rank < tree->ranks; rank += std::int32_t(gridDim.x)) {
      const NodeMessage message(*tree, shape, j, rank);
      for (std::int64_t word = threadIdx.x; word < words_of_rows(shape, message.cells); word += threads)
        message.put_rows(word, rows);
    }
  }
}
__global__ void __launch_bounds__(threads) take_rows(const TreeState* tree, StepScratch scratch, MessageShape shape) {
  for (std::int32_t j = std::int32_t(blockIdx.y); j < shape.nodes; j += std::int32_t(gridDim.y)) {
    std::int64_t* const rows = rows_by_cell(*tree, scratch.job_node[j] - tree->first_new);
    const NodeMessage message(*tree, shape, j, tree->rank);
    for (std::int64_t word = blockIdx.x * threads + threadIdx.x; word < words_of_rows(shape, message.cells);
         word += gridDim.x * threads)
      message.take_rows(word, rows);
  }
}

// A warp takes a new node.
__global__ void __launch_bounds__(threads) tell(const TreeState* tree, const TreeState* counted) {
  const std::int32_t nodes = tree->node_count - tree->first_new;
  RankSplit* const told = told_splits(*tree);
  if (blockIdx.x == 0 && threadIdx.x == 0) {
    told[0] = RankSplit{};
    told[0].gain = tree->level_gain;
  }
  for (std::int32_t n = std::int32_t(blockIdx.x * (threads / 32) + warp_index()); n < nodes;
       n += std::int32_t(gridDim.x * (threads / 32))) {
    const GrowNode& node = tree->nodes[tree->first_new + n];
    const Split& split = node.split;
    long long left = 0;
    if (split.feature >= 0 && node.slot >= 0) {
      const FeatureBins& feature = tree->bins.feature[split.feature];
      const std::int64_t* const rows = rows_by_cell(*counted, n) + feature.first_cell;
      for (int bin = int(lane_index()); bin < feature.bins; bin += 32)
        if (goes_left(split, static_cast<std::uint8_t>(bin))) left += rows[bin];
    }
    left = warp_reduce(left, Sum{});
    if (lane_index() == 0) told[1 + n] = told_split(split, left);
  }
}

// By one block.
__global__ void __launch_bounds__(threads) take_best(TreeState* tree) {
  const std::int64_t nodes = tree->node_count - tree->first_new;
  for (std::int64_t n = threadIdx.x; n < nodes; n += threads) {
    const auto node = static_cast<std::int32_t>(tree->first_new + n);
    const RankSplit* const best = splits_of_rank(*tree, nodes, rank_of_best(*tree, nodes, n));
    take_split(best[1 + n], tree->nodes[node].split);
    tree->rows_left_of[node] = best[1 + n].left_rows;
  }
  if (!tree->limits.oblivious || nodes == 0) return;  // the whole block
  const double gain = splits_of_rank(*tree, nodes, rank_of_best(*tree, nodes, 0))[0].gain;
  __syncthreads();
  if (threadIdx.x == 0) tree->level_gain = gain;
  __syncthreads();
  if (gain > 0) close_level(tree);
}

LaunchShape on_jobs(Context& context, const TreeMemory& tree, std::int64_t blocks) {
  return {.grid = {blocks_for(context, blocks, 1), static_cast<unsigned>(most_new_nodes(context, tree))},
          .block = threads,
          .stream = stream_of(context)};
}

}  // namespace

void count_bins(Context& context, TreeMemory& tree) {
  const std::int64_t nodes = most_new_nodes(context, tree);
  if (tree.feature_count == 0) return;
  const StepScratch scratch(tree);
  if (has_ranks(tree))
    launch<clear_rows>(on_jobs(context, tree, (tree.bins.cells + threads - 1) / threads), tree.state, scratch);
  else
    set_bytes(context, tree.exchange, 0, static_cast<std::size_t>(nodes * tree.bins.cells) * sizeof(std::int64_t),
              "count_bins");
  with_entries(tree, [&]<class E>(E*) {
    launch<count_new_nodes<E>>(
        {.grid = {blocks_for(context, tree.feature_count, 1), static_cast<unsigned>(nodes), most_parts},
         .block = count_threads,
         .stream = stream_of(context)},
        tree.state, scratch);
  });
}

// The host waits for what the message holds: the others are waited for anyway.
MessageShape pack(Context& context, TreeMemory& tree) {
  TreeState state;
  std::int32_t jobs = 0;
  const auto download = [&](auto* to, const auto* from, std::size_t count) {
    check(cudaMemcpyAsync(to, from, count * sizeof *to, cudaMemcpyDeviceToHost, stream_of(context)), "pack");
  };
  const StepScratch scratch(tree);
  download(&state, tree.state, 1);
  download(&jobs, scratch.jobs, 1);
  context.stream->synchronize();
  const std::int32_t nodes = state.node_count - state.first_new;
  if (nodes == 0 || tree.feature_count == 0) jobs = 0;
  std::vector<GrowNode> made(static_cast<std::size_t>(nodes));
  std::vector<std::int32_t> numbers(static_cast<std::size_t>(jobs));
  if (jobs > 0) {
    download(made.data(), tree.nodes + state.first_new, made.size());
    download(numbers.data(), scratch.job_node, numbers.size());
    context.stream->synchronize();
  }
  std::int64_t most_rows = 0;
  for (const std::int32_t number : numbers)
    most_rows = std::max(most_rows, made[static_cast<std::size_t>(number - state.first_new)].rows);
  const MessageShape shape = shape_of(tree, nodes, jobs, most_rows);
  if (jobs == 0) return shape;
  std::int64_t words = 0;
  for (std::int32_t rank = 0; rank < tree.ranks; ++rank)
    words += words_of_node(shape, tree.rank_cells_here[rank + 1] - tree.rank_cells_here[rank]);
  set_bytes(context, tree.message, 0, static_cast<std::size_t>(shape.nodes * words) * sizeof(std::int64_t), "pack");
  launch<move_sums<true>>(on_jobs(context, tree, tree.feature_count), tree.state, scratch, shape);
  if (shape.bits > 0) launch<put_rows>(on_jobs(context, tree, tree.ranks), tree.state, scratch, shape);
  return shape;
}

void unpack(Context& context, TreeMemory& tree, const MessageShape& shape) {
  launch<move_sums<false>>(on_jobs(context, tree, tree.feature_count), tree.state, StepScratch(tree), shape);
  if (shape.bits > 0)
    launch<take_rows>(on_jobs(context, tree, (tree.bins.cells / tree.ranks + threads - 1) / threads), tree.state,
                      StepScratch(tree), shape);
}

void tell_splits(Context& context, TreeMemory& tree, const TreeMemory& counted, const MessageShape& shape) {
  launch<tell>({.grid = blocks_for(context, std::max<std::int64_t>(shape.new_nodes, 1), threads / 32),
                .block = threads,
                .stream = stream_of(context)},
               tree.state, counted.state);
}

void take_splits(Context& context, TreeMemory& tree, const MessageShape&) {
  launch<take_best>({.grid = 1, .block = threads, .stream = stream_of(context)}, tree.state);
  if (!tree.limits.oblivious) keep_histograms(context, tree);
}

}  // namespace linden::cuda
