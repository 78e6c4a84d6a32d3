// Categories that lie on a line by the other features are put in the order of that line.
#include "inspection/category_order.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace linden {
namespace {

TEST(CategoryOrder, IsThatOfALine) {
  const int place_of[] = {2, 0, 4, 1, 3};  // where each category lies
  std::vector<int> category;
  FeatureValuesOfRows position{false, {}}, noise{true, {}};
  for (int row = 0; row < 500; ++row) {
    category.push_back(row % 5);
    position.values.push_back(place_of[row % 5] + 3.0 * (row * 37 % 100) / 100);
    noise.values.push_back(row / 5 % 2);
  }
  const std::vector<FeatureValuesOfRows> others{position, noise};
  std::vector<int> order = category_order(category, 5, others);
  std::vector<int> along{1, 3, 0, 4, 2};
  if (order.front() != 1) std::ranges::reverse(along);
  EXPECT_EQ(order, along);
}

TEST(CategoryOrder, OfCategoriesThatAreAlikeStays) {
  std::vector<int> category;
  for (int row = 0; row < 30; ++row) category.push_back(row % 3);
  EXPECT_EQ(category_order(category, 3, {}), (std::vector{0, 1, 2}));
  const std::vector<FeatureValuesOfRows> missing{{false, std::vector<double>(30, NAN)}};
  EXPECT_EQ(category_order(category, 3, missing), (std::vector{0, 1, 2}));
}

TEST(CategoryOrder, PassesOverRowsOfNone) {
  const std::vector<int> category{0, 1, -1, 0, 1, -1};
  const std::vector<FeatureValuesOfRows> others{{true, {0, 1, 1, 0, 1, 0}}};
  EXPECT_EQ(category_order(category, 2, others).size(), 2u);
}

}  // namespace
}  // namespace linden
