// Which features a node may split by, where that is drawn.
#include "backend/tree/growth_rules.hpp"
#include "tree/hand_made_tree.hpp"

namespace linden {
namespace {

class Admit : public TreeKernel {
 protected:
  /// Of a root and, where it is divided, of its left child: whether each of so many features is drawn.
  std::vector<bool> admitted(int features, const GrowthRules& rules, bool is_divided = false) {
    const std::vector<FeatureBins> all(static_cast<std::size_t>(features), hand_feature(2));
    HandRow row;
    row.bins.resize(all.size());
    HandMadeTree tree(device(), std::vector<HandRow>(8, row), all, {}, false, 0, rules);
    if (is_divided) {
      tree.divide_root(4);
      std::vector<GrowNode> nodes = tree.nodes();
      nodes[1].key = child_key(nodes[0].key, true);
      nodes[2].key = child_key(nodes[0].key, false);
      tree.set_nodes(nodes);
    }
    tree.kernels().admit(tree.context(), tree.memory());
    const std::vector<std::uint64_t> ranks = tree.read(tree.memory().draw_ranks, features);
    const std::uint64_t limit = tree.read(tree.memory().draw_limits, 1)[0];
    std::vector<bool> found;
    for (const std::uint64_t rank : ranks) found.push_back(rank < limit);
    return found;
  }

  // By sorting: the `wanted` of lowest rank among those that are open.
  static std::vector<bool> drawn(const std::vector<bool>& open, std::ptrdiff_t wanted, std::uint64_t key) {
    std::vector<std::pair<std::uint64_t, std::size_t>> ranked;
    for (std::size_t f = 0; f < open.size(); ++f)
      if (open[f]) ranked.emplace_back(draw_rank(key, static_cast<std::int32_t>(f), 1), f);
    std::ranges::sort(ranked);
    std::vector<bool> found(open.size());
    for (std::ptrdiff_t i = 0; i < wanted; ++i) found[ranked[static_cast<std::size_t>(i)].second] = true;
    return found;
  }

  static GrowthRules rules(double by_level, double by_node) {
    GrowthRules rules;
    rules.key = 77;
    rules.by_level = by_level;
    rules.by_node = by_node;
    return rules;
  }
};

TEST_F(Admit, TakesTheLowestRanksOfTheNode) {
  for (const int features : {1, 2, 40, 700}) {
    const std::vector<bool> all(static_cast<std::size_t>(features), true);
    const std::int64_t wanted = drawn_count(features, 0.3);
    EXPECT_EQ(admitted(features, rules(1, 0.3)), drawn(all, wanted, 77)) << features;
  }
}

TEST_F(Admit, DrawsForTheLevelFirst) {
  const std::vector<bool> all(300, true);
  for (const bool is_divided : {false, true}) {
    const std::uint64_t level = drawn_bits(77, GrowthDraw::level, is_divided ? 1 : 0);
    const std::uint64_t node = is_divided ? child_key(77, true) : 77;
    EXPECT_EQ(admitted(300, rules(0.5, 1), is_divided), drawn(all, 150, level));
    EXPECT_EQ(admitted(300, rules(0.5, 0.2), is_divided), drawn(drawn(all, 150, level), 30, node));
  }
}

TEST_F(Admit, DrawsOneAtLeast) {
  const std::vector<bool> one = admitted(20, rules(0.01, 0.01));
  EXPECT_EQ(std::ranges::count(one, true), 1);
}

TEST(DrawRank, IsNeverForAWeightOfZeroAndElseUnlikeAllOthers) {
  EXPECT_EQ(draw_rank(5, 3, 0), never);
  std::vector<std::uint64_t> ranks;
  for (std::int32_t f = 0; f < 2000; ++f) ranks.push_back(draw_rank(5, f, 1e-300));  // times that are all infinite
  std::ranges::sort(ranks);
  EXPECT_EQ(std::unique(ranks.begin(), ranks.end()), ranks.end());
  EXPECT_LT(ranks.back(), never);
}

}  // namespace
}  // namespace linden
