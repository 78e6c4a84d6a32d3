// What the fields of a configuration mean for each other: those that have no effect beside the others are refused.
#include <algorithm>
#include <string_view>

#include "backend/loss/row_losses.hpp"
#include "backend/math/math.hpp"
#include "backend/tree/tree_input.hpp"
#include "base/fail.hpp"
#include "boosting/model/config/config.hpp"
#include "loss/definition.hpp"

namespace linden {
namespace {

constexpr std::string_view config_type = "BoostingConfig";

bool has_monotone(const BoostingConfig& config) {
  return std::ranges::any_of(config.constraints.monotone, [](const FeatureValue& f) { return f.value != 0; });
}

/// A field of a group, and whether it is asked for where this stands.
struct Asked {
  std::string_view field;
  bool is_asked;
  std::string_view where;
};

void check_asked(const BoostingConfig& config) {
  const Sampling sampling = config.sampling.kind;
  const Mode mode = config.mode.kind;
  const bool goss = sampling == Sampling::goss, stratified = sampling == Sampling::stratified,
             dart = mode == Mode::dart, linear = config.linear_leaves.enabled;
  const Categories& categories = config.categories;
  const auto may_be = [&](CategoryEncoding encoding) {
    return categories.encoding == encoding ||
           std::ranges::count(categories.by_feature, encoding, &FeatureEncoding::encoding) > 0;
  };
  const bool automatic = may_be(CategoryEncoding::automatic);
  const bool statistics = automatic || may_be(CategoryEncoding::statistics);
  const Asked asked[] = {
      {"categories.one_hot_most", automatic, ".categories.encoding = automatic"},
      {"categories.partition_most", automatic, ".categories.encoding = automatic"},
      {"categories.combinations", statistics, ".categories.encoding = automatic or statistics"},
      {"categories.prior_weight", statistics, ".categories.encoding = automatic or statistics"},
      {"sampling.top_fraction", goss, ".sampling.kind = goss"},
      {"sampling.other_fraction", goss, ".sampling.kind = goss"},
      {"sampling.positive_fraction", stratified, ".sampling.kind = stratified"},
      {"sampling.negative_fraction", stratified, ".sampling.kind = stratified"},
      {"sampling.regularization", sampling == Sampling::mvs, ".sampling.kind = mvs"},
      {"sampling.temperature", sampling == Sampling::bayesian, ".sampling.kind = bayesian"},
      {"linear_leaves.l2", linear, ".linear_leaves.enabled = true"},
      {"linear_leaves.max_features", linear, ".linear_leaves.enabled = true"},
      {"linear_leaves.clamp", linear, ".linear_leaves.enabled = true"},
      {"mode.parallel_trees", mode != Mode::forest, ".mode.kind = boosting or dart"},
      {"mode.drop_rate", dart, ".mode.kind = dart"},
      {"mode.max_drop", dart, ".mode.kind = dart"},
      {"mode.skip_drop", dart, ".mode.kind = dart"},
      {"mode.one_drop", dart, ".mode.kind = dart"},
      {"mode.drop_by", dart, ".mode.kind = dart"},
      {"mode.normalization", dart, ".mode.kind = dart"},
      {"multi_output.sketch", config.multi_output.strategy == MultiStrategy::multi_output_tree,
       ".multi_output.strategy = multi_output_tree"},
      {"schedule.decay", mode != Mode::forest, ".mode.kind = boosting or dart"},
      {"schedule.last", config.schedule.decay != Decay::none, "a .schedule.decay"},
  };
  BoostingConfig unset;
  unset.loss = config.loss;
  const std::vector<FieldInfo> defaults = fields(unset);
  std::size_t i = 0;
  for (const FieldInfo& field : fields(config)) {
    const bool is_default = field.value == defaults[i++].value;
    for (const Asked& a : asked)
      if (a.field == field.name && !a.is_asked && !is_default)
        fail<ArgumentError>("{}.{} is {}, which has an effect only with {}. Hint: leave it out.", config_type,
                            field.name, field.value, a.where);
  }
}

std::string_view name_of(Sampling kind) {
  switch (kind) {
    case Sampling::uniform: return "uniform";
    case Sampling::groups: return "groups";
    case Sampling::stratified: return "stratified";
    case Sampling::goss: return "goss";
    case Sampling::mvs: return "mvs";
    case Sampling::bayesian: return "bayesian";
    case Sampling::poisson: return "poisson";
  }
  return "unknown";
}

void check_sampling(const BoostingConfig& config) {
  const RowSampling& sampling = config.sampling;
  const Sampling kind = sampling.kind;
  const double row_fraction = config.row_fraction.value_or(1);
  if (kind == Sampling::goss && sampling.top_fraction + sampling.other_fraction >= 1)
    fail<ArgumentError>(
        "BoostingConfig.sampling.top_fraction is {} and BoostingConfig.sampling.other_fraction {}; together they must "
        "be less than 1.",
        sampling.top_fraction, sampling.other_fraction);
  if ((kind == Sampling::goss || kind == Sampling::bayesian) && row_fraction < 1)
    fail<ArgumentError>(
        "BoostingConfig.row_fraction is {}, but BoostingConfig.sampling.kind is {}, which {}. Hint: leave one out.",
        row_fraction, name_of(kind), kind == Sampling::goss ? "has fractions of its own" : "takes all rows");
  const bool draws_all = row_fraction == 1 && sampling.positive_fraction == 1 && sampling.negative_fraction == 1;
  const bool wants_fraction = kind == Sampling::groups || kind == Sampling::stratified || kind == Sampling::mvs;
  if (wants_fraction && draws_all)
    fail<ArgumentError>(
        "BoostingConfig.sampling.kind is {}, but BoostingConfig.row_fraction is 1: all rows. Hint: a smaller "
        "BoostingConfig.row_fraction.",
        name_of(kind));
}

void check_mode(const BoostingConfig& config) {
  const bool is_forest = config.mode.kind == Mode::forest;
  const FeatureSampling& features = config.feature_sampling;
  const bool draws_features = config.feature_fraction < 1 || features.by_level < 1 || features.by_node < 1;
  const bool draws = draws_features || config.regularization.extra_trees || config.row_fraction.value_or(1) < 1 ||
                     config.sampling.kind != Sampling::uniform;
  if (is_forest && config.learning_rate != 1 && config.learning_rate != BoostingConfig{}.learning_rate)
    fail<ArgumentError>(
        "BoostingConfig.learning_rate is {}, but BoostingConfig.mode.kind is forest, whose trees are averaged. Hint: "
        "leave it out.",
        config.learning_rate);
  if (!draws && (is_forest || config.mode.parallel_trees > 1))
    fail<ArgumentError>(
        "{}.{} would give the same tree again and again, since all rows and features are drawn. Hint: a "
        "BoostingConfig.row_fraction or BoostingConfig.feature_fraction below 1.",
        config_type,
        is_forest ? "mode.kind = forest" : fmt::format("mode.parallel_trees = {}", config.mode.parallel_trees));
}

// Refuses fields that could have no effect.
void check_growth(const BoostingConfig& config) {
  const FeatureSampling& sampling = config.feature_sampling;
  const auto is_draw = [](double fraction) { return fraction < 1; };
  if (!sampling.weights.empty() && !is_draw(config.feature_fraction) && !is_draw(sampling.by_level) &&
      !is_draw(sampling.by_node))
    fail<ArgumentError>(
        "BoostingConfig.feature_sampling.weights are for draws of features, and none are drawn. Hint: "
        ".feature_fraction, "
        ".feature_sampling.by_level or .by_node below 1.");
  if (config.constraints.monotone_penalty > 0 && !has_monotone(config))
    fail<ArgumentError>(
        "BoostingConfig.constraints.monotone_penalty is {}, and no feature is monotone. Hint: .constraints.monotone.",
        config.constraints.monotone_penalty);
  constexpr int most_ordered_leaves = 1024;
  const bool is_intermediate = config.constraints.monotone_method == MonotoneMethod::intermediate;
  if (is_intermediate && !has_monotone(config))
    fail<ArgumentError>(
        "BoostingConfig.constraints.monotone_method is intermediate, and no feature is monotone. Hint: "
        ".constraints.monotone.");
  if (is_intermediate && config.max_leaves.value_or(2) > most_ordered_leaves)
    fail<ArgumentError>(
        "BoostingConfig.max_leaves is {}, but .constraints.monotone_method = intermediate compares all leaves of a "
        "tree with one another, and takes at most {}. Hint: basic, or fewer leaves.",
        *config.max_leaves, most_ordered_leaves);
  if (config.regularization.path_smooth > 0 && renewal_level(config.loss.definition().spec) > 0)
    fail<ArgumentError>(
        "BoostingConfig.regularization.path_smooth is {}, but leaves of loss {} are order statistics, which are not "
        "smoothed. Hint: 0, or loss huber.",
        config.regularization.path_smooth, config.loss.name());
}

// What trees that add to all outputs do not go with.
void check_multi_output(const BoostingConfig& config) {
  if (config.multi_output.strategy != MultiStrategy::multi_output_tree) return;
  struct Refused {
    std::string_view field;
    bool is_set;
  };
  const Refused fields[] = {
      {"constraints.monotone", has_monotone(config)},
      {"constraints.max_delta_step", config.constraints.max_delta_step > 0},
      {"constraints.forced_splits", !config.constraints.forced_splits.empty()},
      {"regularization.path_smooth", config.regularization.path_smooth > 0},
  };
  for (const Refused& refused : fields)
    if (refused.is_set)
      fail<ArgumentError>(
          "BoostingConfig.multi_output.strategy is multi_output_tree, whose trees know no {}.{}. Hint: leave it out, "
          "or "
          ".multi_output.strategy = one_output_per_tree.",
          config_type, refused.field);
  const auto check_bins = [](const std::string& field, double bins) {
    if (bins > 256)
      fail<ArgumentError>(
          "BoostingConfig.multi_output.strategy is multi_output_tree, whose trees know no features of more than 256 "
          "bins, but {} is {}. Hint: at most 256, or .multi_output.strategy = one_output_per_tree.",
          field, bins);
  };
  check_bins("BoostingConfig.max_bins", config.max_bins);
  for (const auto& [feature, bins] : config.bins.max_bins)
    check_bins(fmt::format("BoostingConfig.bins.max_bins of \"{}\"", feature), bins);
  if (renewal_level(config.loss.definition().spec) > 0)
    fail<ArgumentError>(
        "BoostingConfig.multi_output.strategy is multi_output_tree, but leaves of loss {} are order statistics, which "
        "only trees with one output have. Hint: loss huber, or .multi_output.strategy = one_output_per_tree.",
        config.loss.name());
}

// What slopes could break, or has none.
void check_linear_leaves(const BoostingConfig& config) {
  if (!config.linear_leaves.enabled) return;
  const auto refuse = [](std::string_view what, std::string_view why) {
    fail<ArgumentError>("BoostingConfig.linear_leaves.enabled is true, but {}, {}. Hint: leave one out.", what, why);
  };
  if (renewal_level(config.loss.definition().spec) > 0)
    fail<ArgumentError>(
        "BoostingConfig.linear_leaves.enabled is true, but leaves of loss {} are order statistics, which have no "
        "slopes. Hint: loss huber is like absolute.",
        config.loss.name());
  if (has_monotone(config)) refuse(".constraints.monotone is set", "which slopes could break");
  if (config.constraints.max_delta_step > 0)
    refuse(fmt::format(".constraints.max_delta_step is {}", config.constraints.max_delta_step),
           "which bounds constant leaves alone");
  if (config.regularization.path_smooth > 0)
    refuse(fmt::format(".regularization.path_smooth is {}", config.regularization.path_smooth),
           "which smooths constant leaves alone");
  if (config.multi_output.strategy == MultiStrategy::multi_output_tree)
    refuse(".multi_output.strategy is multi_output_tree", "whose leaves are constant");
  if (config.categories.encoding == CategoryEncoding::statistics ||
      std::ranges::count(config.categories.by_feature, CategoryEncoding::statistics, &FeatureEncoding::encoding) > 0)
    refuse(".categories asks for statistics", "whose numbers slopes know nothing of");
}

// A bin for what lies before each cut, one for what lies behind the last, and one for missing values.
void check_bins(const BoostingConfig& config) {
  for (const FeatureCutPoints& of : config.bins.cuts) {
    int most = config.max_bins;
    for (const auto& [feature, bins] : config.bins.max_bins)
      if (feature == of.feature) most = static_cast<int>(bins);
    if (std::ssize(of.cuts) + 2 > most)
      fail<ArgumentError>(
          "BoostingConfig.bins.cuts: feature \"{}\" has {} cuts, for which {} bins are too few: {} are wanted, the one "
          "for missing values counted. Hint: fewer cuts, or more of BoostingConfig.max_bins.",
          of.feature, of.cuts.size(), most, of.cuts.size() + 2);
  }
}

// Nodes of a level are split together, so that none of them can be told by itself what it may have or must.
void check_oblivious(const BoostingConfig& config) {
  if (config.growth != Growth::oblivious) return;
  if (config.max_depth > most_levels)
    fail<ArgumentError>("BoostingConfig.max_depth is {}, but with .growth = oblivious it must be in [0, {}].",
                        config.max_depth, most_levels);
  const auto refuse = [](bool is_asked, std::string_view field, std::string_view why, std::string_view hint) {
    if (is_asked)
      fail<ArgumentError>("{}{} does not go with .growth = oblivious, {}. Hint: {}, or .growth = level_wise.",
                          "BoostingConfig.", field, why, hint);
  };
  constexpr std::string_view empty = "where all nodes of a level have one split, whatever rows that leaves on a side";
  constexpr std::string_view few_bins = "whose levels are sought in histograms of at most 256 bins";
  const Constraints& constraints = config.constraints;
  refuse(config.max_leaves.has_value(), "max_leaves", "whose trees have 2 to the power of .max_depth leaves",
         ".max_depth");
  refuse(config.min_rows_in_leaf.has_value(), "min_rows_in_leaf", empty, "leave it out");
  refuse(config.min_child_weight != BoostingConfig{}.min_child_weight, "min_child_weight", empty, "leave it out");
  refuse(has_monotone(config), "constraints.monotone", "where leaves without rows have no value to order by",
         "leave it out");
  refuse(!constraints.forced_splits.empty(), "constraints.forced_splits",
         "where both sides of a split go on by the same one", "leave it out");
  refuse(config.feature_sampling.by_node < 1, "feature_sampling.by_node", "where all nodes of a level have one split",
         ".feature_sampling.by_level");
  refuse(config.multi_output.strategy == MultiStrategy::multi_output_tree, "multi_output.strategy = multi_output_tree",
         "whose levels are sought for one output", "leave it out");
  refuse(config.linear_leaves.enabled, "linear_leaves.enabled", "whose leaves may have no rows to find slopes from",
         "leave it out");
  refuse(config.max_bins > 256, fmt::format("max_bins = {}", config.max_bins), few_bins, ".max_bins = 256");
  for (const auto& [feature, bins] : config.bins.max_bins)
    refuse(bins > 256, fmt::format("{} = {} of \"{}\"", "bins.max_bins", bins, feature), few_bins, "at most 256");
}

}  // namespace

void check_effects(const BoostingConfig& config) {
  check_asked(config);
  check_linear_leaves(config);
  check_sampling(config);
  check_mode(config);
  check_growth(config);
  check_multi_output(config);
  check_bins(config);
  check_oblivious(config);
}

bool has_shared_trees(const BoostingConfig& config, int outputs) {
  return config.multi_output.strategy == MultiStrategy::multi_output_tree && outputs > 1;
}

double learning_rate_of(const BoostingConfig& config, int round, int rounds) {
  if (config.mode.kind == Mode::forest) return 1;
  const double first = config.learning_rate, last = config.schedule.last;
  const double part = rounds > 1 ? static_cast<double>(round) / (rounds - 1) : 0;
  switch (config.schedule.decay) {
    case Decay::none: return first;
    case Decay::linear: return first + (last - first) * part;
    case Decay::geometric: return first * math::exp(part * math::log(last / first));
  }
  return first;
}

}  // namespace linden
