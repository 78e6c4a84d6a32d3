// BoostingConfig's fields as one table.
#include "boosting/model/config.hpp"

#include "backend/loss/row_losses.hpp"
#include "loss/definition.hpp"
#include "boosting/model/forced_splits.hpp"
#include "model/config_fields.hpp"
#include "model/feature_groups.hpp"
#include "base/out_of_memory.hpp"

namespace linden {
namespace {

const FieldTable<BoostingConfig>& table() {
  using C = BoostingConfig;
  constexpr int most = std::numeric_limits<int>::max();
  static const FieldTable<C> fields =
      FieldTable<C>("BoostingConfig", other_boosting_fields())
          .add_loss(loss::names())
          .add_number("rounds", &C::rounds, {.low = 1, .high = 1'000'000}, "trees for each output")
          .add_number("learning_rate", &C::learning_rate, {.low_open = true, .high = 1}, "factor on every leaf value")
          .add_choice<Growth>("growth", &C::growth,
                              {{"leaf_wise", Growth::leaf_wise}, {"level_wise", Growth::level_wise}},
                              "which leaf is split next: the best one, or all of a level", other_growths())
          .add_number("max_leaves", &C::max_leaves, {.low = 2, .high = 1 << 20}, "leaves of a tree")
          .add_number("max_depth", &C::max_depth, {.high = 64}, "splits on the way to a leaf; 0: no limit")
          .add_number("max_bins", &C::max_bins, {.low = 4, .high = 256},
                      "bins of a feature, the one for missing values counted")
          .add_number("l1", &C::l1, {}, "penalty on |leaf value|")
          .add_number("l2", &C::l2, l2_of, {}, "penalty on leaf value^2 / 2; unset 0 for quantile and absolute")
          .add_number("min_gain", &C::min_gain, {}, "a split must gain more than this")
          .add_number("min_child_weight", &C::min_child_weight, {}, "smallest sum of curvatures in a leaf")
          .add_number("min_rows_in_leaf", &C::min_rows_in_leaf, {.low = 1, .high = most},
                      "smallest number of rows in a leaf")
          .add_number("row_fraction", &C::row_fraction, {.low_open = true, .high = 1},
                      "rows drawn without replacement for each tree")
          .add_number("feature_fraction", &C::feature_fraction, {.low_open = true, .high = 1},
                      "features drawn without replacement for each tree")
          .add_number("seed", &C::seed, {}, "for the two draws")
          .add_group<Constraints>(
              "constraints", &C::constraints,
              [](FieldTable<Constraints>& group) {
                group
                    .add_features("monotone", &Constraints::monotone, std::vector<double>{-1, 0, 1},
                                  "which way a score may go as a feature rises: 1 up, -1 down, 0 both")
                    .add_number("monotone_penalty", &Constraints::monotone_penalty, {},
                                "what splits by monotone features lose of their gain near the root")
                    .add_words<FeatureGroups>("interactions", &Constraints::interactions,
                                              {text_of, feature_groups_of, check_groups, check_features},
                                              "NAME,NAME,...;NAME,...",
                                              "groups of features, of which those on the way to a leaf are in one")
                    .add_number("max_delta_step", &Constraints::max_delta_step, {},
                                "the most that |leaf value| may be, without the learning rate; 0: no bound")
                    .add_words<std::vector<ForcedSplit>>(
                        "forced_splits", &Constraints::forced_splits,
                        {text_of, forced_splits_of, check_forced_splits, check_features},
                        "{\"feature\":NAME,\"threshold\":NUMBER,\"left\":{...},\"right\":{...}}",
                        "splits that trees begin with");
              })
          .add_group<FeatureSampling>("feature_sampling", &C::feature_sampling,
                                      [](FieldTable<FeatureSampling>& group) {
                                        constexpr Bounds share{.low_open = true, .high = 1};
                                        group
                                            .add_number("by_level", &FeatureSampling::by_level, share,
                                                        "of the features of a tree, those drawn for each level")
                                            .add_number("by_node", &FeatureSampling::by_node, share,
                                                        "of the features of a level, those drawn for each node")
                                            .add_features("weights", &FeatureSampling::weights, Bounds{},
                                                          "how likely features are to be drawn; not named: 1");
                                      })
          .add_group<SplitCosts>(
              "costs", &C::costs,
              [](FieldTable<SplitCosts>& group) {
                group.add_number("split", &SplitCosts::split, {}, "off the gain of a split, for each row of the node")
                    .add_features("features", &SplitCosts::features, Bounds{},
                                  "off the gain of a split by a feature that is used for the first "
                                  "time")
                    .add_features("gain_factors", &SplitCosts::gain_factors, Bounds{},
                                  "times the gains of a feature; not named: 1");
              })
          .add_group<Regularization>("regularization", &C::regularization, [](FieldTable<Regularization>& group) {
            group
                .add_number("path_smooth", &Regularization::path_smooth, {},
                            "rows that the value of its parent counts as in that of a node; 0: not smoothed")
                .add_choice<bool>("extra_trees", &Regularization::extra_trees, {{"true", true}, {"false", false}},
                                  "whether each feature of a node is tried at one random cut alone");
          });
  return fields;
}

// Refuses fields that could have no effect.
void check_together(const BoostingConfig& config) {
  const FeatureSampling& sampling = config.feature_sampling;
  const auto is_draw = [](double fraction) { return fraction < 1; };
  if (!sampling.weights.empty() && !is_draw(config.feature_fraction) && !is_draw(sampling.by_level) &&
      !is_draw(sampling.by_node))
    fail<ArgumentError>(
        "BoostingConfig.feature_sampling.weights are for draws of features, and none are drawn. Hint: "
        ".feature_fraction, "
        ".feature_sampling.by_level or .by_node below 1.");
  if (config.constraints.monotone_penalty > 0 && config.constraints.monotone.empty())
    fail<ArgumentError>(
        "BoostingConfig.constraints.monotone_penalty is {}, and no feature is monotone. Hint: .constraints.monotone.",
        config.constraints.monotone_penalty);
  if (config.regularization.path_smooth > 0 && renewal_level(config.loss.definition().spec) > 0)
    fail<ArgumentError>(
        "BoostingConfig.regularization.path_smooth is {}, but leaves of loss {} are order statistics, which are not "
        "smoothed. Hint: 0, or loss huber.",
        config.regularization.path_smooth, config.loss.name());
}

}  // namespace

void check_features(const BoostingConfig& config, std::span<const std::string> features) {
  table().check_features(config, features);
}

double l2_of(const BoostingConfig& config) {
  return config.l2.value_or(renewal_level(config.loss.definition().spec) > 0 ? 0 : 1);
}

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
  check_together(*this);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("BoostingConfig::check");
}

}  // namespace linden
