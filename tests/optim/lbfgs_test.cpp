// L-BFGS: optima that are known, how it ends, and what it does where the loss is not finite.
#include <gtest/gtest.h>

#include <cmath>
#include <linden/autograd.hpp>
#include <linden/error.hpp>
#include <linden/ops.hpp>
#include <linden/optim.hpp>
#include <stdexcept>

#include "refusal.hpp"

namespace linden::optim {
namespace {

Tensor variable(const std::vector<double>& values, DType dtype = DType::f64) {
  const Tensor x = Tensor::copy_of(values, {static_cast<std::int64_t>(values.size())});
  return cast(x, dtype).clone().set_requires_grad();
}

std::vector<double> values_of(const Tensor& x) { return {x.span<double>().begin(), x.span<double>().end()}; }

Tensor rosenbrock(const Tensor& w) {
  const Tensor u = w.select(0, 0), v = w.select(0, 1);
  return square(1 - u) + 100 * square(v - square(u));
}

constexpr LbfgsOptions to_the_end{
    .max_iterations = 500, .max_evaluations = 5000, .gradient_tolerance = 1e-8, .change_tolerance = 1e-20};

TEST(Lbfgs, FindsTheOptimumOfRosenbrock) {
  const Tensor w = variable({-1.2, 1});
  Lbfgs lbfgs({w}, to_the_end);
  EXPECT_NEAR(lbfgs.step([&] { return rosenbrock(w); }), 24.2, 1e-13);
  EXPECT_EQ(lbfgs.report().status, LbfgsStatus::gradient_converged);
  EXPECT_LE(lbfgs.report().gradient_size, 1e-8);
  EXPECT_LT(lbfgs.report().iterations, 60);
  EXPECT_NEAR(w.at<double>({0}), 1, 1e-7);
  EXPECT_NEAR(w.at<double>({1}), 1, 1e-7);
}

TEST(Lbfgs, FindsTheOptimumOfAnIllConditionedQuadratic) {
  const std::int64_t n = 10;
  const Tensor curvature = pow(Tensor(10.0), cast(arange(n), DType::f64) * (6.0 / (n - 1)));  // 1 .. 1e6
  const Tensor w = Tensor::zeros({n}).set_requires_grad();
  LbfgsOptions options = to_the_end;
  options.gradient_tolerance = 1e-6;
  Lbfgs lbfgs({w}, options);
  lbfgs.step([&] { return 0.5 * sum(curvature * square(w - 3)); });
  EXPECT_EQ(lbfgs.report().status, LbfgsStatus::gradient_converged);
  for (const double x : w.span<double>()) EXPECT_NEAR(x, 3, 1e-6);
}

TEST(Lbfgs, WorksInF32AndOverSeveralParameters) {
  const Tensor a = variable({5, -3}, DType::f32), b = Tensor::zeros({2, 2}, DType::f32).set_requires_grad();
  const Tensor nothing = variable({}, DType::f32), unused = variable({7}, DType::f32);
  Lbfgs lbfgs({a, nothing, b, unused}, {.max_iterations = 100, .gradient_tolerance = 1e-4});
  lbfgs.step([&] { return sum(square(a - 1)) + 10 * sum(square(b - a)); });
  EXPECT_EQ(lbfgs.report().status, LbfgsStatus::gradient_converged);
  for (const Tensor& t : {a, b})
    for (const float x : t.span<float>()) EXPECT_NEAR(x, 1, 1e-4);
  EXPECT_EQ(unused.at<float>({0}), 7);
}

TEST(Lbfgs, SaysHowItEnded) {
  const auto status = [](const LbfgsOptions& options, const std::vector<double>& start) {
    const Tensor w = variable(start);
    Lbfgs lbfgs({w}, options);
    EXPECT_STREQ(name_of(lbfgs.report().status), "not run");
    lbfgs.step([&] { return rosenbrock(w); });
    return std::string(name_of(lbfgs.report().status));
  };
  EXPECT_EQ(status({}, {1, 1}), "gradient converged");
  EXPECT_EQ(status({.max_iterations = 5, .max_evaluations = 100}, {-1.2, 1}), "iteration limit");
  EXPECT_EQ(status({.max_iterations = 50, .max_evaluations = 5}, {-1.2, 1}), "evaluation limit");
  EXPECT_EQ(status({.max_iterations = 50, .gradient_tolerance = 0, .change_tolerance = 1e-3}, {-1.2, 1}),
            "change converged");
  EXPECT_STREQ(name_of(LbfgsStatus::line_search_failed), "line search failed");
  EXPECT_STREQ(name_of(LbfgsStatus::not_finite), "not finite");
}

TEST(Lbfgs, CountsEvaluationsOfADefaultLimit) {
  const Tensor w = variable({-1.2, 1});
  Lbfgs lbfgs({w}, {.max_iterations = 20});
  int calls = 0;
  lbfgs.step([&] {
    ++calls;
    return rosenbrock(w);
  });
  EXPECT_EQ(lbfgs.report().evaluations, calls);
  EXPECT_GE(calls, 25);
  EXPECT_LE(calls, 25 + 26);
}

TEST(Lbfgs, NeverRaisesTheLoss) {
  const Tensor w = variable({-1.2, 1});
  Lbfgs lbfgs({w}, {.max_iterations = 1});
  double before = INFINITY;
  for (int i = 0; i < 40; ++i) {
    const double loss = lbfgs.step([&] { return rosenbrock(w); });
    EXPECT_LE(loss, before);
    EXPECT_LE(lbfgs.report().loss, loss);
    EXPECT_EQ(lbfgs.report().loss, rosenbrock(w.detach()).item());
    before = loss;
  }
}

TEST(Lbfgs, LeavesTheGradientsOfVariablesAlone) {
  const Tensor w = variable({-1.2, 1}), other = variable({1, 1});
  backward(sum(w * 3));
  Lbfgs lbfgs({w});
  {
    const NoGrad within;  // the closure goes on the tape all the same
    lbfgs.step([&] { return rosenbrock(w) + sum(square(w - other)); });
  }
  EXPECT_EQ(values_of(w.grad()), (std::vector<double>{3, 3}));
  EXPECT_FALSE(other.has_grad());
}

TEST(Lbfgs, ANanLossLeavesTheParametersAsTheyWere) {
  for (const LineSearch line_search : {LineSearch::none, LineSearch::strong_wolfe}) {
    const Tensor w = variable({-1, 2});
    Lbfgs lbfgs({w}, {.line_search = line_search});
    EXPECT_TRUE(std::isnan(lbfgs.step([&] { return sum(log(w)); })));
    EXPECT_EQ(lbfgs.report().status, LbfgsStatus::not_finite);
    EXPECT_EQ(values_of(w), (std::vector<double>{-1, 2}));
  }
}

// The minimum of 100 x - log x is at 0.01, and there is no loss below 0.
Tensor barrier(const Tensor& x) { return sum(100 * x - log(x)); }

TEST(Lbfgs, ASearchThatLeavesTheDomainComesBack) {
  const Tensor x = variable({2});
  LbfgsOptions options = to_the_end;
  options.gradient_tolerance = 1e-7;
  options.learning_rate = 10;
  Lbfgs lbfgs({x}, options);
  lbfgs.step([&] { return barrier(x); });
  EXPECT_EQ(lbfgs.report().status, LbfgsStatus::gradient_converged);
  EXPECT_NEAR(x.at<double>({0}), 0.01, 1e-10);
}

TEST(Lbfgs, ADirectionWithoutAnyFiniteLossEndsTheSearchAtItsStart) {
  const Tensor x = variable({2});
  Lbfgs lbfgs({x});
  int calls = 0;
  lbfgs.step([&] { return ++calls == 1 ? sum(x) : sum(x) * NAN; });
  EXPECT_EQ(lbfgs.report().status, LbfgsStatus::not_finite);
  EXPECT_EQ(lbfgs.report().loss, 2);
  EXPECT_EQ(values_of(x), std::vector<double>{2});
}

TEST(Lbfgs, ADirectionThatOnlyRisesEndsTheSearchAtItsStart) {
  const Tensor x = variable({2});
  Lbfgs lbfgs({x});
  int calls = 0;
  lbfgs.step([&] { return sum(x) * 0.5 + (++calls == 1 ? 0.0 : 10.0); });
  EXPECT_EQ(lbfgs.report().status, LbfgsStatus::line_search_failed);
  EXPECT_EQ(values_of(x), std::vector<double>{2});
}

TEST(Lbfgs, WithoutALineSearchAStepThatLeavesTheDomainIsTakenBack) {
  const Tensor x = variable({2});
  Lbfgs lbfgs({x}, {.learning_rate = 10, .line_search = LineSearch::none});
  lbfgs.step([&] { return barrier(x); });
  EXPECT_EQ(lbfgs.report().status, LbfgsStatus::not_finite);
  EXPECT_EQ(values_of(x), std::vector<double>{2});

  // The last iteration's loss is seen only by the next step.
  Lbfgs single({x}, {.learning_rate = 10, .max_iterations = 1, .line_search = LineSearch::none});
  single.step([&] { return barrier(x); });
  EXPECT_EQ(single.report().status, LbfgsStatus::iteration_limit);
  EXPECT_LT(x.at<double>({0}), 0);
  EXPECT_TRUE(std::isnan(single.step([&] { return barrier(x); })));
  EXPECT_EQ(single.report().status, LbfgsStatus::not_finite);
  EXPECT_NEAR(x.at<double>({0}), 2, 1e-14);
}

TEST(Lbfgs, AClosureThatThrowsLeavesTheParametersOfTheIteration) {
  const Tensor w = variable({-1.2, 1});
  Lbfgs lbfgs({w});
  int calls = 0;
  EXPECT_THROW(lbfgs.step([&]() -> Tensor {
    if (++calls == 2) throw std::runtime_error("no more");
    return rosenbrock(w);
  }),
               std::runtime_error);
  EXPECT_EQ(values_of(w), (std::vector<double>{-1.2, 1}));
  lbfgs.step([&] { return rosenbrock(w); });  // and it can go on
  EXPECT_LT(lbfgs.report().loss, 24.2);
}

TEST(Lbfgs, RefusesOptionsOutOfRange) {
  const auto refused = [](const LbfgsOptions& options) {
    return refusal<ArgumentError>([&] { Lbfgs({variable({0})}, options); });
  };
  EXPECT_EQ(refused({.learning_rate = 0}), "LbfgsOptions.learning_rate is 0; it must be > 0.");
  EXPECT_EQ(refused({.max_iterations = 0}), "LbfgsOptions.max_iterations is 0; it must be in [1, 2147483647].");
  EXPECT_EQ(refused({.max_evaluations = -1}), "LbfgsOptions.max_evaluations is -1; it must be in [0, 2147483647].");
  EXPECT_EQ(refused({.gradient_tolerance = -1}), "LbfgsOptions.gradient_tolerance is -1; it must be >= 0.");
  EXPECT_EQ(refused({.change_tolerance = NAN}), "LbfgsOptions.change_tolerance is nan; it must be >= 0.");
  EXPECT_EQ(refused({.history = 0}), "LbfgsOptions.history is 0; it must be in [1, 2147483647].");
  EXPECT_EQ(refused({.line_search = static_cast<LineSearch>(2)}),
            "LbfgsOptions.line_search is 2; it must be in [0, 1].");
  Lbfgs lbfgs({variable({0})});
  EXPECT_EQ(refusal<ArgumentError>([&] { lbfgs.set_learning_rate(-1); }),
            "LbfgsOptions.learning_rate is -1; it must be > 0.");
  EXPECT_EQ(refusal<ArgumentError>([&] { lbfgs.step({}); }), "Lbfgs::step: the closure is empty.");
}

TEST(Lbfgs, RefusesALossThatHasNoGradient) {
  const Tensor w = variable({1, 2});
  Lbfgs lbfgs({w});
  EXPECT_NE(refusal<GraphError>([&] { lbfgs.step([] { return Tensor(1.0); }); }), "");
  EXPECT_NE(refusal<ShapeError>([&] { lbfgs.step([&] { return w * 2; }); }), "");
  EXPECT_EQ(values_of(w), (std::vector<double>{1, 2}));
}

}  // namespace
}  // namespace linden::optim
