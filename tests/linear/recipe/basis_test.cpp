// Bases against the figures of patsy 1.0.3 and R.
#include "linear/recipe/basis.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace linden {
namespace {

std::vector<double> at(const ScalarBasis& basis, double x) {
  std::vector<double> values(static_cast<std::size_t>(basis.columns()));
  basis.evaluate(x, values);
  return values;
}

TEST(ScalarBasis, NaturalSplinesAreThoseOfPatsy) {
  const ScalarBasis basis(ScalarBasis::Kind::natural, {0.5, 1.9375, 3.375, 4.8125, 6.25});
  // patsy.cr of these knots; its first column is what is left out here.
  const std::vector<std::pair<double, std::vector<double>>> known{
      {0.5, {0, 0, 0, 0}},
      {1.0, {0.5334570090056241, -0.1310335920346605, 0.03275839800866513, -0.00545973300144439}},
      {2.3, {0.8467439091688291, 0.27958275898507656, -0.06588664889807319, 0.01098110814967887}},
      {3.375, {0, 1, 0, 0}},
      {5.1, {0.03085714285714283, -0.12342857142857133, 0.974857142857143, 0.12285714285714268}},
      {0.0, {-0.5590062111801242, 0.14906832298136646, -0.03726708074534162, 0.0062111801242236}},
      {7.5, {-0.09316770186335403, 0.37267080745341613, -1.3975155279503106, 2.1024844720496896}}};
  for (const auto& [x, values] : known)
    for (int j = 0; j < 4; ++j) EXPECT_NEAR(at(basis, x)[j], values[j], 1e-14) << x;
}

TEST(ScalarBasis, KnotsAreQuantilesOfTypeSeven) {
  // R: quantile(c(1, 2, 4, 8, 16, 32), c(0, 1, 2, 3) / 3) is 1, 3.333333, 10.66667, 32.
  const std::vector<double> values{1, 2, 4, 8, 16, 32};
  const ScalarBasis basis = ScalarBasis::natural(values, 3);
  const std::vector<double> knots{1, 2 + 2 * (2.0 / 3), 8 + 8 * (1.0 / 3), 32};
  for (int k = 0; k < 4; ++k) EXPECT_NEAR(basis.points()[k], knots[k], 1e-12);
  const std::vector<double> tied{1, 1, 1, 1, 2, 3};
  EXPECT_TRUE(ScalarBasis::natural(tied, 4).empty());
}

TEST(ScalarBasis, OrthogonalPolynomialsAreThoseOfR) {
  // R: poly(1:5, 2).
  const std::vector<double> values{1, 2, 3, 4, 5};
  const ScalarBasis basis = ScalarBasis::poly(values, 2);
  const std::vector<double> first{-0.6324555, -0.3162278, 0, 0.3162278, 0.6324555},
      second{0.5345225, -0.2672612, -0.5345225, -0.2672612, 0.5345225};
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_NEAR(at(basis, values[i])[0], first[i], 5e-8);
    EXPECT_NEAR(at(basis, values[i])[1], second[i], 5e-8);
  }
  EXPECT_TRUE(ScalarBasis::poly(values, 5).empty());
}

TEST(ScalarBasis, SplinesSpanLinesAndTheirWeightsAreSecondDifferences) {
  const ScalarBasis basis = ScalarBasis::bspline(1, 4, 9);
  ASSERT_EQ(basis.columns(), 8);
  // Coefficients i^2 have second differences 2 and, over intervals of length h, make the parabola
  // ((x - 1) / h + 1)^2 + 1 / 3: the cubic B-spline has variance 1 / 3 about its middle.
  const double h = 0.5;
  double line = 0, constant = 0;
  for (const double x : {1.0, 1.3, 2.25, 3.9, 4.0}) {
    const std::vector<double> values = at(basis, x);
    double curve = std::pow((x - 1) / h + 1, 2) + 1.0 / 3;
    for (int j = 1; j < 8; ++j) curve -= 2 * values[j];
    // What is left is a line.
    if (x == 1.0) constant = curve;
    if (x == 1.3) line = (curve - constant) / values[0];
    EXPECT_NEAR(curve, constant + line * values[0], 1e-12) << x;
  }
  // Linear beyond the ends: second differences of three points are 0.
  for (const double end : {-2.0, 6.0})
    for (int j = 0; j < 8; ++j)
      EXPECT_NEAR(at(basis, end)[j] - 2 * at(basis, end + 0.5)[j] + at(basis, end + 1)[j], 0, 1e-10);
}

}  // namespace
}  // namespace linden
