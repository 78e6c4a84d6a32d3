// A loss of the list behind another link than its own: minus the log-likelihood of the same distribution, at the mean
// that the link makes of a score.
//
// Second derivatives are the observed information where the loss is convex in the score, else the expected one: the
// loss is linear in the label, so that this is the second derivative at the label that is the mean. Newton's method by
// these is Fisher's scoring, which is what R's glm does. Outside the scores that the link takes a row costs without
// end.
#pragma once

#include <algorithm>
#include <cmath>

#include "backend/loss/families.hpp"
#include "backend/math/dual.hpp"
#include "backend/math/scalar_ops.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// Whether the loss of this distribution is convex in the score, whatever the label.
constexpr bool is_convex_behind(FamilyKind family, Link link) noexcept {
  switch (family) {
    case FamilyKind::binomial: return true;
    case FamilyKind::poisson: return link == Link::identity || link == Link::sqrt;
    case FamilyKind::gamma: return link == Link::inverse;
    case FamilyKind::inverse_gaussian: return link == Link::inverse_square || link == Link::inverse;
    default: return false;
  }
}

struct LinkedLoss {
  FamilyKind family;
  Link link;
  double parameter;  ///< of the loss of the list

 private:
  /// The score at which the loss of the list has this mean.
  LINDEN_HD OfScore own_score(double score) const {
    if (family == FamilyKind::gaussian) return mean_of(link, score);
    return family == FamilyKind::binomial ? logit_of(link, score) : log_mean_of(link, score);
  }
  LINDEN_HD double own_mean(double own) const {
    if (family == FamilyKind::gaussian) return own;
    return family == FamilyKind::binomial ? math::sigmoid(own) : math::exp(own);
  }

  template <class Visit>
  LINDEN_HD auto with_own(const Visit& visit) const {
    switch (family) {
      case FamilyKind::binomial: return visit(LogisticLoss());
      case FamilyKind::poisson: return visit(PoissonLoss());
      case FamilyKind::gamma: return visit(GammaLoss());
      case FamilyKind::tweedie: return visit(TweedieLoss{parameter});
      case FamilyKind::negative_binomial: return visit(NegativeBinomialLoss{1.0 / parameter, math::log(parameter)});
      case FamilyKind::inverse_gaussian: return visit(InverseGaussianLoss());
      default: return visit(SquaredLoss());
    }
  }

  struct Reached {
    double score;
    bool is_at_end;  ///< of what the link takes: no score has the slope
  };

  /// Newton's method within a bracket that doubles until it holds the score; infinite where no score has the slope.
  Reached score_of_slope(double score, double label, const Dual& here, double d) const noexcept {
    const ScoreRange range = score_range(link, means_of(family));
    double low = d > 0 ? score : range.low, high = d > 0 ? range.high : score;
    double step = here.second > 0 ? d / here.second : std::copysign(math::infinity, d), at = score;
    for (int i = 0; i < 200; ++i) {
      double next = at + step;
      if (!(next > low && next < high)) {
        const double end = step > 0 ? high : low;
        next = std::isinf(end) ? at + std::copysign(1 + 2 * std::abs(at - score), step) : 0.5 * (at + end);
        if (next == end) return {at, true};
      }
      if (std::abs(next) > 1e15) return {math::infinity, true};
      if (std::abs(next - at) <= 4 * std::numeric_limits<double>::epsilon() * std::abs(next - score))
        return {next, false};
      at = next;
      const Dual there = sharp(variable(at), label);
      const double rest = (there.first - here.first) - d;
      if (rest == 0) return {at, false};
      (rest > 0 ? high : low) = at;
      step = there.second > 0 ? -rest / there.second : std::copysign(math::infinity, -rest);
    }
    return {at, true};
  }

 public:
  template <class Label>
  LINDEN_HD double operator()(double score, const Label& label) const {
    const OfScore own = own_score(score);
    if (!own.is_inside) return math::infinity;
    return with_own([&](const auto& loss) -> double { return loss(own.value, label); });
  }
  template <class Label>
  LINDEN_HD Dual operator()(Line score, const Label& label) const {
    const OfScore own = own_score(score.value);
    if (!own.is_inside) return {math::infinity, 0.0, 0.0};
    const Dual moved = chain(score, own.value, own.first, own.second);
    return with_own([&](const auto& loss) -> Dual {
      Dual d = loss(moved, label);
      if (!is_convex_behind(family, link)) d.second = loss(moved, own_mean(own.value)).second;
      return d;
    });
  }

  /// As exact as doubles are, for convex ones. A second derivative that is nothing but rounding, of a loss that is a
  /// line for this label, is 0.
  Dual sharp(Line score, double label) const noexcept {
    const OfScore own = own_score(score.value);
    if (!own.is_inside) return {math::infinity, 0.0, 0.0};
    const Line at = variable(own.value);
    const Dual d = family == FamilyKind::binomial ? CrossEntropyLoss::sharp(at, label)
                                                  : with_own([&](const auto& loss) -> Dual { return loss(at, label); });
    const double of_loss = d.second * own.first * own.first, of_link = d.first * own.second;
    const double rounding = 1e-14 * (1 + std::abs(own.value)) * (std::abs(of_loss) + std::abs(of_link));
    const double second = of_loss + of_link;
    return {d.value, d.first * own.first, std::abs(second) > rounding ? second : 0.0};
  }

  /// Of the scores s and t, where the slope is d more: the integral from s to t of the second derivative times the
  /// distance from s. Where t would be beyond the end of what the link takes it stands at the end.
  double divergence(double score, double label, double d) const noexcept {
    if (d == 0) return 0;
    const Dual here = sharp(variable(score), label);
    const auto [there, is_at_end] = score_of_slope(score, label, here, d);
    if (!(math::abs(there) < math::infinity)) return no_dual_point;
    const Dual end = sharp(variable(there), label);
    const double length = there - score, rise = length * (here.first + d);
    const double direct = (here.value - end.value) + rise;
    if (direct > 1e-5 * (math::abs(here.value) + math::abs(end.value) + math::abs(rise))) return direct;
    // So short a way that the difference has no digits: by Gauss' rule of four points.
    constexpr double at[] = {0.06943184420297371, 0.33000947820757187, 0.6699905217924281, 0.9305681557970263};
    constexpr double weights[] = {0.17392742256872693, 0.32607257743127307, 0.32607257743127307, 0.17392742256872693};
    double sum = 0;
    for (int i = 0; i < 4; ++i) sum += weights[i] * at[i] * sharp(variable(score + at[i] * length), label).second;
    const double missed = is_at_end ? length * (d - (end.first - here.first)) : 0;
    return std::max(sum * length * length + missed, 0.0);
  }
  double least(double label) const noexcept {
    if (family == FamilyKind::binomial) return CrossEntropyLoss::least(label);
    return with_own([&](const auto& loss) -> double { return loss.least(label); });
  }
};

LINDEN_LEVEL_END
}  // namespace linden
