// Intervals of weights by profile likelihood, and of predictions.
#include <algorithm>
#include <cmath>
#include <limits>
#include <linden/statistics.hpp>
#include <numeric>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "linear/model.hpp"
#include "linear/plain_fit.hpp"
#include "loss/linked.hpp"
#include "model/features/match_features.hpp"
#include "rows/copy_rows.hpp"
#include "statistics/columns_of_fit.hpp"
#include "statistics/distributions.hpp"
#include "statistics/raw_units.hpp"

namespace linden {
namespace {

constexpr double no_bound = std::numeric_limits<double>::infinity();
constexpr double unknown_end = std::numeric_limits<double>::quiet_NaN();

/// Fits of all weights but one, which is held.
class Profile {
 public:
  /// `kept`: the columns that have a weight; all others are left out, at weight 0, as they are in the model.
  Profile(const FittedRows& rows, const Dataset& data, const std::vector<std::string>& kept, int threads)
      : rows_(rows), data_(data), threads_(threads) {
    std::vector<std::string> others = data.feature_names();
    std::erase_if(others, [&](const std::string& name) { return std::ranges::find(kept, name) != kept.end(); });
    data_ = without(data, others);
    offsets_ = Tensor::zeros({data.rows()});
    if (data.has_offset()) offsets_ = data.offset();
    deviance_ = rows.deviance();
    dispersion_ = rows.dispersion().value;
  }

  /// Holds a column; "" the intercept.
  void hold(const std::string& name, std::vector<double> column) {
    column_ = std::move(column);
    config_ = rows_.model().config();
    config_.tolerance = 1e-12;
    config_.penalty = {};  // factors of penalties that are 0 would name the held column
    if (name.empty()) {
      config_.intercept = false;
      held_ = data_;
      return;
    }
    held_ = without(data_, {name});
  }

  /// The root of how much worse the best fit is with the held weight there, in the units of the dispersion.
  double root(double value) const {
    std::vector<double> offsets(rows_.rows());
    const auto given = offsets_.span<const double>();
    for (std::size_t row = 0; row < offsets.size(); ++row) offsets[row] = given[row] + value * column_[row];
    const Dataset data = held_.with_offset(offsets);
    const Tensor means = fit_linear(data, config_, {.threads = threads_}).predict(data, {.threads = threads_});
    return std::sqrt(std::max(0.0, rows_.deviance_of(means.span<const double>()) - deviance_) / dispersion_);
  }

  /// Where the root is `reach`, from an estimate with its error upwards or (sign -1) down.
  double end(double estimate, double error, double reach, int sign) const {
    double near = 0, near_lack = -reach, far = reach, far_lack = root(estimate + sign * far * error) - reach;
    for (int i = 0; far_lack < 0; ++i) {
      if (i == 12) return sign * no_bound;
      near = far;
      near_lack = far_lack;
      far *= far_lack > -0.5 * reach ? 1.3 : 2;
      far_lack = root(estimate + sign * far * error) - reach;
    }
    int moved = 0;  // the end that moved last; where it is the same twice the other's value is halved (Illinois)
    for (int i = 0; i < 40; ++i) {
      const double at = (near * far_lack - far * near_lack) / (far_lack - near_lack);
      const double lack = root(estimate + sign * at * error) - reach;
      if (std::abs(lack) <= 1e-9 * reach) return estimate + sign * at * error;
      if (lack < 0) {
        if (moved < 0) far_lack /= 2;
        moved = -1;
        near = at;
        near_lack = lack;
      } else {
        if (moved > 0) near_lack /= 2;
        moved = 1;
        far = at;
        far_lack = lack;
      }
    }
    return estimate + sign * 0.5 * (near + far) * error;
  }

 private:
  // Where no column is left there is one of zeros, for the intercept alone.
  Dataset without(const Dataset& data, const std::vector<std::string>& names) const {
    if (names.empty()) return data;
    const Dataset rest = data.without(names);
    return rest.features() > 0 ? rest : rest.with_column(names[0], std::vector<double>(rows_.rows()));
  }

