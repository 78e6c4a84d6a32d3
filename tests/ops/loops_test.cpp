#include "ops/loops.hpp"

#include <gtest/gtest.h>

#include <linden/error.hpp>

#include "ops/tensors.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

TEST(Loops, MergeWhatMemoryAllows) {
  const Tensor x = Tensor::zeros({2, 3, 4}), y = Tensor::zeros({2, 3, 4});
  const auto dense = loops<2>(x.shape(), {&x, &y});
  EXPECT_EQ(dense.rank, 1);
  EXPECT_EQ(dense.sizes[0], 24);
  // A row for all: the two outer dimensions are one loop.
  const Tensor row = Tensor::zeros({4});
  const auto rows = loops<3>(x.shape(), {&x, &y, &row});
  EXPECT_EQ(rows.rank, 2);
  EXPECT_EQ(rows.sizes[0], 6);
  EXPECT_EQ(rows.sizes[1], 4);
  EXPECT_EQ(rows.operand[2].strides[0], 0);
  EXPECT_EQ(rows.operand[2].strides[1], 1);
  // Both transposed alike: still one loop.
  const Tensor u = x.transpose(0, 2), v = y.transpose(0, 2);
  EXPECT_EQ(loops<2>(u.shape(), {&u, &v}).rank, 1);
  EXPECT_EQ(loops<2>(u.shape(), {&u, &u}).sizes[0], 24);
  const Tensor scalar = Tensor::zeros({1, 1});
  EXPECT_EQ(loops<2>(scalar.shape(), {&scalar, &scalar}).rank, 0);
  const Tensor padded = Tensor::zeros({1, 5, 1});
  EXPECT_EQ(loops<2>(padded.shape(), {&padded, &padded}).rank, 1);
}

TEST(Loops, AlongAnAxis) {
  const Tensor x = Tensor::zeros({2, 3, 4});
  const auto inner = axis_loops<2>(x.shape(), 2, {&x, &x});
  EXPECT_EQ(inner.rank, 1);
  EXPECT_EQ(inner.sizes[0], 6);
  EXPECT_EQ(inner.length, 4);
  EXPECT_EQ(inner.axis_stride[0], 1);
  const auto middle = axis_loops<2>(x.shape(), 1, {&x, &x});
  EXPECT_EQ(middle.rank, 2);
  EXPECT_EQ(middle.axis_stride[1], 4);
}

TEST(Broadcasting, AgreesWithRepeatedCopies) {
  struct Case {
    Shape a, b, result;
  };
  for (const Case& c : {Case{{2, 3}, {3}, {2, 3}}, Case{{2, 1}, {3}, {2, 3}}, Case{{}, {2, 2}, {2, 2}},
                        Case{{4, 1, 3}, {2, 1}, {4, 2, 3}}, Case{{1}, {0}, {0}}, Case{{3, 0}, {1, 1}, {3, 0}},
                        Case{{2, 1, 3, 1}, {1, 4, 1, 5}, {2, 4, 3, 5}}, Case{{5, 1}, {1, 300}, {5, 300}}}) {
    const Tensor a = scattered(c.a), b = scattered(c.b, 1);
    const std::vector<double> x = values(a.broadcast_to(c.result)), y = values(b.broadcast_to(c.result));
    std::vector<double> expected(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) expected[i] = x[i] - y[i];
    expect_equal(a - b, expected, c.result);
    expect_equal(strided(a) - b, expected, c.result);
    expect_equal(a - strided(b), expected, c.result);
    if (a.rank() >= 2)
      expect_equal((a.transpose(0, 1) - a.transpose(0, 1)), std::vector<double>(values(a).size()),
                   a.transpose(0, 1).shape());
  }
}

TEST(Broadcasting, GradientsAreSummedBack) {
  expect_derivatives([](const auto& xs) { return square(xs[0] * xs[1] + xs[2]); },
                     {scattered({4, 1, 3}), scattered({2, 1}, 1), scattered({}, 2)});
  Tensor x = of({1, 2, 3}).set_requires_grad();
  backward(sum(x * Tensor::zeros({0, 3})));
  expect_equal(x.grad(), {0, 0, 0}, {3});
}

TEST(Broadcasting, SaysWhichSizesMeet) {
  EXPECT_EQ(
      refusal<ShapeError>([] {
        scattered({4, 2, 3}) + scattered({5, 1});
      }),
      "add: shapes [4, 2, 3], [5, 1] do not broadcast: sizes 2 and 5 meet in dimension 1. Hint: sizes are aligned "
      "at the end and must be equal or 1; unsqueeze(dim) adds a 1.");
}

}  // namespace
}  // namespace linden
