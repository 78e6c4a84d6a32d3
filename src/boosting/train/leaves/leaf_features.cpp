#include "boosting/train/leaves/leaf_features.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace linden {

LeafFeatures leaf_features(const Tree& tree, std::int32_t most) {
  std::vector<int> parent(tree.nodes.size(), -1);
  std::vector<std::vector<std::int32_t>> of_leaf;
  LeafFeatures result;
  for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
    const TreeNode& node = tree.nodes[i];
    if (node.feature >= 0) {
      parent[static_cast<std::size_t>(node.left)] = parent[static_cast<std::size_t>(node.right)] = static_cast<int>(i);
      continue;
    }
    std::map<std::int32_t, double> gains;
    for (int at = parent[i]; at >= 0; at = parent[static_cast<std::size_t>(at)]) {
      const TreeNode& split = tree.nodes[static_cast<std::size_t>(at)];
      if (!split.categorical) gains[split.feature] += split.gain;
    }
    std::vector<std::pair<std::int32_t, double>> best(gains.begin(), gains.end());
    std::ranges::stable_sort(best, [](const auto& a, const auto& b) { return a.second > b.second; });
    std::vector<std::int32_t>& features = of_leaf.emplace_back();
    for (const auto& [feature, gain] : best)
      if (std::ssize(features) < most) features.push_back(feature);
    result.width = std::max(result.width, static_cast<std::int32_t>(features.size()));
  }
  for (std::vector<std::int32_t>& features : of_leaf) {
    features.resize(static_cast<std::size_t>(result.width), -1);
    result.features.insert(result.features.end(), features.begin(), features.end());
  }
  return result;
}

}  // namespace linden
