// The seam of boosting: everything that growing trees asks of a device, as one table of functions over plain memory.
//
// The loops that call it stand in src/boosting (grow.cpp, fit.cpp). The CPU's table is src/cpu/tree/table.cpp,
// the GPU's src/cuda/tree/table.cpp. A tree grows in TreeMemory (tree/tree_state.hpp), made once for a fit.
//
// Tasks themselves, LossSpec with its program and lists of FeatureCuts are the host's; the arrays behind them (and what
// a comment says so of) are the device's.
#pragma once

#include <cstdint>

#include "backend/context.hpp"
#include "backend/math/host_device.hpp"
#include "backend/math/philox.hpp"
#include "backend/loss/cox_loss.hpp"
#include "backend/loss/row_losses.hpp"
#include "backend/rows_view.hpp"
#include "backend/tree/bin_forest.hpp"
#include "backend/tree/bin_value.hpp"
#include "backend/tree/byte_forest_view.hpp"
#include "backend/tree/forest_view.hpp"
#include "backend/tree/planes.hpp"
#include "backend/tree/rank_message.hpp"
#include "backend/tree/row_weights.hpp"
#include "backend/tree/sketch.hpp"
#include "backend/tree/tree_state.hpp"

namespace linden {

/// The `wanted` of the items 0 .. count - 1 with the smallest random numbers (of equal ones the first), ascending.
/// Item i has word i % 4 of the draw i / 4 for this use in this round (the tree's): the sample depends on nothing else.
struct SampleTask {
  std::uint64_t seed = 0;
  Draw use = Draw::rows;
  std::uint32_t round = 0;
  std::int64_t count = 0, wanted = 0;  ///< count > 0, 0 < wanted <= count
  std::uint32_t* sample = nullptr;     ///< out [wanted]
};

/// Gradient and curvature of every row, for all outputs. Arrays are [outputs, rows], output-major.
struct GradientTask {
  LossSpec loss;
  std::int64_t rows = 0;
  const double* scores = nullptr;
  const double* labels = nullptr;   ///< [rows]
  const double* weights = nullptr;  ///< [rows], or null for all one
  float* gradients = nullptr;       ///< d loss / d score, times the weight, rounded from double
  float* curvatures = nullptr;      ///< the diagonal second derivative, times the weight, never negative
  GradientRange* ranges = nullptr;  ///< [outputs], the host's, out: what quantise scales by
};

/// The same for a loss of groups: ranking.
struct GroupGradientTask {
  GradientTask row;  ///< its loss is of LossKind::group; labels are whole numbers that it takes
  std::int64_t groups = 0, longest = 0;
  const std::int64_t* starts = nullptr;  ///< [groups + 1]: group g is the rows starts[g] .. starts[g + 1] - 1
  const double* scales = nullptr;        ///< [groups], of losses of pairs: what weights are multiplied by
  const double* discounts = nullptr;     ///< [longest], of losses of pairs: rank_discount
  /// [longest], or null: by the place of a row in its group, added to scores; moved a step when the gradients are
  /// known.
  double* biases = nullptr;
  double bias_rate = 0;
  std::uint64_t seed = 0;  ///< of what xendcg draws
  std::uint32_t round = 0;
  void* scratch = nullptr;  ///< group_scratch() bytes of the host's
};

/// The same for a loss of survival.
struct SurvivalGradientTask {
  GradientTask row;                ///< its loss is of LossKind::survival; labels are the lower bounds of times
  const double* uppers = nullptr;  ///< [rows], of losses of single rows: the upper bounds
  RiskSets sets;                   ///< of Cox's
  double* memory = nullptr;        ///< [CoxMemory::doubles(rows)], likewise: what is there does not matter
};

/// Raw values to bins, for all dense features: fills bins.by_feature and, unless it is null, bins.by_row from row
/// `first_row` of the bins on.
struct BinTask {
  RowsView rows;
  const FeatureCuts* features = nullptr;  ///< [rows.features]
  BinsView bins;
  std::int64_t first_row = 0;  ///< where rows[0] goes
};

/// Adds the trees of a forest, in order, to the scores of rows: scores [outputs, rows], output-major.
struct PredictTask {
  ForestView forest;
  RowsView rows;
  std::int64_t first_row = 0, row_count = 0;  ///< of `rows`; scores[0] belongs to first_row
  std::int64_t score_stride = 0;              ///< between outputs
  double* scores = nullptr;                   ///< null: do not sum
  std::int32_t* leaves = nullptr;             ///< out [row_count, trees]: leaf numbers; null: do not ask
  void* scratch = nullptr;    ///< predict_scratch() bytes of the host's; zeros, and left so by sparse rows
  ByteForestView bytes = {};  ///< the same forest, where the table asks for it and it is made
};

/// Adds finished trees, in order, to the scores of rows that are there as bins (bins.by_row is not read).
struct AddTreesTask {
  BinForestView forest;
  BinsView bins;
  double* scores = nullptr;  ///< [outputs, bins.rows], output-major
};

struct WholeSum;  // tree/leaf_moments.hpp

/// How features and gradients go together in each leaf of a finished tree.
struct LeafMomentsTask {
  RowsView rows;  ///< all rows of the tree, dense
  std::int32_t leaves = 0;
  std::int32_t width = 0;                  ///< features of a leaf, at most; 1 .. most_leaf_features
  const std::int32_t* features = nullptr;  ///< [leaves, width], of `rows`: those of a leaf, and then -1
  std::uint64_t* peaks = nullptr;          ///< out [leaves, MomentsLayout::peaks()]
  WholeSum* sums = nullptr;                ///< out [leaves, MomentsLayout::sums()]
};

struct TreeKernels {
  /// Leaves expanded at once, at most (a tree does not depend on it).
  std::int32_t (*leaf_wise_batch)(Context&);
  std::int32_t level_wise_batch;
  /// How many trees of a round may grow side by side, each on a thread of its own.
  std::int32_t (*side_by_side)(Context&);
  /// What the histograms of open leaves may take.
  std::int64_t (*histogram_bytes)(Context&);
  /// What the kernels keep for themselves in TreeMemory::scratch, given its capacities.
  std::int64_t (*scratch_bytes)(Context&, const TreeMemory&);

