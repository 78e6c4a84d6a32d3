// One element of an optimizer's step, with PyTorch's conventions and its order of roundings: the factors are computed
// in double and rounded to the dtype once, the rest is done in the dtype, without FMA.
#pragma once

#include <cstdint>

#include "backend/math/host_device.hpp"
#include "backend/math/math_float.hpp"
#include "backend/tensor/tasks.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

namespace math {
/// An unevaluated sum: a double with as many bits again.
struct TwoDoubles {
  double high, low;
};

/// Dekker's product: high + low has about 100 bits of it.
LINDEN_HD TwoDoubles product(TwoDoubles a, TwoDoubles b) {
  const double a_big = a.high * 0x8000001p0, b_big = b.high * 0x8000001p0;
  const double a_top = a_big - (a_big - a.high), b_top = b_big - (b_big - b.high);
  const double a_rest = a.high - a_top, b_rest = b.high - b_top;
  const double p = a.high * b.high;
  const double lost = ((a_top * b_top - p) + a_top * b_rest + a_rest * b_top) + a_rest * b_rest;
  const double low = lost + (a.high * b.low + a.low * b.high);
  const double high = p + low;
  return {high, (p - high) + low};
}

/// x^n for 0 <= x <= 1, n >= 0, correctly rounded but for rare ties.
LINDEN_HD double whole_power(double x, std::int64_t n) {
  TwoDoubles result{1.0, 0.0}, square{x, 0.0};
  for (; n > 0; n >>= 1) {
    if (n & 1) result = product(result, square);
    square = product(square, square);
  }
  return result.high;
}
}  // namespace math

/// SGD: g += decay p; v = g at the first step, else momentum v + (1 - dampening) g; Nesterov: g += momentum v, else
/// g = v; p -= rate g.
template <class T>
struct SgdMath {
  T decay, momentum, undamped, minus_rate;

  LINDEN_HD explicit SgdMath(const StepTask& task)
      : decay(static_cast<T>(task.weight_decay)),
        momentum(static_cast<T>(task.momentum)),
        undamped(static_cast<T>(1.0 - task.dampening)),
        minus_rate(static_cast<T>(-task.learning_rate)) {}

  LINDEN_HD T decayed(T gradient, T parameter) const { return gradient + decay * parameter; }
  LINDEN_HD T velocity(T gradient, T before) const { return momentum * before + undamped * gradient; }
  LINDEN_HD T ahead(T gradient, T velocity) const { return gradient + momentum * velocity; }
  LINDEN_HD T moved(T parameter, T gradient) const { return parameter + minus_rate * gradient; }
};

/// Adam: m = beta1 m + (1 - beta1) g, s = beta2 s + (1 - beta2) g g,
/// p -= rate / (1 - beta1^step) m / (sqrt(s) / sqrt(1 - beta2^step) + epsilon). The gradient takes the decay in
/// (g += decay p), or the parameter shrinks before the step (p *= 1 - rate decay).
template <class T>
struct AdamMath {
  T decay, shrink, beta1, rest1, beta2, rest2, minus_size, root_correction, epsilon;

  LINDEN_HD explicit AdamMath(const StepTask& task)
      : decay(static_cast<T>(task.weight_decay)),
        shrink(static_cast<T>(1.0 - task.learning_rate * task.weight_decay)),
        beta1(static_cast<T>(task.beta1)),
        rest1(static_cast<T>(1.0 - task.beta1)),
        beta2(static_cast<T>(task.beta2)),
        rest2(static_cast<T>(1.0 - task.beta2)),
        minus_size(static_cast<T>(-(task.learning_rate / (1.0 - math::whole_power(task.beta1, task.step))))),
        root_correction(static_cast<T>(math::sqrt(1.0 - math::whole_power(task.beta2, task.step)))),
        epsilon(static_cast<T>(task.epsilon)) {}

  LINDEN_HD T decayed(T gradient, T parameter) const { return gradient + decay * parameter; }
  LINDEN_HD T shrunk(T parameter) const { return parameter * shrink; }
  LINDEN_HD T mean(T before, T gradient) const { return before * beta1 + rest1 * gradient; }
  LINDEN_HD T mean_of_squares(T before, T gradient) const { return before * beta2 + rest2 * gradient * gradient; }
  LINDEN_HD T moved(T parameter, T mean, T mean_of_squares) const {
    const T root = math::sqrt(mean_of_squares) / root_correction + epsilon;
    return parameter + minus_size * mean / root;
  }
};

/// An element of a parameter with its state, named as in StepSegment.
template <class T>
struct StepElement {
  T parameter, first, second;
};

enum class Momentum : std::uint8_t { none, plain, nesterov };

/// The element after a step of SGD. The first step does not read the velocity.
template <bool decays, Momentum kind, bool first_step, class T>
LINDEN_HD StepElement<T> stepped(const SgdMath<T>& math, StepElement<T> element, T gradient) {
  if constexpr (decays) gradient = math.decayed(gradient, element.parameter);
  if constexpr (kind != Momentum::none) {
    const T v = first_step ? gradient : math.velocity(gradient, element.first);
    element.first = v;
    gradient = kind == Momentum::nesterov ? math.ahead(gradient, v) : v;
  }
  element.parameter = math.moved(element.parameter, gradient);
  return element;
}

enum class WeightDecay : std::uint8_t { none, coupled, decoupled };

/// The element after a step of Adam.
template <WeightDecay decay, class T>
LINDEN_HD StepElement<T> stepped(const AdamMath<T>& math, StepElement<T> element, T gradient) {
  if constexpr (decay == WeightDecay::coupled) gradient = math.decayed(gradient, element.parameter);
  if constexpr (decay == WeightDecay::decoupled) element.parameter = math.shrunk(element.parameter);
  const T mean = math.mean(element.first, gradient);
  const T square = math.mean_of_squares(element.second, gradient);
  return {math.moved(element.parameter, mean, square), mean, square};
}

// Which variant of a step a task is, as template arguments: f.template operator()<...>().

template <bool decays, Momentum kind, class F>
void visit_sgd(const StepTask& task, const F& f) {
  if (task.step == 1)
    f.template operator()<decays, kind, true>();
  else
    f.template operator()<decays, kind, false>();
}

template <bool decays, class F>
void visit_sgd(const StepTask& task, const F& f) {
  if (task.momentum == 0)
    visit_sgd<decays, Momentum::none>(task, f);
  else if (task.nesterov)
    visit_sgd<decays, Momentum::nesterov>(task, f);
  else
    visit_sgd<decays, Momentum::plain>(task, f);
}

/// Whether weights decay, the momentum, and whether it is the first step.
template <class F>
void visit_sgd(const StepTask& task, const F& f) {
  if (task.weight_decay == 0)
    visit_sgd<false>(task, f);
  else
    visit_sgd<true>(task, f);
}

/// How weights decay.
template <class F>
void visit_adam(const StepTask& task, const F& f) {
  if (task.weight_decay == 0)
    f.template operator()<WeightDecay::none>();
  else if (task.decoupled)
    f.template operator()<WeightDecay::decoupled>();
  else
    f.template operator()<WeightDecay::coupled>();
}

LINDEN_LEVEL_END
}  // namespace linden
