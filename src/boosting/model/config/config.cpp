// BoostingConfig's fields as one table.
#include "boosting/model/config/config.hpp"

#include "backend/loss/row_losses.hpp"
#include "backend/tree/leaf_moments.hpp"
#include "backend/tree/planes.hpp"
#include "loss/definition.hpp"
#include "loss/linked.hpp"
#include "boosting/categories/feature_encodings.hpp"
#include "boosting/model/config/cut_points.hpp"
#include "boosting/model/config/forced_splits.hpp"
#include "model/class_weights.hpp"
#include "model/config_fields.hpp"
#include "model/features/feature_groups.hpp"
#include "base/out_of_memory.hpp"

namespace linden {
namespace {

void fill_constraints(FieldTable<Constraints>& group) {
  using S = Constraints;
  group
      .add_features("monotone", &S::monotone, std::vector<double>{-1, 0, 1},
                    "which way a score may go as a feature rises: 1 up, -1 down, 0 both")
      .add_choice<MonotoneMethod>("monotone_method", &S::monotone_method,
                                  {{"basic", MonotoneMethod::basic}, {"intermediate", MonotoneMethod::intermediate}},
                                  "how the sides of splits by monotone features are kept apart")
      .add_number("monotone_penalty", &S::monotone_penalty, {},
                  "what splits by monotone features lose of their gain near the root")
      .add_words<FeatureGroups>("interactions", &S::interactions,
                                {text_of, feature_groups_of, check_groups, check_features}, "NAME,NAME,...;NAME,...",
                                "groups of features, of which those on the way to a leaf are in one")
      .add_number("max_delta_step", &S::max_delta_step, {},
                  "the most that |leaf value| may be, without the learning rate; 0: no bound")
      .add_words<std::vector<ForcedSplit>>(
          "forced_splits", &S::forced_splits, {text_of, forced_splits_of, check_forced_splits, check_features},
          "{\"feature\":NAME,\"threshold\":NUMBER,\"left\":{...},\"right\":{...}}", "splits that trees begin with");
}

void fill_feature_sampling(FieldTable<FeatureSampling>& group) {
  using S = FeatureSampling;
  constexpr Bounds share{.low_open = true, .high = 1};
  group.add_number("by_level", &S::by_level, share, "of the features of a tree, those drawn for each level")
      .add_number("by_node", &S::by_node, share, "of the features of a level, those drawn for each node")
      .add_features("weights", &S::weights, Bounds{}, "how likely features are to be drawn; not named: 1");
}

void fill_costs(FieldTable<SplitCosts>& group) {
  using S = SplitCosts;
  group.add_number("split", &S::split, {}, "off the gain of a split, for each row of the node")
      .add_features("features", &S::features, Bounds{},
                    "off the gain of a split by a feature that is used for the first time")
      .add_features("gain_factors", &S::gain_factors, Bounds{}, "times the gains of a feature; not named: 1");
}

void fill_regularization(FieldTable<Regularization>& group) {
  using S = Regularization;
  group
      .add_number("path_smooth", &S::path_smooth, {},
                  "rows that the value of its parent counts as in that of a node; 0: not smoothed")
      .add_choice<bool>("extra_trees", &S::extra_trees, {{"true", true}, {"false", false}},
                        "whether each feature of a node is tried at one random cut alone");
}

void fill_linear_leaves(FieldTable<LinearLeaves>& group) {
  using L = LinearLeaves;
  group
      .add_choice<bool>("enabled", &L::enabled, {{"true", true}, {"false", false}},
                        "whether leaves are linear functions of the numbers on the way to them")
      .add_number("l2", &L::l2, {}, "penalty on (slope * the feature's spread in the leaf)^2 / 2")
      .add_number("max_features", &L::max_features, {.low = 1, .high = most_leaf_features}, "slopes of a leaf")
      .add_choice<bool>("clamp", &L::clamp, {{"true", true}, {"false", false}},
                        "whether values far from those of a leaf's rows count as nearer ones");
}

void fill_sampling(FieldTable<RowSampling>& group) {
  using S = RowSampling;
  group
      .add_choice<Sampling>("kind", &S::kind,
                            {{"uniform", Sampling::uniform},
                             {"groups", Sampling::groups},
                             {"stratified", Sampling::stratified},
                             {"goss", Sampling::goss},
                             {"mvs", Sampling::mvs},
                             {"bayesian", Sampling::bayesian},
                             {"poisson", Sampling::poisson}},
                            "how rows are drawn", other_samplings())
      .add_number("top_fraction", &S::top_fraction, {.high = 1, .high_open = true},
                  "goss: rows with the largest gradients")
      .add_number("other_fraction", &S::other_fraction, {.low_open = true, .high = 1, .high_open = true},
                  "goss: rows drawn from the others")
      .add_number("positive_fraction", &S::positive_fraction, {.low_open = true, .high = 1},
                  "stratified: of the rows of class 1, besides what all are drawn by")
      .add_number("negative_fraction", &S::negative_fraction, {.low_open = true, .high = 1},
                  "stratified: of the rows of class 0, besides what all are drawn by")
      .add_number("regularization", &S::regularization, {}, "mvs: the larger, the more alike are the chances of rows")
      .add_number("temperature", &S::temperature, {.low_open = true}, "bayesian: the power of the exponential weights");
}

void fill_mode(FieldTable<TrainingMode>& group) {
  using M = TrainingMode;
  group
      .add_choice<Mode>("kind", &M::kind,
                        {{"boosting", Mode::boosting}, {"dart", Mode::dart}, {"forest", Mode::forest}},
                        "how the trees come about", other_modes())
      .add_number("parallel_trees", &M::parallel_trees, {.low = 1, .high = 10'000},
                  "trees of a round for each output, which are averaged")
      .add_number("drop_rate", &M::drop_rate, {.low_open = true, .high = 1},
                  "dart: the chance of a round to be dropped")
      .add_number("max_drop", &M::max_drop, {.high = 1'000'000}, "dart: rounds dropped at most; 0: no limit")
      .add_number("skip_drop", &M::skip_drop, {.high = 1, .high_open = true},
                  "dart: the chance that nothing is dropped")
      .add_choice<bool>("one_drop", &M::one_drop, {{"true", true}, {"false", false}},
                        "dart: whether at least one round is dropped, unless the drop is skipped")
      .add_choice<DropBy>("drop_by", &M::drop_by, {{"uniform", DropBy::uniform}, {"weight", DropBy::weight}},
                          "dart: whether the chance of a round goes by its weight")
      .add_choice<Normalization>(
          "normalization", &M::normalization,
          {{"tree", Normalization::tree}, {"forest", Normalization::forest}, {"paper", Normalization::paper}},
          "dart: what new and dropped rounds are weighed by");
}

void fill_schedule(FieldTable<LearningRateSchedule>& group) {
  using S = LearningRateSchedule;
  group
      .add_choice<Decay>("decay", &S::decay,
                         {{"none", Decay::none}, {"linear", Decay::linear}, {"geometric", Decay::geometric}},
                         "how the learning rate goes to its last value")
      .add_number("last", &S::last, {.low_open = true, .high = 1}, "the learning rate of the last round");
}

void fill_multi_output(FieldTable<MultiOutput>& group) {
  using M = MultiOutput;
  group
      .add_choice<MultiStrategy>("strategy", &M::strategy,
                                 {{"one_output_per_tree", MultiStrategy::one_output_per_tree},
                                  {"multi_output_tree", MultiStrategy::multi_output_tree}},
                                 "of several outputs, what a tree adds to: one of them, or all")
      .add_number("sketch", &M::sketch, {.low = 1, .high = most_planes},
                  "multi_output_tree: random sums of outputs that splits are sought by, where there are more outputs");
}

void fill_bins(FieldTable<Binning>& group) {
  using B = Binning;
  group
      .add_features("max_bins", &B::max_bins, Bounds{.low = 4, .high = 65535, .whole = true},
                    "bins of some features, in place of those of all")
      .add_words<CutPoints>("cuts", &B::cuts, {text_of, cut_points_of, check_cut_points, check_features},
                            "NAME=NUMBER|NUMBER|...,...", "cut points that features have in any case")
      .add_choice<bool>("weighted", &B::weighted, {{"true", true}, {"false", false}},
                        "whether bins have equal weights of rows in place of equal numbers");
}

void fill_categories(FieldTable<Categories>& group) {
  using C = Categories;
  group
      .add_choice<CategoryEncoding>("encoding", &C::encoding, category_encodings(),
                                    "how trees read categories; automatic: by their number")
      .add_words<std::vector<FeatureEncoding>>(
          "by_feature", &C::by_feature, {text_of, feature_encodings_of, check_encodings, check_features},
          "NAME=partition|one_hot|statistics|automatic,...", "features with another encoding")
      .add_number("one_hot_most", &C::one_hot_most, {.high = 255},
                  "automatic: one_hot for features of so many categories or fewer")
      .add_number("partition_most", &C::partition_most, {.high = std::numeric_limits<int>::max()},
                  "automatic, of 2 to 16 classes: statistics where a feature has more categories")
      .add_number("combinations", &C::combinations, {.low = 1, .high = 3},
                  "statistics: features that have one together, at most")
      .add_number("prior_weight", &C::prior_weight, {.low_open = true},
                  "statistics: rows that the mean of all rows counts as in that of a category");
}

const FieldTable<BoostingConfig>& table() {
  using C = BoostingConfig;
  constexpr int most = std::numeric_limits<int>::max();
  static const FieldTable<C> fields =
      FieldTable<C>("BoostingConfig", other_boosting_fields())
          .add_loss(loss::names())
          .add_number("rounds", &C::rounds, {.low = 1, .high = 1'000'000}, "trees for each output")
          .add_number("learning_rate", &C::learning_rate, {.low_open = true, .high = 1}, "factor on every leaf value")
          .add_choice<Growth>(
              "growth", &C::growth,
              {{"leaf_wise", Growth::leaf_wise}, {"level_wise", Growth::level_wise}, {"oblivious", Growth::oblivious}},
              "which leaf is split next: the best one, or all of a level, by a split each or by one", other_growths())
          .add_number("max_leaves", &C::max_leaves, {.low = 2, .high = 1 << 20}, "leaves of a tree")
          .add_number("max_depth", &C::max_depth, {.high = 64},
                      "splits on the way to a leaf; 0: no limit; oblivious: 6")
          .add_number("max_bins", &C::max_bins, {.low = 4, .high = 65535},
                      "bins of a feature, the one for missing values counted")
          .add_number("l1", &C::l1, {}, "penalty on |leaf value|")
          .add_number("l2", &C::l2, {}, "penalty on leaf value^2 / 2")
          .add_number("min_gain", &C::min_gain, {}, "a split must gain more than this")
          .add_number("min_child_weight", &C::min_child_weight, {}, "smallest sum of curvatures in a leaf")
          .add_number("min_rows_in_leaf", &C::min_rows_in_leaf, {.low = 1, .high = most},
                      "smallest number of rows in a leaf")
          .add_number("row_fraction", &C::row_fraction, {.low_open = true, .high = 1},
                      "rows drawn without replacement for each round; see sampling")
          .add_number("feature_fraction", &C::feature_fraction, {.low_open = true, .high = 1},
                      "features drawn without replacement for each tree")
          .add_number("seed", &C::seed, {}, "for all draws")
          .add_group<Constraints>("constraints", &C::constraints, fill_constraints)
          .add_group<FeatureSampling>("feature_sampling", &C::feature_sampling, fill_feature_sampling)
          .add_group<SplitCosts>("costs", &C::costs, fill_costs)
          .add_group<Regularization>("regularization", &C::regularization, fill_regularization)
          .add_group<LinearLeaves>("linear_leaves", &C::linear_leaves, fill_linear_leaves)
          .add_group<RowSampling>("sampling", &C::sampling, fill_sampling)
          .add_group<TrainingMode>("mode", &C::mode, fill_mode)
          .add_group<LearningRateSchedule>("schedule", &C::schedule, fill_schedule)
          .add_group<Categories>("categories", &C::categories, fill_categories)
          .add_group<MultiOutput>("multi_output", &C::multi_output, fill_multi_output)
          .add_group<ClassWeights>("class_weights", &C::class_weights, add_class_weights)
          .add_group<Binning>("bins", &C::bins, fill_bins);
  return fields;
}

}  // namespace

void check_features(const BoostingConfig& config, std::span<const std::string> features) {
  table().check_features(config, features);
}

double l2_of(const BoostingConfig& config) {
  return config.l2.value_or(renewal_level(config.loss.definition().spec) > 0 ? 0 : 1);
}

int levels_of(const BoostingConfig& config) { return config.max_depth == 0 ? 6 : config.max_depth; }

std::vector<FieldInfo> fields(const BoostingConfig& config) try {
  return table().infos(config);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("fields");
}

void set_field(BoostingConfig& config, std::string_view name, std::string_view value) try {
  table().set(config, name, value);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("set_field");
}

void BoostingConfig::check() const try {
  table().check(*this);
  if (is_linked(loss.definition().spec))
    fail<ArgumentError>(
        "BoostingConfig.loss is {} with link {}, which linear models alone take. Hint: loss \"{}\" as it is.",
        loss.name(), word_of(loss.link()), loss.name());
  check_effects(*this);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("BoostingConfig::check");
}

}  // namespace linden
