// Adam and AdamW against closed forms.
#include <gtest/gtest.h>

#include <cmath>
#include <linden/autograd.hpp>
#include <linden/error.hpp>
#include <linden/ops.hpp>
#include <linden/optim.hpp>

#include "refusal.hpp"

namespace linden::optim {
namespace {

Tensor variable(double value, DType dtype = DType::f64) { return Tensor::full({1}, value, dtype).set_requires_grad(); }

TEST(Adam, AConstantGradientOfAnySizeMovesByTheLearningRate) {
  for (const double gradient : {1e-3, 1.0, -1e6}) {
    const Tensor x = variable(0);
    Adam adam({x}, {.learning_rate = 0.01, .epsilon = 0});
    backward(sum(x * gradient));
    for (int step = 1; step <= 100; ++step) {
      adam.step();
      EXPECT_NEAR(x.at<double>({0}), (gradient > 0 ? -0.01 : 0.01) * step, 1e-13);
    }
  }
}

TEST(Adam, EpsilonIsAddedAfterTheCorrectionOfTheBias) {
  const Tensor x = variable(0);
  Adam adam({x}, {.learning_rate = 1, .epsilon = 3});
  backward(sum(x));
  adam.step();
  EXPECT_NEAR(x.at<double>({0}), -1.0 / (1 + 3), 1e-15);
}

TEST(Adam, WeightDecayIsPartOfTheGradient) {
  const Tensor x = variable(2);
  Adam adam({x}, {.learning_rate = 0.5, .epsilon = 1, .weight_decay = 0.25});
  backward(sum(x));
  adam.step();
  EXPECT_NEAR(x.at<double>({0}), 2 - 0.5 * 1.5 / (1.5 + 1), 1e-15);
}

TEST(AdamW, WeightDecayIsApartFromTheGradient) {
  const Tensor x = variable(2);
  AdamW adam({x}, {.learning_rate = 0.5, .epsilon = 1, .weight_decay = 0.25});
  backward(sum(x));
  adam.step();
  EXPECT_NEAR(x.at<double>({0}), 2 * (1 - 0.5 * 0.25) - 0.5 * 1 / (1 + 1), 1e-15);
  EXPECT_EQ(AdamW({variable(0)}).options().weight_decay, 0.01);
  EXPECT_EQ(Adam({variable(0)}).options().weight_decay, 0);
}

TEST(Adam, WorksInF32) {
  const Tensor narrow = variable(3, DType::f32), wide = variable(3);
  Adam in_f32({narrow}, {.learning_rate = 0.1}), in_f64({wide}, {.learning_rate = 0.1});
  for (int step = 0; step < 50; ++step) {
    in_f32.clear_grad();
    in_f64.clear_grad();
    backward(sum(square(narrow - 1)));
    backward(sum(square(wide - 1)));
    in_f32.step();
    in_f64.step();
    EXPECT_NEAR(narrow.at<float>({0}), wide.at<double>({0}), 1e-5);
  }
}

TEST(Adam, CountsTheStepsOfEachParameter) {
  const Tensor x = variable(0), late = variable(0);
  Adam adam({x, late}, {.learning_rate = 0.5, .epsilon = 0});
  backward(sum(x));
  adam.step();
  EXPECT_EQ(late.at<double>({0}), 0);
  backward(sum(late));
  adam.step();
  EXPECT_NEAR(x.at<double>({0}), -1, 1e-13);
  EXPECT_NEAR(late.at<double>({0}), -0.5, 1e-13);  // bias corrected as at its first step
}

TEST(Adam, ParametersOfAnyShapeAndGradientsWithoutMemoryOfTheirOwn) {
  const Tensor matrix = Tensor::zeros({3, 4}).set_requires_grad(), scalar = Tensor::zeros({}).set_requires_grad();
  Adam adam({matrix, scalar}, {.learning_rate = 0.5, .epsilon = 0});
  backward(sum(matrix + scalar));  // the gradient of a sum is one number, seen everywhere
  adam.step();
  for (const double x : matrix.span<double>()) EXPECT_NEAR(x, -0.5, 1e-15);
  EXPECT_NEAR(scalar.item(), -0.5, 1e-15);
}

TEST(Adam, RefusesOptionsOutOfRange) {
  const auto refused = [](const AdamOptions& options) {
    return refusal<ArgumentError>([&] { Adam({variable(0)}, options); });
  };
  EXPECT_EQ(refused({.learning_rate = -1}), "AdamOptions.learning_rate is -1; it must be >= 0.");
  EXPECT_EQ(refused({.beta1 = 1}), "AdamOptions.beta1 is 1; it must be in [0, 1).");
  EXPECT_EQ(refused({.beta2 = -0.5}), "AdamOptions.beta2 is -0.5; it must be in [0, 1).");
  EXPECT_EQ(refused({.epsilon = -1}), "AdamOptions.epsilon is -1; it must be >= 0.");
  EXPECT_EQ(refused({.weight_decay = -1}), "AdamOptions.weight_decay is -1; it must be >= 0.");
  EXPECT_EQ(refusal<ArgumentError>([] { AdamW({variable(0)}, {.beta1 = 1}); }),
            "AdamWOptions.beta1 is 1; it must be in [0, 1).");
  Adam adam({variable(0)});
  EXPECT_EQ(refusal<ArgumentError>([&] { adam.set_learning_rate(-2); }),
            "AdamOptions.learning_rate is -2; it must be >= 0.");
}

}  // namespace
}  // namespace linden::optim
