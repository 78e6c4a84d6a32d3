#include <gtest/gtest.h>

#include <limits>
#include <linden/error.hpp>
#include <sstream>

#include "ops/tensors.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

TEST(Text, OfMatrices) {
  EXPECT_EQ(to_string(of({1, 2.5, -3, 4, 1e-7, 1e10}, {2, 3})),
            "[[    1,   2.5,    -3],\n"
            " [    4, 1e-07, 1e+10]]\n"
            "shape [2, 3], f64");
  EXPECT_EQ(to_string(whole({1, -20, 9007199254740993})),
            "[               1,              -20, 9007199254740993]\n"
            "shape [3], i64");
}

TEST(Text, OfScalarsAndNothing) {
  EXPECT_EQ(to_string(2.5), "2.5\nshape [], f64");
  EXPECT_EQ(to_string(Tensor::zeros({2, 0}, DType::f32)), "[]\nshape [2, 0], f32");
}

TEST(Text, OfEveryDtype) {
  EXPECT_EQ(to_string(of({1, 0}, DType::boolean)), "[ true, false]\nshape [2], bool");
  EXPECT_EQ(to_string(of({1, 200}, DType::u8)), "[  1, 200]\nshape [2], u8");
  EXPECT_EQ(to_string(of({0.1, std::numeric_limits<double>::infinity()}, DType::f32)), "[0.1, inf]\nshape [2], f32");
}

TEST(Text, LeavesOutTheMiddle) {
  const Tensor x = arange(100);
  EXPECT_EQ(to_string(x), "[ 0,  1,  2, ..., 97, 98, 99]\nshape [100], i64");
  EXPECT_EQ(to_string(x, 3), "[ 0,  1, ..., 99]\nshape [100], i64");
  EXPECT_EQ(to_string(x, 1), "[0, ...]\nshape [100], i64");
  EXPECT_EQ(to_string(x.reshape({10, 10}).transpose(0, 1), 2),
            "[[ 0, ..., 90],\n"
            " ...,\n"
            " [ 9, ..., 99]]\n"
            "shape [10, 10], i64");
}

TEST(Text, OfHigherRanks) {
  EXPECT_EQ(to_string(arange(8).reshape({2, 2, 2})),
            "[[[0, 1],\n"
            "  [2, 3]],\n"
            "\n"
            " [[4, 5],\n"
            "  [6, 7]]]\n"
            "shape [2, 2, 2], i64");
}

TEST(Text, OfStreams) {
  std::ostringstream out;
  out << Tensor::of({1.0, 2.5});
  EXPECT_EQ(out.str(), "[  1, 2.5]\nshape [2], f64");
}

TEST(Text, NamesTheTape) { EXPECT_EQ(to_string(of({1}).set_requires_grad()), "[1]\nshape [1], f64, requires_grad"); }

TEST(Text, RefusesToShowNothing) {
  EXPECT_EQ(refusal<ArgumentError>([] { to_string(arange(3), 0); }),
            "to_string: most is 0, but it must be at least 1.");
}

TEST(Text, NothingIsShownOfManyEmptyRows) {
  EXPECT_EQ(to_string(Tensor::zeros({0, std::numeric_limits<std::int64_t>::max()})),
            "[]\nshape [0, 9223372036854775807], f64");
  EXPECT_EQ(to_string(Tensor::zeros({100, 0})), "[]\nshape [100, 0], f64");
}

}  // namespace
}  // namespace linden
