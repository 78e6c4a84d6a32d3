// The metrics, one formula each.
#include <cmath>
#include <linden/metric.hpp>

#include "backend/math/math.hpp"
#include "backend/loss/row_losses.hpp"
#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "metric/rows.hpp"

namespace linden::metric {
namespace {

template <class Value>
Metric make(std::string_view name, bool higher_is_better, Value value) try {
  return Metric(std::string(name), higher_is_better, [name = std::string(name), value](const MetricInput& input) {
    return value(name.c_str(), MetricRows(name, input));
  });
} catch (const std::bad_alloc&) {
  fail_out_of_memory(name);
}

void want_one_column(const char* name, const MetricRows& rows) {
  if (rows.columns != 1)
    fail<ArgumentError>(
        "metric::{}: predictions have {} columns, but it takes one. Hint: logloss and accuracy take several.", name,
        rows.columns);
}

/// The classes that the predictions speak of: one column is the probability of class 1 of two.
void want_classes(const char* name, const MetricRows& rows) {
  const std::size_t classes = std::max<std::size_t>(2, rows.columns);
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const double label = rows.labels[row];
    if (!(label >= 0 && label < static_cast<double>(classes) && label == std::floor(label)))
      fail<DataError>("metric::{}: label {} at row {}, but the classes are 0 .. {}.", name, label, row, classes - 1);
  }
}

void want_probabilities(const char* name, const MetricRows& rows) {
  for (std::size_t i = 0; i < rows.predictions.size(); ++i)
    if (!(rows.predictions[i] >= 0 && rows.predictions[i] <= 1))
      fail<DataError>(
          "metric::{}: prediction {} at row {} is no probability. Hint: train with a loss of classes (logistic, "
          "softmax), and pass predictions, not scores.",
          name, rows.predictions[i], i / rows.columns);
}

double mean_square_error(const MetricRows& rows) {
  return weighted_mean(rows, [&](std::size_t row) { return math::square(rows.labels[row] - rows.predictions[row]); });
}

double r_squared(const MetricRows& rows) {
  const double mean = weighted_mean(rows, [&](std::size_t row) { return rows.labels[row]; });
  double low = INFINITY, high = -INFINITY;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (rows.weight(row) == 0) continue;
    low = std::min(low, rows.labels[row]);
    high = std::max(high, rows.labels[row]);
  }
  const double spread = weighted_mean(rows, [&](std::size_t row) { return math::square(rows.labels[row] - mean); });
  if (low == high || spread == 0)
    fail<UndefinedMetric>("metric::r2: every label is {}. Hint: rmse is defined for a constant label.", low);
  return 1 - mean_square_error(rows) / spread;
}

double mean_square_log_error(const MetricRows& rows) {
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (!(rows.predictions[row] > -1))
      fail<DataError>("metric::rmsle: prediction {} at row {}, but it takes predictions > -1.", rows.predictions[row],
                      row);
    if (!(rows.labels[row] > -1))
      fail<DataError>("metric::rmsle: label {} at row {}, but it takes labels > -1.", rows.labels[row], row);
  }
  return weighted_mean(rows, [&](std::size_t row) {
    return math::square(math::log1p(rows.labels[row]) - math::log1p(rows.predictions[row]));
  });
}

double log_loss(const MetricRows& rows) {
  return weighted_mean(rows, [&](std::size_t row) {
    const auto label = static_cast<std::size_t>(rows.labels[row]);
    const double p = rows.columns > 1 ? rows.predictions[row * rows.columns + label] : rows.predictions[row];
    const double bounded = std::clamp(p, 1e-15, 1 - 1e-15);
    return -(rows.columns == 1 && label == 0 ? math::log1p(-bounded) : math::log(bounded));
  });
}

double share_correct(const MetricRows& rows) {
  return weighted_mean(rows, [&](std::size_t row) {
    const std::span<const double> p = rows.predictions.subspan(row * rows.columns, rows.columns);
    const auto best = rows.columns == 1 ? std::ptrdiff_t{p[0] >= 0.5} : std::ranges::max_element(p) - p.begin();
    return static_cast<double>(best) == rows.labels[row] ? 1.0 : 0.0;
  });
}

double mean_poisson_deviance(const MetricRows& rows) {
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (!(rows.predictions[row] >= 0))
      fail<DataError>("metric::poisson_deviance: prediction {} at row {}, but it takes predictions >= 0.",
                      rows.predictions[row], row);
    if (rows.labels[row] < 0)
      fail<DataError>("metric::poisson_deviance: label {} at row {}, but it takes labels >= 0.", rows.labels[row], row);
  }
  return 2 * weighted_mean(rows, [&](std::size_t row) {
           const double y = rows.labels[row], p = rows.predictions[row];
           return (y > 0 ? y * math::log(y / p) - y : 0.0) + p;
         });
}

double mean_gamma_deviance(const MetricRows& rows) {
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (!(rows.predictions[row] > 0))
      fail<DataError>("metric::gamma_deviance: prediction {} at row {}, but it takes predictions > 0.",
                      rows.predictions[row], row);
    if (!(rows.labels[row] > 0))
      fail<DataError>("metric::gamma_deviance: label {} at row {}, but it takes labels > 0.", rows.labels[row], row);
  }
  return 2 * weighted_mean(rows, [&](std::size_t row) {
           const double off = (rows.labels[row] - rows.predictions[row]) / rows.predictions[row];
           return off - math::log1p(off);
         });
}

