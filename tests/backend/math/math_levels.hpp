// The functions of math.hpp over an array, compiled once per instruction level (math_levels.cpp), so that a test can
// compare what the vectoriser made of them. Numbered: exp, expm1, log, log1p, sigmoid, softplus, log_sigmoid, tanh.
#pragma once

#include <cstdint>

namespace linden {

inline constexpr int math_functions = 8;

namespace v2 {
void apply_math(int function, const double* x, double* y, std::int64_t count);
}
namespace v3 {
void apply_math(int function, const double* x, double* y, std::int64_t count);
}
namespace v4 {
void apply_math(int function, const double* x, double* y, std::int64_t count);
}

}  // namespace linden
