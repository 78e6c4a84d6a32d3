// The gradient check finds what is wrong, and names it.
#include <gtest/gtest.h>

#include <linden/autograd.hpp>
#include <linden/error.hpp>
#include <linden/ops.hpp>

#include "tensor/node.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

Tensor three() { return Tensor::copy_of(std::span<const double>(std::vector<double>{0.3, 1.2, -0.7}), {3}); }

TEST(CheckGradients, PassesWhatIsRight) {
  const auto f = [](const std::vector<Tensor>& x) { return exp(x[0]) * tanh(x[1]); };
  const GradientCheck check = check_gradients(f, {three(), three() + 0.1});
  EXPECT_TRUE(check.passed) << check.message;
  EXPECT_LT(check.worst, 1e-9);
  EXPECT_TRUE(check.message.empty());
}

// x^2 with a wrong rule: the tape says 3 x.
Tensor wrong_square(const Tensor& x) {
  Tensor y = x.detach() * x.detach();
  if (is_recorded(x))
    record(
        {"wrong_square"}, y,
        [x = Saved(x)](const std::shared_ptr<Node>& self, const Tensor& g, std::span<Tensor> gradients) {
          gradients[0] = g * 3.0 * x.get(*self);
        },
        x);
  return y;
}

// x^2 whose first derivative is right and whose second is lost.
Tensor cut_square(const Tensor& x) {
  Tensor y = x.detach() * x.detach();
  if (is_recorded(x))
    record(
        {"cut_square"}, y,
        [x = Saved(x)](const std::shared_ptr<Node>& self, const Tensor& g, std::span<Tensor> gradients) {
          gradients[0] = g * 2.0 * x.get(*self).detach();
        },
        x);
  return y;
}

TEST(CheckGradients, FindsAWrongFirstDerivative) {
  const auto check = check_gradients([](const std::vector<Tensor>& x) { return wrong_square(x[0]); }, {three()});
  EXPECT_FALSE(check.passed);
  EXPECT_EQ(check.message.find("derivative of order 1 in argument 0 along a random direction: the tape says"), 0u)
      << check.message;
}

TEST(CheckGradients, FindsALostSecondDerivative) {
  const auto f = [](const std::vector<Tensor>& x) { return cut_square(x[0]); };
  EXPECT_TRUE(check_gradients(f, {three()}, {.order = 1}).passed);
  const auto check = check_gradients(f, {three()});
  EXPECT_FALSE(check.passed);
  EXPECT_EQ(check.message.find("derivative of order 2 in argument 0"), 0u) << check.message;
}

TEST(CheckGradients, RefusesWhatDifferencesCannotResolve) {
  const auto f = [](const std::vector<Tensor>& x) { return exp(x[0]); };
  EXPECT_STREQ(refusal<DTypeError>([&] { check_gradients(f, {Tensor::ones({2}, DType::f32)}); }).c_str(),
               "check_gradients: an argument is f32, but differences need f64. Hint: cast(x, DType::f64).");
  EXPECT_STREQ(refusal<ArgumentError>([&] { check_gradients(f, {three()}, {.order = 3}); }).c_str(),
               "check_gradients: order is 3, but it must be 1 or 2.");
}

}  // namespace
}  // namespace linden
