// The formulas of a leaf and of a gain against 128-bit arithmetic, and the packing of histogram cells.
#include "backend/tree/tree_math.hpp"

#include <gtest/gtest.h>

#include <random>

namespace linden {
namespace {

using Wide = __float128;

Wide wide_shrink(Wide g, Wide l1) {
  const Wide size = g < 0 ? -g : g;
  return size <= l1 ? Wide(0) : g < 0 ? g + l1 : g - l1;
}
Wide wide_score(Wide g, Wide h, Wide l1, Wide l2) {
  const Wide top = wide_shrink(g, l1);
  return top * top / (h + l2);
}

TEST(TreeMath, LeavesAndGainsAreThoseOfTheirDefinition) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> unit(-1, 1);
  for (int i = 0; i < 20'000; ++i) {
    const double gl = 1000 * unit(random), gr = 1000 * unit(random);
    const double hl = 1e-3 + 500 * (1 + unit(random)), hr = 1e-3 + 500 * (1 + unit(random));
    const double l1 = i % 3 == 0 ? 0 : 100 * (1 + unit(random)), l2 = i % 2 == 0 ? 0 : 10 * (1 + unit(random));
    const Wide left = wide_score(gl, hl, l1, l2), right = wide_score(gr, hr, l1, l2);
    const double scale = static_cast<double>(left + right) + 1e-300;
    EXPECT_NEAR(node_score(gl, hl, l1, l2), static_cast<double>(left), 1e-15 * scale);
    const double parent = node_score(gl + gr, hl + hr, l1, l2);
    EXPECT_NEAR(split_gain(gl, hl, gr, hr, parent, l1, l2), static_cast<double>(left + right - Wide(parent)),
                1e-14 * (scale + parent));
    EXPECT_EQ(split_gain(gl, hl, gr, hr, parent, l1, l2), split_gain(gr, hr, gl, hl, parent, l1, l2));
    const auto value = static_cast<double>(-wide_shrink(gl, l1) / (Wide(hl) + l2));
    EXPECT_NEAR(leaf_value(gl, hl, l1, l2), value, 1e-15 * std::abs(value));
  }
}

TEST(TreeMath, NothingToDivideByGivesZero) {
  EXPECT_EQ(leaf_value(3, 0, 0, 0), 0);
  EXPECT_EQ(node_score(3, 0, 0, 0), 0);
  EXPECT_EQ(split_gain(3, 0, -3, 1, 0, 0, 0), 0);
  EXPECT_EQ(split_gain(3, 1, -3, 0, 0, 0, 0), 0);
  EXPECT_EQ(leaf_value(3, 2, 5, 0), 0);
  EXPECT_EQ(leaf_value(-3, 2, 1, 2), 0.5);
}

TEST(TreeMath, AGainMustBeMoreThanRounding) {
  EXPECT_TRUE(worth_splitting(1e-9, 1, 0));
  EXPECT_FALSE(worth_splitting(1e-13, 1, 0));
  EXPECT_FALSE(worth_splitting(0, 0, 0));
  EXPECT_FALSE(worth_splitting(2, 1, 2));
  EXPECT_TRUE(worth_splitting(2.1, 1, 2));
}

TEST(TreeMath, PackedCellsHoldTheSumsOfAllTheirRows) {
  for (const std::int64_t g : {-16384, -1, 0, 1, 16384})
    for (const std::int64_t h : {0, 1, 16384}) {
      const PackedCell full{packed_rows * pack(g, h)};
      EXPECT_EQ(gradient_of(full), packed_rows * g);
      EXPECT_EQ(curvature_of(full), packed_rows * h);
    }
  PackedCell cell{pack(-5, 7)};
  cell.sums -= pack(-2, 3);
  EXPECT_EQ(gradient_of(cell), -3);
  EXPECT_EQ(curvature_of(cell), 4);
}

TEST(TreeMath, NarrowEntriesServeFromAMeanOf64UnitsOn) {
  EXPECT_FALSE(are_coarse({.rows = 10, .magnitude = 640}));
  EXPECT_TRUE(are_coarse({.rows = 10, .magnitude = 639}));
  EXPECT_FALSE(are_coarse({}));
}

TEST(TreeMath, UnitsFollowFromTheRangeAndTheWidth) {
  TreeInput tree;
  tree.range = {.max_gradient = 1, .max_curvature = 0.375};
  set_units(tree, false);
  EXPECT_FALSE(tree.wide);
  EXPECT_EQ(tree.gradient_unit, 0x1p-14);
  EXPECT_EQ(tree.curvature_unit, 0x1p-15);
  EXPECT_EQ(tree.max_curvature, 12288);
  set_units(tree, true);
  EXPECT_TRUE(tree.wide);
  EXPECT_EQ(tree.gradient_unit, 0x1p-23);
  EXPECT_EQ(tree.curvature_unit, 0x1p-24);
  EXPECT_EQ(tree.max_curvature, 6291456);
}

// A cell's sums may come from several machines: what lies here does not say what fits.
TEST(TreeMath, ANodeIsPackedAndSplitByItsRowsInAll) {
  TreeInput tree;
  tree.limits.min_rows_in_leaf = 3;
  GrowNode node;
  node.entries = 2;
  node.rows = 6;
  node.curvature = 100;
  EXPECT_TRUE(is_packed(tree, node));
  EXPECT_TRUE(may_split(tree, node));
  node.rows = packed_rows + 1;
  EXPECT_FALSE(is_packed(tree, node));
  node.rows = 5;
  EXPECT_FALSE(may_split(tree, node));
}

TEST(TreeMath, BinsGoLeftByTheirBit) {
  Split split;
  for (const int bin : {0, 63, 64, 130, 255}) split.left_bins[bin / 64] |= std::uint64_t{1} << (bin % 64);
  for (int bin = 0; bin < 256; ++bin)
    EXPECT_EQ(goes_left(split, static_cast<std::uint8_t>(bin)),
              bin == 0 || bin == 63 || bin == 64 || bin == 130 || bin == 255);
}

}  // namespace
}  // namespace linden
