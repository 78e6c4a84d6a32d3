#include "boosting/train/grow.hpp"

#include <algorithm>
#include <limits>

#include "backend/tree/tree_math.hpp"
#include "boosting/model/config.hpp"

namespace linden {

GrowthLimits growth_limits(const BoostingConfig& config) {
  GrowthLimits limits;
  limits.level_wise = config.growth == Growth::level_wise;
  limits.max_leaves = config.max_leaves;
  limits.max_depth = config.max_depth;
  limits.l1 = config.l1;
  limits.l2 = l2_of(config);
  limits.min_gain = config.min_gain;
  limits.min_child_weight = config.min_child_weight;
  limits.min_rows_in_leaf = config.min_rows_in_leaf;
  limits.learning_rate = config.learning_rate;
  return limits;
}

void plant(const TreeKernels& kernels, Context& context, TreeMemory& tree) {
  for (const bool wide : {false, true}) {
    set_units(tree, wide);
    tree.root = kernels.quantise(context, tree);
    if (!are_coarse(tree.root)) break;
  }
  kernels.begin(context, tree);
}

void grow(const TreeKernels& kernels, Context& context, TreeMemory& tree) {
  plant(kernels, context, tree);
  for (;;) {
    kernels.histogram(context, tree);  // the smaller of each pair of new nodes
    kernels.subtract(context, tree);   // the larger
    kernels.split(context, tree);      // the best split of each
    if (kernels.select(context, tree)) break;
    kernels.partition(context, tree);  // the rows of the selected leaves
    kernels.expand(context, tree);     // new nodes
  }
  kernels.leaf_sums(context, tree);
}

namespace {

// A numeric split's threshold; the cut after the last value puts all values on the left, missing ones on the right.
double threshold_of(const Cuts& cuts, int bin) {
  return bin < static_cast<int>(cuts.numeric.size()) ? cuts.numeric[bin] : std::numeric_limits<double>::max();
}

std::vector<int> left_categories(const Cuts& cuts, const Split& split) {
  std::vector<int> codes;
  for (std::size_t bin = 0; bin < cuts.first_code.size(); ++bin)
    if (goes_left(split, static_cast<std::uint8_t>(bin))) codes.push_back(cuts.first_code[bin]);
  std::sort(codes.begin(), codes.end());
  return codes;
}

}  // namespace

Tree finished_tree(const GrownTree& tree, std::span<const Cuts> cuts, std::span<const int> used) {
  Tree result;
  result.nodes.resize(tree.committed.size());
  result.leaf_values.reserve(tree.leaf_values.size());
  for (std::size_t i = 0; i < tree.committed.size(); ++i) {
    const GrowNode& node = tree.nodes[tree.committed[i]];
    TreeNode& out = result.nodes[i];
    out.rows = node.rows;
    out.cover = static_cast<double>(node.curvature) * tree.curvature_unit;
    const std::int32_t leaf = tree.leaf_of_node[tree.committed[i]];
    if (leaf >= 0) {
      out.leaf = static_cast<int>(result.leaf_values.size());
      result.leaf_values.push_back(tree.leaf_values[leaf]);
      out.cover = tree.leaf_curvatures[leaf];
      continue;
    }
    out.feature = used[node.split.feature];
    out.gain = node.split.gain;
    out.missing_left = node.split.missing_left;
    out.left = tree.nodes[node.left].order;
    out.right = tree.nodes[node.left + 1].order;
    out.categorical = node.split.categorical;
    if (out.categorical)
      out.left_categories = left_categories(cuts[out.feature], node.split);
    else
      out.threshold = threshold_of(cuts[out.feature], node.split.bin);
  }
  return result;
}

}  // namespace linden
