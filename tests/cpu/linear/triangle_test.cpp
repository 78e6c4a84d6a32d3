// R of the rows of a linear model: R'R is the Gram matrix, and R keeps digits that the Gram matrix has lost.
#include "cpu/linear/designs.hpp"

namespace linden {
namespace {

using test::DesignOptions;
using test::every_linear_level;
using test::expect_near;
using test::numbers;
using test::Rows;
using test::Scratch;
using test::TestDesign;

using Real = long double;

std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

void check(const DesignOptions& options) {
  const TestDesign design(options);
  SCOPED_TRACE(design.name());
  const std::int64_t rows = design.rows(), width = design.width(), size = width + 1;
  const std::vector<double> labels = numbers<double>(index(rows), -2, 2, false, 9);
  const auto value = [&](std::int64_t i, std::int64_t j) {
    return j < width ? design(i, j) : static_cast<Real>(labels[index(i)]);
  };
  std::vector<Real> gram;
  for (std::int64_t a = 0; a < size; ++a)
    for (std::int64_t b = 0; b < size; ++b) {
      Real sum = 0;
      for (std::int64_t i = 0; i < rows; ++i) sum += design.weight(i) * value(i, a) * value(i, b);
      gram.push_back(sum);
    }
  every_linear_level([&](const LinearKernels& kernels, Context& context) {
    Scratch scratch(kernels, context, design.view(), 1, true);
    std::vector<double> r(index(size * size), std::nan("")), product;
    kernels.triangle(context, {design.view(), design.weights(), labels.data(), r.data(), scratch.data()});
    for (std::int64_t a = 0; a < size; ++a)
      for (std::int64_t b = 0; b < size; ++b) {
        Real sum = 0;
        for (std::int64_t i = 0; i <= std::min(a, b); ++i)
          sum += static_cast<Real>(r[index(i * size + a)]) * r[index(i * size + b)];
        product.push_back(static_cast<double>(sum));
        if (a > b) {
          EXPECT_EQ(r[index(a * size + b)], 0);
        }
      }
    expect_near(product, gram, 1e-13, "R'R");
    return r;
  });
}

TEST(LinearTriangle, squares_to_the_gram_matrix) {
  for (const Rows layout : test::all_layouts)
    for (const std::int64_t rows : {1, 5, 255, 256, 257, 1500}) check({.layout = layout, .rows = rows, .columns = 6});
  for (const std::int32_t columns : {1, 7, 8, 40, 270})
    check({.layout = Rows::row_major, .rows = 300, .columns = columns});
}

TEST(LinearTriangle, without_intercept_or_weights_or_a_column) {
  for (const Rows layout : test::all_layouts) {
    check({.layout = layout, .rows = 90, .intercept = false});
    check({.layout = layout, .rows = 90, .weighted = false});
    check({.layout = layout, .rows = 90, .left_out = 2});
  }
}

/// Columns 1, 1 + e, 1 + e u for small e: the last diagonal entry of R is a distance of about e, which R'R loses.
TEST(LinearTriangle, keeps_a_distance_below_the_root_of_epsilon) {
  constexpr std::int64_t rows = 2000;
  constexpr double e = 1e-11;
  std::vector<double> x(rows), labels(rows, 0);
  Real square = 0;
  for (std::int64_t i = 0; i < rows; ++i) {
    x[index(i)] = 1 + (i % 2 == 0 ? e : -e);
    square += (x[index(i)] - 1) * static_cast<Real>(x[index(i)] - 1) / rows;
  }
  const double shift = 0, factor = 1;
  const ColumnView column{x.data(), 1, DType::f64};
  DesignView view;
  view.rows = rows;
  view.features = 1;
  view.shift = &shift;
  view.factor = &factor;
  view.columns = &column;
  every_linear_level([&](const LinearKernels& kernels, Context& context) {
    Scratch scratch(kernels, context, view, 1, true);
    std::vector<double> r(9);
    kernels.triangle(context, {view, {nullptr, 1.0 / rows}, labels.data(), r.data(), scratch.data()});
    const auto distance = static_cast<double>(std::sqrt(square));
    EXPECT_NEAR(std::abs(r[4]) / distance, 1, 1e-3);
    return r;
  });
}

}  // namespace
}  // namespace linden
