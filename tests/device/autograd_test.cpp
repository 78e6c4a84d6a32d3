// Derivatives on the GPU: a small network, the rules of every op that is not elementwise, gradients through to(), and
// the functional forms.
#include <gtest/gtest.h>

#include <linden/autograd.hpp>
#include <linden/linalg.hpp>
#include <linden/ops.hpp>

#include "device/gpu.hpp"
#include "ops/masked.hpp"
#include "ops/tensors.hpp"

namespace linden::device_test {
namespace {

class AutogradOnGpu : public OnGpu {};

constexpr Within rounding{1e-12};

/// Weights of two layers and their biases.
std::vector<Tensor> network() {
  return {scattered({5, 8}, 1) * 0.5, scattered({8}, 2), scattered({8, 3}, 3) * 0.5, scattered({3}, 4)};
}

/// The cross entropy of a network with one hidden layer.
Tensor loss_of(const std::vector<Tensor>& w, const Tensor& x, const Tensor& label) {
  const Tensor hidden = tanh(matmul(x, w[0]) + w[1]);
  const Tensor scores = matmul(hidden, w[2]) + w[3];
  return mean(logsumexp(scores, 1) - gather(scores, 1, label)) + 0.01 * sum(square(w[0]));
}

TEST_F(AutogradOnGpu, BackwardThroughASmallNetwork) {
  const Tensor x = scattered({12, 5}), label = whole({0, 1, 2, 2, 1, 0, 0, 0, 1, 2, 1, 0});
  for (const DType dtype : {DType::f32, DType::f64}) {
    std::vector<Tensor> here, there;
    for (const Tensor& w : network()) {
      here.push_back(cast(w, dtype).set_requires_grad());
      there.push_back(cast(w, dtype).to(gpu()).set_requires_grad());
    }
    const Tensor expected = loss_of(here, cast(x, dtype), label);
    const Tensor found = loss_of(there, cast(x, dtype).to(gpu()), label.to(gpu()));
    const Within within{dtype == DType::f64 ? 1e-12 : 1e-5};
    expect_like("loss", found, expected, within);
    backward(expected);
    backward(found);
    for (std::size_t i = 0; i < here.size(); ++i) {
      EXPECT_EQ(there[i].grad().device(), gpu());
      expect_like("gradient " + std::to_string(i), there[i].grad(), here[i].grad(), within);
    }
  }
}

TEST_F(AutogradOnGpu, NothingComesThroughTheBranchNotTaken) {
  for (const Masked& m : masked_functions()) {
    const Tensor x = of(m.at).to(gpu());
    const Function total = [&](const Tensor& t) { return sum(m.f(t)); };
    expect_like(m.name, value_and_grad(total, x).second, of(m.first), rounding);
    expect_like(m.name, hvp(total, x, Tensor::ones({2}, DType::f64, gpu())), of(m.second), rounding);
  }
  EXPECT_NEAR(variance(of({1e19, 3e19}, DType::f32).to(gpu())).item() / 2e38, 1, 1e-6);
}

TEST_F(AutogradOnGpu, GradientsGoBackThroughTo) {
  const Tensor x = scattered({4, 3}).set_requires_grad();
  const Tensor y = sum(exp(x.to(gpu())) * 2, 0).to(Device::cpu());
  backward(sum(square(y)));
  const Tensor v = x.detach().set_requires_grad();
  backward(sum(square(sum(exp(v) * 2, 0))));
  EXPECT_EQ(x.grad().device(), Device::cpu());
  expect_like("gradient", x.grad(), v.grad(), rounding);
  EXPECT_FALSE(x.detach().to(gpu()).requires_grad());

  Tensor number = 1.5;  // a C++ number that is a variable goes along to the GPU, and its gradient comes back
  number.set_requires_grad();
  backward(sum(number * Tensor::full({3}, 2, DType::f64, gpu())));
  EXPECT_EQ(number.grad().item(), 6);
}

TEST_F(AutogradOnGpu, GradientsOfBothOrdersAreThoseOfDifferences) {
  const auto check = [&](const char* what, const FunctionOfMany& f, const std::vector<Tensor>& xs, int order = 2) {
    std::vector<Tensor> there;
    for (const Tensor& x : xs) there.push_back(x.to(gpu()));
    const GradientCheck result = check_gradients(f, there, {.order = order});
    EXPECT_TRUE(result.passed) << what << ": " << result.message;
  };
  const Tensor x = scattered({3, 4}), w = scattered({4, 2}, 1), index = whole({2, 0, 1}).to(gpu());
  check("matmul", [](const auto& v) { return matmul(tanh(v[0]), v[1]); }, {x, w});
  check("product", [](const auto& v) { return product(v[0], 1); }, {x});
  check("logsumexp", [](const auto& v) { return logsumexp(v[0], 0); }, {x});
  check("max", [](const auto& v) { return max(v[0], 1) * sum(v[0]); }, {x});
  check("gather", [&](const auto& v) { return square(gather(v[0], 1, index)); }, {x});
  check("take", [&](const auto& v) { return square(take(v[0], 0, index)); }, {x});
  check(
      "scatter_add",
      [&](const auto& v) { return square(scatter_add(v[0].select(0, 0), 0, index, v[1].select(1, 0).slice(0, 0, 3))); },
      {x, w});
  check("sort", [](const auto& v) { return exp(sort(v[0], 1).values); }, {x});
  check("cumulative_sum", [](const auto& v) { return square(cumulative_sum(v[0], 1)); }, {x});
  check("concatenate", [](const auto& v) { return square(concatenate({v[0], v[1].transpose(0, 1)})); }, {x, w});
  check("views", [](const auto& v) { return exp(v[0].slice(1, 0, 4, 2).transpose(0, 1).reshape({-1}).select(0, 3)); },
        {x});
  check("where", [](const auto& v) { return where(v[0] > 0, square(v[0]), 0); }, {x});
  check("variance", [](const auto& v) { return variance(v[0], 0); }, {x});
  check(
      "cast", [](const auto& v) { return cast(cast(v[0], DType::f64) * 3, DType::f64); }, {x}, 1);
  check(
      "a constant", [](const auto& v) { return Tensor::ones({2}, DType::f64, v[0].device()); }, {x}, 1);
  check("cholesky",
        [](const auto& v) {
          const Tensor a = matmul(v[0], v[0].transpose(0, 1)) + 2 * eye(3, DType::f64, v[0].device());
          return cholesky_solve(v[0].select(1, 0), cholesky(a));
        },
        {x});
}

TEST_F(AutogradOnGpu, FunctionalForms) {
  const Tensor x = scattered({6}), v = scattered({6}, 1);
  const Function loss = [](const Tensor& t) { return sum(softplus(t) * square(t)); };
  const Function map = [](const Tensor& t) { return concatenate({exp(t), t * sum(t)}); };
  const Tensor there = x.to(gpu()), direction = v.to(gpu()), seed = scattered({12}, 2);
  expect_like("value", value_and_grad(loss, there).first, value_and_grad(loss, x).first, rounding);
  expect_like("gradient", value_and_grad(loss, there).second, value_and_grad(loss, x).second, rounding);
  expect_like("hvp", hvp(loss, there, direction), hvp(loss, x, v), rounding);
  expect_like("jvp", jvp(map, there, direction).second, jvp(map, x, v).second, rounding);
  expect_like("vjp", vjp(map, there, seed.to(gpu())).second, vjp(map, x, seed).second, rounding);
}

}  // namespace
}  // namespace linden::device_test
