#include <gtest/gtest.h>

#include <limits>
#include <linden/error.hpp>

#include "ops/masked.hpp"
#include "ops/tensors.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

TEST(Where, Chooses) {
  const Tensor mask = of({1, 0, 1}, DType::boolean);
  expect_equal(where(mask, of({1, 2, 3}), of({4, 5, 6})), {1, 5, 3}, {3});
  expect_equal(where(mask, 1.5, of({4, 5}, {2, 1})), {1.5, 4, 1.5, 1.5, 5, 1.5}, {2, 3});
  expect_equal(where(strided(mask), strided(of({1, 2, 3})), 0), {1, 0, 3}, {3});
  EXPECT_EQ(where(mask, of({1, 2, 3}, DType::f32), 0).dtype(), DType::f32);
  EXPECT_EQ(where(mask, whole({1, 2, 3}), of({1, 2, 3}, DType::f32)).dtype(), DType::f32);
  EXPECT_EQ(where(Tensor::zeros({0, 1}, DType::boolean), of({1, 2}), 0.0).shape(), Shape({0, 2}));
}

TEST(Where, TheBranchNotTakenHasNoDerivative) {
  const Tensor mask = of({1, 0, 1}, DType::boolean);
  expect_derivatives([&](const auto& xs) { return where(mask, exp(xs[0]), square(xs[1])); },
                     {scattered({2, 3}), scattered({3}, 1)});
  Tensor x = of({-1, 0, 4}).set_requires_grad();
  backward(sum(where(x > 0, sqrt(where(x > 0, x, 1.0)), 0.0)));
  expect_equal(x.grad(), {0, 0, 0.25}, {3});
}

// A gradient that a mask makes 0 stays 0, whatever slope it meets.
TEST(Where, NothingComesThroughTheBranchNotTaken) {
  for (const Masked& m : masked_functions()) {
    const Tensor x = of(m.at);
    const Function total = [&](const Tensor& t) { return sum(m.f(t)); };
    const Tensor ones = Tensor::ones(2);
    SCOPED_TRACE(m.name);
    expect_near(value_and_grad(total, x).second, m.first, 1e-15);
    expect_near(vjp(m.f, x, ones).second, m.first, 1e-15);
    expect_near(jvp(m.f, x, ones).second, m.first, 1e-15);
    expect_near(hvp(total, x, ones), m.second, 1e-15);
  }
}

TEST(Where, ReductionsOfTheBranchNotTaken) {
  const Tensor x = of({-1, 4});
  const auto derivatives = [&](const Function& f, const std::vector<double>& first, const std::vector<double>& second) {
    const Function total = [&](const Tensor& t) { return sum(f(t)); };
    expect_near(value_and_grad(total, x).second, first, 1e-15);
    expect_near(hvp(total, x, Tensor::ones(2)), second, 1e-15);
  };
  derivatives([](const Tensor& t) { return where(t > 0, product(stack({t, sqrt(t)}), 0), 0.0); }, {0, 3}, {0, 0.375});
  derivatives(
      [](const Tensor& t) {
        return where(t > 0, max(stack({0 * t, sqrt(t)}), 0), 0.0);
      },
      {0, 0.25}, {0, -1.0 / 32});
  derivatives(
      [](const Tensor& t) {
        return where(t > 0, logsumexp(stack({log(t), t}), 0), 0.0);
      },
      {0, (1 + std::exp(4.0)) / (4 + std::exp(4.0))},
      {0, std::exp(4.0) / (4 + std::exp(4.0)) -
              (1 + std::exp(4.0)) * (1 + std::exp(4.0)) / ((4 + std::exp(4.0)) * (4 + std::exp(4.0)))});
}

// What is no mask hides nothing: an infinite gradient that meets a slope of 0 is not a number.
TEST(Where, ASlopeOfZeroIsNoMask) {
  Tensor x = of({-800}).set_requires_grad();
  backward(sum(log(sigmoid(x))));
  EXPECT_TRUE(std::isnan(x.grad().item()));
}

TEST(Where, RefusesAMaskOfNumbers) {
  EXPECT_EQ(refusal<DTypeError>([] { where(of({1}), 1.0, 2.0); }),
            "where: the mask is f64, but it must be bool. Hint: compare first, as in where(x > 0, a, b).");
  EXPECT_EQ(
      refusal<ShapeError>([] {
        where(of({1, 0}) > 0, of({1, 2, 3}), 2.0);
      }),
      "where: shapes [2], [3], [] do not broadcast: sizes 2 and 3 meet in dimension 0. Hint: sizes are aligned at "
      "the end and must be equal or 1; unsqueeze(dim) adds a 1.");
}

TEST(Cast, ConvertsTowardsZeroAndSaturates) {
  const Tensor x = of({-1.9, 0.5, 2.9, 300, 1e20, -1e20, nan, infinity});
  expect_equal(cast(x, DType::i32), {-1, 0, 2, 300, 2147483647, -2147483648, 0, 2147483647}, {8});
  expect_equal(cast(x, DType::u8), {0, 0, 2, 255, 255, 0, 0, 255}, {8});
  expect_equal(cast(x, DType::boolean), {1, 1, 1, 1, 1, 1, 1, 1}, {8});
  EXPECT_EQ(cast(x, DType::i64).at<std::int64_t>({4}), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(cast(x, DType::i64).at<std::int64_t>({5}), std::numeric_limits<std::int64_t>::min());
  expect_equal(cast(of({0, -0.0}), DType::boolean), {0, 0}, {2});
  EXPECT_EQ(cast(strided(scattered({3, 2})), DType::f32).shape(), Shape({3, 2}));
}

TEST(Cast, PassesGradientsBackInTheirDtype) {
  Tensor x = of({1, 2}).set_requires_grad();
  const Tensor y = cast(x, DType::f32);
  EXPECT_TRUE(y.requires_grad());
  backward(sum(square(y)));
  EXPECT_EQ(x.grad().dtype(), DType::f64);
  expect_equal(x.grad(), {2, 4}, {2});
  EXPECT_FALSE(cast(x, DType::i32).requires_grad());
}

}  // namespace
}  // namespace linden
