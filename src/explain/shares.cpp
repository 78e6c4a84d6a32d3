#include "explain/shares.hpp"

#include <algorithm>

#include "base/fail.hpp"

namespace linden {
namespace {

double weight_of(const TreeNode& node, bool by_rows) { return by_rows ? static_cast<double>(node.rows) : node.cover; }

}  // namespace

std::vector<double> left_shares(const Tree& tree, bool by_rows) {
  std::vector<double> shares(tree.nodes.size());
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const TreeNode& node = tree.nodes[i];
    if (node.feature < 0) continue;
    shares[i] = 0.5;
    for (const bool rows : {by_rows, !by_rows}) {
      const double left = weight_of(tree.nodes[node.left], rows), right = weight_of(tree.nodes[node.right], rows);
      if (!(left >= 0 && right >= 0 && left + right > 0)) continue;
      shares[i] = left / (left + right);
      break;
    }
  }
  return shares;
}

std::vector<double> mean_values(const Tree& tree, std::span<const double> left_shares) {
  const std::size_t width = tree.leaf_values.size() / static_cast<std::size_t>(tree.leaves());
  std::vector<double> means(tree.nodes.size() * width);
  for (std::size_t i = tree.nodes.size(); i-- > 0;) {
    const TreeNode& node = tree.nodes[i];
    for (std::size_t k = 0; k < width; ++k)
      means[i * width + k] = node.feature < 0
                                 ? tree.leaf_values[static_cast<std::size_t>(node.leaf) * width + k]
                                 : left_shares[i] * means[static_cast<std::size_t>(node.left) * width + k] +
                                       (1 - left_shares[i]) * means[static_cast<std::size_t>(node.right) * width + k];
  }
  means.resize(width);
  return means;
}

void check_covers(std::string_view where, std::span<const Tree> trees) {
  for (std::size_t t = 0; t < trees.size(); ++t) {
    const auto knows = [](const TreeNode& node) { return node.cover > 0 || node.rows > 0; };
    if (trees[t].nodes.size() > 1 && std::ranges::none_of(trees[t].nodes, knows))
      fail<ArgumentError>(
          "{}: tree {} does not say how many training rows came to its nodes, so that there is no background to "
          "explain "
          "it against. Hint: give rows of your own, .background = train.",
          where, t);
  }
}

}  // namespace linden
