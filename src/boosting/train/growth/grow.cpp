#include "boosting/train/growth/grow.hpp"

#include <algorithm>
#include <limits>

#include "backend/comms.hpp"
#include "backend/tree/grow_queue.hpp"
#include "backend/tree/growth_rules.hpp"
#include "backend/tree/tree_math.hpp"
#include "base/fail.hpp"
#include "boosting/model/config/config.hpp"

namespace linden {

GrowthLimits growth_limits(const BoostingConfig& config) {
  GrowthLimits limits;
  limits.level_wise = config.growth == Growth::level_wise;
  limits.l1 = config.l1;
  limits.l2 = config.l2.value();
  limits.min_gain = config.min_gain;
  limits.learning_rate = config.learning_rate;
  limits.max_delta_step = config.constraints.max_delta_step;
  limits.intermediate = config.constraints.monotone_method == MonotoneMethod::intermediate;
  limits.path_smooth = config.regularization.path_smooth;
  limits.extra_trees = config.regularization.extra_trees;
  if (config.growth == Growth::oblivious) {
    limits.oblivious = true;
    limits.max_depth = levels_of(config);
    limits.max_leaves = 1 << limits.max_depth;
    limits.min_child_weight = 0;  // leaves may be empty
    limits.min_rows_in_leaf = 0;
  } else {
    limits.max_depth = config.max_depth;
    limits.max_leaves = config.max_leaves.value();
    limits.min_child_weight = config.min_child_weight;
    limits.min_rows_in_leaf = config.min_rows_in_leaf.value();
  }
  return limits;
}

namespace {

// What other machines add to the sums of a step, where rows lie there; each rank then makes the same tree.
void add_roots(const Backend& on, Context& context, RootSums& root) {
  std::int64_t sums[] = {root.rows, root.gradient, root.curvature, root.magnitude};
  sum_over_ranks(on.memory, context, sums, std::ssize(sums));
  root = {sums[0], sums[1], sums[2], sums[3]};
}

// The sums of what `histogram` and `count_bins` have summed, each rank's features on that rank.
MessageShape add_histograms(const Backend& on, Context& context, TreeMemory& tree) {
  const MessageShape shape = on.tree.pack(context, tree);
  if (shape.nodes == 0) return shape;
  std::vector<std::int64_t> counts;
  for (std::int32_t rank = 0; rank < tree.ranks; ++rank)
    counts.push_back(shape.nodes * words_of_node(shape, tree.rank_cells_here[rank + 1] - tree.rank_cells_here[rank]));
  context.comms->reduce_scatter(context, tree.message, counts);
  on.tree.unpack(context, tree, shape);
  return shape;
}

// The best splits of all ranks, of which each has found those of its own features.
void agree_on_splits(const Backend& on, Context& context, TreeMemory& tree, const TreeMemory& counted,
                     const MessageShape& shape) {
  on.tree.tell_splits(context, tree, counted, shape);
  constexpr std::int64_t doubles = sizeof(RankSplit) / sizeof(double);  // which are copied, and no more
  context.comms->gather(context, reinterpret_cast<const double*>(tree.rank_splits), doubles * (1 + shape.new_nodes),
                        reinterpret_cast<double*>(tree.rank_splits + 1 + shape.new_nodes));
  on.tree.take_splits(context, tree, shape);
}

// A GPU says late that a tree is done, and not each rank's at the same step: the first ends it for all.
bool is_done(const Backend& on, Context& context, const TreeMemory& tree, bool done) {
  if (!tree.ends_late) return done;
  double any = done ? 1 : 0;
  max_over_ranks(on.memory, context, &any, 1);
  return any > 0;
}

}  // namespace

void widen(const Backend& on, Context& context, GradientRange& range) {
  double maxima[] = {range.max_gradient, range.max_curvature};
  max_over_ranks(on.memory, context, maxima, std::ssize(maxima));
  range.max_gradient = maxima[0];
  range.max_curvature = maxima[1];
}

void plant(const Backend& on, Context& context, TreeMemory& tree) {
  widen(on, context, tree.range);
  for (const bool wide : {false, true}) {
    set_units(tree, wide);
    tree.root = on.tree.quantise(context, tree);
    add_roots(on, context, tree.root);
    if (!are_coarse(tree.root)) break;
  }
  on.tree.begin(context, tree);
}

namespace {

// A tree of its own, as the loop sees it.
struct OneTree {
  const TreeKernels& kernels;
  Context& context;
  TreeMemory& tree;

