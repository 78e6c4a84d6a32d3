// What a boosted model is made of: the configuration of its training.
//
//     BoostingConfig config{.loss = loss::logistic(), .rounds = 500, .learning_rate = 0.05, .max_leaves = 31};
//     set_field(config, "constraints.monotone", "age=1");
#pragma once

#include <cstdint>
#include <iosfwd>
#include <linden/data.hpp>
#include <linden/export.hpp>
#include <linden/loss.hpp>
#include <linden/options.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace linden {

/// Which leaf is split next.
enum class Growth {
  leaf_wise,   ///< the one with the largest gain
  level_wise,  ///< all of a level before the next
  /// All of a level, by the split that gains most in all of them together: one feature, threshold (or set of
  /// categories) and direction for missing values a level. Trees have max_depth levels, 1 .. 16, 6 for 0. A leaf may be
  /// without rows, and is then 0 (with path_smooth what its parent is), so that min_rows_in_leaf, min_child_weight,
  /// max_leaves, monotone constraints, forced splits, feature_sampling.by_node, linear leaves, one tree for all outputs
  /// and features of more than 256 bins do not go with it. min_gain and costs are those of a level, and a level draws
  /// its features. Features of sparse rows take the memory of dense ones. Such models predict fastest.
  oblivious
};

/// A split that trees begin with, and those that follow on its sides:
///
///     ForcedSplit first{.feature = "age", .threshold = 30, .left = {{.feature = "fare", .threshold = 8.5}}};
///
/// A value goes left as far as the first cut point of the bins that is not below the threshold; missing ones go where
/// that gains more. As text it is JSON, {"feature":"age","threshold":30,"left":{...},"right":{...}}, with
/// "categories":["red"] in place of a threshold for categories.
struct ForcedSplit {
  std::string feature = {};
  double threshold = 0;                      ///< of numbers
  std::vector<std::string> categories = {};  ///< of categories: those that go left
  std::vector<ForcedSplit> left = {};        ///< none, or one
  std::vector<ForcedSplit> right = {};       ///< likewise
};

/// How the values on both sides of a split by a monotone feature are kept apart.
enum class MonotoneMethod {
  basic,        ///< by the value in the middle between them, for all splits below
  intermediate  ///< by each other's values; leaves that pass one another further down share a value in the end. Trees
                ///< lose less by their constraints, and take a little longer
};

/// What the trees must keep to.
struct Constraints {
  /// Which way scores may go as a feature rises and all others stay: 1 up, -1 down, 0 (or not named) both. It holds
  /// exactly, for every tree and every output of the model (of softmax each class's score, not its probability),
  /// between any two numbers; a missing value is none. Features of categories have no order, and are refused.
  FeatureValues monotone = {};
  MonotoneMethod monotone_method = MonotoneMethod::basic;  ///< intermediate wants max_leaves <= 1,024
  /// Splits by monotone features gain less near the root: of the gain at depth d there is left 1 - p / 2^d for a
  /// penalty p up to 1, and 1 - 2^(p - 1 - d), if anything, for larger ones, so that they bar them from the first p
  /// levels. >= 0
  double monotone_penalty = 0;
  /// Groups of features: those on the way to a leaf are all in one of them. A feature that is in no group stands alone
  /// on its way. {{"age", "income"}, {"income", "city"}}; as text "age,income;income,city", or "none".
  FeatureGroups interactions = {};
  double max_delta_step = 0;  ///< the most that |leaf value| may be, without the learning rate; 0: no bound
  /// None, or the split of the root. One that leaves too few rows on a side, or goes against a monotone feature, is
  /// left out, with all below it.
  std::vector<ForcedSplit> forced_splits = {};
};

/// Draws of the features that a node may split by, among those of the tree (feature_fraction): first of a share for
/// each level of the tree, then of a share of these for each node, of those that interactions allow there; at least
/// one of each.
struct FeatureSampling {
  double by_level = 1;         ///< (0, 1]
  double by_node = 1;          ///< (0, 1]
  FeatureValues weights = {};  ///< how likely each is to be drawn, of feature_fraction's draw too, >= 0; not named: 1
};

/// What splits cost, off their gains.
struct SplitCosts {
  double split = 0;                 ///< for each row of the node that is split, >= 0
  FeatureValues features = {};      ///< of a feature that no tree of an earlier round and no split above has, >= 0
  FeatureValues gain_factors = {};  ///< of the gains of a feature, before costs, >= 0; not named: 1
};

/// What makes trees differ less from node to node, or more from tree to tree.
struct Regularization {
  /// The value of a node is drawn towards that of its parent, which counts as so many rows; 0: not at all. Not for
  /// losses whose leaves are order statistics.
  double path_smooth = 0;
  bool extra_trees = false;  ///< whether each feature of a node is tried at one cut alone, drawn among those in it
};

