// Gradient-boosted trees.
//
//     BoostedModel model = fit_boosted(train,
//         {.loss = loss::logistic(), .rounds = 500, .learning_rate = 0.05, .max_leaves = 31},
//         {.threads = 8, .valid = valid, .callbacks = {progress_bar(), early_stopping({.patience = 30})}});
//     model.save("clicks.json");
//     Tensor p = BoostedModel::load("clicks.json").predict(test);
//
// What the model is made of (BoostingConfig) and how it is run (FitOptions) are two structs: the same data and the
// same BoostingConfig give the same bytes, whatever the device and the number of threads.
#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <iosfwd>
#include <linden/callback.hpp>
#include <linden/data.hpp>
#include <linden/device.hpp>
#include <linden/error.hpp>
#include <linden/export.hpp>
#include <linden/loss.hpp>
#include <linden/metric.hpp>
#include <linden/options.hpp>
#include <linden/row_predictor.hpp>
#include <linden/tensor.hpp>
#include <linden/values.hpp>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
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
/// bounds the mean of their curvatures in a leaf. It knows no monotone features, forced splits, bounds or smoothing of
/// leaves, nor losses whose leaves are order statistics; sparse features are kept dense while it is trained. A loss
/// with one output has the same trees either way.
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
  int one_hot_most = 4;      ///< automatic: one_hot for features of so many categories or fewer, missing counted, >= 0
  int partition_most = 255;  ///< automatic: as soon as one has more, and labels are up to 16 classes, statistics; >= 0
  /// statistics: features that have one together, 1 .. 3. All features of categories may take part, as soon as one is
  /// read through statistics.
  int combinations = 3;
  double prior_weight = 1;  ///< statistics: rows that the mean of all rows counts as in that of a category, > 0
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
  std::optional<double> l2 = {};       ///< penalty on leaf value^2 / 2, >= 0 (1, but 0 for quantile, absolute, mape,
                                  ///< where it bears on splits only: leaves are order statistics that nothing shrinks)
  double min_gain = 0;                       ///< a split must gain more than this, >= 0
  double min_child_weight = 1e-3;            ///< smallest sum of curvatures in a leaf, >= 0
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

/// Rows held out, and the name that stands before their metrics: "auc" on the set "2024" is "2024 auc".
struct ValidationSet {
  std::string name;
  Dataset data;
};

/// No set, one without a name, or several with names:
///
///     FitOptions one{.valid = held_out};
///     FitOptions two{.valid = {{"2023", last_year}, {"2024", this_year}}};
class ValidationSets {
 public:
  ValidationSets() = default;
  ValidationSets(Dataset one) { sets_.push_back({"", std::move(one)}); }
  ValidationSets(const std::optional<Dataset>& one) {
    if (one) sets_.push_back({"", *one});
  }
  ValidationSets(std::vector<ValidationSet> sets) : sets_(std::move(sets)) {}
  ValidationSets(std::initializer_list<ValidationSet> sets) : sets_(sets) {}

  bool empty() const noexcept { return sets_.empty(); }
  std::size_t size() const noexcept { return sets_.size(); }
  auto begin() const noexcept { return sets_.begin(); }
  auto end() const noexcept { return sets_.end(); }

 private:
  std::vector<ValidationSet> sets_;
};

/// A column of numbers that trees split by beside the features of the data.
struct DerivedFeature {
  std::string name = {};        ///< "city & job: mean of price", "city: rows"
  std::vector<int> features{};  ///< the features that it comes from, ascending indices into feature_names()
};

