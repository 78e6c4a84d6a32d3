// Sorted l1 (Bogdan, van den Berg, Sabatti, Su and Candes 2015, "SLOPE"): sum_k s_k |z|_(k) for the sizes |z|_(1) >=
// |z|_(2) >= ... and s_1 >= s_2 >= ... >= 0. Slopes and weights are those of one output.
#pragma once

#include <span>

namespace linden {

double sorted_value(std::span<const double> z, std::span<const double> s);

/// The lowest x of |x - v|^2 / 2 + sum_k s_k |x|_(k): sizes less s, pooled where they would be out of order.
void sorted_prox(std::span<const double> v, std::span<const double> s, std::span<double> out);

/// The lowest d of |d - v|^2 / 2 + the slope of the penalty at z along d. Sizes that are alike up to `alike` are the
/// same.
void sorted_direction(std::span<const double> z, std::span<const double> v, std::span<const double> s, double alike,
                      std::span<double> out);

/// The largest t <= 1 for which the conjugate is finite at t v.
double sorted_factor(std::span<const double> v, std::span<const double> s);

}  // namespace linden
