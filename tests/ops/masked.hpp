// Functions with a branch that is not taken, or a gate that is shut, where a slope is infinite or not a number: the
// derivatives that they have, worked out by hand.
#pragma once

#include <cmath>
#include <functional>
#include <linden/ops.hpp>
#include <string>
#include <vector>

namespace linden {

struct Masked {
  std::string name;
  std::function<Tensor(const Tensor&)> f;  ///< element by element
  std::vector<double> at, first, second;
};

inline std::vector<Masked> masked_functions() {
  const double infinity = std::numeric_limits<double>::infinity();
  const auto fixed = [infinity](const Tensor& x) { return where(x > 0, x, -infinity); };
  return {
      {"where, first", [](const Tensor& x) { return where(x > 0, sqrt(x), 3 * x); }, {-2, 4}, {3, 0.25}, {0, -1. / 32}},
      {"where, second",
       [](const Tensor& x) { return where(x > 0, 3 * x, log(-x)); },
       {2, -4},
       {3, -.25},
       {0, -1. / 16}},
      {"maximum", [](const Tensor& x) { return maximum(sqrt(x), 1.0); }, {0, 4}, {0, 0.25}, {0, -1. / 32}},
      {"minimum", [](const Tensor& x) { return minimum(5.0, 1 / x); }, {0, 2}, {0, -0.25}, {0, 0.25}},
      {"clamp", [](const Tensor& x) { return clamp(log(x), -1, 1); }, {0, 1}, {0, 1}, {0, -1}},
      {"relu of", [](const Tensor& x) { return relu(log(x)); }, {0, 2}, {0, 0.5}, {0, -0.25}},
      {"of relu", [](const Tensor& x) { return sqrt(relu(x)); }, {-1, 4}, {0, 0.25}, {0, -1. / 32}},
      {"of abs", [](const Tensor& x) { return sqrt(abs(x)); }, {0, -4}, {0, -0.25}, {0, -1. / 32}},
      {"of maximum", [](const Tensor& x) { return log(maximum(x, 0.0)); }, {-1, 2}, {0, 0.5}, {0, -0.25}},
      {"product", [](const Tensor& x) { return where(x > 0, x * log(x), 0.0); }, {0, 1}, {0, 1}, {0, 1}},
      {"quotient", [](const Tensor& x) { return where(x > 0, log(x) / x, 0.0); }, {0, 1}, {0, 1}, {0, -3}},
      {"pow", [](const Tensor& x) { return where(x > 0, pow(x, 0.5), 0.0); }, {-1, 4}, {0, 0.25}, {0, -1. / 32}},
      {"pow of pow", [](const Tensor& x) { return where(x > 0, pow(x, x), x); }, {-1, 1}, {1, 1}, {0, 2}},
      {"log_sigmoid",
       [](const Tensor& x) { return where(x > 0, log_sigmoid(log(x)), 0.0); },
       {-1, 1},
       {0, 0.5},
       {0, -0.75}},
      {"softplus", [](const Tensor& x) { return where(x > 0, softplus(log(x)), 0.0); }, {-1, 1}, {0, 0.5}, {0, -0.25}},
      {"of minus infinity",
       [fixed](const Tensor& x) { return exp(fixed(x)); },
       {-1, 0.5},
       {0, std::exp(0.5)},
       {0, std::exp(0.5)}},
  };
}

}  // namespace linden
