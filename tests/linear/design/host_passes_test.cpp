// Passes over the rows of the host against the same sums over a matrix that is written out.
#include "linear/design/host_passes.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace linden {
namespace {

class HostPasses : public testing::Test {
 protected:
  static constexpr std::size_t rows = 5, width = 3;

  // Standardised columns and the intercept, in the order of the design.
  double a(std::size_t i, std::size_t j) const {
    if (j + 1 == width) return 1;
    return (raw_[i * 2 + j] - design_.shift()[j]) * design_.factor()[j];
  }

  const std::vector<double> raw_{1, 8, 2, -3, 4, 5, 7, 0.5, -2, 6}, label_{1, -2, 3, 0.5, 4}, weight_{1, 2, 0.5, 1, 3};
  const double share_ = 1 / 7.5;
  Workers workers_{2};
  const Dataset data_ = Dataset::from_rows(std::span<const double>(raw_), 2);  // which the design refers to
  const Design design_{"test", data_, weight_, true, workers_};
  const DesignWeights weights_{weight_.data(), share_};
};

TEST_F(HostPasses, ScoresAreProductsWithTheDesign) {
  const std::vector<double> parameters{0.5, -1, 2, 3, 0.25, -4};
  const std::vector<double> scores = host_scores(design_, workers_, 2, parameters);
  ASSERT_EQ(scores.size(), 2 * rows);
  for (std::size_t k = 0; k < 2; ++k)
    for (std::size_t i = 0; i < rows; ++i) {
      double wanted = 0;
      for (std::size_t j = 0; j < width; ++j) wanted += a(i, j) * parameters[k * width + j];
      EXPECT_NEAR(scores[k * rows + i], wanted, 1e-13);
    }
}

TEST_F(HostPasses, TheGradientIsTheWeightedMeanOfSlopes) {
  const std::vector<double> slopes{1, -1, 2, 0.5, 3, 0, 4, -2, 1, 1};
  const std::vector<double> gradient = host_gradient(design_, workers_, 2, weights_, label_, slopes);
  ASSERT_EQ(gradient.size(), 2 * width);
  for (std::size_t k = 0; k < 2; ++k)
    for (std::size_t j = 0; j < width; ++j) {
      double wanted = 0;
      for (std::size_t i = 0; i < rows; ++i) wanted += weight_[i] * share_ * slopes[k * rows + i] * a(i, j);
      EXPECT_NEAR(gradient[k * width + j], wanted, 1e-13);
    }
}

TEST_F(HostPasses, ProductsWithTheHessianAreThoseOfItsFactors) {
  const std::vector<double> curvatures{1, 0.5, 2, 0, 3}, direction{1, -2, 0.5};
  std::vector<double> product(width);
  host_hessian_product(design_, workers_, weights_, curvatures, direction, product);
  for (std::size_t j = 0; j < width; ++j) {
    double wanted = 0;
    for (std::size_t i = 0; i < rows; ++i) {
      double along = 0;
      for (std::size_t l = 0; l < width; ++l) along += a(i, l) * direction[l];
      wanted += weight_[i] * share_ * curvatures[i] * a(i, j) * along;
    }
    EXPECT_NEAR(product[j], wanted, 1e-13);
  }
}

TEST_F(HostPasses, TheTriangleHasTheProductsOfTheColumns) {
  const std::vector<double> r = host_triangle(design_, workers_, weights_, label_);
  constexpr std::size_t size = width + 1;
  ASSERT_EQ(r.size(), size * size);
  const auto column = [&](std::size_t i, std::size_t j) { return j < width ? a(i, j) : label_[i]; };
  for (std::size_t j = 0; j < size; ++j)
    for (std::size_t l = j; l < size; ++l) {
      double found = 0, wanted = 0;
      for (std::size_t i = 0; i <= j; ++i) found += r[i * size + j] * r[i * size + l];
      for (std::size_t i = 0; i < rows; ++i) wanted += weight_[i] * share_ * column(i, j) * column(i, l);
      EXPECT_NEAR(found, wanted, 1e-13);
    }
}

}  // namespace
}  // namespace linden
