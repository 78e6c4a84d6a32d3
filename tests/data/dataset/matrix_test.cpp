// All features as one tensor.
#include <cmath>

#include "data/reading.hpp"

namespace linden {
namespace {

TEST(Matrix, HoldsNumbersCodesAndGaps) {
  const Tensor matrix = csv("x,c\n1,b\n,a\n3,NA\n").matrix();
  EXPECT_EQ(matrix.shape(), (Shape{3, 2}));
  const auto values = matrix.span<const double>();
  EXPECT_EQ(values[0], 1);
  EXPECT_EQ(values[1], 1);
  EXPECT_TRUE(std::isnan(values[2]));
  EXPECT_EQ(values[3], 0);
  EXPECT_EQ(values[4], 3);
  EXPECT_TRUE(std::isnan(values[5]));
}

TEST(Matrix, OfFloatsIsOne) {
  std::vector<float> x(700 * 3);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i);
  for (const Dataset& data :
       {Dataset::from_rows(x, 3), Dataset::from_rows(x, 3).take(std::vector<std::int64_t>{2, 0, 699})}) {
    const Tensor matrix = data.matrix();
    ASSERT_EQ(matrix.dtype(), DType::f32);
    EXPECT_EQ(matrix.at<float>({0, 1}), data.rows() == 3 ? 7.f : 1.f);
    EXPECT_EQ(matrix.at<float>({data.rows() - 1, 2}), 2099.f);
  }
  EXPECT_EQ(Dataset::from_tensors(Dataset::from_rows(x, 3).matrix()).features(), 3);
}

TEST(Matrix, OfSparseRowsHasZeros) {
  const Tensor matrix = libsvm("1 2:5\n2 1:nan 3:1\n").matrix();
  const auto values = matrix.span<const double>();
  EXPECT_EQ((std::vector<double>{values[0], values[1], values[2], values[4], values[5]}),
            (std::vector<double>{0, 5, 0, 0, 1}));
  EXPECT_TRUE(std::isnan(values[3]));
}

}  // namespace
}  // namespace linden