/// One node of a tree. A split has a feature and two children, a leaf has neither.
struct TreeNode {
  int feature = -1;           ///< index into feature_names(), or, from their number on, derived_features(); -1: a leaf
  int leaf = -1;              ///< leaf: its number, 0, 1, ... in the order of nodes (Output::leaf); -1: a split
  double threshold = 0;       ///< numeric split: value <= threshold goes left
  bool missing_left = false;  ///< where a missing value goes (and a category that training never saw)
  bool zero_missing = false;  ///< numeric split: whether a value within 1e-35 of 0 counts as missing, too
                              ///< (in models of other libraries)
  bool categorical = false;   ///< whether the split is by category
  std::vector<int> left_categories{};  ///< categorical split: codes that go left, ascending, each for all of its group
                                       ///< (BoostedModel::category_groups); other groups go right
  int left = -1;                       ///< index of the left child; -1 for a leaf
  int right = -1;                      ///< that of the right one, left + 1
  double gain = 0;                     ///< split: the gain
  double cover = 0;                    ///< sum of the curvatures of its training rows
  std::int64_t rows = 0;               ///< training rows
};

/// What a linear leaf adds for a feature: slope * (x - centre), x being no less than `low` and no more than `high`;
/// nothing for a value that is missing or infinite.
struct LeafTerm {
  int leaf = 0;       ///< number of the leaf
  int feature = 0;    ///< index into feature_names(), of a feature of numbers
  double slope = 0;   ///< learning rate included
  double centre = 0;  ///< the mean of the leaf's rows, weighed by their curvatures
  double low = 0;     ///< three times the range of the leaf's rows, which is in the middle; without
                      ///< LinearLeaves::clamp the range of all finite numbers
  double high = 0;
};

/// Nodes in the order they were split off: node 0 is the root, children follow their parents. What a leaf adds to the
/// score stands in leaf_values, and, where leaves are linear, in leaf_terms:
///
///     const Tree tree = model.trees().front();
///     for (const TreeNode& node : tree.nodes)
///       if (node.leaf >= 0) std::cout << tree.value(node) << " for " << node.rows << " rows\n";
struct LINDEN_API Tree {
  static constexpr int all_outputs = -1;

  int output = 0;  ///< which score it adds to; all_outputs: to each of them
  std::vector<TreeNode> nodes;
  std::vector<double> leaf_values;   ///< by number of the leaf, learning rate included: [leaves] of a tree that adds to
                                     ///< one score, [leaves, outputs] of one that adds to all
  std::vector<LeafTerm> leaf_terms;  ///< by leaf, those of a leaf by feature; empty where all leaves are constants

  int leaves() const noexcept { return static_cast<int>((nodes.size() + 1) / 2); }
  int depth() const;

  /// What a leaf of a tree that adds to one score adds to it. Throws ArgumentError for a split, and for a tree that
  /// adds to all scores.
  double value(const TreeNode& leaf) const;
  /// What a leaf of any tree adds: one value, or one for each output. Throws ArgumentError for a split.
  std::span<const double> values(const TreeNode& leaf) const;
  /// What a linear leaf adds beside its value; of a constant one nothing. Throws ArgumentError for a split.
  std::span<const LeafTerm> terms(const TreeNode& leaf) const;
};

/// What a feature did for the splits of a model.
struct Importance {
  int feature = 0;  ///< as TreeNode::feature
  std::string name;
  double gain = 0;          ///< the sum of the gains of its splits
  std::int64_t splits = 0;  ///< how many there are
  double cover = 0;         ///< the sum of the curvatures of the training rows that came to them
};

/// How curves and times of survival are predicted.
struct SurvivalOptions {
  int threads = 0;  ///< 0: all cores
  Device device = Device::cpu();
};

class LINDEN_API BoostedModel {
 public:
  /// An empty model, to be assigned to. All calls but empty(), assignment and printing throw ArgumentError on it, as
  /// they do on a model that was moved from.
  BoostedModel() noexcept;
  BoostedModel(const BoostedModel&);
  BoostedModel(BoostedModel&&) noexcept;
  BoostedModel& operator=(const BoostedModel&);
  BoostedModel& operator=(BoostedModel&&) noexcept;
  ~BoostedModel();

  bool empty() const noexcept { return state_ == nullptr; }
  explicit operator bool() const noexcept { return !empty(); }

