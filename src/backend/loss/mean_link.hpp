// Links of generalised linear models: from a score to the mean, and to the score that a loss of the list takes for that
// mean, each with two derivatives.
//
// A loss behind a link (linked_loss.hpp) is the loss of the list at its own score of the same mean: the identity of
// squared, the logarithm of poisson and its like, the logit of logistic. So no formula of a loss stands twice.
#pragma once

#include <cstdint>
#include <linden/link.hpp>

#include "backend/math/host_device.hpp"
#include "backend/math/math.hpp"
#include "backend/math/mills_ratio.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// A function of the score with its derivatives. `is_inside` says whether the link takes the score at all.
struct OfScore {
  double value, first, second;
  bool is_inside = true;
};

/// What means a distribution has.
enum class MeanRange : std::uint8_t { real, positive, share };

/// Scores that a link takes lie between these, which it does not take.
struct ScoreRange {
  double low, high;

  bool is_all() const noexcept { return low == -math::infinity && high == math::infinity; }
};
inline ScoreRange score_range(Link link, MeanRange means) noexcept {
  if (means == MeanRange::share && link == Link::identity) return {0, 1};
  if (means == MeanRange::share && link == Link::exp) return {-math::infinity, 0};
  const bool is_positive = means == MeanRange::positive && link != Link::exp;
  return {is_positive ? 0 : -math::infinity, math::infinity};
}

namespace link_parts {

inline constexpr double log_sqrt_two_pi = 0x1.d67f1c864beb5p-1;
/// Where exp(-exp(s)) has long been 0 and exp(s) is far from its bound.
inline constexpr double largest_loglog = 300.0;

/// The tail of the normal distribution above |s|, over its density there, and the tail itself.
struct Tail {
  double ratio, share;
};
LINDEN_HD Tail tail_of(double s) {
  const double ratio = math::mills_ratio(math::abs(s));
  return {ratio, math::exp(-0.5 * s * s - log_sqrt_two_pi) * ratio};
}

/// log(Phi(s) / (1 - Phi(s))): odd, with the slope density / (Phi (1 - Phi)).
LINDEN_HD OfScore probit_logit(double s) {
  const Tail tail = tail_of(s);
  const double size = math::log1p(-tail.share) - (-0.5 * s * s - log_sqrt_two_pi + math::log(tail.ratio));
  const double first = 1.0 / (tail.ratio * (1.0 - tail.share));
  const double second = first * (first * (1.0 - 2.0 * tail.share) - math::abs(s));
  return {s < 0.0 ? -size : size, first, s < 0.0 ? -second : second};
}
/// log(exp(w) - 1), w = exp(s); by its series where w is small.
LINDEN_HD OfScore loglog_logit(double s) {
  const double w = math::exp(s < largest_loglog ? s : largest_loglog), rest = -math::expm1(-w);
  if (w < 1e-6) return {s + 0.5 * w, 1.0 + 0.5 * w, w * (0.5 + w / 6.0)};
  const double first = w / rest;
  return {w < 1.0 ? math::log(math::expm1(w)) : w + math::log(rest), first,
          w < 700.0 ? first * (1.0 - w / math::expm1(w)) : first};
}
/// log(p / (1 - p)) of p = exp(s).
LINDEN_HD OfScore log_logit(double s) {
  const double rest = -math::expm1(s);
  return {s - math::log(rest), 1.0 / rest, math::exp(s) / (rest * rest), s < 0.0};
}
LINDEN_HD OfScore identity_logit(double s) {
  const double variance = s * (1.0 - s);
  return {math::log(s) - math::log1p(-s), 1.0 / variance, (2.0 * s - 1.0) / (variance * variance), s > 0.0 && s < 1.0};
}
/// power * log(s).
LINDEN_HD OfScore log_of_power(double s, double power) {
  return {power * math::log(s), power / s, -power / (s * s), s > 0.0};
}

}  // namespace link_parts

/// The mean, of links that go score by score.
LINDEN_HD OfScore mean_of(Link link, double s) {
  switch (link) {
    case Link::sigmoid: {
      const double p = math::sigmoid(s), q = math::sigmoid(-s);
      return {p, p * q, p * q * (q - p)};
    }
    case Link::exp: {
      const double mean = math::exp(s);
      return {mean, mean, mean};
    }
    case Link::expm1: {
      const double rise = math::exp(s);
      return {math::expm1(s), rise, rise};
    }
    case Link::probit: {
      const double tail = link_parts::tail_of(s).share, density = math::exp(-0.5 * s * s - link_parts::log_sqrt_two_pi);
      return {s < 0.0 ? tail : 1.0 - tail, density, -s * density};
    }
    case Link::cloglog: {
      const double w = math::exp(s < link_parts::largest_loglog ? s : link_parts::largest_loglog),
                   rise = w * math::exp(-w);
      return {-math::expm1(-w), rise, rise * (1.0 - w)};
    }
    case Link::sqrt: return {s * s, 2.0 * s, 2.0};
    case Link::inverse: return {1.0 / s, -1.0 / (s * s), 2.0 / (s * s * s)};
    case Link::inverse_square: {
      const double mean = 1.0 / math::sqrt(s);
      return {mean, -0.5 * mean / s, 0.75 * mean / (s * s)};
    }
    default: return {s, 1.0, 0.0};
  }
}

/// The logit of the share that a score stands for.
LINDEN_HD OfScore logit_of(Link link, double s) {
  switch (link) {
    case Link::probit: return link_parts::probit_logit(s);
    case Link::cloglog: return link_parts::loglog_logit(s);
    case Link::exp: return link_parts::log_logit(s);
    case Link::identity: return link_parts::identity_logit(s);
    default: return {s, 1.0, 0.0};
  }
}

/// The logarithm of the mean, which is above 0.
LINDEN_HD OfScore log_mean_of(Link link, double s) {
  switch (link) {
    case Link::identity: return link_parts::log_of_power(s, 1.0);
    case Link::sqrt: return link_parts::log_of_power(s, 2.0);
    case Link::inverse: return link_parts::log_of_power(s, -1.0);
    case Link::inverse_square: return link_parts::log_of_power(s, -0.5);
    default: return {s, 1.0, 0.0};
  }
}

LINDEN_LEVEL_END
}  // namespace linden
