// A loss as a distribution: means, variances, deviances and likelihoods of single rows.
#pragma once

#include <linden/loss.hpp>

#include "backend/loss/families.hpp"

namespace linden {

class Family {
 public:
  explicit Family(const Loss& loss);

  FamilyKind kind() const noexcept { return kind_; }
  bool has_likelihood() const noexcept { return kind_ != FamilyKind::none; }
  /// Whether it is that of least squares: scores are means.
  bool is_normal() const noexcept { return kind_ == FamilyKind::gaussian && link_ == Link::identity; }
  bool is_multinomial() const noexcept { return kind_ == FamilyKind::multinomial; }
  /// Whether the variance has a factor that is not known.
  bool has_dispersion() const noexcept;
  const char* link_name() const noexcept;

  // Of losses of one score that have a likelihood:

  double mean(double score) const;
  /// The first and second derivative of the mean in the score.
  double mean_slope(double score) const;
  double mean_bend(double score) const;
  double variance(double mean) const;
  double unit_deviance(double label, double mean) const;
  /// Of a row of this weight, with a dispersion (1 where there is none); `is_copies` says what the weight means.
  double log_likelihood(double label, double mean, double weight, double dispersion, bool is_copies) const;

 private:
  FamilyKind kind_;
  Link link_;
  double power_ = 0;  ///< of the mean, that the variance goes with; of negative_binomial its dispersion
};

}  // namespace linden
