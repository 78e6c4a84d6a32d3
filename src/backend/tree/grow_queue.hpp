// The queue of open leaves and the order of growth, for one thread of any device; and what becomes of a leaf that is
// expanded.
//
// leaf_wise takes the leaf with the largest gain next, level_wise the same within the shallowest level. Leaves are
// expanded several at a time, the most promising ones in advance; `commit` replays the order of one-at-a-time growth
// over what has been expanded, so that the tree does not depend on how many were taken at once.
#pragma once

#include "backend/math/host_device.hpp"
#include "backend/tree/growth_rules.hpp"
#include "backend/tree/tree_math.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// Whether a is split before b. Equal gains: the leaf that was made first.
LINDEN_HD bool comes_first(bool level_wise, const Candidate& a, const Candidate& b) {
  if (level_wise && a.depth != b.depth) return a.depth < b.depth;
  if (a.gain != b.gain) return a.gain > b.gain;
  return a.order < b.order;
}

LINDEN_HD void push(TreeState& tree, const Candidate& leaf) {
  Candidate* const heap = tree.queue;
  std::int32_t at = tree.queue_size++;
  for (; at > 0 && comes_first(tree.limits.level_wise, leaf, heap[(at - 1) / 2]); at = (at - 1) / 2)
    heap[at] = heap[(at - 1) / 2];
  heap[at] = leaf;
}

LINDEN_HD Candidate pop(TreeState& tree) {
  Candidate* const heap = tree.queue;
  const Candidate first = heap[0];
  const Candidate last = heap[--tree.queue_size];
  std::int32_t at = 0;
  for (std::int32_t child = 1; child < tree.queue_size; child = 2 * at + 1) {
    if (child + 1 < tree.queue_size && comes_first(tree.limits.level_wise, heap[child + 1], heap[child])) ++child;
    if (!comes_first(tree.limits.level_wise, heap[child], last)) break;
    heap[at] = heap[child];
    at = child;
  }
  heap[at] = last;
  return first;
}

/// Numbers a node in the order of growth and queues it if its split gains anything.
LINDEN_HD void commit_node(TreeState& tree, std::int32_t index, double gain, std::int32_t depth) {
  const std::int32_t order = tree.committed_count++;
  tree.nodes[index].order = order;
  tree.committed[order] = index;
  if (gain > 0) push(tree, {gain, depth, order, index});
}

/// Splits still to be made.
LINDEN_HD std::int32_t splits_left(const TreeState& tree) {
  return tree.limits.max_leaves - (tree.committed_count + 1) / 2;
}

/// Commits all splits whose children are known, in order. True when the tree is done. `left_of(node)` and
/// `gain_of(node)` say what its left child is, or -1, and what its split gains.
template <class LeftOf, class GainOf>
LINDEN_HD bool commit(TreeState& tree, const LeftOf& left_of, const GainOf& gain_of) {
  if (tree.committed_count == 0) commit_node(tree, 0, gain_of(0), 0);
  while (tree.queue_size > 0 && splits_left(tree) > 0) {
    const std::int32_t left = left_of(tree.queue[0].node);
    if (left < 0) return false;
    const std::int32_t depth = pop(tree).depth + 1;
    commit_node(tree, left, gain_of(left), depth);
    commit_node(tree, left + 1, gain_of(left + 1), depth);
  }
  return true;
}
LINDEN_HD bool commit(TreeState& tree) {
  return commit(
      tree, [&](std::int32_t node) { return tree.nodes[node].left; },
      [&](std::int32_t node) { return tree.nodes[node].split.gain; });
}

/// Which leaves of the queue a step expands: the next one for certain, and those after it that are likely to be split
/// too. Leaf-wise growth takes leaves in advance only among the first 0.4 of the splits left, and none once the batch
/// has `enough` entries to keep a machine busy; level-wise growth never errs.
struct BatchRule {
  bool level_wise;
  std::int32_t capacity, hopeful, depth;
  std::int32_t spare;  ///< expansions that may come to nothing
  std::int64_t enough;

