#include "explain/quadrature.hpp"

#include <cmath>
#include <numbers>

namespace linden {
namespace {

// Legendre's polynomial of a degree, and its derivative, at x.
struct Legendre {
  double value = 1, slope = 0;
};
Legendre legendre(int degree, double x) {
  double before = 0, value = 1;
  for (int n = 1; n <= degree; ++n) {
    const double next = ((2 * n - 1) * x * value - (n - 1) * before) / n;
    before = value;
    value = next;
  }
  return {value, degree * (x * value - before) / (x * x - 1)};
}

}  // namespace

QuadratureRule gauss_legendre(int points) {
  QuadratureRule rule;
  for (int i = points - 1; i >= 0; --i) {
    // The roots, the least first, by Newton's steps from where they are about.
    double x = std::cos(std::numbers::pi * (i + 0.75) / (points + 0.5));
    for (int step = 0; step < 100; ++step) {
      const Legendre at = legendre(points, x);
      const double move = at.value / at.slope;
      x -= move;
      if (std::abs(move) <= 1e-16) break;
    }
    const double slope = legendre(points, x).slope;
    rule.points.push_back((1 + x) / 2);
    rule.weights.push_back(1 / ((1 - x * x) * slope * slope));
  }
  return rule;
}

}  // namespace linden
