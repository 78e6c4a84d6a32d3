// The functions of special.hpp and math_float.hpp over an array, compiled once per instruction level
// (special_levels.cpp), so that a test can compare what the vectoriser made of them. They are numbered as in
// special_function and float_function, which the test calls itself for the scalar bits.
#pragma once

#include <cstdint>

#include "backend/math/math_float.hpp"

namespace linden {

inline constexpr int special_functions = 9;
inline constexpr int float_functions = 15;

LINDEN_LEVEL_BEGIN

template <int number>
LINDEN_HD double special_function(double x) {
  switch (number) {
    case 0: return math::erf(x);
    case 1: return math::lgamma(x);
    case 2: return math::digamma(x);
    case 3: return math::polygamma(2.0, x);
    case 4: return math::pow(x, 3.0);
    case 5: return math::floor(x);
    case 6: return math::ceil(x);
    case 7: return math::round_even(x);
    default: return math::maximum(math::sign(x), math::minimum(x, 0.5));
  }
}

template <int number>
LINDEN_HD float float_function(float x) {
  switch (number) {
    case 0: return math::exp(x);
    case 1: return math::expm1(x);
    case 2: return math::log(x);
    case 3: return math::log1p(x);
    case 4: return math::sigmoid(x);
    case 5: return math::softplus(x);
    case 6: return math::log_sigmoid(x);
    case 7: return math::tanh(x);
    case 8: return math::pow(x, 3.0f);
    case 9: return math::erf(x);
    case 10: return math::lgamma(x);
    case 11: return math::digamma(x);
    case 12: return math::floor(x);
    case 13: return math::ceil(math::round_even(x) * 0.3f);
    default: return math::maximum(math::sign(x), math::minimum(x, 0.5f));
  }
}

LINDEN_LEVEL_END

#ifndef LINDEN_LEVEL
namespace v2 {
void apply_special(int function, const double* x, double* y, std::int64_t count);
void apply_float(int function, const float* x, float* y, std::int64_t count);
}  // namespace v2
namespace v3 {
void apply_special(int function, const double* x, double* y, std::int64_t count);
void apply_float(int function, const float* x, float* y, std::int64_t count);
}  // namespace v3
namespace v4 {
void apply_special(int function, const double* x, double* y, std::int64_t count);
void apply_float(int function, const float* x, float* y, std::int64_t count);
}  // namespace v4
#endif

}  // namespace linden
