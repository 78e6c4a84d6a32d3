// Steps of an interior point against what they solve to first order.
#include "linear/solvers/corner_pieces.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace linden {
namespace {

constexpr double open = std::numeric_limits<double>::infinity();
using Aim = CornerPieces::Aim;

class Pieces : public testing::Test {
 protected:
  Pieces() : workers(2) {
    pieces.add(0, 1, -0.5, 0.5, 0.25);
    pieces.add(1, 0, -1, 0, 0.25);
    pieces.add(1, 2, 0, 1, 0.25);
    pieces.add(2, -1, -open, 0, 0.25);  // a lower bound
  }
  Workers workers;
  CornerPieces pieces;
  const std::vector<double> scores{0.25, 0.5, -0.75};
};

TEST_F(Pieces, StartInside) {
  pieces.start(workers, scores, 0.1);
  EXPECT_EQ(pieces.theta(0), 0);
  EXPECT_EQ(pieces.theta(1), -0.5);
  EXPECT_EQ(pieces.theta(2), 0.5);
  EXPECT_EQ(pieces.theta(3), -1);
  EXPECT_EQ(pieces.slack(0), 0.5);
  EXPECT_EQ(pieces.slack(3), 1);
  EXPECT_NEAR(pieces.distance(0), 0.75 + 0.1, 1e-15);
  EXPECT_NEAR(pieces.product(workers, 0, 0).weight, 0.25 * 7, 1e-15);
  // p (high - theta) + t (theta - low), of the first 0.1 * 0.5 + 0.85 * 0.5.
  const double sum = 0.475 + (0.6 * 0.5 + 0.1 * 0.5) + (0.1 * 0.5 + 1.6 * 0.5) + 0.35 * 1;
  EXPECT_NEAR(pieces.product(workers, 0, 0).sum, 0.25 * sum, 1e-15);
}

TEST_F(Pieces, TheAffineStepTakesProductsToZeroToFirstOrder) {
  pieces.start(workers, scores, 0.1);
  std::vector<double> bend(3), pull(3);
  pieces.aim(workers, Aim::affine, 0, scores, bend, pull);
  const std::vector<double> step{0.1, -0.2, 0.05};
  pieces.follow(workers, Aim::affine, 0, step);
  const double before = pieces.product(workers, 0, 0).sum;
  for (const double length : {1e-3, 1e-4, 1e-5}) {
    const double after = pieces.product(workers, length, length).sum;
    EXPECT_NEAR(after, (1 - length) * before, 10 * length * length);
  }
  std::vector<double> theta(3);
  pieces.add_theta(theta);
  std::vector<double> moved = theta;
  pieces.take(workers, 1e-3, 1e-3);
  std::fill(moved.begin(), moved.end(), 0.0);
  pieces.add_theta(moved);
  // theta's step is bend * (step of the score) + pull - theta.
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_NEAR((moved[i] - theta[i]) / 1e-3, bend[i] * step[i] + pull[i] - theta[i], 1e-9);
}

TEST_F(Pieces, StepsEndWhereSomethingIsZero) {
  pieces.start(workers, scores, 0.1);
  std::vector<double> bend(3), pull(3);
  pieces.aim(workers, Aim::affine, 0, scores, bend, pull);
  pieces.follow(workers, Aim::affine, 0, std::vector<double>{1, -2, 0.5});
  const CornerPieces::Lengths far = pieces.lengths(workers);
  ASSERT_LT(far.dual, 1e3);
  pieces.take(workers, 0, far.dual);
  double least = open;
  for (std::size_t k = 0; k < pieces.size(); ++k) least = std::min(least, pieces.slack(k));
  EXPECT_NEAR(least, 0, 1e-14);
  EXPECT_EQ(pieces.shrinkage() > 1 - 1e-12, true);
}

TEST_F(Pieces, ThetaBeyondItsSlopesShrinks) {
  pieces.start(workers, scores, 0.1);
  std::vector<double> bend(3), pull(3);
  pieces.aim(workers, Aim::affine, 0, scores, bend, pull);
  pieces.add_step(workers, std::vector<double>{1 / bend[0], 0, 0});  // theta 0 is 1 now, of 0.5
  EXPECT_NEAR(pieces.shrinkage(), 0.5, 1e-15);
}

}  // namespace
}  // namespace linden
