// state() and set_state(): after a break, the steps that there would have been without it.
#include <gtest/gtest.h>

#include <linden/autograd.hpp>
#include <linden/error.hpp>
#include <linden/ops.hpp>
#include <linden/optim.hpp>

#include "refusal.hpp"

namespace linden::optim {
namespace {

std::vector<Tensor> start(DType dtype) {
  std::vector<Tensor> parameters{Tensor::full({2}, 0.5, dtype), Tensor::full({3, 2}, -0.25, dtype),
                                 Tensor::full({1}, 2, dtype)};
  for (Tensor& p : parameters) p.set_requires_grad();
  return parameters;
}

/// Convex, not quadratic; the last parameter only joins in when `all`.
Tensor loss_of(const std::vector<Tensor>& p, bool all) {
  const Tensor z = sum(p[1] * p[0], 1) - 1;
  const Tensor loss = sum(softplus(z)) + sum(square(p[0] - p[1])) + sum(square(z));
  return all ? loss + sum(exp(p[2])) : loss;
}

std::vector<double> values_of(const std::vector<Tensor>& parameters) {
  std::vector<double> values;
  for (const Tensor& p : parameters) {
    const Tensor wide = cast(p.detach(), DType::f64);
    values.insert(values.end(), wide.span<double>().begin(), wide.span<double>().end());
  }
  return values;
}

template <class T>
void advance(T& optimizer, int from, int to) {
  for (int step = from; step < to; ++step) {
    if constexpr (std::is_same_v<T, Lbfgs>) {
      optimizer.step([&] { return loss_of(optimizer.parameters(), true); });
    } else {
      optimizer.clear_grad();
      backward(loss_of(optimizer.parameters(), step % 3 != 0));
      if (step == 8) optimizer.set_learning_rate(0.02);
      optimizer.step();
    }
  }
}

/// Twelve steps in one go, and five, a break, seven more with a new optimizer of other options.
template <class T, class Options>
void goes_on(const Options& options, DType dtype) {
  const auto parameters = start(dtype);
  T straight(parameters, options);
  advance(straight, 0, 12);

  std::vector<Tensor> moved;
  std::vector<NamedTensor> state;
  {
    const auto first = start(dtype);
    T before(first, options);
    advance(before, 0, 5);
    for (const Tensor& p : first) moved.push_back(p.detach().clone().set_requires_grad());
    state = before.state();
    advance(before, 5, 7);  // which leaves the state that was given out as it was
  }
  T after(moved);
  after.set_state(state);
  advance(after, 5, 12);
  EXPECT_EQ(values_of(moved), values_of(parameters));
  EXPECT_NE(values_of(moved), values_of(start(dtype)));
}

TEST(State, SgdGoesOnAsIfThereHadBeenNoBreak) {
  for (const DType dtype : {DType::f32, DType::f64}) {
    goes_on<Sgd>(SgdOptions{.learning_rate = 0.05}, dtype);
    goes_on<Sgd>(SgdOptions{.learning_rate = 0.05, .momentum = 0.9, .nesterov = true}, dtype);
    goes_on<Sgd>(SgdOptions{.learning_rate = 0.05, .momentum = 0.9, .dampening = 0.5, .weight_decay = 0.1}, dtype);
  }
}

TEST(State, AdamGoesOnAsIfThereHadBeenNoBreak) {
  for (const DType dtype : {DType::f32, DType::f64}) {
    goes_on<Adam>(AdamOptions{.learning_rate = 0.1, .weight_decay = 0.1}, dtype);
    goes_on<AdamW>(AdamWOptions{.learning_rate = 0.1}, dtype);
  }
}

TEST(State, LbfgsGoesOnAsIfThereHadBeenNoBreak) {
  for (const DType dtype : {DType::f32, DType::f64}) {
    goes_on<Lbfgs>(LbfgsOptions{.max_iterations = 1, .history = 4}, dtype);
    goes_on<Lbfgs>(LbfgsOptions{.learning_rate = 0.25, .max_iterations = 2, .line_search = LineSearch::none}, dtype);
  }
}

TEST(State, NamesWhatItHolds) {
  const auto names = [](const auto& optimizer) {
    std::string all;
    for (const NamedTensor& entry : optimizer.state()) all += entry.name + entry.value.shape().text() + ' ';
    return all;
  };
  const auto p = start(DType::f64);
  EXPECT_EQ(names(Sgd(p, {.momentum = 0.5})),
            "learning_rate[] momentum[] dampening[] weight_decay[] nesterov[] steps[3] velocity[9] ");
  EXPECT_EQ(names(Adam(p)),
            "learning_rate[] beta1[] beta2[] epsilon[] weight_decay[] steps[3] mean[9] mean_of_squares[9] ");
  EXPECT_EQ(names(Lbfgs(p)),
            "learning_rate[] max_iterations[] max_evaluations[] gradient_tolerance[] change_tolerance[] history[] "
            "line_search[] iterations[] unseen[] scale[] pairs[] inverses[0] moves[0, 9] changes[0, 9] gradient[9] "
            "move[9] ");
}

TEST(State, OfAnotherKindIsRefusedAndChangesNothing) {
  const auto p = start(DType::f64);
  Adam adam(p, {.learning_rate = 0.5});
  const auto refused = [&](const std::vector<NamedTensor>& state) {
    return refusal<ArgumentError>([&] { adam.set_state(state); });
  };
  EXPECT_EQ(refused(Sgd(p).state()),
            "Adam::set_state: there is no \"beta1\". Hint: pass what state() of the same kind of optimizer gave.");
  EXPECT_EQ(refused(Adam({p[0]}).state()), "Adam::set_state: \"steps\" is i64 [1], but i64 [3] is wanted.");
  EXPECT_EQ(refused(Adam(start(DType::f32)).state()), "Adam::set_state: \"mean\" is f32 [9], but f64 [9] is wanted.");
  auto state = Adam(p).state();
  state.push_back(state[2]);
  EXPECT_EQ(
      refused(state),
      "Adam::set_state: \"beta2\" is not wanted here, or is there twice. Hint: pass what state() of the same kind "
      "of optimizer gave.");
  state.pop_back();
  state[1].value = Tensor::full({}, 2);
  EXPECT_EQ(refused(state), "AdamOptions.beta1 is 2; it must be in [0, 1).");
  EXPECT_EQ(adam.options().learning_rate, 0.5);

  Lbfgs lbfgs(p);
  auto broken = lbfgs.state();
  for (NamedTensor& entry : broken)
    if (entry.name == "pairs") entry.value = Tensor::full({}, -1);
  EXPECT_EQ(refusal<ArgumentError>([&] { lbfgs.set_state(broken); }),
            "Lbfgs::set_state: \"pairs\" is -1; it must be in [0, 2147483648].");
}

}  // namespace
}  // namespace linden::optim
