// Ridge without each row in turn, in closed form. On columns turned to the eigenvectors of their Gram matrix, with t_ik
// what row i has of them and d_k the eigenvalues, ridge of strength l has
//
//     score_i = mean + sum_k t_ik c_k / (d_k + l),  c_k = sum_i s_i t_ik (y_i - mean),
//     leverage_i = s_i (1 + sum_k t_ik^2 / (d_k + l)),
//
// s_i the weights, which sum to one; and the fit without row i is off by residual_i / (1 - leverage_i) there.
#include <cmath>
#include <limits>
#include <linden/linear_choice.hpp>

#include "base/counted.hpp"
#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "linear/config.hpp"
#include "linear/design/design.hpp"
#include "linear/units.hpp"
#include "linear_path/projections.hpp"
#include "model/offsets.hpp"
#include "model/training_data.hpp"
#include "rows/copy_rows.hpp"

namespace linden {
namespace {

constexpr const char* loo = "ridge_leave_one_out";
constexpr std::int64_t most = 10'000;

std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

void check_ridge(const LinearConfig& config, const Loss& loss, const std::vector<double>& strengths) {
  if (loss.name() != loss::squared().name())
    fail<ArgumentError>(
        "{}: the loss is {}, and the closed form is that of squared. Hint: cross_validate_path with folds.", loo,
        loss.name());
  if (config.penalty.group > 0 || config.link || !config.formula.empty() ||
      config.missing_values != MissingValues::refuse)
    fail<ArgumentError>(
        "{}: the closed form is that of columns as they are, without groups, a link, a formula or a "
        "policy for missing values. Hint: cross_validate_path with folds.",
        loo);
  if (config.l1 != 0 || config.l2 != 0)
    fail<ArgumentError>("{}: l1 is {} and l2 is {}; the strengths are those of l2. Hint: leave both at 0.", loo,
                        config.l1, config.l2);
  if (config.penalty.tikhonov > 0 || config.penalty.slope > 0 || has_equations(config))
    fail<ArgumentError>(
        "{}: the closed form is that of l2 alone, without other penalties or equations of weights. Hint: "
        "cross_validate with a configuration for each strength.",
        loo);
  if (is_bounded(config))
    fail<ArgumentError>("{}: weights have bounds, and the closed form has none. Hint: cross_validate_path with folds.",
                        loo);
  if (strengths.empty()) fail<ArgumentError>("{}: there are no strengths.", loo);
  for (const double strength : strengths)
    if (!(strength > 0) || !std::isfinite(strength))
      fail<ArgumentError>("{}: strength {}; strengths must be above 0.", loo, strength);
}

/// Standardised columns, scaled so that l2 is the same for all: [rows, columns].
std::vector<double> scaled_rows(const Design& design, const LinearConfig& config,
                                const std::vector<std::string>& names) {
  LinearConfig unit = config;
  unit.l2 = 1;
  const std::vector<double> l2 = penalty_of(unit, design, names).l2;
  const std::size_t rows = index(design.rows()), columns = index(design.columns());
  std::vector<double> scale(columns);
  for (std::size_t j = 0; j < columns; ++j) {
    if (!design.is_free(static_cast<std::int64_t>(j))) continue;
    if (!(l2[j] > 0))
      fail<ArgumentError>("{}: column {} has a factor of 0, and the closed form wants a penalty on each.", loo,
                          names[j]);
    scale[j] = design.factor()[j] / std::sqrt(l2[j]);
  }
  std::vector<double> z(rows * columns), block;
  constexpr std::size_t at_once = 128;
  block.resize(columns * at_once);
  const DesignView view = design.view();
  for (std::size_t first = 0; first < rows; first += at_once) {
    const std::size_t count = std::min(at_once, rows - first);
    copy_rows(static_cast<const RowsView&>(view), static_cast<std::int64_t>(first),
              static_cast<std::int64_t>(first + count), block.data(), static_cast<std::int64_t>(at_once));
    for (std::size_t j = 0; j < columns; ++j)
      for (std::size_t r = 0; r < count; ++r)
        z[(first + r) * columns + j] = (block[j * at_once + r] - design.shift()[j]) * scale[j];
  }
  return z;
}

}  // namespace

RidgeLeaveOneOut ridge_leave_one_out(const Dataset& data, const LinearConfig& config,
                                     const std::vector<double>& strengths, int threads) try {
  config.check();
  check_training_data(loo, data);
  const Labels labels = checked_labels(loo, data, config.loss);
  check_ridge(config, labels.loss, strengths);
  if (data.rows() > most && data.features() > most)
    fail<ArgumentError>(
        "{}: {} rows and {} columns; one of them may be {} at most. Hint: cross_validate_path with folds.", loo,
        data.rows(), data.features(), most);
  Workers workers(threads);
  const std::span<const double> given = weights_of(data);
  const Design design(loo, data, given, config.intercept, workers);
  const std::vector<std::string> names = names_of(data, fitted_columns(data));
  check_names(config, names);
  const std::size_t rows = index(data.rows());
  double total = 0;
  for (std::size_t i = 0; i < rows; ++i) total += given.empty() ? 1 : given[i];
  std::vector<double> weight(rows), y = labels.values;
  const std::vector<double> offsets = training_offsets(loo, data, 1);
  double mean = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    weight[i] = (given.empty() ? 1 : given[i]) / total;
    if (!offsets.empty()) y[i] -= offsets[i];
    mean += config.intercept ? weight[i] * y[i] : 0;
  }
  const Projections turned = projections_of(scaled_rows(design, config, names), rows, index(design.columns()), weight);
  std::vector<double> c(turned.count);
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t k = 0; k < turned.count; ++k)
      c[k] += weight[i] * turned.values[i * turned.count + k] * (y[i] - mean);

  RidgeLeaveOneOut out;
  out.strengths = strengths;
  for (std::size_t s = 0; s < strengths.size(); ++s) {
    std::vector<double> share(turned.count), prediction(rows);
    double df = config.intercept ? 1 : 0, error = 0, fitted = 0;
    for (std::size_t k = 0; k < turned.count; ++k) {
      share[k] = 1 / (turned.eigenvalues[k] + strengths[s]);
      df += turned.eigenvalues[k] * share[k];
    }
    for (std::size_t i = 0; i < rows; ++i) {
      const double* const t = turned.values.data() + i * turned.count;
      double score = mean, leverage = config.intercept ? 1 : 0;
      for (std::size_t k = 0; k < turned.count; ++k) {
        score += t[k] * share[k] * c[k];
        leverage += t[k] * t[k] * share[k];
      }
      const double residual = y[i] - score, without = residual / (1 - weight[i] * leverage);
      prediction[i] = labels.values[i] - without;
      error += weight[i] * without * without;
      fitted += weight[i] * residual * residual;
    }
    const double left = 1 - df / total;
    out.mean_squared_error.push_back(error);
    out.gcv.push_back(left > 0 ? fitted / (left * left) : std::numeric_limits<double>::quiet_NaN());
    out.df.push_back(df);
    if (s > 0 && !(error < out.mean_squared_error[out.best])) continue;
    out.best = s;
    out.prediction = std::move(prediction);
  }
  out.why = fmt::format(
      "l2 {:.6g}, {:.4g} degrees of freedom: the least mean squared error, {:.6g}, of {} with each row "
      "left out in turn",
      strengths[out.best], out.df[out.best], out.mean_squared_error[out.best], counted(strengths.size(), "strength"));
  return out;
} catch (const std::bad_alloc&) {
  fail_out_of_memory(loo);
}

}  // namespace linden