  const FittedRows& rows_;
  Dataset data_, held_;
  int threads_;
  Tensor offsets_;
  double deviance_ = 0, dispersion_ = 1;
  LinearConfig config_;
  std::vector<double> column_;
};

std::vector<double> raw_column(const FittedRows& rows, int feature) {
  std::vector<double> column(rows.rows(), 1.0);
  if (feature < 0) return column;
  for (std::size_t i = 0; i < rows.rank(); ++i) {
    const int place = rows.places()[i];
    if (place == rows.design().columns() || rows.feature_of(place) != feature) continue;
    const double shift = rows.design().shift()[static_cast<std::size_t>(place)];
    const double factor = rows.design().factor()[static_cast<std::size_t>(place)];
    rows.each_block([&](std::size_t first, std::size_t count, const double* values) {
      for (std::size_t r = 0; r < count; ++r)
        column[first + r] = values[i * FittedRows::block_rows + r] / factor + shift;
    });
  }
  return column;
}

}  // namespace

std::vector<ProfileInterval> profile_intervals(const LinearModel& fitted, const Dataset& of_fit,
                                               const NameList& columns, const StatisticsOptions& options) try {
  constexpr const char* where = "profile_intervals";
  const ColumnsOfFit of_columns(where, fitted, of_fit, options.threads);
  const LinearModel& model = of_columns.model;
  const Dataset& data = of_columns.data;
  if (const Covariance kind = settled(where, options).covariance; kind != Covariance::classical)
    fail<ArgumentError>("{}: covariance {} has no likelihood. Hint: classical, or the intervals of statistics().",
                        where, name_of(kind));
  const FittedRows rows(where, model, data, options, Wanted::distribution);
  const FitStatistics fit = statistics(model, data, options);
  const double reach = std::isfinite(fit.degrees_of_freedom)
                           ? student_quantile(0.5 + options.level / 2, fit.degrees_of_freedom)
                           : normal_reach(options.level);
  for (const std::string& name : columns) fit.coefficient(name);  // says which there are
  std::vector<std::string> kept;
  for (std::size_t i = rows.has_intercept() ? 1 : 0; i < fit.coefficients.size(); ++i)
    if (!fit.coefficients[i].is_left_out) kept.push_back(fit.coefficients[i].name);
  Profile profile(rows, data, kept, options.threads);
  std::vector<ProfileInterval> result;
  for (std::size_t i = 0; i < fit.coefficients.size(); ++i) {
    const Coefficient& c = fit.coefficients[i];
    const bool is_wanted = columns.empty() || std::ranges::find(columns, c.name) != columns.end();
    if (!is_wanted) continue;
    if (c.is_left_out) {
      result.push_back({c.name, unknown_end, unknown_end});
      continue;
    }
    const bool is_intercept = rows.has_intercept() && i == 0;
    profile.hold(is_intercept ? "" : c.name,
                 raw_column(rows, is_intercept ? -1 : static_cast<int>(i) - (rows.has_intercept() ? 1 : 0)));
    result.push_back({c.name, profile.end(c.estimate, c.standard_error, reach, -1),
                      profile.end(c.estimate, c.standard_error, reach, 1)});
  }
  return result;
} catch (const std::bad_alloc&) {
  fail_out_of_memory("profile_intervals");
}

std::vector<Interval> predict_intervals(const LinearModel& fitted, const FitStatistics& fit, const Dataset& rows,
                                        const IntervalOptions& options) try {
  constexpr const char* where = "predict_intervals";
  if (fitted.empty()) fail<ArgumentError>("{}: the model is empty.", where);
  const LinearModel model = plain_model(fitted);
  const Dataset data = plain_rows(where, fitted, rows, options.threads);
  const std::size_t features = model.feature_names().size(), first = model.config().intercept ? 1 : 0;
  if (model.outputs() != 1)
    fail<ArgumentError>("{}: loss \"{}\" has {} scores a row, and this wants one.", where, model.loss().name(),
                        model.outputs());
  if (fit.coefficients.size() != features + first || fit.centre.size() != features)
    fail<ArgumentError>("{}: the statistics are of another model. Hint: statistics(model, the training data).", where);
  const Family family(model.loss());
  if (options.observation && !family.is_normal())
    fail<ArgumentError>(
        "{}: intervals of new labels are of the squared loss, and this is \"{}\"{}. Hint: those of means.", where,
        model.loss().name(),
        is_linked(model.loss().definition().spec) ? fmt::format(" with link {}", word_of(model.loss().link())) : "");
  const double level = options.level == 0 ? fit.level : options.level;
  if (!(level > 0 && level < 1)) fail<ArgumentError>("{}: level is {}; it must be in (0, 1).", where, level);
  const double reach = std::isfinite(fit.degrees_of_freedom) ? student_quantile(0.5 + level / 2, fit.degrees_of_freedom)
                                                             : normal_reach(level);
  const Tensor scores = model.predict(data, {.output = Output::score, .threads = options.threads});
  std::vector<int> all(features), columns;
  std::iota(all.begin(), all.end(), 0);
  for (const FeatureSource& source : match_features(where, data, model.state(), all)) columns.push_back(source.column);
  Workers workers(options.threads);
  const ScoreRange range = scores_of_link(model.loss());
  const Design design(where, data, columns, workers);
  const DesignView view = design.view();
  std::vector<double> raw(features), x(features + first, 1.0);
  const std::size_t size = x.size();
  std::vector<Interval> result;
  for (std::int64_t row = 0; row < data.rows(); ++row) {
    copy_rows(static_cast<const RowsView&>(view), row, row + 1, raw.data(), 1);
    for (std::size_t j = 0; j < features; ++j) x[first + j] = raw[j] - fit.centre[j];
    double variance = options.observation ? fit.dispersion : 0;
    for (std::size_t i = 0; i < size; ++i) {
      double sum = 0;
      for (std::size_t j = 0; j < size; ++j) sum += fit.centred_covariance[i * size + j] * x[j];
      variance += x[i] * sum;
    }
    const double score = scores.span<const double>()[static_cast<std::size_t>(row)];
    const double off = reach * std::sqrt(std::max(0.0, variance));
    // Beyond the end of what a link takes there are no means.
    const double low = family.mean(std::max(score - off, range.low));
    const double high = family.mean(std::min(score + off, range.high));
    result.push_back({family.mean(score), std::min(low, high), std::max(low, high)});
  }
  return result;
} catch (const std::bad_alloc&) {
  fail_out_of_memory("predict_intervals");
}

}  // namespace linden