  TreeMemory& first() const { return tree; }
  void histogram() const { kernels.histogram(context, tree); }
  void split() const { kernels.split(context, tree); }
  bool expand_apart() const { return kernels.expand_apart(context, tree); }
  void partition() const { kernels.partition(context, tree); }
  // Calls step(tree) for each plane.
  template <class Step>
  void each(const Step& step) const {
    step(tree);
  }
};

// A tree of several planes.
struct AllPlanes {
  const TreeKernels& kernels;
  Context& context;
  const PlaneTask& task;

  TreeMemory& first() const { return *task.planes[0]; }
  void histogram() const { kernels.histogram_planes(context, task); }
  void split() const { kernels.split_planes(context, task); }
  bool expand_apart() const { return false; }
  void partition() const { kernels.partition_planes(context, task); }
  template <class Step>
  void each(const Step& step) const {
    for (std::int32_t p = 0; p < task.count; ++p) step(*task.planes[p]);
  }
};

// The loop.
template <class Planes>
void grow_nodes(const Backend& on, Context& context, const Planes& tree) {
  const TreeKernels& kernels = on.tree;
  const bool has_ranks = context.comms != nullptr;
  const auto search_new_nodes = [&] {
    tree.histogram();  // the smaller of each pair
    MessageShape shape;
    tree.each([&](TreeMemory& plane) {
      if (plane.planes >= 0 && counts_rows(plane)) kernels.count_bins(context, plane);
      if (has_ranks) shape = add_histograms(on, context, plane);
      kernels.subtract(context, plane);  // the larger
    });
    if (tree.first().rules.draws()) kernels.admit(context, tree.first());  // the features of each
    tree.split();                                                          // the best split of each
    if (has_ranks) tree.each([&](TreeMemory& plane) { agree_on_splits(on, context, plane, tree.first(), shape); });
  };
  const auto select = [&] {
    bool done = false;
    tree.each([&](TreeMemory& plane) {
      const bool own = kernels.select(context, plane);
      if (&plane == &tree.first()) done = own;
    });
    return is_done(on, context, tree.first(), done);
  };
  search_new_nodes();
  while (!select()) {
    if (tree.expand_apart()) continue;
    tree.partition();  // the rows of the selected leaves
    tree.each([&](TreeMemory& plane) { kernels.expand(context, plane); });
    search_new_nodes();
  }
}

}  // namespace

void grow(const Backend& on, Context& context, TreeMemory& tree) {
  const TreeKernels& kernels = on.tree;
  if (context.comms != nullptr && tree.renewal.level > 0)
    fail<ArgumentError>(
        "fit_boosted: leaves that are order statistics, as those of the losses quantile and absolute, are not found "
        "over rows on several machines or GPUs. Hint: huber is like absolute, and its leaves are sums.");
  plant(on, context, tree);
  grow_nodes(on, context, OneTree{kernels, context, tree});
  kernels.leaf_sums(context, tree);
  sum_over_ranks(context, tree.leaf_totals, 2 * std::int64_t{tree.limits.max_leaves});
  kernels.set_leaves(context, tree);
  if (tree.renewal.level > 0) kernels.renew(context, tree);
  if (tree.limits.intermediate) kernels.order_leaves(context, tree);
}

void grow_planes(const Backend& on, Context& context, const PlaneTask& task) {
  const AllPlanes planes{on.tree, context, task};
  planes.each([&](TreeMemory& plane) { plant(on, context, plane); });
  grow_nodes(on, context, planes);
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
    out.gain = is_forced(node.split) ? std::max(node.split.forced_gain, 0.0) : node.split.gain;
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
