// See special_levels.hpp. The loops are those that kernels have: -O3, vectors of the level.
#include "backend/math/special_levels.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

template <int number>
static void map_special(int function, const double* x, double* __restrict y, std::int64_t count) {
  if (function == number)
    for (std::int64_t i = 0; i < count; ++i) y[i] = special_function<number>(x[i]);
  else if constexpr (number + 1 < special_functions)
    map_special<number + 1>(function, x, y, count);
}

template <int number>
static void map_float(int function, const float* x, float* __restrict y, std::int64_t count) {
  if (function == number)
    for (std::int64_t i = 0; i < count; ++i) y[i] = float_function<number>(x[i]);
  else if constexpr (number + 1 < float_functions)
    map_float<number + 1>(function, x, y, count);
}

void apply_special(int function, const double* x, double* y, std::int64_t count) {
  map_special<0>(function, x, y, count);
}
void apply_float(int function, const float* x, float* y, std::int64_t count) { map_float<0>(function, x, y, count); }

LINDEN_LEVEL_END
}  // namespace linden
