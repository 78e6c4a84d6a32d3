#include "statistics/family.hpp"

#include <cmath>
#include <limits>

#include "backend/math/math.hpp"
#include "backend/math/special.hpp"
#include "loss/definition.hpp"
#include "loss/linked.hpp"

namespace linden {
namespace {

constexpr double log_two_pi = 1.83787706640934548356;

/// x log(x / y), and 0 for x = 0.
double entropy_term(double x, double y) { return x > 0 ? x * std::log(x / y) : 0; }
double x_log(double x, double y) { return x > 0 ? x * std::log(y) : 0; }

double log_choose(double n, double k) { return math::lgamma(n + 1) - math::lgamma(k + 1) - math::lgamma(n - k + 1); }

FamilyKind kind_of_loss(const Loss& loss) {
  const Loss::Definition& definition = loss.definition();
  const LossSpec listed = listed_part(definition.spec);
  if (definition.custom || !is_listed(listed)) return FamilyKind::none;
  return visit_type(listed, []<class Listed>(LossType<Listed>) { return family_of<Listed>; });
}

}  // namespace

Family::Family(const Loss& loss) : kind_(kind_of_loss(loss)), link_(loss.link()) {
  switch (kind_) {
    case FamilyKind::poisson: power_ = 1; break;
    case FamilyKind::gamma: power_ = 2; break;
    case FamilyKind::inverse_gaussian: power_ = 3; break;
    case FamilyKind::tweedie:
    case FamilyKind::negative_binomial: power_ = loss.definition().spec.parameter[0]; break;
    default: break;
  }
}

bool Family::has_dispersion() const noexcept {
  return kind_ == FamilyKind::gaussian || kind_ == FamilyKind::gamma || kind_ == FamilyKind::tweedie ||
         kind_ == FamilyKind::inverse_gaussian;
}

const char* Family::link_name() const noexcept { return word_of(link_); }
double Family::mean(double score) const { return mean_of(link_, score).value; }
double Family::mean_slope(double score) const { return mean_of(link_, score).first; }
double Family::mean_bend(double score) const { return mean_of(link_, score).second; }

double Family::variance(double mean) const {
  switch (kind_) {
    case FamilyKind::binomial: return mean * (1 - mean);
    case FamilyKind::poisson: return mean;
    case FamilyKind::gamma: return mean * mean;
    case FamilyKind::inverse_gaussian: return mean * mean * mean;
    case FamilyKind::tweedie: return std::pow(mean, power_);
    case FamilyKind::negative_binomial: return mean + power_ * mean * mean;
    default: return 1;
  }
}

double Family::unit_deviance(double label, double mean) const {
  switch (kind_) {
    case FamilyKind::binomial: return 2 * (entropy_term(label, mean) + entropy_term(1 - label, 1 - mean));
    case FamilyKind::poisson: return 2 * (entropy_term(label, mean) - (label - mean));
    case FamilyKind::inverse_gaussian: return (label - mean) * (label - mean) / (label * mean * mean);
    case FamilyKind::gamma: return 2 * ((label - mean) / mean - std::log(label / mean));
    case FamilyKind::tweedie: {
      const double rise = 2 - power_, fall = power_ - 1;
      return 2 * (std::pow(mean, rise) / rise + label * std::pow(mean, -fall) / fall -
                  std::pow(label, rise) / (rise * fall));
    }
    case FamilyKind::negative_binomial:
      return 2 * (entropy_term(label, mean) -
                  (label + 1 / power_) * std::log1p(power_ * (label - mean) / (1 + power_ * mean)));
    default: return (label - mean) * (label - mean);
  }
}

double Family::log_likelihood(double label, double mean, double weight, double dispersion, bool is_copies) const {
  if (weight == 0) return 0;
  switch (kind_) {
    case FamilyKind::gaussian: {
      const double square = (label - mean) * (label - mean) / dispersion, constant = log_two_pi + std::log(dispersion);
      return -0.5 * (is_copies ? weight * (constant + square) : constant - std::log(weight) + weight * square);
    }
    case FamilyKind::binomial: {
      const double trials = is_copies ? 0 : log_choose(weight, weight * label);
      return trials + weight * (x_log(label, mean) + x_log(1 - label, 1 - mean));
    }
    case FamilyKind::poisson: return weight * (x_log(label, mean) - mean - math::lgamma(label + 1));
    case FamilyKind::gamma: {
      const double shape = 1 / dispersion, rate = shape * label / mean;
      return weight * (shape * std::log(rate) - rate - std::log(label) - math::lgamma(shape));
    }
    case FamilyKind::inverse_gaussian:
      return -0.5 * weight *
             (log_two_pi + std::log(dispersion) + 3 * std::log(label) + unit_deviance(label, mean) / dispersion);
    case FamilyKind::negative_binomial: {
      const double size = 1 / power_, more = power_ * mean;
      return weight * (math::lgamma(label + size) - math::lgamma(size) - math::lgamma(label + 1) +
                       x_log(label, more / (1 + more)) - size * std::log1p(more));
    }
    case FamilyKind::multinomial: return weight * std::log(mean);  // of the label's class
    default: return std::numeric_limits<double>::quiet_NaN();
  }
}

}  // namespace linden