/// Leaves that are linear functions of the numbers that were split by on the way to them, {.enabled = true}.
///
/// A leaf's slopes are the ridge regression of its rows' Newton steps on these features, each row weighed by its
/// curvature, each feature by its spread in the leaf, so that units do not matter. They add to the constant leaf: at
/// the means of its rows a leaf is worth what it would be without slopes. A value that is missing or infinite counts as
/// the mean of its feature in the leaf. A feature that is constant in a leaf, or a combination of others there, has no
/// slope; categories have none. Splits are found as for constant leaves.
///
/// Training keeps the values of all rows at hand: on the CPU those of the data, on a GPU a copy in its memory, of the
/// validation sets, too. Not for sparse training data, losses whose leaves are order statistics, monotone constraints,
/// bounded steps and smoothed leaves.
struct LinearLeaves {
  bool enabled = false;
  double l2 = 1;         ///< penalty on (slope * the feature's standard deviation in the leaf)^2 / 2, >= 0
  int max_features = 8;  ///< slopes of a leaf at most, 1 .. 16: of the features whose splits on its way gained most
  bool clamp = true;     ///< whether a value far from those of a leaf's rows, by more than what lies between the least
                         ///< and the largest of them, counts as one at that distance
};

/// How the rows are drawn that the trees of a round are grown from. Rows that are not drawn cost no time. What is drawn
/// depends on the seed, the round, the number of a row and (goss, mvs) the gradients, and on nothing else.
enum class Sampling {
  uniform,     ///< row_fraction of the rows
  groups,      ///< row_fraction of the groups, each as a whole
  stratified,  ///< row_fraction of the rows of each class; of class 1 and class 0 also times a fraction of their own
  goss,        ///< the rows with the largest gradients, and some of the others, which weigh more instead
  mvs,         ///< row_fraction of the rows, each with a chance that grows with its gradient, and weighs 1 / chance
  bayesian,    ///< all rows, with random weights: the Bayesian bootstrap
  poisson      ///< each row as often as a Poisson number of mean row_fraction says: the bootstrap
};

/// {.kind = Sampling::goss, .top_fraction = 0.1}. A field that the kind does not ask for is refused unless it has its
/// default.
struct RowSampling {
  Sampling kind = Sampling::uniform;
  /// goss: the share of the rows that are always there, those whose |gradient * curvature| is the largest (summed over
  /// outputs), [0, 1); the two shares together are less than 1. The first 1 / learning_rate rounds see all rows.
  double top_fraction = 0.2;
  /// goss: the share of the rows that are drawn from the others, (0, 1). They weigh (1 - top) / other.
  double other_fraction = 0.1;
  double positive_fraction = 1;  ///< stratified, two classes: of the rows of class 1, (0, 1]; times row_fraction
  double negative_fraction = 1;  ///< stratified, two classes: of the rows of class 0, (0, 1]; times row_fraction
  /// mvs: chances are in proportion to sqrt(|gradient|^2 + (regularization * the mean of |gradient|)^2), >= 0. The
  /// larger it is the more alike they are; with 0 a row whose gradient is 0 is never drawn, whatever its curvature.
  double regularization = 1;
  /// bayesian: weights are powers of exponential numbers of mean 1, > 0. At 1 they are these numbers, near 0 all alike.
  double temperature = 1;
};

/// How the trees of a model come about.
enum class Mode {
  boosting,  ///< each round corrects the sum of those before it
  dart,      ///< the same, but each round takes some of the rounds before it for not there, and shares their weight
  forest     ///< every tree starts from the same constant, and the model is their mean: a random forest
};

/// Of dart: the rounds that a round drops, each as likely as the others, or in proportion to its weight.
enum class DropBy { uniform, weight };

/// Of dart: what is weighed by what, where a round of learning rate r drops k others.
enum class Normalization {
  tree,    ///< the new one by 1 / (k + r), those that were dropped by k / (k + r)
  forest,  ///< both by 1 / (1 + r)
  paper    ///< the new one by 1 / (k + 1), those that were dropped by k / (k + 1)
};

/// {.kind = Mode::dart, .drop_rate = 0.1}. A field that the kind does not ask for is refused unless it has its default.
struct TrainingMode {
  Mode kind = Mode::boosting;
  /// boosting, dart: trees of a round for each output, which start from the same scores and are averaged, 1 .. 10,000.
  /// More than one want rows or features to be drawn.
  int parallel_trees = 1;
  double drop_rate = 0.1;  ///< dart: the chance of a round to be dropped, (0, 1]
  int max_drop = 50;       ///< dart: rounds that are dropped at most, 0 .. 1,000,000; 0: no limit
  double skip_drop = 0.5;  ///< dart: the chance that nothing is dropped, [0, 1)
  bool one_drop = false;   ///< dart: whether at least one round is dropped, unless the drop is skipped
  DropBy drop_by = DropBy::uniform;
  Normalization normalization = Normalization::tree;
};

