// Tails of the distributions that tests refer to, with the digits of their own size: a p-value of 1e-40 has as many as
// one of 0.1.
#pragma once

namespace linden {

/// P(Z > z) of the standard normal distribution.
double normal_tail(double z);
/// P(X > x) of the chi-square distribution of `df` > 0 degrees of freedom.
double chi_square_tail(double x, double df);
/// P(T > t) of Student's distribution.
double student_tail(double t, double df);
/// P(F > f) of Snedecor's distribution.
double snedecor_tail(double f, double df1, double df2);
/// The t below which a share `level` in (0, 1) of Student's distribution lies.
double student_quantile(double level, double df);

struct BetaShares {
  double below, above;  ///< of x; they sum to 1, and each has its digits
};
/// The incomplete beta function of a, b > 0 at x in [0, 1], where y is 1 - x, passed so that it has its digits too.
BetaShares beta_shares(double a, double b, double x, double y);

}  // namespace linden
