// Backward and grad: values, freed graphs, changed values, deep chains, threads.
#include <gtest/gtest.h>

#include <cmath>
#include <linden/autograd.hpp>
#include <linden/error.hpp>
#include <linden/linalg.hpp>
#include <linden/ops.hpp>
#include <thread>

#include "refusal.hpp"
#include "sanitizers.hpp"

namespace linden {
namespace {

Tensor vector(std::initializer_list<double> values) {
  return Tensor::copy_of(std::span<const double>(values.begin(), values.size()),
                         {static_cast<std::int64_t>(values.size())});
}

double at(const Tensor& t, std::int64_t i) { return t.at<double>({i}); }

TEST(Backward, AddsUpAtVariables) {
  const Tensor x = vector({1, 2, 3}).set_requires_grad();
  const Tensor y = vector({4, 5, 6}).set_requires_grad();
  backward(sum(x * y + square(x)));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(at(x.grad(), i), at(y, i) + 2 * at(x, i));
    EXPECT_EQ(at(y.grad(), i), at(x, i));
  }
  backward(sum(x));
  EXPECT_EQ(at(x.grad(), 0), 4 + 2 + 1);
  x.clear_grad();
  EXPECT_FALSE(x.has_grad());
}

TEST(Backward, SharesWhatIsUsedTwice) {
  // y = x^2 is on two ways to the result, one longer than the other.
  const Tensor x = Tensor(3.0).set_requires_grad();
  const Tensor y = square(x);
  const Tensor z = exp(log(y)) * y + y;
  backward(z);
  EXPECT_NEAR(x.grad().item(), 4 * 27 + 2 * 3, 1e-12);
}

TEST(Backward, TakesTheArrivingGradient) {
  const Tensor x = vector({1, 2}).set_requires_grad();
  backward(x * x, vector({10, 100}));
  EXPECT_EQ(at(x.grad(), 0), 20);
  EXPECT_EQ(at(x.grad(), 1), 400);
}

TEST(Grad, LeavesVariablesAlone) {
  const Tensor x = vector({1, 2}).set_requires_grad();
  const Tensor unused = vector({1}).set_requires_grad();
  const Tensor middle = 3.0 * x;
  const auto g = grad(sum(square(middle)), {x, middle, unused});
  EXPECT_EQ(at(g[0], 1), 36);
  EXPECT_EQ(at(g[1], 1), 12);
  EXPECT_EQ(at(g[2], 0), 0);
  EXPECT_FALSE(x.has_grad());
}

TEST(Grad, HasEveryOrder) {
  const Tensor x = Tensor(0.7).set_requires_grad();
  Tensor y = exp(2.0 * x);
  for (int order = 1; order <= 6; ++order) {
    y = grad(y, {x}, {.create_graph = true})[0];
    EXPECT_NEAR(y.item(), std::pow(2.0, order) * std::exp(1.4), 1e-12 * std::pow(2.0, order)) << order;
  }
}

TEST(Grad, KeepsTheDtype) {
  const Tensor x = Tensor::ones({2}, DType::f32).set_requires_grad();
  const Tensor w = Tensor::ones({2}).set_requires_grad();
  const auto g = grad(sum(x * w), {x, w});
  EXPECT_EQ(g[0].dtype(), DType::f32);
  EXPECT_EQ(g[1].dtype(), DType::f64);
}

// Far more ops than fit on the stack as calls.
#if defined(LINDEN_ASAN) || defined(LINDEN_TSAN)
constexpr int long_chain = 100'000;  // slow, with larger frames
#else
constexpr int long_chain = 1'000'000;
#endif

TEST(Backward, WalksAMillionOps) {
  const Tensor x = Tensor(1.0).set_requires_grad();
  Tensor y = x;
  for (int i = 0; i < long_chain; ++i) y = y + 1e-6;
  backward(y);
  EXPECT_EQ(x.grad().item(), 1);
}  // and drops them

TEST(Backward, DropsAChainThatNobodyWalked) {
  const Tensor x = Tensor(1.0).set_requires_grad();
  Tensor y = x;
  for (int i = 0; i < long_chain; ++i) y = y * 1.0;
  y = x;
  EXPECT_FALSE(x.has_grad());
}

TEST(Backward, RefusesAFreedGraph) {
  const Tensor x = Tensor(2.0).set_requires_grad();
  const Tensor y = exp(x) * x;
  backward(y);
  EXPECT_STREQ(refusal<GraphError>([&] { backward(y); }).c_str(),
               "backward: what \"mul\" saved was freed by an earlier backward through it. Hint: pass .retain_graph = "
               "true to the earlier one, or compute the result anew.");
  const Tensor z = exp(x) * x;
  backward(z, {.retain_graph = true});
  EXPECT_NO_THROW(backward(z));
}

TEST(Backward, RefusesWhatChangedInPlace) {
  const Tensor x = vector({1, 2, 3}).set_requires_grad();
  Tensor factor = vector({1, 1, 1});
  const Tensor y = sum(x * factor);
  factor += 1.0;
  EXPECT_STREQ(refusal<GraphError>([&] { backward(y); }).c_str(),
               "backward: a value of shape [3] that \"mul\" saved for its derivative was changed in place afterwards "
               "(version 1, saved at 0). Hint: change a clone(), or write x = x + y for x += y.");
  // What no derivative needs may change.
  Tensor offset = vector({1, 1, 1});
  const Tensor z = sum(x + offset);
  offset += 1.0;
  EXPECT_NO_THROW(backward(z));
  // A view shares the version of its memory.
  const Tensor rows = Tensor::ones({2, 3});
  const Tensor w = sum(x * rows);
  assign(rows.select(0, 1), 5.0);
  EXPECT_THROW(backward(w), GraphError);
}

TEST(Backward, RefusesWhatIsNotOnTheTape) {
  EXPECT_STREQ(
      refusal<GraphError>([] { backward(Tensor(1.0)); }).c_str(),
      "backward: this tensor of shape [] is not on the tape. Hint: set_requires_grad() on a variable before it "
      "is computed from it, outside NoGrad.");
  const Tensor x = vector({1, 2}).set_requires_grad();
  EXPECT_STREQ(refusal<ShapeError>([&] { backward(x * x); }).c_str(),
               "backward: the result has shape [2], and only one element has a gradient of its own. Hint: take sum(y), "
               "or pass the gradient that arrives at it.");
  EXPECT_STREQ(refusal<ShapeError>([&] {
                 backward(x * x, vector({1, 2, 3}));
               }).c_str(),
               "backward: the gradient has shape [3], the result [2].");
  EXPECT_STREQ(refusal<GraphError>([&] { grad(sum(x), {vector({1})}); }).c_str(),
               "grad: an argument of shape [1] is not on the tape. Hint: set_requires_grad() before it is used.");
  EXPECT_STREQ(refusal<GraphError>([&] { (void)x.grad(); }).c_str(),
               "Tensor::grad: this tensor of shape [2] has no gradient: no backward has reached it yet.");
  EXPECT_STREQ(refusal<GraphError>([&] { (x * x).grad(); }).c_str(),
               "Tensor::grad: this tensor of shape [2] has no gradient: it is a result, and gradients are kept for "
               "variables. Hint: grad(y, {x}).");
  EXPECT_STREQ(refusal<GraphError>([&] { (x * x).set_requires_grad(false); }).c_str(),
               "set_requires_grad: this tensor of shape [2] is a result on the tape (of \"mul\"), no variable. Hint: "
               "detach() takes it off.");
  EXPECT_STREQ(refusal<DTypeError>([] { Tensor::zeros({2}, DType::i32).set_requires_grad(); }).c_str(),
               "set_requires_grad: a tensor of i32 has no derivative. Hint: cast(x, DType::f64).");
}

TEST(NoGrad, KeepsResultsOffTheTape) {
  const Tensor x = Tensor(2.0).set_requires_grad();
  {
    const NoGrad off;
    EXPECT_FALSE((x * x).requires_grad());
  }
  EXPECT_TRUE((x * x).requires_grad());
  EXPECT_FALSE(x.detach().requires_grad());
  EXPECT_FALSE((x > 1.0).requires_grad());
}

TEST(Backward, TapesOfThreadsAreApart) {
  std::vector<double> slopes(4);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&slopes, t] {
      const Tensor x = Tensor(static_cast<double>(t)).set_requires_grad();
      for (int i = 0; i < 100; ++i) {
        x.clear_grad();
        backward(square(x) + x);
      }
      slopes[static_cast<std::size_t>(t)] = x.grad().item();
    });
  for (std::thread& thread : threads) thread.join();
  for (int t = 0; t < 4; ++t) EXPECT_EQ(slopes[static_cast<std::size_t>(t)], 2 * t + 1);
}

TEST(Backward, GradientsOfALogisticRegressionAreTheClosedForm) {
  const Tensor x = Tensor::copy_of(std::span<const double>(std::vector<double>{1, 2, 3, 4, 5, 6, -1, 0.5}), {4, 2});
  const Tensor y = vector({0, 1, 1, 0});
  const Tensor w = vector({0.1, -0.2}).set_requires_grad();
  const Tensor z = matmul(x, w);
  backward(mean(softplus(z) - y * z));
  const Tensor expected = matmul(x.transpose(0, 1), sigmoid(matmul(x, w.detach())) - y) / 4.0;
  for (int j = 0; j < 2; ++j) EXPECT_NEAR(at(w.grad(), j), at(expected, j), 1e-15);
}

}  // namespace
}  // namespace linden
