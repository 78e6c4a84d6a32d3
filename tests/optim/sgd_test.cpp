// Sgd against closed forms.
#include <gtest/gtest.h>

#include <cmath>
#include <linden/autograd.hpp>
#include <linden/error.hpp>
#include <linden/ops.hpp>
#include <linden/optim.hpp>
#include <linden/threads.hpp>

#include "refusal.hpp"

namespace linden::optim {
namespace {

Tensor variable(double value, DType dtype = DType::f64) { return Tensor::full({1}, value, dtype).set_requires_grad(); }

/// Gives every parameter the gradient 1.
void pull(const Tensor& x) { backward(sum(x)); }

TEST(Sgd, ShrinksTheErrorOfAQuadraticByTheSameFactorEachStep) {
  const Tensor x = variable(3);
  Sgd sgd({x}, {.learning_rate = 0.125});
  for (int step = 1; step <= 20; ++step) {
    sgd.clear_grad();
    backward(sum(square(x - 1)));
    sgd.step();
    EXPECT_DOUBLE_EQ(x.at<double>({0}), 1 + 2 * std::pow(0.75, step));
  }
}

TEST(Sgd, TheVelocityOfAConstantGradientIsAGeometricSum) {
  const Tensor x = variable(0);
  Sgd sgd({x}, {.learning_rate = 1, .momentum = 0.5});
  pull(x);
  double expected = 0, velocity = 0;
  for (int step = 1; step <= 10; ++step) {
    velocity = 2 * (1 - std::pow(0.5, step));
    expected -= velocity;
    sgd.step();
    EXPECT_DOUBLE_EQ(x.at<double>({0}), expected);
  }
}

TEST(Sgd, TheFirstGradientIsNotDampened) {
  const Tensor x = variable(0);
  Sgd sgd({x}, {.learning_rate = 1, .momentum = 0.5, .dampening = 0.25});
  pull(x);
  sgd.step();
  EXPECT_EQ(x.at<double>({0}), -1);
  sgd.step();
  EXPECT_EQ(x.at<double>({0}), -1 - (0.5 + 0.75));
}

TEST(Sgd, NesterovLooksAhead) {
  const Tensor x = variable(0);
  Sgd sgd({x}, {.learning_rate = 1, .momentum = 0.5, .nesterov = true});
  pull(x);
  sgd.step();
  EXPECT_EQ(x.at<double>({0}), -1.5);
  sgd.step();
  EXPECT_EQ(x.at<double>({0}), -1.5 - (1 + 0.5 * 1.5));
}

TEST(Sgd, WeightDecayPullsToZero) {
  const Tensor x = variable(2);
  Sgd sgd({x}, {.learning_rate = 0.5, .weight_decay = 0.25});
  pull(x);
  sgd.step();
  EXPECT_EQ(x.at<double>({0}), 2 - 0.5 * (1 + 0.25 * 2));
}

TEST(Sgd, WorksInF32) {
  const Tensor x = variable(3, DType::f32);
  Sgd sgd({x}, {.learning_rate = 0.125, .momentum = 0.5});
  double reference = 3, velocity = 0;
  for (int step = 0; step < 20; ++step) {
    velocity = 0.5 * velocity + 2 * (reference - 1);
    reference -= 0.125 * velocity;
    sgd.clear_grad();
    backward(sum(square(x - 1)));
    sgd.step();
    EXPECT_NEAR(x.at<float>({0}), reference, 1e-6);
  }
}

TEST(Sgd, LeavesAParameterWithoutGradientAloneAndItsVelocityToo) {
  const Tensor x = variable(0), late = variable(0);
  Sgd sgd({x, late}, {.learning_rate = 1, .momentum = 0.5, .dampening = 0.5});
  pull(x);
  sgd.step();
  sgd.step();
  EXPECT_EQ(x.at<double>({0}), -2);
  EXPECT_EQ(late.at<double>({0}), 0);
  pull(late);
  sgd.step();
  EXPECT_EQ(x.at<double>({0}), -3);
  EXPECT_EQ(late.at<double>({0}), -1);  // its first step: undampened
}

TEST(Sgd, StepsOverManyParametersAtOnceAsOverEachAlone) {
  const auto run = [](int threads, bool together) {
    const Threads scope(threads);
    std::vector<Tensor> parameters;
    for (const std::int64_t size : {1, 40000, 3, 0, 100001})
      parameters.push_back((cast(arange(size), DType::f64) * 0.001 + 0.5).set_requires_grad());
    std::vector<Sgd> optimizers;
    if (together) optimizers.emplace_back(parameters, SgdOptions{.learning_rate = 0.01, .momentum = 0.9});
    if (!together)
      for (const Tensor& p : parameters)
        optimizers.emplace_back(std::vector{p}, SgdOptions{.learning_rate = 0.01, .momentum = 0.9});
    for (int step = 0; step < 3; ++step) {
      for (const Tensor& p : parameters) {
        p.clear_grad();
        backward(sum(p * p * p));
      }
      for (Sgd& sgd : optimizers) sgd.step();
    }
    std::vector<double> values;
    for (const Tensor& p : parameters) values.insert(values.end(), p.span<double>().begin(), p.span<double>().end());
    return values;
  };
  const auto one = run(1, true);
  EXPECT_EQ(one, run(2, true));
  EXPECT_EQ(one, run(1, false));
}

TEST(Sgd, ASavedValueThatAStepHasChangedIsRefused) {
  const Tensor x = variable(2);
  Sgd sgd({x});
  const Tensor y = sum(square(x));
  pull(x);
  sgd.step();
  EXPECT_NE(refusal<GraphError>([&] { backward(y); }), "");
}

TEST(Sgd, TakesTheLearningRateOfASchedule) {
  const Tensor x = variable(0);
  Sgd sgd({x}, {.learning_rate = 1});
  pull(x);
  sgd.step();
  sgd.set_learning_rate(0.25);
  sgd.step();
  EXPECT_EQ(x.at<double>({0}), -1.25);
  EXPECT_EQ(sgd.options().learning_rate, 0.25);
  EXPECT_EQ(refusal<ArgumentError>([&] { sgd.set_learning_rate(NAN); }),
            "SgdOptions.learning_rate is nan; it must be >= 0.");
}

TEST(Sgd, RefusesOptionsOutOfRange) {
  const auto refused = [](const SgdOptions& options) {
    return refusal<ArgumentError>([&] { Sgd({variable(0)}, options); });
  };
  EXPECT_EQ(refused({.learning_rate = -1}), "SgdOptions.learning_rate is -1; it must be >= 0.");
  EXPECT_EQ(refused({.momentum = 1.5}), "SgdOptions.momentum is 1.5; it must be in [0, 1].");
  EXPECT_EQ(refused({.dampening = -0.5}), "SgdOptions.dampening is -0.5; it must be in [0, 1].");
  EXPECT_EQ(refused({.weight_decay = INFINITY}), "SgdOptions.weight_decay is inf; it must be >= 0.");
  EXPECT_EQ(refused({.nesterov = true}), "SgdOptions.nesterov needs momentum > 0 and dampening 0, not 0 and 0.");
  EXPECT_EQ(refused({.momentum = 0.5, .dampening = 0.25, .nesterov = true}),
            "SgdOptions.nesterov needs momentum > 0 and dampening 0, not 0.5 and 0.25.");
}

}  // namespace
}  // namespace linden::optim
