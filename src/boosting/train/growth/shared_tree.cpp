#include "boosting/train/growth/shared_tree.hpp"

#include <algorithm>

#include "backend/comms.hpp"
#include "backend/tree/growth_rules.hpp"

namespace linden {

SharedTree::SharedTree(const Backend& backend, Context& context, const std::vector<Cuts>& cuts, const Bins& bins,
                       const GrowthLimits& limits, int outputs, int planes, const GrowthRules& rules)
    : backend_(backend), context_(context), cuts_(cuts), bins_(bins) {
  if (outputs > planes) sketch_.emplace(backend, context, outputs, planes, bins.view().rows);
  planes_.count = std::min(outputs, planes);
  planes_.least_weight = planes_.count * limits.min_child_weight;
  GrowthLimits of_plane = limits;
  of_plane.min_child_weight = 0;
  for (std::int32_t p = 0; p < planes_.count; ++p)
    planes_.planes[p] = &storage_
                             .emplace_back(backend, context, bins.view(), of_plane, Renewal{}, planes_.count, rules,
                                           p == 0 ? planes_.count : -1)
                             .memory();
}

void SharedTree::grow_round(const Gradients& gradients, const Scores& from, bool is_scored, Ensemble& ensemble,
                            const RoundKeys& keys) {
  const Gradients& planes = sketch_ ? sketch_->of(gradients, keys.always) : gradients;
  const TreeInput common = input();
  for (std::int32_t p = 0; p < planes_.count; ++p) {
    TreeMemory& plane = *planes_.planes[p];
    static_cast<TreeInput&>(plane) = common;
    planes.point(plane, p);
    plane.rules.key = keys.of_tree(0);
  }
  grow_planes(backend_, context_, planes_);
  Tree tree = finished(gradients, from, is_scored);
  is_scored ? ensemble.add_scored(std::move(tree)) : ensemble.add(std::move(tree));
}

Tree SharedTree::finished(const Gradients& gradients, const Scores& from, bool is_scored) {
  TreeMemory& first = *planes_.planes[0];
  const auto outputs = static_cast<std::size_t>(gradients.outputs());
  Tree tree;
  std::vector<double> weights;  // of leaves: their curvatures over all outputs
  for (std::size_t k = 0; k < outputs; ++k) {
    const auto output = static_cast<std::int64_t>(k);
    gradients.point(first, output);
    widen(backend_, context_, first.range);
    if (k == 0)
      backend_.tree.leaf_sums(context_, first);
    else
      backend_.tree.further_leaf_sums(context_, first);
    sum_over_ranks(context_, first.leaf_totals, 2 * std::int64_t{first.limits.max_leaves});
    backend_.tree.set_leaves(context_, first);
    if (is_scored) backend_.tree.update(context_, first, from.of(output));
    const GrownTree grown = storage_.front().finished();
    const std::size_t leaves = grown.leaf_values.size();
    if (k == 0) {
      tree = finished_tree(grown, cuts_, bins_.used());
      tree.output = Tree::all_outputs;
      tree.leaf_values.assign(leaves * outputs, 0);
      weights.assign(leaves, 0);
    }
    for (std::size_t leaf = 0; leaf < leaves; ++leaf) {
      tree.leaf_values[leaf * outputs + k] = grown.leaf_values[leaf];
      weights[leaf] += grown.leaf_curvatures[leaf];
    }
  }
  for (std::size_t i = tree.nodes.size(); i-- > 0;) {  // children first
    TreeNode& node = tree.nodes[i];
    node.cover = node.leaf >= 0 ? weights[static_cast<std::size_t>(node.leaf)]
                                : tree.nodes[static_cast<std::size_t>(node.left)].cover +
                                      tree.nodes[static_cast<std::size_t>(node.right)].cover;
  }
  return tree;
}

}  // namespace linden
