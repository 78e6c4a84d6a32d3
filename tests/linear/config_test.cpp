// The fields of LinearConfig as text: order, defaults, bounds, which of them go together, and what is said of others.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <limits>
#include <linden/error.hpp>
#include <linden/linear.hpp>
#include <linden/ops.hpp>

#include "base/fail.hpp"
#include "loss/loss_references.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

std::string set(std::string_view name, std::string_view value) {
  LinearConfig config;
  return refusal<ArgumentError>([&] { set_field(config, name, value); });
}

std::string checked(const LinearConfig& config) {
  return refusal<ArgumentError>([&] { config.check(); });
}

TEST(LinearConfig, FieldsStandInTheOrderOfTheirDeclaration) {
  std::string text, losses;
  for (const std::string& name : losses_of_linear_models()) losses += " | " + name;
  for (const FieldInfo& f : fields(LinearConfig{})) text += fmt::format("{} = {} | {}\n", f.name, f.value, f.range);
  EXPECT_EQ(text,
            "loss = automatic | automatic" + losses +
                "\nlink = automatic | automatic | identity | log | logit | probit | cloglog | sqrt | inverse | "
                "inverse_square\n"
                "l1 = 0 | >= 0\n"
                "l2 = 0 | >= 0\n"
                "intercept = true | true | false\n"
                "standardize = true | true | false\n"
                "solver = automatic | automatic | newton_cholesky | qr | newton_cg | lbfgs | coordinate_descent | "
                "interior_point | dual_descent\n"
                "tolerance = 1e-08 | (0, 1)\n"
                "max_iterations = 0 | >= 0\n"
                "class_weights.balanced = false | true | false\n"
                "class_weights.positive = 1 | > 0\n"
                "class_weights.by_class = none | NAME=NUMBER,...\n"
                "penalty.factors = none | NAME=NUMBER,...\n"
                "penalty.groups = none | NAME,NAME,...;NAME,...\n"
                "penalty.group = 0 | >= 0\n"
                "penalty.shape = absolute | absolute | mcp | scad\n"
                "penalty.gamma = 0 | >= 0\n"
                "penalty.tikhonov = 0 | >= 0\n"
                "penalty.matrix = none | NAME,...:NUMBER,...\n"
                "penalty.differences = none | NAME=NUMBER,...;NAME=NUMBER,...\n"
                "penalty.slope = 0 | >= 0\n"
                "penalty.sequence = none | NUMBER,NUMBER,...\n"
                "constraints.nonnegative = false | true | false\n"
                "constraints.lower = none | NAME=NUMBER,...\n"
                "constraints.upper = none | NAME=NUMBER,...\n"
                "constraints.equal = none | NAME=NUMBER,...:NUMBER;...\n"
                "formula = none | TERM + TERM ...\n"
                "missing_values = refuse | refuse | mean_indicator | drop\n");
}

TEST(LinearConfig, TextOfEveryFieldSetsItBack) {
  LinearConfig config{.loss = loss::huber({.delta = 0.1}),
                      .l1 = 0.1 + 0.2,
                      .l2 = 1e-300,
                      .intercept = false,
                      .standardize = false,
                      .solver = Solver::coordinate_descent,
                      .tolerance = 1e-3,
                      .max_iterations = 77,
                      .penalty = {{{"a", 0}, {"b", 2.5}}, {{"c", "d"}}, 0.25, PenaltyShape::scad, 4.5},
                      .constraints = {.nonnegative = true, .lower = {{"a", -1}}, .upper = {{"b", 3}}}};
  config.penalty.tikhonov = 0.5;
  config.penalty.matrix = {{"a", "x;y"}, {2, -0.1, -0.1, 1}};
  config.penalty.differences = {{{"a", 1}, {"p:q", -1}}, {{"b", 1e-3}}};
  config.penalty.slope = 0.5;
  config.penalty.sequence = {3, 0.1, 0};
  config.constraints.equal = {{{{"a", 1}, {"b", 2}}, 0.25}, {{{"c", 1}}, 0}};
  LinearConfig copy;
  for (const FieldInfo& f : fields(config)) set_field(copy, f.name, f.value);
  const auto a = fields(config), b = fields(copy);
  ASSERT_EQ(a.size(), 29u);
  EXPECT_EQ(a[1].name, "loss.delta");
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_EQ(a[i].value, b[i].value) << a[i].name;
  EXPECT_EQ(copy.l1, 0.1 + 0.2);
  EXPECT_EQ(copy.solver, Solver::coordinate_descent);
}

TEST(LinearConfig, EverySolverHasAName) {
  for (const char* name : {"automatic", "newton_cholesky", "qr", "newton_cg", "lbfgs", "coordinate_descent",
                           "interior_point", "dual_descent"}) {
    LinearConfig config;
    set_field(config, "solver", name);
    EXPECT_STREQ(name_of(config.solver), name);
  }
}

