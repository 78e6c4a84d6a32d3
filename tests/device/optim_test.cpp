// Optimizers of parameters on the GPU: the CPU's steps, and a state that moves from one device to the other.
#include <gtest/gtest.h>

#include <linden/autograd.hpp>
#include <linden/ops.hpp>
#include <linden/optim.hpp>

#include "device/gpu.hpp"
#include "ops/tensors.hpp"

namespace linden::optim {
namespace {

using device_test::expect_like;
using device_test::Within;

class OptimizersOnGpu : public device_test::OnGpu {};

std::vector<Tensor> start(DType dtype, const Device& device) {
  std::vector<Tensor> parameters{scattered({7}, 1, dtype), scattered({5, 7}, 2, dtype), scattered({1}, 3, dtype)};
  for (Tensor& p : parameters) p = p.to(device).set_requires_grad();
  return parameters;
}

/// Its gradients are elementwise, so that they have the same bytes on every device. The last parameter joins in `all`.
Tensor loss_of(const std::vector<Tensor>& p, bool all) {
  const Tensor loss = sum(softplus(p[0]) + square(p[0] - 0.3)) + sum(exp(p[1] * 0.5) - p[1]);
  return all ? loss + sum(square(p[2])) : loss;
}

template <class T>
void advance(T& optimizer, int from, int to) {
  for (int step = from; step < to; ++step) {
    if constexpr (std::is_same_v<T, Lbfgs>) {
      optimizer.step([&] { return loss_of(optimizer.parameters(), true); });
    } else {
      optimizer.clear_grad();
      backward(loss_of(optimizer.parameters(), step % 2 != 0));
      optimizer.step();
    }
  }
}

void expect_parameters(const char* what, const std::vector<Tensor>& found, const std::vector<Tensor>& expected,
                       Within within) {
  for (std::size_t i = 0; i < found.size(); ++i)
    expect_like(std::string(what) + ", parameter " + std::to_string(i), found[i], expected[i], within);
}

/// Six steps on the GPU against six on the CPU; then three on one device and three on the other, with the state
/// between.
template <class T, class Options>
void check(const char* what, const Device& gpu, const Options& options, DType dtype, Within within = {}) {
  const auto here = start(dtype, Device::cpu()), there = start(dtype, gpu);
  T cpu_optimizer(here, options), gpu_optimizer(there, options);
  advance(cpu_optimizer, 0, 6);
  advance(gpu_optimizer, 0, 6);
  for (const Tensor& p : there) EXPECT_EQ(p.device(), gpu);
  expect_parameters(what, there, here, within);

  for (const bool to_gpu : {false, true}) {
    const auto first = start(dtype, to_gpu ? Device::cpu() : gpu);
    T before(first, options);
    advance(before, 0, 3);
    const std::vector<NamedTensor> state = before.state();
    for (const NamedTensor& entry : state) EXPECT_EQ(entry.value.device(), Device::cpu()) << what << " " << entry.name;
    std::vector<Tensor> moved;
    for (const Tensor& p : first)
      moved.push_back(p.detach().clone().to(to_gpu ? gpu : Device::cpu()).set_requires_grad());
    T after(moved);
    after.set_state(state);
    advance(after, 3, 6);
    expect_parameters(to_gpu ? "to the GPU" : "to the CPU", moved, here, within);
  }
}

TEST_F(OptimizersOnGpu, SgdSteps) {
  for (const DType dtype : {DType::f32, DType::f64}) {
    check<Sgd>("plain", gpu(), SgdOptions{.learning_rate = 0.05}, dtype);
    check<Sgd>("momentum", gpu(), SgdOptions{.learning_rate = 0.05, .momentum = 0.9, .weight_decay = 0.1}, dtype);
    check<Sgd>("dampening", gpu(), SgdOptions{.learning_rate = 0.05, .momentum = 0.9, .dampening = 0.5}, dtype);
    check<Sgd>("nesterov", gpu(), SgdOptions{.learning_rate = 0.05, .momentum = 0.9, .nesterov = true}, dtype);
  }
}

TEST_F(OptimizersOnGpu, AdamSteps) {
  for (const DType dtype : {DType::f32, DType::f64})
    check<Adam>("Adam", gpu(), AdamOptions{.learning_rate = 0.05, .weight_decay = 0.1}, dtype);
}

TEST_F(OptimizersOnGpu, AdamWSteps) {
  const auto here = start(DType::f32, Device::cpu()), there = start(DType::f32, gpu());
  AdamW cpu_optimizer(here, {.learning_rate = 0.05}), gpu_optimizer(there, {.learning_rate = 0.05});
  advance(cpu_optimizer, 0, 4);
  advance(gpu_optimizer, 0, 4);
  expect_parameters("AdamW", there, here, {});
}

TEST_F(OptimizersOnGpu, LbfgsSteps) {
  check<Lbfgs>("strong Wolfe", gpu(), LbfgsOptions{.max_iterations = 3}, DType::f64, {1e-9});
  check<Lbfgs>("without a search", gpu(),
               LbfgsOptions{.learning_rate = 0.5, .max_iterations = 2, .line_search = LineSearch::none}, DType::f64,
               {1e-9});
  const auto there = start(DType::f64, gpu());
  Lbfgs lbfgs(there, {.max_iterations = 40, .gradient_tolerance = 1e-6, .change_tolerance = 0});
  lbfgs.step([&] { return loss_of(there, true); });
  EXPECT_STREQ(name_of(lbfgs.report().status), name_of(LbfgsStatus::gradient_converged));
}

}  // namespace
}  // namespace linden::optim