  /// A model of L labels a row has L outputs, one for each. Columns are found by name: reordered and extra ones are
  /// fine, a missing one throws DataError with the nearest name (sparse rows have 0 there, unless they lack all).
  /// Returns f64 [rows], or [rows, K] for K > 1 outputs; class numbers f64 [rows] for Output::label; leaf indices i32
  /// [rows, trees] for Output::leaf. Threads may share a model. Scores of a model that was fitted with an offset have
  /// that of the data added: throws DataError where the data has none, or has one though the model has none.
  Tensor predict(const Dataset& data, const PredictOptions& options = {}) const;

  /// Of a model of times (loss::cox, loss::aft): the probability that the event of a row comes after each of these
  /// times, [rows, times]. Of loss::cox by the hazard that the training rows have in common, Breslow's estimate at the
  /// scores of the model: a curve of steps, level after the last event. Throws ArgumentError for other losses, times
  /// that are not finite, and for a part or a sum of models of loss::cox, which want with_baseline first.
  Tensor survival(const Dataset& data, const NumberList& times, const SurvivalOptions& options = {}) const;
  /// The time by which half of the rows such as each have their event, [rows]: the first at which survival is 1/2 or
  /// less, infinity where it never is. Throws as survival does.
  Tensor median_time(const Dataset& data, const SurvivalOptions& options = {}) const;
  /// A model of loss::cox with the hazard in common taken from these rows. Throws ArgumentError for other losses.
  BoostedModel with_baseline(const Dataset& data, const SurvivalOptions& options = {}) const;

  /// One row, without allocating: `values` in the order of feature_names(), NaN for missing, the code for a category;
  /// `out` has outputs() entries and receives the prediction; so has `offset`, where the model has_offset(). Throws
  /// ArgumentError when sizes do not fit.
  void predict_row(std::span<const double> values, std::span<double> out, std::span<const double> offset = {}) const;
  /// The same with names for categories: {31, "technician"}.
  void predict_row(std::span<const RowValue> values, std::span<double> out, std::span<const double> offset = {}) const;

  /// For rows whose values stand in the order of these columns (RowPredictor::predict). They are the model's features
  /// in any order; others among them are not read. Throws DataError for a feature that is missing, with the nearest
  /// name, ArgumentError for a name that stands there twice.
  RowPredictor row_predictor(const std::vector<std::string>& columns) const;

  /// The label of `data` as this model counts it: class numbers by the model's class names, real labels as they are.
  /// Throws DataError for a class that the model does not know.
  Tensor labels_of(const Dataset& data) const;

  /// Writes the model, compressed where the name ends in .gz; the file appears whole or not at all. Throws FileError,
  /// leaving an existing file as it was.
  void save(const std::filesystem::path& path) const;
  /// Writes the same text, which is one line of JSON, to a stream. Throws FileError when the stream fails.
  void save(std::ostream& out) const;
  /// The same text.
  std::string to_string() const;
  /// Reads and checks a model, compressed or not. Throws FileError when anything in it is not as save wrote it,
  /// MemoryError when there is not enough memory; a file needs at most a few times its own size.
  static BoostedModel load(const std::filesystem::path& path);
  /// Reads one model and nothing behind it: several may follow each other in a stream.
  static BoostedModel load(std::istream& in);
  static BoostedModel from_string(std::string_view text);

  /// The model of the rounds first, ..., last - 1 alone: the scores it starts from and their trees. Of a forest it is
  /// their mean; rounds of DART have the weights that they have at the end. A part of a model of loss::cox has no
  /// hazard in common to all rows (with_baseline). Throws ArgumentError unless 0 <= first < last <= rounds().
  BoostedModel slice(int first, int last) const;
  /// The model of its first rounds: slice(0, rounds).
  BoostedModel first_rounds(int rounds) const;

  // Of a temporary (fit_boosted(...).trees()) these are copies: nothing refers to what is gone.