TEST(LinearConfig, ValuesOutOfBoundsAreRefusedWithTheBounds) {
  EXPECT_EQ(set("l1", "-1"), "LinearConfig.l1 is -1; it must be >= 0.");
  EXPECT_EQ(set("l2", "inf"), "LinearConfig.l2 is inf; it must be >= 0.");
  EXPECT_EQ(set("intercept", "no"), "LinearConfig.intercept is \"no\"; it must be true or false.");
  EXPECT_EQ(set("standardize", ""), "LinearConfig.standardize is \"\"; it must be true or false.");
  EXPECT_EQ(set("solver", "newton"),
            "LinearConfig.solver is \"newton\"; it must be automatic, newton_cholesky, qr, newton_cg, lbfgs, "
            "coordinate_descent, interior_point or dual_descent.");
  EXPECT_EQ(set("tolerance", "0"), "LinearConfig.tolerance is 0; it must be in (0, 1).");
  EXPECT_EQ(set("tolerance", "1"), "LinearConfig.tolerance is 1; it must be in (0, 1).");
  EXPECT_EQ(set("tolerance", "nan"), "LinearConfig.tolerance is nan; it must be in (0, 1).");
  EXPECT_EQ(set("max_iterations", "-1"), "LinearConfig.max_iterations is -1; it must be >= 0.");
  EXPECT_EQ(set("max_iterations", "1.5"), "LinearConfig.max_iterations: \"1.5\" is not a whole number.");
  EXPECT_EQ(set("l2", "much"), "LinearConfig.l2: \"much\" is not a number.");
  EXPECT_EQ(set("loss.delta", "half"), "LinearConfig.loss.delta: \"half\" is not a number.");
  const std::string known =
      "Fields: loss, link, l1, l2, intercept, standardize, solver, tolerance, max_iterations, class_weights.balanced, "
      "class_weights.positive, class_weights.by_class, penalty.factors, penalty.groups, penalty.group, penalty.shape, "
      "penalty.gamma, penalty.tikhonov, penalty.matrix, penalty.differences, penalty.slope, "
      "penalty.sequence, constraints.nonnegative, "
      "constraints.lower, constraints.upper, constraints.equal, formula, missing_values.";
  EXPECT_EQ(set("lambda", "1"), "LinearConfig has no field \"lambda\". Here that is l1 + l2. " + known);
  EXPECT_EQ(set("standardise", "true"),
            "LinearConfig has no field \"standardise\". Did you mean \"standardize\"? " + known);
  EXPECT_EQ(set("penalty.factors", "a=-1"), "LinearConfig.penalty.factors: feature \"a\" has -1; it must be >= 0.");
  EXPECT_EQ(set("constraints.lower", "a=1"), "LinearConfig.constraints.lower: feature \"a\" has 1; it must be <= 0.");
  EXPECT_EQ(set("constraints.upper", "a=-2"), "LinearConfig.constraints.upper: feature \"a\" has -2; it must be >= 0.");
}

TEST(LinearConfig, LossesThatAreNoOneFitAreRefused) {
  const std::string rest =
      "; linear models take " + fmt::format("{}", fmt::join(losses_of_linear_models(), ", ")) + " and loss::custom.";
  EXPECT_EQ(set("loss", "normal_distribution"),
            "LinearConfig.loss is normal_distribution, which is not convex in its two scores" + rest);
  EXPECT_EQ(checked({.loss = loss::one_vs_all()}),
            "LinearConfig.loss is one_vs_all, which is a fit for each class by itself" + rest);
  for (const std::string& name : losses_of_linear_models())
    EXPECT_NO_THROW(LinearConfig{.loss = loss::by_name(name)}.check()) << name;
}

TEST(LinearConfig, CheckNamesTheFirstFieldOutOfRange) {
  EXPECT_EQ(checked({.l2 = -1, .tolerance = 2}), "LinearConfig.l2 is -1; it must be >= 0.");
  EXPECT_EQ(checked({.tolerance = std::numeric_limits<double>::quiet_NaN()}),
            "LinearConfig.tolerance is nan; it must be in (0, 1).");
  EXPECT_EQ(checked({.solver = static_cast<Solver>(17)}),
            "LinearConfig.solver is 17; it must be automatic, newton_cholesky, qr, newton_cg, lbfgs, "
            "coordinate_descent, interior_point or dual_descent.");
  EXPECT_NO_THROW(LinearConfig{}.check());
}

TEST(LinearConfig, SolversWithoutL1AreRefusedWithIt) {
  for (const Solver solver : {Solver::newton_cholesky, Solver::newton_cg, Solver::qr}) {
    EXPECT_EQ(checked({.l1 = 0.5, .solver = solver}),
              fmt::format("LinearConfig.solver is {}, which does not take l1, and l1 is 0.5. Hint: coordinate_descent "
                          "or lbfgs, or leave the choice to automatic.",
                          name_of(solver)));
    EXPECT_NO_THROW((LinearConfig{.l2 = 1, .solver = solver}.check()));
  }
  for (const Solver solver : {Solver::automatic, Solver::lbfgs, Solver::coordinate_descent})
    EXPECT_NO_THROW((LinearConfig{.l1 = 0.5, .solver = solver}.check()));
}

