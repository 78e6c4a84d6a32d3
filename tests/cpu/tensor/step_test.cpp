// sgd_step and adam_step: golden trajectories of 50 steps made with PyTorch 1.13 on the CPU, every option against plain
// loops, and parameters of all sizes in one call.
#include "backend/tensor/step_math.hpp"

#include "cpu/tasks.hpp"

namespace linden {
namespace {

using test::everywhere;
using test::numbers;

using Values = std::vector<double>;

/// 50 steps from (0.5, -0.25, 2), the gradient being a (p - b) + p^3 / 10.
void check_golden(StepTask task, bool adam, const Values& wanted) {
  everywhere([&](const TensorKernels& kernels, Context& context) {
    const double a[] = {1.0, 0.3, 2.5}, b[] = {0.7, -1.2, 0.05};
    Values p{0.5, -0.25, 2.0}, gradient(3), first(3), second(3);
    const StepSegment segment{p.data(), gradient.data(), first.data(), second.data(), 3};
    task.segments = &segment;
    task.count = 1;
    for (task.step = 1; task.step <= 50; ++task.step) {
      for (std::size_t i = 0; i < 3; ++i) gradient[i] = a[i] * (p[i] - b[i]) + 0.1 * (p[i] * p[i] * p[i]);
      (adam ? kernels.adam_step : kernels.sgd_step)(context, task);
    }
    for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(p[i], wanted[i], 1e-12 * std::abs(wanted[i]));
  });
}

TEST(StepKernel, SgdFollowsTheGoldenTrajectories) {
  StepTask task;
  task.learning_rate = 0.05;
  check_golden(task, false, {0x1.522cddfdc9cd5p-1, -0x1.70b980e668042p-1, 0x1.abc2c26942f14p-5});
  task.weight_decay = 0.01;
  check_golden(task, false, {0x1.4f712cb50bba8p-1, -0x1.6c4ef885b7c33p-1, 0x1.a99fd6d657c2ep-5});
  task.learning_rate = 0.01, task.momentum = 0.9, task.dampening = 0.3, task.weight_decay = 0.02;
  check_golden(task, false, {0x1.57c8ecd10e9b7p-1, -0x1.99e711f313685p-1, 0x1.9160e395e5563p-3});
  task.dampening = 0, task.weight_decay = 0, task.nesterov = true;
  check_golden(task, false, {0x1.598ab19a646cep-1, -0x1.d6c2aed1ff65ep-1, 0x1.4baab7efd2cd5p-4});
}

StepTask adam_task() {
  StepTask task;
  task.learning_rate = 0.02, task.beta1 = 0.9, task.beta2 = 0.999, task.epsilon = 1e-8;
  return task;
}

TEST(StepKernel, AdamFollowsTheGoldenTrajectories) {
  StepTask task = adam_task();
  check_golden(task, true, {0x1.5bd99a033ce5cp-1, -0x1.ea2a1a104f5fap-1, 0x1.16d08ff8749d8p+0});
  task.weight_decay = 0.1, task.decoupled = true;
  check_golden(task, true, {0x1.59e23f092f963p-1, -0x1.d8f2b5340e4dap-1, 0x1.ebeb5383642e3p-1});
  task.decoupled = false, task.beta1 = 0.8, task.beta2 = 0.95, task.epsilon = 1e-6;
  check_golden(task, true, {0x1.3ac7262313cd9p-1, -0x1.930ecb3009ecep-1, 0x1.15632fdb8ffe6p+0});
}

template <class T>
struct State {
  std::vector<T> parameter, gradient, first, second;