  /// Whether the model has a config(): those that fit_boosted made have one, those of other libraries have none.
  bool has_config() const;
  /// How it was trained. Throws ArgumentError for a model that has none.
  const BoostingConfig& config() const&;
  BoostingConfig config() const&& { return config(); }
  /// The loss, for its link at least: that of a model of another library may be known by its name and link alone, and
  /// then evaluates nothing.
  const Loss& loss() const&;
  Loss loss() const&& { return loss(); }
  int outputs() const;
  /// Rounds in the model. trees() has them round by round: in each a tree for every output in turn, or one that adds
  /// to all outputs.
  int rounds() const;
  const std::vector<Tree>& trees() const&;
  std::vector<Tree> trees() const&& { return trees(); }
  /// The score every row starts from, one an output; its offset is added to it.
  const std::vector<double>& initial_score() const&;
  std::vector<double> initial_score() const&& { return initial_score(); }
  const std::vector<std::string>& feature_names() const&;
  std::vector<std::string> feature_names() const&& { return feature_names(); }
  /// The categories of a feature by code; empty for a numeric one.
  const std::vector<std::string>& categories(int feature) const&;
  std::vector<std::string> categories(int feature) const&& { return categories(feature); }
  /// Which categories of a feature the trees tell apart: for each code the lowest one that shares its bin, and stands
  /// for it in TreeNode::left_categories; -1 for a category that training had no row of, which goes where missing
  /// values go. Empty where every category stands for itself.
  const std::vector<int>& category_groups(int feature) const&;
  std::vector<int> category_groups(int feature) const&& { return category_groups(feature); }
  /// Whether a feature is categorical.
  bool is_categorical(int feature) const;
  /// The columns that trees read of categories by target statistics, with numbers that follow those of feature_names().
  const std::vector<DerivedFeature>& derived_features() const&;
  std::vector<DerivedFeature> derived_features() const&& { return derived_features(); }
  /// The name of a feature or derived feature, as TreeNode::feature counts them.
  const std::string& name_of(int feature) const&;
  std::string name_of(int feature) const&& { return name_of(feature); }
  /// The label's column in the training data; empty when it had no name.
  const std::string& label_name() const&;
  std::string label_name() const&& { return label_name(); }
  /// Whether it was fitted with an offset, so that rows to predict have one, too.
  bool has_offset() const;
  /// Names of the classes; empty for real labels.
  const std::vector<std::string>& classes() const&;
  std::vector<std::string> classes() const&& { return classes(); }
  /// What it was trained on, to read other files alike: Dataset::from_csv("new.csv", model.schema()).
  Schema schema() const;

  /// What each feature did for the splits, the largest gain first, without features that no split uses.
  std::vector<Importance> importances() const;

  /// Of a ranking with loss.position_bias: what the places of a group have added to the scores of their rows at the end
  /// of training, the first place first; predictions have none of it. Empty for all other models, also for parts and
  /// sums of models.
  const std::vector<double>& position_biases() const&;
  std::vector<double> position_biases() const&& { return position_biases(); }

  /// The metrics after every round trained (those after the best round too). In files only with
  /// FitOptions::save_history.
  const std::vector<std::vector<MetricValue>>& history() const&;
  std::vector<std::vector<MetricValue>> history() const&& { return history(); }
  /// What a user would want to know, a sentence each: the training data's remarks(), that no split was possible, and
  /// why; that the loss has no curvature; that a metric was never finite. Not stored in files.
  const std::vector<std::string>& warnings() const&;
  std::vector<std::string> warnings() const&& { return warnings(); }
  /// Seconds spent on making bins, and on the rounds; not stored in files.
  double seconds_binning() const;
  double seconds_training() const;

  struct State;  // src/boosting/model/model.hpp
  explicit BoostedModel(std::shared_ptr<const State> state) noexcept;
  const State& state() const { return known("state"); }

