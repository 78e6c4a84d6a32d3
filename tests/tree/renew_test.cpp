// Renewed leaves: weighted order statistics of the residuals of their rows, within the order of monotone features.
#include "tree/hand_made_tree.hpp"

namespace linden {
namespace {

class Renew : public TreeKernel {
 protected:
  // The values of two leaves, of which the first has the first `left` of these rows.
  std::vector<double> values(const std::vector<HandRow>& rows, std::int64_t left, double level, int sign = 0) {
    HandMadeTree tree(device(), rows, {hand_feature(2, false, false, sign)}, {.learning_rate = 0.5}, false, level);
    tree.divide_root(left);
    tree.commit({0, 1, 2});
    tree.kernels().leaf_sums(tree.context(), tree.memory());
    tree.kernels().set_leaves(tree.context(), tree.memory());
    tree.kernels().renew(tree.context(), tree.memory());
    return tree.read(tree.memory().leaf_values, 2);
  }

  static HandRow row(double label, double weight = 1) { return {{0}, 1, 1, label, weight}; }
};

TEST_F(Renew, TakesTheOrderStatisticOfEachLeaf) {
  const std::vector<HandRow> rows{row(5), row(-1), row(3), row(100), row(-7.5), row(20), row(0.25)};
  EXPECT_EQ(values(rows, 3, 0.5), (std::vector<double>{1.5, 0.125}));  // of -1 3 5, and of -7.5 0.25 20 100
  EXPECT_EQ(values(rows, 3, 0.9), (std::vector<double>{2.5, 50}));
  EXPECT_EQ(values(rows, 3, 0.01), (std::vector<double>{-0.5, -3.75}));
}

TEST_F(Renew, CountsWeights) {
  EXPECT_EQ(values({row(1, 1), row(2, 5), row(3, 1), row(8, 0), row(9, 0.5)}, 3, 0.8), (std::vector<double>{1, 4.5}));
  EXPECT_EQ(values({row(1, 1), row(8, 0)}, 1, 0.5)[1], 0);  // without weight
}

TEST_F(Renew, KeepsMonotoneLeavesInOrder) {
  const std::vector<HandRow> rows{row(8), row(-4), row(-4)};  // values 4 and -2; the means of both sides meet at 1
  EXPECT_EQ(values(rows, 1, 0.5, 0), (std::vector<double>{4, -2}));
  EXPECT_EQ(values(rows, 1, 0.5, -1), (std::vector<double>{4, -2}));
  EXPECT_EQ(values(rows, 1, 0.5, 1), (std::vector<double>{1, 1}));
}

}  // namespace
}  // namespace linden