  LINDEN_HD BatchRule(const TreeState& tree, const Candidate& first, std::int64_t its_enough = std::int64_t{1} << 62)
      : level_wise(tree.limits.level_wise),
        capacity(tree.batch_capacity),
        hopeful(level_wise ? splits_left(tree) : 2 * splits_left(tree) / 5),
        depth(first.depth),
        spare((tree.node_capacity - tree.node_count) / 2 - splits_left(tree)),
        enough(its_enough) {}

  /// Whether the step looks at this leaf, too, after `before` others of the queue in its order, `taken` of which it
  /// expands, with so many entries. Once not, never again.
  LINDEN_HD bool looks_at(const Candidate& leaf, std::int32_t before, std::int32_t taken, std::int64_t entries) const {
    if (taken >= capacity || before >= 4 * capacity) return false;
    if (before == 0) return true;
    return before < hopeful && (level_wise ? leaf.depth == depth : taken <= spare && entries < enough);
  }
};

/// Fills the batch by that rule. `enough_of(most)`: the entries that are enough, where the largest leaf of the batch
/// has `most`.
template <class EnoughOf>
LINDEN_HD void fill_batch(TreeState& tree, const EnoughOf& enough_of) {
  BatchRule rule(tree, tree.queue[0], 0);
  std::int32_t popped = 0;
  std::int64_t entries = 0, most = 0;
  tree.batch_size = 0;
  while (tree.queue_size > 0 && rule.looks_at(tree.queue[0], popped, tree.batch_size, entries)) {
    const Candidate leaf = pop(tree);
    tree.popped[popped++] = leaf;
    const GrowNode& node = tree.nodes[leaf.node];
    if (node.left < 0) {
      tree.batch[tree.batch_size++] = leaf.node;
      entries += node.entries;
      if (node.entries > most) most = node.entries;
      rule.enough = enough_of(most);
    }
  }
  for (std::int32_t i = 0; i < popped; ++i) push(tree, tree.popped[i]);
  tree.children_final = tree.batch_size == splits_left(tree);
}

LINDEN_HD void fill_batch(TreeState& tree) {
  fill_batch(tree, [](std::int64_t) { return std::int64_t{1} << 62; });
}

/// Whether a new node's histogram is summed row by row; false when it is left to `subtract`, or not needed.
LINDEN_HD bool is_summed(const TreeState& tree, std::int32_t index) {
  const GrowNode& node = tree.nodes[index];
  if (node.parent < 0) return true;
  if (node.rows == 0) return false;
  const std::int32_t left = tree.nodes[node.parent].left;
  if (tree.children_final || (!may_split(tree, tree.nodes[left]) && !may_split(tree, tree.nodes[left + 1])))
    return false;
  if (tree.nodes[node.parent].slot < 0) return may_split(tree, node);
  const bool left_is_smaller = tree.nodes[left].rows <= tree.nodes[left + 1].rows;
  return (index == left) == left_is_smaller;
}

/// Whether the sibling of a new node has all rows of their parent, and with them its histogram: in oblivious trees.
LINDEN_HD bool leaves_all(const TreeState& tree, const GrowNode& node) {
  return node.rows == 0 && !tree.children_final;
}

/// Whether rows are counted by bin before splits are searched; else they are counted when that is needed.
LINDEN_HD bool counts_rows(const TreeMemory& tree) { return tree.exchange != nullptr || tree.ranks > 0; }

/// Where the rows of a new node are found by cell; null where they are counted when needed.
LINDEN_HD std::int64_t* rows_by_cell(const TreeState& tree, std::int64_t new_node) {
  if (tree.slot_rows != nullptr) {
    const std::int32_t slot = tree.nodes[tree.first_new + new_node].slot;
    return slot < 0 ? nullptr : tree.slot_rows + std::int64_t{slot} * tree.bins.cells;
  }
  return tree.exchange == nullptr ? nullptr : tree.exchange + new_node * tree.bins.cells;
}