 private:
  /// The state, or ArgumentError in the name of a call on an empty model.
  const State& known(const char* call) const;

  std::shared_ptr<const State> state_;
};

/// A few lines: rounds, trees and leaves, loss, label, and the features that gained most.
LINDEN_API std::ostream& operator<<(std::ostream& out, const BoostedModel& model);

/// How training is run; nothing here changes the model's bytes, except callbacks that stop early or set the learning
/// rate, save_history, and the model to go on from.
struct FitOptions {
  Device device = Device::cpu();
  int threads = 0;                       ///< 0: all cores
  ValidationSets valid = {};             ///< for metrics and early stopping
  std::vector<Metric> metrics = {};      ///< of the validation sets, each round; empty: metric::defaults(loss)
  std::vector<Callback> callbacks = {};  ///< after each round, in order
  /// Whether the metrics are those of the training rows, too: "train auc". They see the rows that were trained on:
  /// those of weight 0 are left out, and out of their groups.
  bool train_metrics = false;
  bool save_history = false;  ///< whether history() is in files of the model
  /// A model to go on from, or none: the result has its rounds and then `rounds` new ones, which start from its scores.
  /// Features, their categories and the loss must be its own; the data, cut points and the rest of the configuration
  /// may be others. It must not read target statistics, which know the labels of the rows that it was trained on. With
  /// the same data and configuration (boosting, no schedule) it is the model that training in one go gives, to the
  /// byte. DART drops none of its rounds. Its history() is not repeated.
  BoostedModel start = {};
};

/// Trains a boosted model. Scores start at the offset of their row, where the data has one, and the constant that is
/// best with it. Rows of weight 0 shape nothing, as if they were not there (but for losses of your own that stay on the
/// tape: those see all rows). Throws ArgumentError for a configuration out of range, DataError for data that cannot be
/// trained on (no rows, no label, a label the loss does not take, all weights zero), DeviceError for a device that this
/// build does not support.
LINDEN_API BoostedModel fit_boosted(const Dataset& train, const BoostingConfig& config = {},
                                    const FitOptions& options = {});

/// How leaves are fitted anew.
struct RefitOptions {
  double decay = 0.9;  ///< how much of the old value stays: decay * old + (1 - decay) * new, [0, 1]
  Device device = Device::cpu();
  int threads = 0;  ///< 0: all cores
};

/// The same trees with leaves for other rows (statistics of categories stay those of the rows that the model was
/// trained on, which would see their own labels in them): tree by tree, in order, each leaf is worth what growth would
/// give it for the rows of `data` that come to it, at the scores of the trees before it, mixed with what it was. A leaf
/// that no row comes to stays. Splits, the first scores, gains and cover stay, too. Learning rate, l1 and l2 are those
/// of the model's configuration, also where a callback set another rate. Throws ArgumentError for a model without a
/// configuration, of DART (the weights of its trees are not kept), with monotone constraints (which new values could
/// break), leaves smoothed along their paths or linear ones, and for losses whose leaves are order statistics;
/// DataError for data that does not fit the model.
LINDEN_API BoostedModel refit_leaves(const BoostedModel& model, const Dataset& data, const RefitOptions& options = {});

/// A model and how often its scores count.
struct WeightedModel {
  BoostedModel model;
  double weight = 1;
};

/// One model whose scores are the weighted sum of the scores of these: their trees one model after the other, the
/// leaves times the weights. It has no config(). Throws ArgumentError for no models, weights that are not finite, and
/// models that differ in features, categories, loss, classes or kind of trees; and, of models with an offset, unless
/// the weights add up to 1, since the offset of a row counts as often as they say.
LINDEN_API BoostedModel merge_models(const std::vector<WeightedModel>& models);

/// The mean of these models' scores, of those of the folds of a cross-validation for instance.
LINDEN_API BoostedModel average_models(const std::vector<BoostedModel>& models);

}  // namespace linden