/// How the learning rate goes from learning_rate, in the first round, to its last value, in the last.
enum class Decay { none, linear, geometric };

/// {.decay = Decay::geometric, .last = 0.01}.
struct LearningRateSchedule {
  Decay decay = Decay::none;
  double last = 0.01;  ///< the rate of the last of the rounds that were asked for, (0, 1]
};

/// Of a loss with several outputs (classes, labels of a row): what trees add to.
enum class MultiStrategy {
  one_output_per_tree,  ///< a round has a tree for each output
  multi_output_tree     ///< a round has one tree, whose leaves have a value for each output
};

/// {.strategy = MultiStrategy::multi_output_tree}. One tree for all outputs makes models that are small and predict
/// fast; with many rows, or many outputs, its rounds take less time, too. A tree for each output learns more in as many
/// rounds (bench/results). A split of the one tree gains the sum of what it gains for each output, and min_child_weight
/// bounds the mean of their curvatures in a leaf. It knows no monotone features, forced splits, bounds, smoothing or
/// slopes of leaves, oblivious growth, features of more than 256 bins, nor losses whose leaves are order statistics;
/// sparse features are kept dense while it is trained. A loss with one output has the same trees either way.
struct MultiOutput {
  MultiStrategy strategy = MultiStrategy::one_output_per_tree;
  /// multi_output_tree: of more outputs than these, splits are sought by so many random sums of them, others in each
  /// tree; leaves have exact values for all. 1 .. 64
  int sketch = 20;
};

/// Cut points of a feature of numbers, {"age", {18, 65}}: values up to one, itself included, lie in another bin than
/// those above it.
struct FeatureCutPoints {
  std::string feature;  ///< its name, see Dataset::feature_names
  std::vector<double> cuts;
};

/// Those of some features. As text it is "age=18|65,fare=7.5", or "none"; names are written as in FeatureValues.
using CutPoints = std::vector<FeatureCutPoints>;

/// How the values of features are cut into bins. A bin has nearly as many rows as any other, unless a value alone has
/// more; of fewer distinct values than bins each has a bin of its own.
struct Binning {
  /// Of some features, in place of BoostingConfig::max_bins: {{"age", 64}, {"fare", 1000}}. A feature that has more
  /// than 256 takes two bytes a row, and several times as long as another; categories have no more.
  FeatureValues max_bins = {};
  /// Cuts that features have in any case; the bins that are left are quantiles of what lies between. One that divides
  /// no two values of the training rows is left out. A feature has room for as many as its bins less two.
  CutPoints cuts = {};
  /// Whether bins have nearly equal weights of rows, in place of equal numbers: a row of weight k is then cut as k
  /// rows. The weights are those of training, with class weights.
  bool weighted = false;
};

/// How trees read a feature of categories.
enum class CategoryEncoding {
  automatic,   ///< one of those below, by the number of its categories
  partition,   ///< a split parts the categories into two sets, found by the order of their mean gradients
  one_hot,     ///< a split parts one category from all others
  statistics,  ///< splits are of numbers: the mean label of the rows of the same category, and how many they are
};

/// The encoding of one feature.
struct FeatureEncoding {
  std::string feature = {};
  CategoryEncoding encoding = CategoryEncoding::automatic;
};

/// How trees read categories. With target statistics a feature of many categories becomes numbers: the mean label of
/// its category (of two classes the share of the second, of more one share each), drawn towards the mean of all rows,
/// and the sum of the weights of its rows. A training row is given the mean of the rows before it in a random order, so
/// that it does not know its own label; all other rows that of all training rows. Pairs and triples of features that
/// tell much together have statistics of their own. See BoostedModel::derived_features.
struct Categories {
  CategoryEncoding encoding = CategoryEncoding::automatic;
  /// Features with another encoding: {{"city", CategoryEncoding::statistics}}; as text "city=statistics,job=one_hot".
  std::vector<FeatureEncoding> by_feature = {};
  int one_hot_most = 4;  ///< automatic: one_hot for features of so many categories or fewer, missing counted, >= 0
  /// automatic, where labels are 2 to 16 classes (logistic, softmax and others of classes) and leaves are constants: as
  /// soon as a feature has more categories, it and all others that are not one_hot are read through statistics, >= 0.
  /// For all other labels, more classes and linear leaves partition is for any number of categories: of real labels it
  /// learns more, see docs/design.md.
  int partition_most = 255;
  /// statistics: features that have one together, 1 .. 3. All features of categories may take part, as soon as one is
  /// read through statistics.
  int combinations = 3;
  double prior_weight = 10;  ///< statistics: rows that the mean of all rows counts as in that of a category, > 0
};

