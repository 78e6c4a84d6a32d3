// When a tree is done: the leaf of every row, exact sums of the unrounded gradients, and leaf values from them.
//
// The sums are of 64-bit integers in units of a power of two, so that neither threads nor the order of rows matter.
#include "backend/tree/leaf_math.hpp"
#include "cpu/tree/scratch.hpp"
#include "cpu/tree/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

// The first of a node's entries, in ascending order of rows, whose row is `row` or later.
template <class E>
const E* lower_bound(const E* entry, const E* end, std::int64_t row) {
  while (entry < end) {
    const E* const middle = entry + (end - entry) / 2;
    if (middle->row < row)
      entry = middle + 1;
    else
      end = middle;
  }
  return entry;
}

template <class E>
void label_rows(const TreeState& tree, std::int64_t begin, std::int64_t end) {
  if (tree.sample)
    for (std::int64_t row = begin; row < end; ++row) tree.leaf_of_row[row] = -1;
  const auto* entries = static_cast<const E*>(tree.entries);
  for (std::int32_t i = 0; i < tree.node_count; ++i) {
    const GrowNode& node = tree.nodes[i];
    if (node.left >= 0) continue;  // its rows are its children's
    const std::int32_t leaf = tree.leaf_of_node[i];
    const E* const last = entries + node.begin + node.entries;
    for (const E* e = lower_bound(entries + node.begin, last, begin); e < last && e->row < end; ++e)
      tree.leaf_of_row[e->row] = leaf;
  }
}

// Numbers the committed leaves. Nodes below one, from expansions that came to nothing, belong to it.
void number_leaves(TreeState& tree) {
  tree.leaf_count = 0;
  for (std::int32_t i = 0; i < tree.committed_count; ++i) {
    const GrowNode& node = tree.nodes[tree.committed[i]];
    tree.leaf_of_node[tree.committed[i]] = is_leaf(tree, node) ? tree.leaf_count++ : -1;
  }
  for (std::int32_t i = 1; i < tree.node_count; ++i)  // parents come before their children
    if (tree.nodes[i].order < 0) tree.leaf_of_node[i] = tree.leaf_of_node[tree.nodes[i].parent];
}

// The sums of each worker's rows by leaf, of the gradients that the tree points to.
class WorkerTotals {
 public:
  WorkerTotals(const Context& context, const TreeMemory& tree)
      : tree_(tree),
        units_(leaf_units(tree)),
        leaves_(tree.state->leaf_count),
        threads_(context.workers.threads()),
        totals_(StepScratch(context, tree).worker_totals) {
    for (std::int64_t i = 0; i < 2 * leaves_ * threads_; ++i) totals_[i] = 0;
  }

  // Those of one worker.
  struct Own {
    const float *gradients, *curvatures;
    double per_gradient, per_curvature;
    std::int64_t* totals;
    void add(std::int64_t leaf, std::int64_t row) const {
      totals[2 * leaf] += in_units(gradients[row], per_gradient);
      totals[2 * leaf + 1] += in_units(curvatures[row], per_curvature);
    }
  };
  Own of(int worker) const {
    return {tree_.gradients, tree_.curvatures, 1 / units_.gradient, 1 / units_.curvature,
            totals_ + 2 * leaves_ * worker};
  }

  // TreeMemory::leaf_totals.
  void add_up() const {
    for (std::int64_t i = 0; i < 2 * std::int64_t{tree_.limits.max_leaves}; ++i) tree_.leaf_totals[i] = 0;
    for (int t = 0; t < threads_; ++t)
      for (std::int64_t i = 0; i < 2 * leaves_; ++i) tree_.leaf_totals[i] += totals_[2 * leaves_ * t + i];
  }

 private:
  const TreeMemory& tree_;
  LeafUnits units_;
  std::int64_t leaves_;
  int threads_;
  std::int64_t* totals_;
};

}  // namespace

// Where the leaf of each row is known.
static void sum_sampled_rows(Context& context, const TreeMemory& tree, const WorkerTotals& totals) {
  context.workers.chunks(tree.sample_rows, 16384, [&](std::int64_t begin, std::int64_t end, std::int64_t, int worker) {
    const WorkerTotals::Own own = totals.of(worker);
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t row = tree.sample ? tree.sample[i] : i;
      own.add(tree.leaf_of_row[row], row);
    }
  });
}

void leaf_sums(Context& context, TreeMemory& memory) {
  TreeState& tree = *memory.state;
  number_leaves(tree);
  const WorkerTotals totals(context, memory);
  if (tree.entries == nullptr) {  // it was grown by pages, and each row has its node
    context.workers.chunks(tree.bins.rows, 16384, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
      for (std::int64_t row = begin; row < end; ++row) tree.leaf_of_row[row] = tree.leaf_of_node[tree.leaf_of_row[row]];
    });
    sum_sampled_rows(context, tree, totals);
    return totals.add_up();
  }
  const std::int64_t even = tree.bins.rows / (2 * context.workers.threads()) + 1;
  context.workers.chunks(tree.bins.rows, even > 4096 ? even : 4096,
                         [&](std::int64_t begin, std::int64_t end, std::int64_t, int worker) {
                           with_entries(tree, [&]<class E>(E*) { label_rows<E>(tree, begin, end); });
                           const WorkerTotals::Own own = totals.of(worker);
                           for (std::int64_t row = begin; row < end; ++row)
                             if (const std::int64_t leaf = tree.leaf_of_row[row]; leaf >= 0) own.add(leaf, row);
                           if (tree.sample)
                             for (std::int64_t row = begin; row < end; ++row)
                               if (tree.leaf_of_row[row] < 0) tree.leaf_of_row[row] = leaf_by_bins(tree, row);
                         });
  totals.add_up();
}

void further_leaf_sums(Context& context, TreeMemory& tree) {
  const WorkerTotals totals(context, tree);
  sum_sampled_rows(context, tree, totals);
  totals.add_up();
}

void set_leaves(Context&, TreeMemory& memory) {
  const TreeState& tree = *memory.state;
  const LeafUnits units = leaf_units(memory);
  for (std::int32_t i = 0; i < tree.committed_count; ++i) set_leaf(tree, tree.committed[i], units);
}

LINDEN_LEVEL_END
}  // namespace linden
