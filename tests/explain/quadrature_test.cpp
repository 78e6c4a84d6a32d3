// Rules of Gauss and Legendre have the integrals of all polynomials that they should.
#include "explain/quadrature.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace linden {
namespace {

TEST(Quadrature, HasTheIntegralsOfPowers) {
  for (const int points : {1, 2, 3, 4, 5, 6, 9, 20, 77, 512}) {
    const QuadratureRule rule = gauss_legendre(points);
    ASSERT_EQ(rule.points.size(), static_cast<std::size_t>(points));
    for (std::size_t q = 0; q < rule.points.size(); ++q) {
      EXPECT_GT(rule.points[q], q == 0 ? 0 : rule.points[q - 1]);
      EXPECT_LT(rule.points[q], 1);
      EXPECT_GT(rule.weights[q], 0);
    }
    for (int power = 0; power < 2 * points; power += 1 + points / 20) {
      double sum = 0;
      for (std::size_t q = 0; q < rule.points.size(); ++q) sum += rule.weights[q] * std::pow(rule.points[q], power);
      EXPECT_NEAR(sum, 1.0 / (power + 1), 1e-13) << points << " points, power " << power;
    }
  }
}

TEST(Quadrature, HasNoMoreThanThat) {
  const QuadratureRule rule = gauss_legendre(2);
  double sum = 0;
  for (std::size_t q = 0; q < 2; ++q) sum += rule.weights[q] * std::pow(rule.points[q], 4);
  EXPECT_NEAR(sum, 1.0 / 5 - 1.0 / 180, 1e-14);
}

}  // namespace
}  // namespace linden
