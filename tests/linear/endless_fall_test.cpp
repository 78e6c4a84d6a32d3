// Losses that fall for ever, and those that only fall far.
#include "linear/endless_fall.hpp"

#include <gtest/gtest.h>

#include <linden/ops.hpp>
#include <vector>

#include "linear/small_fit.hpp"

namespace linden {
namespace {

using Vector = std::vector<double>;

/// With the intercept moved from 1 to this.
bool falls(const Loss& loss, double intercept, double l1 = 0) {
  SmallFit fit(loss, RandomRows(loss, false, 1), l1, 0, true);
  const Point start = fit.objective.evaluate(Vector{0, 0, 0, 0, 1});
  return falls_for_ever(fit.objective.evaluate(Vector{0, 0, 0, 0, intercept}), {start.parameters(), start.value()});
}

TEST(EndlessFall, IsOneThatIsAsSteepAsFromTheStart) {
  const Loss line = loss::custom("line", [](const Tensor& s, const Tensor& y) { return s + 0.0 * y; });
  EXPECT_TRUE(falls(line, -1e9));
  EXPECT_FALSE(falls(line, -1e7));  // not far enough to tell
  EXPECT_FALSE(falls(line, 1e9));   // upwards
  // A slope that is a thousandth of what it was on average.
  const Loss flattens = loss::custom("flattens", [](const Tensor& s, const Tensor& y) {
    return 1e12 * (0.0 * y + softplus(-(1.0 - s) * 1e-3)) - 1e12 * 0.693147180559945 + 1e-3;
  });
  EXPECT_FALSE(falls(flattens, -1e5));
  EXPECT_FALSE(falls(loss::squared(), -1e9));  // known to be convex
}

TEST(EndlessFall, SlopesAreThoseAlongTheWay) {
  const Loss line = loss::custom("line", [](const Tensor& s, const Tensor& y) { return s + 0.0 * y; });
  SmallFit fit(line, RandomRows(line, false, 1), 0.25, 0, true);
  const Point point = fit.objective.evaluate(Vector{2, 0, 0, 0, -9});
  const Vector slopes = slopes_from({{0, 0, 0, 0, 1}, 1}, point);
  EXPECT_NEAR(slopes[0], 2 * (point.gradient()[0] + 0.25), 1e-15);
  EXPECT_EQ(slopes[1], 0);
  EXPECT_NEAR(slopes[4], -10, 1e-12);  // the intercept's slope is 1
}

}  // namespace
}  // namespace linden
