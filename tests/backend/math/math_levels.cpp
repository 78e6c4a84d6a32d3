// See math_levels.hpp. The loops are those that kernels have: -O3, vectors of the level.
#include "backend/math/math.hpp"

#include <cstdint>

namespace linden {
LINDEN_LEVEL_BEGIN

void apply_math(int function, const double* x, double* y, std::int64_t count) {
  const auto map = [&](auto f) {
    double* __restrict out = y;
    for (std::int64_t i = 0; i < count; ++i) out[i] = f(x[i]);
  };
  switch (function) {
    case 0: return map([](double v) { return math::exp(v); });
    case 1: return map([](double v) { return math::expm1(v); });
    case 2: return map([](double v) { return math::log(v); });
    case 3: return map([](double v) { return math::log1p(v); });
    case 4: return map([](double v) { return math::sigmoid(v); });
    case 5: return map([](double v) { return math::softplus(v); });
    case 6: return map([](double v) { return math::log_sigmoid(v); });
    default: return map([](double v) { return math::tanh(v); });
  }
}

LINDEN_LEVEL_END
}  // namespace linden
