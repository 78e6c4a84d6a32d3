// Which features the new nodes may split by, where that is drawn: first for the level, then for the node.
#include "backend/tree/growth_rules.hpp"
#include "backend/tree/tree_math.hpp"
#include "cpu/tree/share.hpp"
#include "cpu/tree/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

// The limit below which the ranks of this share of all that may be drawn lie.
std::uint64_t limit_of(const std::uint64_t* ranks, std::int32_t count, double fraction) {
  const auto below = [&](std::uint64_t limit) {
    std::int64_t found = 0;
    for (std::int32_t place = 0; place < count; ++place) found += ranks[place] < limit;
    return found;
  };
  RankLimit limit(drawn_count(below(never), fraction));
  while (!limit.is_right(below(limit.tried()))) {
  }
  return limit.tried();
}

}  // namespace

void admit(Context& context, TreeMemory& memory) {
  const TreeState& tree = *memory.state;
  const GrowthRules& rules = tree.rules;
  const std::int32_t count = places(tree);
  const std::int64_t nodes = drawing_nodes(tree);
  share(context, nodes, static_cast<double>(nodes) * count * ns_of_draw, [&](std::int64_t n, int) {
    const GrowNode& node = tree.nodes[tree.first_new + n];
    if (!may_split(tree, node)) return;
    std::uint64_t* const ranks = ranks_of(tree, n);
    std::uint64_t limit = never;
    if (rules.by_level < 1) {
      for (std::int32_t place = 0; place < count; ++place) ranks[place] = level_rank(tree, node.depth, place);
      limit = limit_of(ranks, count, rules.by_level);
    }
    for (std::int32_t place = 0; place < count; ++place)
      ranks[place] = node_rank(tree, node, place, rules.by_level == 1 || ranks[place] < limit);
    tree.draw_limits[n] = rules.by_node < 1 ? limit_of(ranks, count, rules.by_node) : never;
  });
}

LINDEN_LEVEL_END
}  // namespace linden
