// LinearConfig's fields as one table, and which of them go together.
#include <algorithm>
#include <linden/linear.hpp>
#include <map>
#include <string_view>

#include "loss/custom.hpp"
#include "loss/definition.hpp"
#include "loss/linked.hpp"
#include "model/class_weights.hpp"
#include "model/config_fields.hpp"
#include "model/features/feature_groups.hpp"
#include "model/weight_rows.hpp"
#include "base/out_of_memory.hpp"
#include "linear/config.hpp"
#include "linear/config_of_weights.hpp"
#include "linear/recipe/parse_formula.hpp"

namespace linden {
namespace {

// A column is in one group at most.
void check_disjoint(std::string_view field, const FeatureGroups& groups) {
  check_groups(field, groups);
  std::map<std::string_view, std::size_t> seen;
  for (std::size_t g = 0; g < groups.size(); ++g)
    for (const std::string& feature : groups[g])
      if (const auto [other, is_new] = seen.emplace(feature, g); !is_new)
        fail<ArgumentError>("{}: feature \"{}\" is in groups {} and {}. Hint: leave it out of one.", field, feature,
                            other->second, g);
}

void add_penalty(FieldTable<ColumnPenalties>& group) {
  group
      .add_features("factors", &ColumnPenalties::factors, Bounds{},
                    "what l1 and l2 of a column are multiplied by; 0: no penalty")
      .add_words<FeatureGroups>("groups", &ColumnPenalties::groups,
                                {text_of, feature_groups_of, check_disjoint, check_features}, "NAME,NAME,...;NAME,...",
                                "groups of columns whose weights go to 0 together")
      .add_number("group", &ColumnPenalties::group, {}, "penalty on |weights of a group|, times sqrt(its columns)")
      .add_choice<PenaltyShape>(
          "shape", &ColumnPenalties::shape,
          {{"absolute", PenaltyShape::absolute}, {"mcp", PenaltyShape::mcp}, {"scad", PenaltyShape::scad}},
          "what becomes of l1 |weight| as the weight grows")
      .add_number("gamma", &ColumnPenalties::gamma, {}, "from where on mcp and scad are flat, in l1; 0: 3 and 3.7");
  add_penalties_of_weights(group);
}

void add_constraints(FieldTable<WeightConstraints>& group) {
  using W = WeightConstraints;
  group
      .add_choice<bool>("nonnegative", &W::nonnegative, {{"true", true}, {"false", false}},
                        "whether weights are >= 0, but for those that have a lower bound of their own")
      .add_features("lower", &W::lower, Bounds::at_most(0), "least weights, in the units of the data")
      .add_features("upper", &W::upper, Bounds{}, "largest weights, in the units of the data")
      .add_words<WeightEquations>("equal", &W::equal, {text_of, weight_equations_of, check_equations, check_features},
                                  "NAME=NUMBER,...:NUMBER;...", "sums of weights that have a value");
}

// Names in formulas are looked for by the fit, which can say where they stand.
FieldTable<LinearConfig>::Words<std::string> formula_words() {
  return {.text = [](const std::string& formula) { return formula.empty() ? std::string("none") : formula; },
          .parse = [](std::string_view, std::string_view text) { return text == "none" ? "" : std::string(text); },
          .check =
              [](std::string_view, const std::string& formula) {
                if (!formula.empty()) parse_formula(formula);
              },
          .check_features = [](std::string_view, const std::string&, std::span<const std::string>) {}};
}

std::vector<std::pair<const char*, std::optional<Link>>> link_words() {
  std::vector<std::pair<const char*, std::optional<Link>>> words{{"automatic", std::nullopt}};
  for (const Link link : {Link::identity, Link::exp, Link::sigmoid, Link::probit, Link::cloglog, Link::sqrt,
                          Link::inverse, Link::inverse_square})
    words.emplace_back(word_of(link), link);
  return words;
}

const FieldTable<LinearConfig>& table() {
  using C = LinearConfig;
  static const FieldTable<C> fields = [] {
    std::vector<std::pair<const char*, Solver>> solvers;
    for (const Solver solver :
         {Solver::automatic, Solver::newton_cholesky, Solver::qr, Solver::newton_cg, Solver::lbfgs,
          Solver::coordinate_descent, Solver::interior_point, Solver::dual_descent})
      solvers.emplace_back(name_of(solver), solver);
    const std::vector<std::pair<const char*, bool>> flags{{"true", true}, {"false", false}};
    std::vector<std::pair<const char*, MissingValues>> missing_values;
    for (const MissingValues policy : {MissingValues::refuse, MissingValues::mean_indicator, MissingValues::drop})
      missing_values.emplace_back(name_of(policy), policy);
    return FieldTable<C>("LinearConfig", other_linear_fields())
        .add_loss(losses_of_linear_models())
        .add_choice<std::optional<Link>>("link", &C::link, link_words(),
                                         "from means to scores; automatic: the loss's own")
        .add_number("l1", &C::l1, {}, "penalty on |weight|")
        .add_number("l2", &C::l2, {}, "penalty on weight^2 / 2")
        .add_choice<bool>("intercept", &C::intercept, flags, "whether scores have a constant part")
        .add_choice<bool>("standardize", &C::standardize, flags,
                          "whether penalties are on the weights of columns scaled to unit variance")
        .add_choice<Solver>("solver", &C::solver, solvers, "how the optimum is found")
        .add_number("tolerance", &C::tolerance, {.low_open = true, .high = 1, .high_open = true},
                    "distance from the optimum to reach, relative to the objective")
        .add_number("max_iterations", &C::max_iterations, {}, "of the solver; 0: its own limit")
        .add_group<ClassWeights>("class_weights", &C::class_weights, add_class_weights)
        .add_group<ColumnPenalties>("penalty", &C::penalty, add_penalty)
        .add_group<WeightConstraints>("constraints", &C::constraints, add_constraints)
        .add_words<std::string>("formula", &C::formula, formula_words(), "TERM + TERM ...",
                                "columns in words: a * b + log(c) + spline(d, 5); none: all features")
        .add_choice<MissingValues>("missing_values", &C::missing_values, missing_values,
                                   "what becomes of missing values");
  }();
  return fields;
}

void check_loss(const Loss& loss) {
  const std::string why = why_no_linear_loss(loss);
  if (why.empty()) return;
  const std::vector<std::string> taken = losses_of_linear_models();
  fail<ArgumentError>("LinearConfig.loss is {}, {}; linear models take {} and loss::custom.", loss.name(), why,
                      listing(taken, taken.size()));
}

bool takes_l1(Solver solver) {
  return solver == Solver::automatic || solver == Solver::lbfgs || solver == Solver::coordinate_descent ||
         solver == Solver::interior_point;
}

bool takes_bounds(Solver solver) { return takes_l1(solver) && solver != Solver::lbfgs; }

bool takes_groups(Solver solver) { return solver == Solver::automatic || solver == Solver::coordinate_descent; }

void check_groups_of(const LinearConfig& config) {
  const ColumnPenalties& penalty = config.penalty;
  if (penalty.group == 0) return;
  if (penalty.groups.empty())
    fail<ArgumentError>("LinearConfig.penalty.group is {}, and there are no groups. Hint: penalty.groups.",
                        penalty.group);
  refuse_for_corners(config, "there are groups");
  if (is_bounded(config))
    fail<ArgumentError>(
        "LinearConfig.penalty.groups: there are constraints, too, and no solver takes both. Hint: leave one of them "
        "out.");
  if (!takes_groups(config.solver))
    fail<ArgumentError>(
        "LinearConfig.solver is {}, which does not take groups. Hint: coordinate_descent, or leave the choice to "
        "automatic.",
        name_of(config.solver));
  for (const std::vector<std::string>& group : penalty.groups) {
    const std::vector<double> factors = by_feature(penalty.factors, group, 1);
    for (std::size_t i = 1; i < group.size(); ++i)
      if (factors[i] != factors[0])
        fail<ArgumentError>(
            "LinearConfig.penalty.factors: \"{}\" has {} and \"{}\" {}, and they are in one group. Hint: one factor "
            "for "
            "all columns of a group.",
            group[0], factors[0], group[i], factors[i]);
  }
}

void check_shape(const LinearConfig& config) {
  const ColumnPenalties& penalty = config.penalty;
  if (penalty.shape == PenaltyShape::absolute) {
    if (penalty.gamma == 0) return;
    fail<ArgumentError>(
        "LinearConfig.penalty.gamma is {}, and penalty.shape is absolute, which has none. Hint: mcp or scad.",
        penalty.gamma);
  }
  const bool is_mcp = penalty.shape == PenaltyShape::mcp;
  if (penalty.gamma != 0 && !(penalty.gamma > (is_mcp ? 1 : 2)))
    fail<ArgumentError>("LinearConfig.penalty.gamma is {}; it must be > {} for {}, or 0 for {}.", penalty.gamma,
                        is_mcp ? 1 : 2, is_mcp ? "mcp" : "scad", is_mcp ? 3 : 3.7);
  const char* const what = is_mcp ? "shape is mcp" : "shape is scad";
  refuse_for_corners(config, what);
  if (penalty.group > 0)
    fail<ArgumentError>("LinearConfig.penalty: {} and there are groups, and no solver takes both. Hint: absolute.",
                        what);
}

// The interior point is for losses with corners, and nothing else finds their optimum.
void check_corners(const LinearConfig& config) {
  if (config.solver == Solver::automatic || is_automatic(config.loss)) return;
  const bool is_for_corners = config.solver == Solver::interior_point || config.solver == Solver::dual_descent;
  if (has_corners(config.loss) == is_for_corners) return;
  if (has_corners(config.loss))
    fail<ArgumentError>(
        "LinearConfig.solver is {}, which needs curvature, and {} has none. Hint: interior_point, or leave the choice "
        "to automatic.",
        name_of(config.solver), config.loss.name());
  fail<ArgumentError>(
      "LinearConfig.solver is {}, which is for losses with corners, and {} has none. Hint: leave the choice to "
      "automatic.",
      name_of(config.solver), config.loss.name());
}

}  // namespace

// Of those of groups certificates know nothing.
std::string why_no_linear_loss(const Loss& loss) {
  if (is_of_groups(loss)) return "which compares the rows of groups";
  if (is_of_times(loss) && !compares_times(loss)) return "whose labels are bounds of times";
  const LossTraits* const traits = traits_of(loss.definition().spec);
  if (traits && traits->is_per_class) return "which is a fit for each class by itself";
  if (traits && traits->is_distribution) return "which is not convex in its two scores";
  return "";
}

std::vector<std::string> losses_of_linear_models() {
  std::vector<std::string> names = loss::names();
  std::erase_if(names, [](const std::string& name) { return !why_no_linear_loss(loss::by_name(name)).empty(); });
  return names;
}

void refuse_for_corners(const LinearConfig& config, std::string_view what) {
  if (!has_corners(config.loss)) return;
  fail<ArgumentError>(
      "LinearConfig.penalty: {} and loss {}, which has corners: no solver takes both. Hint: l1, or a loss with "
      "curvature, {}.",
      what, config.loss.name(),
      config.loss.label_kind() == LabelKind::classes ? "logistic or squared_hinge" : "squared or huber");
}

const char* name_of(MissingValues policy) noexcept {
  switch (policy) {
    case MissingValues::refuse: return "refuse";
    case MissingValues::mean_indicator: return "mean_indicator";
    case MissingValues::drop: return "drop";
  }
  return "unknown";
}

const char* name_of(Solver solver) noexcept {
  switch (solver) {
    case Solver::automatic: return "automatic";
    case Solver::newton_cholesky: return "newton_cholesky";
    case Solver::qr: return "qr";
    case Solver::newton_cg: return "newton_cg";
    case Solver::lbfgs: return "lbfgs";
    case Solver::coordinate_descent: return "coordinate_descent";
    case Solver::interior_point: return "interior_point";
    case Solver::dual_descent: return "dual_descent";
  }
  return "unknown";
}

bool is_bounded(const LinearConfig& config) noexcept {
  const WeightConstraints& c = config.constraints;
  return c.nonnegative || !c.lower.empty() || !c.upper.empty();
}

bool is_penalised(const LinearConfig& config) noexcept {
  return config.l1 > 0 || config.l2 > 0 || config.penalty.group > 0 || config.penalty.tikhonov > 0 ||
         config.penalty.slope > 0;
}

std::string penalties_text(const LinearConfig& config) {
  std::string text = fmt::format("l1 = {}", config.l1);
  std::vector<std::pair<const char*, double>> others{{"l2", config.l2}};
  for (const auto& [name, size] : {std::pair<const char*, double>{"penalty.group", config.penalty.group},
                                   {"penalty.tikhonov", config.penalty.tikhonov},
                                   {"penalty.slope", config.penalty.slope}})
    if (size > 0) others.emplace_back(name, size);
  for (std::size_t i = 0; i < others.size(); ++i)
    text += fmt::format("{}{} = {}", i + 1 == others.size() ? " and " : ", ", others[i].first, others[i].second);
  return text;
}

double gamma_of(const ColumnPenalties& penalty) noexcept {
  return penalty.gamma > 0 ? penalty.gamma : penalty.shape == PenaltyShape::mcp ? 3 : 3.7;
}

void check_names(const LinearConfig& config, std::span<const std::string> features) {
  table().check_features(config, features);
}

std::vector<FieldInfo> fields(const LinearConfig& config) try {
  return table().infos(config);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("fields");
}

void set_field(LinearConfig& config, std::string_view name, std::string_view value) try {
  LinearConfig changed = config;
  table().set(changed, name, value);
  check_loss(changed.loss);
  config = std::move(changed);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("set_field");
}

void LinearConfig::check() const try {
  table().check(*this);
  check_loss(loss);
  if (link && !is_automatic(loss)) with_link("LinearConfig.link", loss, *link);
  const char* const hint = has_corners(loss) ? "interior_point" : "coordinate_descent";
  if (l1 > 0 && !takes_l1(solver))
    fail<ArgumentError>(
        "LinearConfig.solver is {}, which does not take l1, and l1 is {}. Hint: {}{}, or leave the choice to "
        "automatic.",
        name_of(solver), l1, hint, has_corners(loss) ? "" : " or lbfgs");
  if (is_bounded(*this) && !takes_bounds(solver))
    fail<ArgumentError>(
        "LinearConfig.solver is {}, which does not take constraints. Hint: {}, or leave the choice to automatic.",
        name_of(solver), hint);
  check_corners(*this);
  check_groups_of(*this);
  check_shape(*this);
  check_weights(*this);
  const auto is_zero = [](const FeatureValue& factor) { return factor.value == 0; };
  if (solver == Solver::dual_descent && (l2 == 0 || std::ranges::any_of(penalty.factors, is_zero)))
    fail<ArgumentError>(
        "LinearConfig.solver is dual_descent, which wants l2 > 0 for every column, and l2 is {}{}. Hint: "
        "interior_point.",
        l2, l2 > 0 ? ", but times a factor of 0" : "");
  const Link own = is_automatic(loss) ? Link::identity : loss.link();
  if (solver == Solver::qr && ((loss.name() != SquaredLoss::name && !is_automatic(loss)) || link.value_or(own) != own))
    fail<ArgumentError>(
        "LinearConfig.solver is qr, which is for the squared loss, and the loss is {}{}. Hint: newton_cholesky, or "
        "leave the choice to automatic.",
        loss.name(), link.value_or(own) != own ? fmt::format(" with link {}", word_of(*link)) : "");
  const bool is_by_level = !loss.definition().levels.empty();
  if (solver == Solver::coordinate_descent && loss.outputs() > 1 && loss.name() != SoftmaxLoss::name && !is_by_level)
    fail<ArgumentError>(
        "LinearConfig.solver is coordinate_descent, which needs the curvature between outputs, and {} has {} outputs "
        "of its own. Hint: lbfgs, or leave the choice to automatic.",
        loss.name(), loss.outputs());
} catch (const std::bad_alloc&) {
  fail_out_of_memory("LinearConfig::check");
}

}  // namespace linden
