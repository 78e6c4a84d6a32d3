// Which features the new nodes may split by, where that is drawn: a block for each node, first for the level, then for
// the node.
#include "backend/tree/growth_rules.hpp"
#include "backend/tree/tree_math.hpp"
#include "cuda/tree/device_tree.hpp"
#include "cuda/tree/steps.hpp"

namespace linden::cuda {
namespace {

constexpr unsigned threads = 256;

// The limit below which the ranks of this share of all that may be drawn lie. By whole blocks.
__device__ __forceinline__ std::uint64_t limit_of(const std::uint64_t* ranks, std::int32_t count, double fraction) {
  const auto below = [=](std::uint64_t limit) {
    long long found = 0;
    for (std::int32_t place = std::int32_t(threadIdx.x); place < count; place += std::int32_t(threads))
      found += ranks[place] < limit;
    return block_reduce(found, Sum{});
  };
  RankLimit limit(drawn_count(below(never), fraction));
  while (!limit.is_right(below(limit.tried()))) {
  }
  return limit.tried();
}

// A thread reads the ranks of its own places, but for the counts, which are sums of all.
__global__ void __launch_bounds__(threads) draw(const TreeState* state) {
  const TreeState& tree = *state;
  const GrowthRules& rules = tree.rules;
  const std::int32_t count = places(tree), nodes = drawing_nodes(tree);
  for (std::int32_t n = std::int32_t(blockIdx.x); n < nodes; n += std::int32_t(gridDim.x)) {
    const GrowNode& node = tree.nodes[tree.first_new + n];
    if (!may_split(tree, node)) continue;  // whole blocks
    std::uint64_t* const ranks = ranks_of(tree, n);
    std::uint64_t limit = never;
    if (rules.by_level < 1) {
      for (std::int32_t place = std::int32_t(threadIdx.x); place < count; place += std::int32_t(threads))
        ranks[place] = level_rank(tree, node.depth, place);
      limit = limit_of(ranks, count, rules.by_level);
    }
    for (std::int32_t place = std::int32_t(threadIdx.x); place < count; place += std::int32_t(threads))
      ranks[place] = node_rank(tree, node, place, rules.by_level == 1 || ranks[place] < limit);
    limit = rules.by_node < 1 ? limit_of(ranks, count, rules.by_node) : never;
    if (threadIdx.x == 0) tree.draw_limits[n] = limit;
  }
}

}  // namespace

void admit(Context& context, TreeMemory& tree) {
  launch<draw>(
      {.grid = blocks_for(context, most_new_nodes(context, tree), 1), .block = threads, .stream = stream_of(context)},
      tree.state);
}

}  // namespace linden::cuda
