// The queue of open leaves and the order of growth, for one thread of any device.
//
// leaf_wise takes the leaf with the largest gain next, level_wise the same within the shallowest level. Leaves are
// expanded several at a time, the most promising ones in advance; `commit` replays the order of one-at-a-time growth
// over what has been expanded, so that the tree does not depend on how many were taken at once.
#pragma once

#include "backend/host_device.hpp"
#include "backend/tree_math.hpp"
#include "backend/tree_memory.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// Whether a is split before b. Equal gains: the leaf that was made first.
LINDEN_HD bool comes_first(bool level_wise, const Candidate& a, const Candidate& b) {
  if (level_wise && a.depth != b.depth) return a.depth < b.depth;
  if (a.gain != b.gain) return a.gain > b.gain;
  return a.order < b.order;
}

LINDEN_HD void push(TreeMemory& tree, const Candidate& leaf) {
  Candidate* const heap = tree.queue;
  std::int32_t at = tree.queue_size++;
  for (; at > 0 && comes_first(tree.limits.level_wise, leaf, heap[(at - 1) / 2]); at = (at - 1) / 2)
    heap[at] = heap[(at - 1) / 2];
  heap[at] = leaf;
}

LINDEN_HD Candidate pop(TreeMemory& tree) {
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

/// Numbers a node in the order of growth and queues it if it has a split.
LINDEN_HD void commit_node(TreeMemory& tree, std::int32_t index) {
  GrowNode& node = tree.nodes[index];
  node.order = tree.committed_count;
  tree.committed[tree.committed_count++] = index;
  if (node.split.gain > 0) push(tree, {node.split.gain, node.depth, node.order, index});
}

/// Splits still to be made.
LINDEN_HD std::int32_t splits_left(const TreeMemory& tree) {
  return tree.limits.max_leaves - (tree.committed_count + 1) / 2;
}

/// Commits all splits whose children are known, in order. True when the tree is done.
LINDEN_HD bool commit(TreeMemory& tree) {
  if (tree.committed_count == 0) commit_node(tree, 0);
  while (tree.queue_size > 0 && splits_left(tree) > 0) {
    const GrowNode& next = tree.nodes[tree.queue[0].node];
    if (next.left < 0) return false;
    pop(tree);
    commit_node(tree, next.left);
    commit_node(tree, next.left + 1);
  }
  return true;
}

/// Fills the batch: the next leaf for certain, and the leaves after it that are likely to be split too. Leaf-wise
/// growth takes leaves in advance only among the first 0.4 of the splits left; level-wise growth never errs.
LINDEN_HD void fill_batch(TreeMemory& tree) {
  const bool level_wise = tree.limits.level_wise;
  const std::int32_t left = splits_left(tree);
  const std::int32_t hopeful = level_wise ? left : 2 * left / 5;
  const std::int32_t spare = (tree.node_capacity - tree.node_count) / 2 - left;  // expansions that may come to nothing
  const std::int32_t depth = tree.queue[0].depth;
  std::int32_t popped = 0;
  tree.batch_size = 0;
  while (tree.queue_size > 0 && tree.batch_size < tree.batch_capacity) {
    const bool certain = popped == 0;
    if (!certain && (popped >= hopeful || (level_wise ? tree.queue[0].depth != depth : tree.batch_size > spare))) break;
    const Candidate leaf = pop(tree);
    tree.popped[popped++] = leaf;
    if (tree.nodes[leaf.node].left < 0) tree.batch[tree.batch_size++] = leaf.node;
    if (popped >= 4 * tree.batch_capacity) break;
  }
  for (std::int32_t i = 0; i < popped; ++i) push(tree, tree.popped[i]);
  tree.children_final = tree.batch_size == left;
}

LINDEN_LEVEL_END
}  // namespace linden