  /// Draws the rows that the trees of a round see (and, with the CPU's table, the features).
  void (*sample)(Context&, const SampleTask&);
  /// Fills the magnitudes; returns what they add up to, in units of sum_unit(1, rows).
  std::int64_t (*magnitudes)(Context&, const MagnitudeTask&);
  void (*count_digits)(Context&, const DigitTask&);
  void (*mark_drawn)(Context&, const MarkTask&);
  void (*weigh_rows)(Context&, const RowWeightTask&);
  void (*scale_rows)(Context&, const ScaleTask&);
  /// Returns how many rows there are.
  std::int64_t (*collect_rows)(Context&, const CollectTask&);
  void (*bin)(Context&, const BinTask&);
  void (*gradients)(Context&, const GradientTask&);
  void (*group_gradients)(Context&, const GroupGradientTask&);
  /// Bytes of scratch memory that group_gradients wants for groups of so many rows. On a GPU 0.
  std::int64_t (*group_scratch)(Context&, std::int64_t longest);
  /// Planes of gradients that stand for those of all outputs (sketch.hpp).
  void (*sketch)(Context&, const SketchTask&);
  void (*survival_gradients)(Context&, const SurvivalGradientTask&);
  /// Rounds the gradients of the sampled rows to integers in the tree's units, and adds them up.
  RootSums (*quantise)(Context&, TreeMemory&);
  /// Makes TreeState anew, with the root alone.
  void (*begin)(Context&, TreeMemory&);
  /// Sums the gradients of the new nodes by bin: of the smaller child of each pair, or of both where the parent's
  /// histogram is gone.
  void (*histogram)(Context&, TreeMemory&);
  /// The same for a tree of several planes.
  void (*histogram_planes)(Context&, const PlaneTask&);
  /// Where rows are to be counted by bin: counts those of the new nodes (TreeMemory::exchange), or, where rows lie on
  /// several machines, of the nodes that `histogram` has summed (TreeMemory::slot_rows).
  void (*count_bins)(Context&, TreeMemory&);
  /// Only where rows lie on several machines: writes what `histogram` and `count_bins` have summed to the message to
  /// all ranks.
  MessageShape (*pack)(Context&, TreeMemory&);
  /// Takes from it what is of the rank's own features, when that is sums over all rows.
  void (*unpack)(Context&, TreeMemory&, const MessageShape&);
  /// The larger child's histogram, and its rows by bin: the parent's minus the smaller one's.
  void (*subtract)(Context&, TreeMemory&);
  /// Only where features are drawn by level or by node: draws those that each new node may split by.
  void (*admit)(Context&, TreeMemory&);
  /// The best split of every new node; where rows lie on several machines, that of the rank's own features.
  void (*split)(Context&, TreeMemory&);
  /// The same for a tree of several planes, each of which gets the split.
  void (*split_planes)(Context&, const PlaneTask&);
  /// Commits finished splits in the order of growth and picks the leaves to expand next; true when the tree is done
  /// (a GPU says so a few steps later, and does nothing from then on).
  bool (*select)(Context&, TreeMemory&);
  /// Where the selected leaves are best expanded apart, a thread at each: does all that is to be done with them, from
  /// `partition` to `split` of their children. Else does nothing, and says false.
  bool (*expand_apart)(Context&, TreeMemory&);
  /// Divides the rows of the selected leaves, and counts what goes left: left_entries.
  void (*partition)(Context&, TreeMemory&);
  /// The same for a tree of several planes.
  void (*partition_planes)(Context&, const PlaneTask&);
  /// Whether planes have their rows in the entries of the first one; if so these are counted when they are needed. Else
  /// each has its own, and split_planes finds the rows counted by bin in TreeMemory::exchange of the first.
  bool planes_share_entries;
  /// Makes the two children of each of them, which have the rows that go left and the rest.
  void (*expand)(Context&, TreeMemory&);
  /// The leaf of every row, and leaf_totals: exact sums of the unrounded gradients over each leaf.
  void (*leaf_sums)(Context&, TreeMemory&);
  /// leaf_totals of other gradients, those that TreeMemory points to now, when leaf_sums has found the leaves of rows.
  void (*further_leaf_sums)(Context&, TreeMemory&);
  /// The leaf values from these.
  void (*set_leaves)(Context&, TreeMemory&);
  /// Replaces the leaf values by learning_rate times the order statistic at renewal.level of the residuals, label -
  /// score, of the leaf's rows in the sample (order_statistic.hpp has the definition); l1 and l2 do not apply. A leaf
  /// whose rows all have weight zero gets 0.
  void (*renew)(Context&, TreeMemory&);
  /// Only where bounds are intermediate: moves leaf values so that none goes against a monotone feature.
  void (*order_leaves)(Context&, TreeMemory&);
  /// Adds the value of each row's leaf to its score.
  void (*update)(Context&, TreeMemory&, double* scores);
  /// The same for finished trees, of any rows: to the last bit what update adds.
  void (*add_trees)(Context&, const AddTreesTask&);
  void (*predict)(Context&, const PredictTask&);
  /// Bytes of scratch memory that predict wants. On a GPU 0.
  std::int64_t (*predict_scratch)(Context&, const PredictTask&);
  /// Whether predict is the faster for PredictTask::bytes.
  bool predicts_over_bytes;
  /// Only where leaves are linear, and after leaf_sums: over the rows of the sample.
  void (*leaf_moments)(Context&, const TreeMemory&, const LeafMomentsTask&);
  /// Only where rows lie on several machines: writes the list of the best splits of the rank's features. `counted`: the
  /// plane whose rows are counted.
  void (*tell_splits)(Context&, TreeMemory&, const TreeMemory& counted, const MessageShape&);
  /// Gives every new node the best split of all lists.
  void (*take_splits)(Context&, TreeMemory&, const MessageShape&);
};

/// The CPU's table for this machine's instruction level (LINDEN_ISA=v2, v3 or v4 in the environment forces one).
const TreeKernels& cpu_tree_kernels();

}  // namespace linden
