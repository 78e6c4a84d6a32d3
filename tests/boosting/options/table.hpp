// All options of boosted trees, each in at least one row with another value than its default: what must hold of any of
// them is tested for all (options_test.cpp, and tests/device/boosting/options_test.cpp on a GPU).
#pragma once

#include <linden/boosting.hpp>
#include <linden/ops.hpp>
#include <string>
#include <vector>

#include "boosting/options/rows.hpp"
#include "boosting/rows_and_modes.hpp"

namespace linden {

/// A configuration, and the rows that it wants.
struct Option {
  std::string name;
  Loss loss = loss::squared();
  RowKind rows = RowKind::plain;
  Settings settings = {};
  bool is_grown_by_oracle = false;  ///< whether brute force knows all of it, tree by tree

  BoostingConfig config() const {
    BoostingConfig config{.loss = loss, .rounds = 3, .max_leaves = 8, .min_rows_in_leaf = 3, .seed = 7};
    for (const auto& [field, value] : settings) set_field(config, field, value);
    return config;
  }
  OptionRows rows_of(int count, std::uint64_t seed = 1) const {
    const std::vector<std::string> names = loss::names();
    const bool is_known = std::ranges::find(names, loss.name()) != names.end();
    return {rows, is_known ? loss.name() : "squared", count, seed};
  }
};

/// Whether something of a row depends on its number, so that the order of rows shows: what is drawn for it, which rows
/// target statistics see before it, or, of times that are equal, when it is added up.
inline bool goes_by_numbers_of_rows(const Option& option) {
  const BoostingConfig config = option.config();
  const auto is_learned = [](CategoryEncoding encoding) { return encoding == CategoryEncoding::statistics; };
  return config.row_fraction.value_or(1) < 1 || config.sampling.kind != Sampling::uniform ||
         option.rows == RowKind::many_categories || is_learned(config.categories.encoding) ||
         option.loss.name() == loss::xendcg().name() || option.loss.name() == loss::cox().name();
}

namespace options {

inline std::vector<Option> of_growth() {
  const Settings oblivious{{"growth", "oblivious"}, {"max_leaves", "automatic"}, {"min_rows_in_leaf", "automatic"}};
  const auto with = [](Settings settings, const Settings& more) {
    settings.insert(settings.end(), more.begin(), more.end());
    return settings;
  };
  const std::string forced = R"({"feature":"x3","categories":["c001","c004"],"left":{"feature":"x0","threshold":5},)"
                             R"("right":{"feature":"x2","threshold":4}})";
  return {
      {"leaves by gain", loss::squared(), RowKind::plain, {}, true},
      {"leaves by level", loss::squared(), RowKind::plain, {{"growth", "level_wise"}, {"max_depth", "4"}}, true},
      {"few leaves and bins", loss::squared(), RowKind::weighted, {{"max_leaves", "3"}, {"max_bins", "16"}}},
      {"oblivious", loss::squared(), RowKind::plain, oblivious, true},
      {"oblivious under rules", loss::logistic(), RowKind::weighted,
       with(oblivious, {{"max_depth", "4"},
                        {"constraints.interactions", "x0,x1,x2;x2,x3,x4"},
                        {"constraints.max_delta_step", "0.3"},
                        {"feature_sampling.by_level", "0.6"},
                        {"costs.split", "0.001"},
                        {"regularization.path_smooth", "3"}}),
       true},
      {"oblivious, random cuts of single categories", loss::softmax({.classes = 3}), RowKind::plain,
       with(oblivious,
            {{"max_depth", "3"}, {"regularization.extra_trees", "true"}, {"categories.encoding", "one_hot"}}),
       true},
      {"oblivious of flags", loss::squared(), RowKind::sparse, oblivious},
      {"penalties", loss::squared(), RowKind::weighted, {{"l1", "0.5"}, {"l2", "4"}}, true},
      {"least gain", loss::logistic(), RowKind::plain, {{"min_gain", "5"}}, true},
      {"heavy leaves", loss::logistic(), RowKind::plain, {{"min_child_weight", "9"}}, true},
      {"large leaves", loss::squared(), RowKind::plain, {{"min_rows_in_leaf", "25"}}, true},
      {"more bins than a byte counts", loss::squared(), RowKind::wide, {{"max_bins", "3000"}}, true},
      {"more bins of one feature", loss::logistic(), RowKind::wide, {{"bins.max_bins", "x6=3000,x4=250"}}, true},
      {"cuts", loss::squared(), RowKind::plain, {{"bins.cuts", "x4=-5|12.5|50,x0=3"}, {"max_bins", "20"}}},
      {"bins of weights", loss::squared(), RowKind::weighted, {{"bins.weighted", "true"}, {"max_bins", "20"}}},
      {"monotone", loss::squared(), RowKind::plain, {{"constraints.monotone", "x0=1,x2=-1,x4=1"}}, true},
      {"monotone, less so near the root",
       loss::poisson(),
       RowKind::plain,
       {{"constraints.monotone", "x0=1,x2=-1,x4=1"}, {"constraints.monotone_penalty", "0.8"}},
       true},
      {"monotone, intermediate",
       loss::logistic(),
       RowKind::plain,
       {{"constraints.monotone", "x0=1,x2=-1,x4=1"},
        {"constraints.monotone_method", "intermediate"},
        {"max_leaves", "30"}},
       true},
      {"monotone, intermediate, of order statistics",
       loss::quantile({.level = 0.7}),
       RowKind::plain,
       {{"constraints.monotone", "x0=1,x2=-1,x4=1"},
        {"constraints.monotone_method", "intermediate"},
        {"growth", "level_wise"},
        {"max_leaves", "20"}},
       true},
      {"monotone order statistics", loss::absolute(), RowKind::plain, {{"constraints.monotone", "x0=1,x4=-1"}}, true},
      {"interactions", loss::squared(), RowKind::plain, {{"constraints.interactions", "x0,x1,x2;x2,x3,x4"}}, true},
      {"short steps", loss::squared(), RowKind::plain, {{"constraints.max_delta_step", "0.2"}}, true},
      {"forced splits", loss::squared(), RowKind::plain, {{"constraints.forced_splits", forced}}, true},
      {"features of levels", loss::squared(), RowKind::plain, {{"feature_sampling.by_level", "0.5"}}, true},
      {"features of nodes",
       loss::logistic(),
       RowKind::plain,
       {{"feature_sampling.by_node", "0.5"}, {"feature_sampling.weights", "x0=0.2,x4=5,x5=0"}},
       true},
      {"features of trees",
       loss::softmax({.classes = 3}),
       RowKind::plain,
       {{"feature_fraction", "0.5"}, {"feature_sampling.weights", "x0=3"}}},
      {"costs",
       loss::squared(),
       RowKind::plain,
       {{"costs.split", "0.01"}, {"costs.features", "x0=20,x4=40"}, {"costs.gain_factors", "x3=0.3,x2=2"}},
       true},
      {"smoothed leaves", loss::squared(), RowKind::weighted, {{"regularization.path_smooth", "6"}}, true},
      {"random cuts", loss::squared(), RowKind::plain, {{"regularization.extra_trees", "true"}}, true},
      {"random cuts of sparse rows", loss::squared(), RowKind::sparse, {{"regularization.extra_trees", "true"}}},
      {"a sample", loss::squared(), RowKind::plain, {{"row_fraction", "0.6"}}, true},
      {"a learning rate", loss::squared(), RowKind::plain, {{"learning_rate", "0.9"}}, true},
      {"another seed", loss::squared(), RowKind::plain, {{"seed", "8"}, {"feature_sampling.by_node", "0.4"}}, true},
      {"sparse rows", loss::logistic(), RowKind::sparse},
      {"offsets", loss::poisson(), RowKind::offset},
  };
}

inline std::vector<Option> of_categories() {
  return {
      {"single categories", loss::squared(), RowKind::plain, {{"categories.encoding", "one_hot"}}, true},
      {"sets of few categories", loss::logistic(), RowKind::plain, {{"categories.encoding", "partition"}}, true},
      {"encodings by name",
       loss::squared(),
       RowKind::plain,
       {{"categories.by_feature", "x3=one_hot,x1=partition"}},
       true},
      {"more single categories", loss::squared(), RowKind::plain, {{"categories.one_hot_most", "40"}}, true},
      {"statistics", loss::logistic(), RowKind::many_categories, {{"categories.encoding", "statistics"}}},
      {"statistics of a number",
       loss::squared(),
       RowKind::many_categories,
       {{"categories.encoding", "statistics"}, {"categories.prior_weight", "5"}}},
      {"statistics of single features",
       loss::softmax({.classes = 3}),
       RowKind::many_categories,
       {{"categories.encoding", "statistics"}, {"categories.combinations", "1"}}},
      {"statistics by themselves", loss::logistic(), RowKind::many_categories, {{"categories.partition_most", "25"}}},
  };
}

inline std::vector<Option> of_outputs() {
  const auto shared = [](std::string name, RowKind rows, Settings settings, bool is_grown_by_oracle = true) {
    settings.emplace_back("multi_output.strategy", "multi_output_tree");
    const bool has_classes = rows != RowKind::several_labels;
    return Option{std::move(name), has_classes ? loss::softmax({.classes = 3}) : loss::squared(), rows,
                  std::move(settings), is_grown_by_oracle};
  };
  return {
      shared("one tree of all classes", RowKind::plain, {}),
      shared("one tree of all labels", RowKind::several_labels, {{"growth", "level_wise"}}),
      shared("a sketch of labels", RowKind::several_labels, {{"multi_output.sketch", "2"}}),
      shared("one tree, single categories", RowKind::plain, {{"categories.encoding", "one_hot"}}),
      shared("one tree, sets of few categories", RowKind::weighted, {{"categories.encoding", "partition"}}),
      shared("one tree under rules", RowKind::plain,
             {{"constraints.interactions", "x0,x1,x2;x2,x3,x4"},
              {"feature_sampling.by_node", "0.7"},
              {"regularization.extra_trees", "true"},
              {"costs.split", "0.001"},
              {"costs.features", "x0=2"},
              {"costs.gain_factors", "x3=0.5"}}),
      shared("one tree of a sample", RowKind::weighted, {{"row_fraction", "0.6"}}),
      shared("one tree, dropped", RowKind::plain,
             {{"mode.kind", "dart"}, {"mode.skip_drop", "0"}, {"mode.drop_rate", "0.5"}}, false),
      shared("one tree of sparse rows", RowKind::sparse, {}, false),
      {"several labels", loss::squared(), RowKind::several_labels},
      {"a tree for each class", loss::softmax({.classes = 3}), RowKind::weighted, {}, true},
      {"several quantiles", loss::quantile({.level = {0.1, 0.5, 0.9}})},
      {"several expectiles", loss::expectile({.level = {0.2, 0.7}})},
      {"balanced classes", loss::logistic(), RowKind::weighted, {{"class_weights.balanced", "true"}}},
      {"heavy class", loss::logistic(), RowKind::plain, {{"class_weights.positive", "3"}}},
      {"weights of classes", loss::softmax({.classes = 3}), RowKind::plain, {{"class_weights.by_class", "0=2,2=0.5"}}},
      {"bounds of times", loss::aft({.scale = 0.7}), RowKind::bounds},
  };
}

inline std::vector<Option> of_leaves() {
  return {
      {"linear leaves", loss::logistic(), RowKind::plain, {{"linear_leaves.enabled", "true"}}},
      {"few slopes",
       loss::squared(),
       RowKind::weighted,
       {{"linear_leaves.enabled", "true"}, {"linear_leaves.l2", "0.01"}, {"linear_leaves.max_features", "1"}}},
      {"slopes without ends",
       loss::softmax({.classes = 3}),
       RowKind::plain,
       {{"linear_leaves.enabled", "true"}, {"linear_leaves.clamp", "false"}, {"growth", "level_wise"}}},
  };
}

/// Kinds of samples, modes and schedules, see rows_and_modes.hpp.
inline std::vector<Option> of_rows_and_modes() {
  std::vector<Option> all{{"fewer rows of class 1",
                           loss::logistic(),
                           RowKind::plain,
                           {{"sampling.kind", "stratified"}, {"sampling.positive_fraction", "0.4"}}}};
  for (const Settings& settings : rows_and_modes())
    all.push_back({text_of(settings), loss::logistic(), RowKind::groups, settings});
  return all;
}

/// Each loss with its own parameters, and with others.
inline std::vector<Option> of_losses() {
  std::vector<Option> all;
  for (const std::string& name : loss::names()) {
    const Loss plain = loss::by_name(name);
    const bool has_groups = plain.label_kind() == LabelKind::grades;
    all.push_back({name, plain, has_groups ? RowKind::groups : RowKind::plain});
    Loss other = plain;
    for (const LossParameter& parameter : plain.parameters()) {
      try {  // a number
        other = other.with_parameter(parameter.name, parameter.value == 0 ? 1 : 0.8 * parameter.value);
      } catch (const ArgumentError&) {  // a flag
        other = other.with_parameter(parameter.name, 0);
      }
    }
    if (!plain.parameters().empty())
      all.push_back({name + ", other parameters", other, has_groups ? RowKind::groups : RowKind::weighted});
  }
  all.push_back({"an expression of rows", loss::custom("log cosh", [](Tensor score, Tensor label) {
                   const Tensor r = label - score;
                   return r + softplus(-2 * r);
                 })});
  return all;
}

}  // namespace options

inline const std::vector<Option>& all_options() {
  static const std::vector<Option> all = [] {
    std::vector<Option> rows;
    for (std::vector<Option> (*part)() : {options::of_growth, options::of_categories, options::of_outputs,
                                          options::of_leaves, options::of_rows_and_modes, options::of_losses})
      for (Option& option : part()) rows.push_back(std::move(option));
    return rows;
  }();
  return all;
}

}  // namespace linden
