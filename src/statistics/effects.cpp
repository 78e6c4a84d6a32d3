// Marginal effects and the delta method.
#include <algorithm>
#include <cmath>
#include <limits>
#include <linden/autograd.hpp>
#include <linden/statistics.hpp>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "statistics/columns_of_fit.hpp"
#include "statistics/covariance.hpp"
#include "statistics/distributions.hpp"
#include "statistics/raw_units.hpp"

namespace linden {
namespace {

/// A mean over rows of something that depends on the parameters, with its derivatives.
struct Effect {
  double value = 0;
  std::vector<double> slopes;  ///< in the standardised parameters
};

/// z or t, both sides, and an interval.
void complete(Coefficient& c, double level, double degrees_of_freedom) {
  const bool is_t = std::isfinite(degrees_of_freedom);
  c.statistic = c.estimate / c.standard_error;
  const double beyond = std::abs(c.statistic);
  c.p_value = 2 * (is_t ? student_tail(beyond, degrees_of_freedom) : normal_tail(beyond));
  const double reach = is_t ? student_quantile(0.5 + level / 2, degrees_of_freedom) : normal_reach(level);
  c.lower = c.estimate - reach * c.standard_error;
  c.upper = c.estimate + reach * c.standard_error;
}

double error_of(const std::vector<double>& slopes, const std::vector<double>& covariance) {
  double sum = 0;
  const std::size_t n = slopes.size();
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) sum += slopes[i] * covariance[i * n + j] * slopes[j];
  return std::sqrt(std::max(0.0, sum));
}

class Effects {
 public:
  Effects(const FittedRows& rows, bool at_means) : rows_(rows), n_(rows.rank()) {
    if (!at_means) {
      rows.each_block([&](std::size_t first, std::size_t count, const double* values) {
        for (std::size_t r = 0; r < count; ++r) {
          std::vector<double> z(n_);
          for (std::size_t i = 0; i < n_; ++i) z[i] = values[i * FittedRows::block_rows + r];
          points_.push_back({std::move(z), rows.score(first + r), rows.weight(first + r)});
        }
      });
    } else {
      Point mean{std::vector<double>(n_), 0, 0};
      rows.each_block([&](std::size_t first, std::size_t count, const double* values) {
        for (std::size_t r = 0; r < count; ++r) {
          const double w = rows.weight(first + r);
          for (std::size_t i = 0; i < n_; ++i) mean.z[i] += w * values[i * FittedRows::block_rows + r];
          mean.score += w * rows.score(first + r);
          mean.weight += w;
        }
      });
      for (double& z : mean.z) z /= mean.weight;
      mean.score /= mean.weight;
      points_.push_back(std::move(mean));
    }
    for (const Point& point : points_) total_ += point.weight;
  }

  /// Of the column in place j, per unit of it; `weight` is its own.
  Effect slope(std::size_t j, double weight, double factor) const {
    Effect effect{0, std::vector<double>(n_)};
    double rise = 0;
    for (const Point& p : points_) {
      rise += p.weight * rows_.family().mean_slope(p.score);
      const double bend = p.weight * rows_.family().mean_bend(p.score) * weight;
      for (std::size_t i = 0; i < n_; ++i) effect.slopes[i] += bend * p.z[i];
    }
    effect.value = weight * rise / total_;
    effect.slopes[j] += factor * rise;
    for (double& s : effect.slopes) s /= total_;
    return effect;
  }

  /// Of the column from 0 to 1, which are `low` and `high` when standardised.
  Effect difference(std::size_t j, double weight, double factor, double low, double high) const {
    Effect effect{0, std::vector<double>(n_)};
    for (const Point& p : points_) {
      for (const bool is_high : {false, true}) {
        const double z = is_high ? high : low, sign = is_high ? p.weight : -p.weight;
        const double score = p.score + (z - p.z[j]) / factor * weight;
        effect.value += sign * rows_.family().mean(score);
        const double rise = sign * rows_.family().mean_slope(score);
        for (std::size_t i = 0; i < n_; ++i) effect.slopes[i] += rise * (i == j ? z : p.z[i]);
      }
    }
    effect.value /= total_;
    for (double& s : effect.slopes) s /= total_;
    return effect;
  }

 private:
  struct Point {
    std::vector<double> z;
    double score, weight;
  };
  const FittedRows& rows_;
  std::size_t n_;
  std::vector<Point> points_;
  double total_ = 0;
};

}  // namespace

std::vector<Coefficient> marginal_effects(const LinearModel& fitted, const Dataset& of_fit,
                                          const MarginalOptions& options) try {
  constexpr const char* where = "marginal_effects";
  const ColumnsOfFit columns_of(where, fitted, of_fit, options.statistics.threads);
  const LinearModel& model = columns_of.model;
  const Dataset& data = columns_of.data;
  const FittedRows rows(where, model, data, options.statistics, Wanted::distribution);
  const auto [dispersion, is_estimated] = rows.dispersion();
  const std::vector<double> covariance = covariance_of(rows, dispersion);
  const Effects effects(rows, options.at_means);
  const std::vector<std::string>& names = model.feature_names();
  for (const std::string& name : options.discrete)
    if (std::ranges::find(names, name) == names.end())
      fail<ArgumentError>("{}: no column \"{}\". {}", where, name, did_you_mean(name, names));
  std::vector<Coefficient> result;
  for (std::size_t j = 0; j < rows.rank(); ++j) {
    const int column = rows.places()[j];
    if (column == rows.design().columns()) continue;
    const auto feature = static_cast<std::size_t>(rows.feature_of(column));
    const double weight = model.weight(static_cast<int>(feature));
    const double factor = rows.design().factor()[static_cast<std::size_t>(column)];
    const double shift = rows.design().shift()[static_cast<std::size_t>(column)];
    const bool is_discrete = std::ranges::find(options.discrete, names[feature]) != options.discrete.end();
    const Effect effect = is_discrete ? effects.difference(j, weight, factor, -shift * factor, (1 - shift) * factor)
                                      : effects.slope(j, weight, factor);
    Coefficient c;
    c.name = names[feature];
    c.estimate = effect.value;
    c.standard_error = error_of(effect.slopes, covariance);
    complete(c, options.statistics.level, std::numeric_limits<double>::infinity());
    result.push_back(std::move(c));
  }
  return result;
} catch (const std::bad_alloc&) {
  fail_out_of_memory("marginal_effects");
}

Coefficient delta_method(const FitStatistics& fit, const std::function<Tensor(const Tensor&)>& function) try {
  std::vector<double> estimates;
  for (const Coefficient& c : fit.coefficients) estimates.push_back(c.is_left_out ? 0 : c.estimate);
  const Tensor at = Tensor::copy_of(std::span<const double>(estimates));
  const auto [value, gradient] = value_and_grad(function, at);
  if (value.elements() != 1)
    fail<ArgumentError>("delta_method: the function gives {} numbers, and one is wanted.", value.elements());
  const auto slopes = gradient.span<const double>();
  Coefficient c;
  c.name = "delta method";
  c.estimate = value.item();
  c.standard_error = error_of(std::vector<double>(slopes.begin(), slopes.end()), fit.covariance);
  complete(c, fit.level, fit.degrees_of_freedom);
  return c;
} catch (const std::bad_alloc&) {
  fail_out_of_memory("delta_method");
}

}  // namespace linden