/// How many rows of the i-th node of the batch go left, in all.
LINDEN_HD std::int64_t rows_going_left(const TreeMemory& tree, std::int32_t i) {
  return tree.ranks > 0 ? tree.rows_left_of[tree.batch[i]] : tree.left_entries[i];
}

/// What a node would be worth as a leaf, by its quantised sums.
LINDEN_HD double node_value(const TreeMemory& tree, const GrowNode& node) {
  const double gradient = static_cast<double>(node.gradient) * tree.gradient_unit;
  const double curvature = static_cast<double>(node.curvature) * tree.curvature_unit;
  const double own = leaf_value(gradient, curvature, tree.limits.l1, tree.limits.l2);
  const bool is_smoothed = tree.limits.path_smooth > 0 && node.parent >= 0;
  const double parent = is_smoothed ? tree.nodes[node.parent].value : 0;
  return within(node.bounds, is_smoothed ? smoothed(own, node.rows, parent, tree.limits.path_smooth) : own);
}

/// The node that all others come from.
LINDEN_HD GrowNode root_of(const TreeMemory& tree) {
  GrowNode root{};
  root.entries = tree.sample_rows;
  root.rows = tree.root.rows;
  root.gradient = tree.root.gradient;
  root.curvature = tree.root.curvature;
  root.bounds = root_bounds(tree.limits);
  root.value = node_value(tree, root);
  root.key = tree.rules.key;
  root.forced = tree.rules.forced != nullptr ? 0 : -1;
  return root;
}

/// Bounds the values on both sides of a split by a monotone feature: the left side's by one value, the right side's by
/// another.
LINDEN_HD void divide_bounds(int sign, double of_left, double of_right, GrowNode& left, GrowNode& right) {
  if (sign > 0) left.bounds.upper = of_left, right.bounds.lower = of_right;
  if (sign < 0) left.bounds.lower = of_left, right.bounds.upper = of_right;
}

/// Makes the children of a node whose rows have been divided: nodes `left` and left + 1, whose entries begin at
/// `begin`. So many entries go left here, so many rows in all.
LINDEN_HD void make_children(TreeState& tree, std::int32_t index, std::int32_t left, std::int64_t begin,
                             std::int64_t left_entries, std::int64_t left_rows) {
  GrowNode& node = tree.nodes[index];
  node.left = left;
  GrowNode& l = tree.nodes[left] = GrowNode{};
  GrowNode& r = tree.nodes[left + 1] = GrowNode{};
  l.parent = r.parent = index;
  l.depth = r.depth = node.depth + 1;
  l.begin = begin;
  l.entries = left_entries;
  l.rows = left_rows;
  l.gradient = node.split.left_gradient;
  l.curvature = node.split.left_curvature;
  r.begin = begin + left_entries;
  r.entries = node.entries - left_entries;
  r.rows = node.rows - left_rows;
  r.gradient = node.gradient - l.gradient;
  r.curvature = node.curvature - l.curvature;
  l.bounds = r.bounds = node.bounds;
  const FeatureBins& feature = tree.bins.feature[node.split.feature];
  if (is_constrained(tree)) {
    l.value = node_value(tree, l);
    r.value = node_value(tree, r);
    const double middle = (l.value + r.value) / 2;
    if (tree.limits.intermediate)
      divide_bounds(feature.monotone, r.value, l.value, l, r);
    else
      divide_bounds(feature.monotone, middle, middle, l, r);
    l.value = within(l.bounds, l.value);
    r.value = within(r.bounds, r.value);
  }
  if (node.key != 0) {  // else nothing is drawn
    l.key = child_key(node.key, true);
    r.key = child_key(node.key, false);
  }
  if (is_forced(node.split)) {
    l.forced = tree.rules.forced[node.forced].left;
    r.forced = tree.rules.forced[node.forced].right;
  }
  if (tree.rules.group_words > 0) narrow_groups(tree, node);
  // Training saw no missing value of this feature: later ones follow the larger child.
  if (!feature.has_missing)
    node.split.missing_left = tree.limits.oblivious ? tree.level_missing_left : l.rows >= r.rows;
}

LINDEN_LEVEL_END
}  // namespace linden