double mean_tweedie_deviance(const MetricRows& rows, double power) {
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (!(rows.predictions[row] > 0))
      fail<DataError>("metric::tweedie_deviance: prediction {} at row {}, but it takes predictions > 0.",
                      rows.predictions[row], row);
    if (rows.labels[row] < 0)
      fail<DataError>("metric::tweedie_deviance: label {} at row {}, but it takes labels >= 0.", rows.labels[row], row);
  }
  const double rise = 2 - power, fall = power - 1;
  return 2 * weighted_mean(rows, [&](std::size_t row) {
           const double y = rows.labels[row], p = rows.predictions[row];
           return y * std::pow(p, -fall) / fall + std::pow(p, rise) / rise - std::pow(y, rise) / (rise * fall);
         });
}

}  // namespace

Metric rmse() {
  return make("rmse", false, [](const char* name, const MetricRows& rows) {
    want_one_column(name, rows);
    return std::sqrt(mean_square_error(rows));
  });
}

Metric mae() {
  return make("mae", false, [](const char* name, const MetricRows& rows) {
    want_one_column(name, rows);
    return weighted_mean(rows, [&](std::size_t row) { return std::abs(rows.labels[row] - rows.predictions[row]); });
  });
}

Metric r2() {
  return make("r2", true, [](const char* name, const MetricRows& rows) {
    want_one_column(name, rows);
    return r_squared(rows);
  });
}

Metric mape() {
  return make("mape", false, [](const char* name, const MetricRows& rows) {
    want_one_column(name, rows);
    return weighted_mean(rows, [&](std::size_t row) { return MapeLoss()(rows.predictions[row], rows.labels[row]); });
  });
}

Metric rmsle() {
  return make("rmsle", false, [](const char* name, const MetricRows& rows) {
    want_one_column(name, rows);
    return std::sqrt(mean_square_log_error(rows));
  });
}

Metric logloss() {
  return make("logloss", false, [](const char* name, const MetricRows& rows) {
    want_classes(name, rows);
    want_probabilities(name, rows);
    return log_loss(rows);
  });
}

Metric accuracy() {
  return make("accuracy", true, [](const char* name, const MetricRows& rows) {
    want_classes(name, rows);
    want_probabilities(name, rows);
    return share_correct(rows);
  });
}

Metric error() {
  return make("error", false, [](const char* name, const MetricRows& rows) {
    want_classes(name, rows);
    want_probabilities(name, rows);
    return 1 - share_correct(rows);
  });
}

Metric auc() try {
  constexpr const char* name = "auc";
  return Metric(
      name, true,
      [](const MetricInput& input) {
        const MetricRows rows(name, input);
        want_one_column(name, rows);
        want_classes(name, rows);
        return area_under_roc(rows);
      },
      area_under_roc_on_gpu);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("metric::auc");
}

Metric poisson_deviance() {
  return make("poisson_deviance", false, [](const char* name, const MetricRows& rows) {
    want_one_column(name, rows);
    return mean_poisson_deviance(rows);
  });
}

Metric gamma_deviance() {
  return make("gamma_deviance", false, [](const char* name, const MetricRows& rows) {
    want_one_column(name, rows);
    return mean_gamma_deviance(rows);
  });
}

Metric tweedie_deviance(TweedieDevianceOptions options) try {
  const double power = options.variance_power;
  if (!(power > 1 && power < 2))
    fail<ArgumentError>(
        "metric::tweedie_deviance: variance_power is {}, but it must be in (1, 2). Hint: poisson_deviance is that of "
        "1, "
        "gamma_deviance that of 2.",
        power);
  return make(fmt::format("tweedie_deviance_{}", power), false, [power](const char* name, const MetricRows& rows) {
    want_one_column(name, rows);
    return mean_tweedie_deviance(rows, power);
  });
} catch (const std::bad_alloc&) {
  fail_out_of_memory("metric::tweedie_deviance");
}

Metric pinball(const PinballOptions& options) try {
  const std::span<const double> given = options.level.values();
  const std::vector<double> levels(given.begin(), given.end());
  if (levels.empty()) fail<ArgumentError>("metric::pinball: there is no level.");
  for (const double level : levels)
    if (!(level > 0 && level < 1))
      fail<ArgumentError>("metric::pinball: level is {}, but it must be in (0, 1).", level);
  return make(fmt::format("pinball_{}", fmt::join(levels, "_")), false,
              [levels](const char* name, const MetricRows& rows) {
                if (levels.size() == 1) want_one_column(name, rows);
                if (rows.columns != levels.size())
                  fail<ArgumentError>("metric::{}: predictions have {} column(s), but there are {} levels.", name,
                                      rows.columns, levels.size());
                return weighted_mean(rows, [&](std::size_t row) {
                  const double* const p = rows.predictions.data() + row * levels.size();
                  double sum = 0;
                  for (std::size_t k = 0; k < levels.size(); ++k)
                    sum += QuantileLoss{levels[k]}(p[k], rows.labels[row]);
                  return sum / static_cast<double>(levels.size());
                });
              });
} catch (const std::bad_alloc&) {
  fail_out_of_memory("metric::pinball");
}

}  // namespace linden::metric
