// Tails and quantiles against forty digits of mpmath 1.4.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "statistics/distributions.hpp"

namespace linden {
namespace {

void expect_close(double value, double reference, double within = 1e-12) {
  EXPECT_NEAR(value / reference, 1, within) << value << " for " << reference;
}

TEST(Distributions, NormalTails) {
  expect_close(normal_tail(0.3), 0.382088577811047367);
  expect_close(normal_tail(1.96), 0.0249978951482204362);
  expect_close(normal_tail(8), 6.22096057427178412e-16);
  expect_close(normal_tail(37), 5.72557122252457682e-300);
  EXPECT_DOUBLE_EQ(normal_tail(-1) + normal_tail(1), 1);
}

TEST(Distributions, TailsOfStudent) {
  const struct {
    double t, df, tail;
  } cases[] = {
      {0.5, 1, 0.352416382349566726},      {2, 1, 0.147583617650433274},      {1.5, 3.7, 0.106799084601006765},
      {2.26, 9, 0.0250882978910710898},    {12, 9, 3.84994311149282602e-7},   {40, 9, 9.49149922466991324e-12},
      {1.96, 1000, 0.0251365924778743592}, {3, 1e6, 0.00134993127071089853},  {38, 1e4, 1.44830053488569019e-295},
      {1e-8, 5, 0.499999996203933102},     {200, 2, 0.0000124995312695303955}};
  for (const auto& c : cases) {
    expect_close(student_tail(c.t, c.df), c.tail);
    expect_close(student_tail(-c.t, c.df), 1 - c.tail);
  }
  EXPECT_EQ(student_tail(INFINITY, 4), 0);
  EXPECT_TRUE(std::isnan(student_tail(NAN, 4)));
}

TEST(Distributions, TailsOfSnedecor) {
  expect_close(snedecor_tail(1, 1, 1), 0.5);
  expect_close(snedecor_tail(330.285339234588, 6, 9), 4.98403052872481049e-10);
  expect_close(snedecor_tail(4.2, 3, 200), 0.00657602748782628731);
  expect_close(snedecor_tail(0.3, 5, 7), 0.898155764327884668);
  expect_close(snedecor_tail(1.02, 500, 400), 0.418774935087834372);
  expect_close(snedecor_tail(2, 1000, 1e6), 5.32632933391537379e-69);
  expect_close(snedecor_tail(1e-6, 3, 8), 0.999999998492991574);
  EXPECT_EQ(snedecor_tail(0, 3, 8), 1);
}

TEST(Distributions, TailsOfChiSquare) {
  expect_close(chi_square_tail(3.84, 1), 0.0500435212487051032);
  expect_close(chi_square_tail(0.2, 1), 0.65472084601857702);
  expect_close(chi_square_tail(100, 3), 1.55415943138960492e-21);
  expect_close(chi_square_tail(7, 20), 0.996685055735367637);
  expect_close(chi_square_tail(30, 20), 0.0698536606994097677);
  expect_close(chi_square_tail(1050, 1000), 0.132474056821477077);
  expect_close(chi_square_tail(900, 1000), 0.989282761908710258);
}

TEST(Distributions, QuantilesOfStudent) {
  expect_close(student_quantile(0.975, 9), 2.262157162798205);
  expect_close(student_quantile(0.975, 1), 12.7062047361746933);
  expect_close(student_quantile(0.025, 1), -12.7062047361746933);
  expect_close(student_quantile(0.9, 2.5), 1.73025092880717683);
  expect_close(student_quantile(0.995, 1e5), 2.575878469908375);
  EXPECT_EQ(student_quantile(0.5, 3), 0);
  for (const double level : {1e-9, 0.01, 0.3, 0.8, 0.9999999})
    for (const double df : {0.7, 3.0, 50.0, 1e7})
      EXPECT_NEAR(student_tail(student_quantile(level, df), df) / (1 - level), 1, 1e-9) << level << " " << df;
}

TEST(Distributions, SharesOfBetaSumToOne) {
  for (const double x : {1e-10, 0.1, 0.5, 0.93, 1 - 1e-9}) {
    const BetaShares shares = beta_shares(2.5, 0.75, x, 1 - x);
    EXPECT_NEAR(shares.below + shares.above, 1, 1e-15);
    const BetaShares turned = beta_shares(0.75, 2.5, 1 - x, x);
    EXPECT_NEAR(shares.below / turned.above, 1, 1e-13);
  }
}

}  // namespace
}  // namespace linden
