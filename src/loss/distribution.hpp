// Distributions of two scores, by the link that says which one: what predictions of them are, and what metrics ask.
#pragma once

#include <linden/link.hpp>

namespace linden {

/// The two scores of a row.
struct TwoScores {
  double first, second;
};

/// Mean and standard deviation.
struct Moments {
  double mean, deviation;
};

/// Whether a link is that of a distribution; all below is for such ones.
bool is_of_distribution(Link link) noexcept;

Moments moments_of(Link link, TwoScores scores);
/// The scores of the distribution with these moments.
TwoScores scores_of(Link link, Moments moments);

/// The quantile at a level in (0, 1).
double quantile_of(Link link, TwoScores scores, double level);

/// -log(density) at a label, infinite where there is none.
double nll_of(Link link, TwoScores scores, double label);
/// The probability of what lies up to a label.
double share_below(Link link, TwoScores scores, double label);
/// The integral of (F(t) - [t >= label])^2 over t, F the cumulative distribution.
double crps_of(Link link, TwoScores scores, double label);

}  // namespace linden
