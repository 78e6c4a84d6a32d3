#include "tree_work.hpp"

#include <algorithm>

namespace linden::bench {

std::vector<LevelWork> work_of(const Tree& tree, int max_depth) {
  std::vector<LevelWork> work;
  std::vector<int> depth(tree.nodes.size(), 0);
  const auto level = [&](int d) -> LevelWork& {
    if (static_cast<std::size_t>(d) >= work.size()) work.resize(static_cast<std::size_t>(d) + 1);
    return work[static_cast<std::size_t>(d)];
  };
  level(0).built_nodes = 1;
  level(0).built_rows = tree.nodes[0].rows;
  for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
    const TreeNode& node = tree.nodes[i];
    LevelWork& here = level(depth[i]);
    ++here.nodes;
    here.rows += node.rows;
    if (node.left < 0) continue;
    ++here.split_nodes;
    here.split_rows += node.rows;
    const int below = depth[i] + 1;
    depth[static_cast<std::size_t>(node.left)] = depth[static_cast<std::size_t>(node.right)] = below;
    if (below == max_depth) continue;
    ++level(below).built_nodes;
    level(below).built_rows += std::min(tree.nodes[static_cast<std::size_t>(node.left)].rows,
                                        tree.nodes[static_cast<std::size_t>(node.right)].rows);
  }
  return work;
}

std::int64_t built_rows(const std::vector<LevelWork>& work) {
  std::int64_t rows = 0;
  for (const LevelWork& level : work) rows += level.built_rows;
  return rows;
}

}  // namespace linden::bench