TEST(LinearConfig, CornersAreForTheInteriorPoint) {
  for (const Loss& loss : cornered_losses()) {
    for (const Solver solver : {Solver::automatic, Solver::interior_point})
      EXPECT_NO_THROW((LinearConfig{.loss = loss, .l1 = 1, .solver = solver}.check()));
    EXPECT_EQ(checked({.loss = loss, .solver = Solver::lbfgs}),
              fmt::format("LinearConfig.solver is lbfgs, which needs curvature, and {} has none. Hint: interior_point, "
                          "or leave the choice to automatic.",
                          loss.name()));
  }
  EXPECT_EQ(checked({.loss = loss::hinge(), .solver = Solver::interior_point}),
            "LinearConfig.solver is interior_point, which is for losses with corners, and hinge has none. Hint: leave "
            "the choice to automatic.");
}

TEST(LinearConfig, DualDescentWantsL2AndNothingElse) {
  const auto with = [](LinearConfig config) {
    config.loss = loss::sharp_hinge();
    config.solver = Solver::dual_descent;
    return checked(config);
  };
  EXPECT_EQ(with({}),
            "LinearConfig.solver is dual_descent, which wants l2 > 0 for every column, and l2 is 0. Hint: "
            "interior_point.");
  EXPECT_EQ(with({.l2 = 2, .penalty = {{{"a", 0}}}}),
            "LinearConfig.solver is dual_descent, which wants l2 > 0 for every column, and l2 is 2, but times a factor "
            "of 0. Hint: interior_point.");
  EXPECT_EQ(with({.l1 = 1, .l2 = 1}),
            "LinearConfig.solver is dual_descent, which does not take l1, and l1 is 1. Hint: interior_point, or leave "
            "the choice to automatic.");
  EXPECT_EQ(with({.l2 = 1, .constraints = {.nonnegative = true}}),
            "LinearConfig.solver is dual_descent, which does not take constraints. Hint: interior_point, or leave the "
            "choice to automatic.");
  EXPECT_NO_THROW((LinearConfig{.loss = loss::absolute(), .l2 = 1, .solver = Solver::dual_descent}.check()));
}

TEST(LinearConfig, ConstraintsAreForSolversThatTakeThem) {
  const WeightConstraints nonnegative{.nonnegative = true};
  for (const Solver solver : {Solver::newton_cholesky, Solver::newton_cg, Solver::qr, Solver::lbfgs})
    EXPECT_EQ(checked({.loss = loss::squared(), .solver = solver, .constraints = nonnegative}),
              fmt::format("LinearConfig.solver is {}, which does not take constraints. Hint: coordinate_descent, or "
                          "leave the choice to automatic.",
                          name_of(solver)));
  for (const Solver solver : {Solver::automatic, Solver::coordinate_descent})
    EXPECT_NO_THROW((LinearConfig{.solver = solver, .constraints = nonnegative}.check()));
}

TEST(LinearConfig, QrIsForTheSquaredLossAlone) {
  EXPECT_EQ(checked({.loss = loss::logistic(), .solver = Solver::qr}),
            "LinearConfig.solver is qr, which is for the squared loss, and the loss is logistic. Hint: "
            "newton_cholesky, or leave the choice to automatic.");
}

TEST(LinearConfig, CoordinateDescentNeedsTheWholeCurvature) {
  const auto two = [](const Tensor& score, const Tensor& y) { return sum(square(score), {1}) + 0 * y; };
  const Loss pair = loss::custom("pair", two, {.outputs = 2});
  EXPECT_EQ(checked({.loss = pair, .solver = Solver::coordinate_descent}),
            "LinearConfig.solver is coordinate_descent, which needs the curvature between outputs, and pair has 2 "
            "outputs of its own. Hint: lbfgs, or leave the choice to automatic.");
  EXPECT_NO_THROW((LinearConfig{.loss = pair}.check()));
  EXPECT_NO_THROW((LinearConfig{.loss = loss::softmax({.classes = 3}), .solver = Solver::coordinate_descent}.check()));
  const auto own = [](const Tensor& score, const Tensor& y) { return square(score - y); };
  EXPECT_NO_THROW((LinearConfig{.loss = loss::custom("own", own), .solver = Solver::coordinate_descent}.check()));
}

TEST(LinearConfig, ARefusedValueLeavesTheFieldAsItWas) {
  LinearConfig config;
  EXPECT_THROW(set_field(config, "loss", "one_vs_all"), ArgumentError);
  EXPECT_EQ(config.loss.name(), "automatic");
  EXPECT_THROW(set_field(config, "tolerance", "1"), ArgumentError);
  EXPECT_EQ(config.tolerance, 1e-8);
}

}  // namespace
}  // namespace linden
