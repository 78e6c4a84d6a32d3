// What a tree is grown from. The host fills it in; arrays lie in the memory of the device, and kernels only read them.
#pragma once

#include <cstdint>

namespace linden {

/// The largest |gradient| and the largest curvature of an output, for its quantisation.
struct GradientRange {
  double max_gradient = 0;
  double max_curvature = 0;
  std::int64_t first_bad_row = -1;  ///< the first row whose gradient or curvature is not finite, or -1
};

/// How a feature's bins lie in a histogram.
struct FeatureBins {
  std::int32_t first_cell = 0;  ///< of bin 0 in the histogram of a node
  std::int32_t bins = 0;        ///< 2 .. 256, of wide features up to 65,535, the bin of missing values included
  bool has_missing = false;     ///< whether the last bin is that of missing values
  bool categorical = false;
  std::uint8_t usual_bin = 0;  ///< sparse: of the rows that have no entry
  std::int8_t monotone = 0;    ///< 1: values never fall where it grows, -1: never rise, 0: as they like; numeric alone
  bool one_hot = false;        ///< categorical: whether splits are by one bin against the rest
  std::int32_t source = 0;     ///< the data's feature: of equal gains, the lowest wins
  double trusted_rows = 0;     ///< categorical: rows from which on a category speaks for itself (category_bins.hpp)
};

/// The entries of sparse features: the rows that do not lie in their feature's usual bin, twice, by row and by feature.
/// Features are numbered from 0 here; among all features they follow the dense ones.
struct SparseBins {
  std::int32_t features = 0;
  std::int64_t entries = 0;
  const std::int64_t* row_first = nullptr;      ///< [rows + 1]
  const std::int32_t* row_features = nullptr;   ///< [entries], ascending within a row
  const std::int64_t* feature_first = nullptr;  ///< [features + 1]
  const std::uint32_t* feature_rows = nullptr;  ///< [entries], ascending within a feature
  const std::uint8_t* feature_bins = nullptr;   ///< [entries]
};

/// Features of more than 256 bins, which are numbers; among all features they follow the sparse ones.
struct WideBins {
  std::int32_t features = 0;
  std::int32_t most_bins = 0;                 ///< of any of them
  const std::uint16_t* by_feature = nullptr;  ///< [features, rows]
};

/// All rows as bins, twice: row by row for histograms, feature by feature for partition. Features that lie mostly in
/// one bin are kept apart, by their other rows; so are those whose bins are more than a byte counts.
struct BinsView {
  std::uint8_t* by_row = nullptr;  ///< row r at by_row + r * row_stride
  std::int64_t row_stride = 0;
  std::uint8_t* by_feature = nullptr;  ///< feature f at by_feature + f * rows
  std::int64_t rows = 0;
  std::int32_t features = 0;   ///< dense ones
  std::int32_t cells = 0;      ///< of a histogram: the bins of all dense features
  std::int32_t most_bins = 0;  ///< of any dense feature
  bool constrained = false;    ///< whether any feature is monotone: leaves then have bounds
  SparseBins sparse;
  WideBins wide;
  const FeatureBins* feature = nullptr;  ///< [features + sparse.features + wide.features]
};

/// Levels of an oblivious tree, at most.
inline constexpr int most_levels = 16;

/// The fields of BoostingConfig that shape a tree.
struct GrowthLimits {
  bool level_wise = false;
  bool oblivious = false;  ///< all nodes of a level have one split (level_math.hpp), and leaves may have no rows
  std::int32_t max_leaves = 31;
  std::int32_t max_depth = 0;
  double l1 = 0;
  double l2 = 1;
  double min_gain = 0;
  double min_child_weight = 0;
  std::int64_t min_rows_in_leaf = 1;
  double learning_rate = 0.1;
  double max_delta_step = 0;  ///< of a leaf value, without the learning rate; 0: no bound
  double path_smooth = 0;     ///< rows that the value of the parent counts as in that of a node
  bool extra_trees = false;   ///< whether each feature is tried at one cut alone, a random one
  bool intermediate = false;  ///< whether the sides of a monotone split are bounded by each other's values, and leaves
                              ///< put in order when the tree is done; else by the value between them
};

/// A split that a node of every tree must have, where it leaves enough on both sides. The set of bins that go left says
/// nothing of missing values where these go by what they gain.
struct ForcedNode {
  std::int32_t feature = -1, bin = -1;  ///< bin: as in Split
  std::int32_t left = -1, right = -1;   ///< those of its children, or -1
  std::uint64_t left_bins[4] = {};
};

/// What else decides which splits a tree has. Arrays are over all features of the bins; null is no rule.
struct GrowthRules {
  std::uint64_t key = 0;  ///< of the tree: its draws come from it
  // Groups of features: those on the way to a node have one in common.
  std::int32_t group_words = 0;
  const std::uint64_t* groups = nullptr;  ///< [features, group_words]: the groups of a feature, as bits
  // Draws among the features of the tree.
  double by_level = 1, by_node = 1;  ///< shares of them
  const double* weights = nullptr;   ///< [features]
  // What becomes of gains.
  bool charges = false;                   ///< whether anything does
  double split_cost = 0;                  ///< for each row of the node
  const double* feature_costs = nullptr;  ///< [features]: of a feature that is not on the way to the node
  const double* gain_factors = nullptr;   ///< [features]
  double monotone_penalty = 0;  ///< splits by monotone features gain less, by this share in the root, by half of it a
                                ///< level below, and so on; from 1 on they gain nothing
  const ForcedNode* forced = nullptr;  ///< the first is that of the root

  bool draws() const { return by_level < 1 || by_node < 1; }
};

/// What leaf values are renewed from, for losses that need it.
struct Renewal {
  double level = 0;                 ///< in (0, 1); 0: leaves keep their Newton steps
  const double* labels = nullptr;   ///< [bins.rows]
  const double* weights = nullptr;  ///< [bins.rows], or null for all one
  double weight_unit = 1;           ///< a power of two: weights are added up in whole units
  const double* scores = nullptr;   ///< [bins.rows] of the tree's output, before the tree
};

/// Sums over the sampled rows of all machines: what the root begins with, and what tells whether 15 bits do.
struct RootSums {
  std::int64_t rows = 0;
  std::int64_t gradient = 0, curvature = 0;  ///< quantised
  std::int64_t magnitude = 0;                ///< of |gradient|
};

struct TreeInput {
  BinsView bins;
  GrowthLimits limits;
  GrowthRules rules;
  Renewal renewal;

  const float* gradients = nullptr;   ///< [bins.rows]
  const float* curvatures = nullptr;  ///< [bins.rows]
  GradientRange range;
  const std::uint32_t* sample = nullptr;  ///< ascending rows of the sample, or null for all rows
  std::int64_t sample_rows = 0;
  const std::int32_t* features = nullptr;  ///< ascending features of this tree
  std::int32_t feature_count = 0;
  /// [bins.sparse.features + bins.wide.features]: whether this tree may split by it.
  const std::uint8_t* apart_use = nullptr;

  // Quantisation: value = q * unit, units are powers of two.
  bool wide = false;  ///< 24-bit entries
  double gradient_unit = 1, curvature_unit = 1;
  std::int64_t max_curvature = 0;  ///< the largest quantised curvature of a row
  RootSums root;
};

}  // namespace linden