/// Fields that are unset have the value in parentheses; but where `rounds` are unset, they and the other fields without
/// a value are chosen for small data, see with_defaults.
struct BoostingConfig {
  Loss loss = loss::automatic();   ///< chosen by the label, see default_loss
  std::optional<int> rounds = {};  ///< trees for each output, 1 .. 1,000,000 (100); see multi_output
  double learning_rate = 0.1;      ///< factor on every leaf value, (0, 1]; a forest has none, and takes 1 for it
  Growth growth = Growth::leaf_wise;
  std::optional<int> max_leaves = {};  ///< 2 .. 1,048,576 (31)
  int max_depth = 0;                   ///< splits on the way to a leaf, 1 .. 64; 0: no limit (oblivious: 1 .. 16; 0: 6)
  int max_bins = 256;                  ///< bins of a feature, the one for missing values counted, 4 .. 65,535; see bins
  double l1 = 0;                       ///< penalty on |leaf value|, >= 0 (quantile, absolute, mape: in splits only)
  std::optional<double> l2 = {};       ///< penalty on leaf value^2 / 2, >= 0 (1; 10 with target statistics of classes;
                                       ///< 0 for quantile, absolute and mape, where it bears on splits alone)
  double min_gain = 0;                 ///< a split must gain more than this, >= 0
  double min_child_weight = 1e-3;      ///< smallest sum of curvatures in a leaf, >= 0
  std::optional<int> min_rows_in_leaf = {};  ///< smallest number of rows in a leaf, >= 1 (20)
  std::optional<double> row_fraction = {};  ///< rows drawn without replacement for each round, (0, 1] (1); see sampling
  double feature_fraction = 1;              ///< features drawn without replacement for each tree, (0, 1]
  std::uint64_t seed = 0;                   ///< for all draws
  Constraints constraints = {};             ///< {.monotone = {{"age", 1}, {"income", -1}}}
  FeatureSampling feature_sampling = {};
  SplitCosts costs = {};
  Regularization regularization = {};
  LinearLeaves linear_leaves = {};     ///< {.enabled = true}
  RowSampling sampling = {};           ///< {.kind = Sampling::goss}
  TrainingMode mode = {};              ///< {.kind = Mode::dart, .drop_rate = 0.2}
  LearningRateSchedule schedule = {};  ///< {.decay = Decay::geometric, .last = 0.001}
  MultiOutput multi_output = {};       ///< {.strategy = MultiStrategy::multi_output_tree}
  Categories categories = {};          ///< {.encoding = CategoryEncoding::statistics}
  ClassWeights class_weights = {};     ///< {.balanced = true}, {.positive = 3}, {.by_class = {{"yes", 3}}}
  Binning bins = {};                   ///< {.max_bins = {{"age", 64}}, .cuts = {{"fare", {7.5, 30}}}}

  /// Throws ArgumentError naming the first field out of its range, its value and its bounds, or one that has no effect
  /// beside the others.
  LINDEN_API void check() const;
};

/// The configuration with all fields set, as fit_boosted trains with it on this data, but for max_leaves and
/// min_rows_in_leaf of oblivious trees, which know none; a field that has a value keeps it. Where `rounds` are unset
/// and the data small (50 rows or more, rows times outputs up to 10,000, that times features up to 400,000) small trees
/// are chosen, and so many rounds as have the best mean of the loss's metric over five folds: see docs/defaults.md. Not
/// for rankings, losses of your own, .start and other modes than boosting: they, larger data, and a configuration that
/// states its rounds, have the values that stand beside the fields. The log (linden/log.hpp) says what was chosen.
/// Throws what fit_boosted throws for configuration and data.
LINDEN_API BoostingConfig with_defaults(const BoostingConfig& config, const Dataset& train);

/// All fields in the order of their declaration, with their values, "automatic" where they are unset. The parameters of
/// the loss, where it has some, follow the loss: "loss.level". Those of a group have its name before them:
/// "constraints.monotone".
LINDEN_API std::vector<FieldInfo> fields(const BoostingConfig& config);

/// Sets a field by its name. Naming a loss gives its parameters their defaults; "loss.level" sets one of the loss that
/// the configuration has. Throws ArgumentError for an unknown name (with the nearest one), text that does not parse, or
/// a value out of range.
LINDEN_API void set_field(BoostingConfig& config, std::string_view name, std::string_view value);

/// One line: "loss = squared, rounds = 100, learning_rate = 0.1, ...". Fields of groups are there unless they have
/// their defaults.
LINDEN_API std::ostream& operator<<(std::ostream& out, const BoostingConfig& config);

}  // namespace linden