  explicit State(std::size_t count)
      : parameter(numbers<T>(count, -1, 1, false, 1)),
        gradient(numbers<T>(count, -1, 1, false, 2)),
        first(numbers<T>(count, -1, 1, false, 3)),
        second(numbers<T>(count, 0, 1, false, 4)) {}
  StepSegment segment() {
    return {parameter.data(), gradient.data(), first.data(), second.data(),
            static_cast<std::int64_t>(parameter.size())};
  }
};

/// The same step in plain loops, one rounding after the other.
template <class T>
void plain_sgd(const StepTask& task, State<T>& s) {
  for (std::size_t i = 0; i < s.parameter.size(); ++i) {
    T g = s.gradient[i];
    if (task.weight_decay != 0) g += T(task.weight_decay) * s.parameter[i];
    if (task.momentum != 0) {
      s.first[i] = task.step == 1 ? g : s.first[i] * T(task.momentum) + T(1 - task.dampening) * g;
      g = task.nesterov ? g + T(task.momentum) * s.first[i] : s.first[i];
    }
    s.parameter[i] += T(-task.learning_rate) * g;
  }
}

template <class T>
void plain_adam(const StepTask& task, State<T>& s) {
  const auto step = static_cast<double>(task.step);
  const T size = T(-task.learning_rate / (1 - std::pow(task.beta1, step)));
  const T root = T(std::sqrt(1 - std::pow(task.beta2, step)));
  for (std::size_t i = 0; i < s.parameter.size(); ++i) {
    T g = s.gradient[i];
    if (task.decoupled) s.parameter[i] *= T(1 - task.learning_rate * task.weight_decay);
    if (!task.decoupled && task.weight_decay != 0) g += T(task.weight_decay) * s.parameter[i];
    s.first[i] = s.first[i] * T(task.beta1) + T(1 - task.beta1) * g;
    s.second[i] = s.second[i] * T(task.beta2) + T(1 - task.beta2) * g * g;
    s.parameter[i] += size * s.first[i] / (std::sqrt(s.second[i]) / root + T(task.epsilon));
  }
}

template <class T>
void check_sizes(StepTask task, bool adam) {
  const std::size_t sizes[] = {0, 1, 7, 16383, 16384, 3, 40001, 0, 64};
  task.dtype = dtype_of<T>;
  task.count = static_cast<std::int32_t>(std::size(sizes));
  everywhere([&](const TensorKernels& kernels, Context& context) {
    std::vector<State<T>> states, wanted;
    std::vector<StepSegment> segments;
    for (const std::size_t size : sizes) states.emplace_back(size);
    wanted = states;
    for (State<T>& state : states) segments.push_back(state.segment());
    task.segments = segments.data();
    (adam ? kernels.adam_step : kernels.sgd_step)(context, task);
    for (std::size_t s = 0; s < states.size(); ++s) {
      adam ? plain_adam(task, wanted[s]) : plain_sgd(task, wanted[s]);
      test::expect_same(states[s].parameter, wanted[s].parameter);
      test::expect_same(states[s].first, wanted[s].first);
      test::expect_same(states[s].second, wanted[s].second);
    }
  });
}

TEST(StepKernel, TakesManyParametersOfAnySize) {
  StepTask sgd;
  sgd.learning_rate = 0.1, sgd.momentum = 0.9, sgd.dampening = 0.25, sgd.weight_decay = 0.3;
  for (const std::int64_t step : {1, 2}) {
    sgd.step = step;
    for (const bool nesterov : {false, true}) {
      sgd.nesterov = nesterov;
      check_sizes<float>(sgd, false);
      check_sizes<double>(sgd, false);
    }
  }
  StepTask adam = adam_task();
  adam.step = 3;
  for (const double decay : {0.0, 0.1})
    for (const bool decoupled : {false, true}) {
      adam.weight_decay = decay, adam.decoupled = decoupled;
      check_sizes<float>(adam, true);
      check_sizes<double>(adam, true);
    }
}

TEST(StepKernel, PlainSgdNeedsNoState) {
  everywhere([](const TensorKernels& kernels, Context& context) {
    Values p{1, 2}, gradient{10, -10};
    const StepSegment segment{p.data(), gradient.data(), nullptr, nullptr, 2};
    StepTask task;
    task.segments = &segment, task.count = 1, task.learning_rate = 0.5;
    kernels.sgd_step(context, task);
    test::expect_same(p, {-4, 7});
    task.count = 0;
    kernels.sgd_step(context, task);
    kernels.adam_step(context, task);
  });
}

TEST(StepMath, WholePowersAreRoundedOnce) {
  for (const double x : {0.9, 0.999, 0.99999, 0.5, 1.0, 0.0})
    for (const std::int64_t n : {0, 1, 2, 3, 10, 137, 1000, 54321})
      EXPECT_EQ(math::whole_power(x, n), static_cast<double>(std::pow(static_cast<long double>(x), n)))
          << x << " " << n;
}

}  // namespace
}  // namespace linden
