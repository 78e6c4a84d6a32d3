// Hessians of linear models against plain loops in long double.
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

struct Curved {
  std::int32_t outputs = 1;
  bool softmax = false;
  bool coupled = false;
};

void check(const DesignOptions& options, Curved how = {}) {
  const TestDesign design(options);
  SCOPED_TRACE(design.name() + ", " + std::to_string(how.outputs) + " outputs");
  const std::int64_t rows = design.rows(), width = design.width(), size = how.outputs * width;
  std::vector<double> curvatures = numbers<double>(index(how.outputs * rows), 0.1, 1, false, 6);
  if (how.softmax)
    for (std::int64_t i = 0; i < rows; ++i) {
      double sum = 0;
      for (std::int64_t k = 0; k < how.outputs; ++k) sum += curvatures[index(k * rows + i)];
      for (std::int64_t k = 0; k < how.outputs; ++k) curvatures[index(k * rows + i)] /= sum;
    }
  if (options.weighted && rows > 2)
    for (std::int64_t k = 0; k < how.outputs; ++k) curvatures[index(k * rows + 2)] = std::nan("");  // its weight is 0
  const std::vector<double> diagonal = numbers<double>(index(size), 0, 1, false, 7);
  const std::vector<double> coupling = numbers<double>(index(width), 0, 1, false, 8);

  std::vector<Real> wanted;
  for (std::int64_t a = 0; a < size; ++a)
    for (std::int64_t b = 0; b <= a; ++b) {
      const std::int64_t k = a / width, i = a % width, l = b / width, j = b % width;
      Real sum = a == b ? diagonal[index(a)] : 0;
      if (how.coupled && i == j) sum += coupling[index(i)];
      for (std::int64_t row = 0; row < rows; ++row) {
        if (design.weight(row) == 0) continue;
        const Real p = curvatures[index(k * rows + row)], q = curvatures[index(l * rows + row)];
        const Real bend = how.softmax ? (k == l ? p : 0) - p * q : k == l ? p : 0;
        sum += design.weight(row) * bend * design(row, i) * design(row, j);
      }
      wanted.push_back(sum);
    }

  every_linear_level([&](const LinearKernels& kernels, Context& context) {
    Scratch scratch(kernels, context, design.view(), how.outputs, true);
    std::vector<double> out(index(size * size), std::nan("")), got;
    kernels.hessian(context, {design.view(), design.weights(), how.softmax, how.outputs, curvatures.data(),
                              diagonal.data(), how.coupled ? coupling.data() : nullptr, out.data(), scratch.data()});
    for (std::int64_t a = 0; a < size; ++a)
      for (std::int64_t b = 0; b <= a; ++b) got.push_back(out[index(a * size + b)]);
    expect_near(got, wanted, 1e-13, "Hessian");
    return got;
  });
}

TEST(LinearHessian, every_layout_in_single_and_double) {
  for (const DType dtype : {DType::f32, DType::f64})
    for (const Rows layout : test::all_layouts) check({.layout = layout, .dtype = dtype, .rows = 300, .columns = 11});
}

TEST(LinearHessian, rows_around_a_tile_and_several_chunks) {
  for (const Rows layout : {Rows::row_major, Rows::column_major, Rows::sparse})
    for (const std::int64_t rows : {1, 3, 127, 128, 129, 255, 256, 257, 2000})
      check({.layout = layout, .rows = rows, .columns = 6});
}

TEST(LinearHessian, widths_around_panels_and_blocks) {
  for (const std::int32_t columns : {1, 6, 7, 8, 15, 16, 22, 23, 24, 31, 39, 40, 63})
    for (const Rows layout : {Rows::row_major, Rows::sparse}) check({.layout = layout, .rows = 40, .columns = columns});
  for (const std::int32_t columns : {255, 256, 300}) check({.layout = Rows::row_major, .rows = 20, .columns = columns});
  check({.layout = Rows::column_major, .rows = 9, .columns = 600});
}

TEST(LinearHessian, of_softmax_with_coupling_and_of_separate_outputs) {
  for (const Rows layout : test::all_layouts)
    for (const bool coupled : {false, true}) {
      check({.layout = layout, .rows = 150, .columns = 9}, {.outputs = 3, .softmax = true, .coupled = coupled});
      check({.layout = layout, .rows = 150, .columns = 9}, {.outputs = 2, .softmax = false, .coupled = coupled});
    }
  check({.layout = Rows::row_major, .rows = 15, .columns = 260}, {.outputs = 2, .softmax = true});
}

TEST(LinearHessian, without_intercept_or_weights_or_a_column) {
  for (const Rows layout : test::all_layouts) {
    check({.layout = layout, .rows = 90, .intercept = false});
    check({.layout = layout, .rows = 90, .weighted = false});
    check({.layout = layout, .rows = 90, .left_out = 2});
  }
}

}  // namespace
}  // namespace linden
