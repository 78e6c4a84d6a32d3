#include "linear_path/path_maker.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <linden/threads.hpp>
#include <numeric>
#include <utility>

#include "base/fail.hpp"
#include "linear/config.hpp"
#include "linear/fit_run.hpp"
#include "linear/model.hpp"
#include "linear/objective/dual_rows.hpp"
#include "linear/units.hpp"
#include "linear_path/effective_df.hpp"
#include "loss/definition.hpp"
#include "loss/linked.hpp"
#include "model/class_weights.hpp"
#include "model/features/feature_values.hpp"
#include "model/offsets.hpp"
#include "model/training_data.hpp"
#include "statistics/family.hpp"

namespace linden {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double not_known = std::numeric_limits<double>::quiet_NaN();
// That holds all columns at 0 which have a penalty.
constexpr double endless = 1e250;
// Of the fit that a path begins with, so that the first strength has all its digits.
constexpr double null_tolerance = 1e-14;
// By which the first strength is above the slope that it holds, for the rounding of its products.
constexpr double above = 1 + 8 * std::numeric_limits<double>::epsilon();

LinearConfig at_strength(const LinearConfig& config, double strength, double l1_share) {
  LinearConfig at = config;
  at.l1 = l1_share * strength;
  at.l2 = config.l2 + (1 - l1_share) * strength;
  return at;
}

void check_path_config(const char* where, const LinearConfig& config, const Loss& loss) {
  if (config.l1 != 0)
    fail<ArgumentError>("{}: l1 is {}, and a path has its own. Hint: leave l1 at 0, or .strengths = {{...}}.", where,
                        config.l1);
  if (config.penalty.group > 0)
    fail<ArgumentError>(
        "{}: there is a penalty of groups, and the strong rule is one of columns. Hint: fit_linear at "
        "each strength.",
        where);
  if (config.penalty.tikhonov > 0 || config.penalty.slope > 0 || has_equations(config))
    fail<ArgumentError>("{}: there {}, and the strong rule is one of columns. Hint: fit_linear at each strength.",
                        where,
                        has_equations(config)      ? "are equations between weights"
                        : config.penalty.slope > 0 ? "is slope"
                                                   : "is a penalty with a matrix");
  if (config.penalty.shape != PenaltyShape::absolute)
    fail<ArgumentError>(
        "{}: the penalty is concave, and points of a path are optima. Hint: fit_linear at each "
        "strength.",
        where);
  if (config.link)
    fail<ArgumentError>(
        "{}: there is a link, {}, and a path has the loss's own. Hint: leave it out, or fit_linear at "
        "each strength.",
        where, word_of(*config.link));
  if (is_of_times(loss))
    fail<ArgumentError>(
        "{}: loss {} has labels that are times, which paths do not take. Hint: fit_linear at each strength.", where,
        loss.name());
  if (has_corners(loss))
    fail<ArgumentError>(
        "{}: loss {} has corners, and its fits do not start from one another. Hint: fit_linear at each strength, or a "
        "loss that is smooth.",
        where, loss.name());
  if (!loss.definition().levels.empty() && loss.outputs() > 1)
    fail<ArgumentError>("{}: loss {} has {} levels, and a path is of one. Hint: a path for each level.", where,
                        loss.name(), loss.outputs());
}

/// A loss as a distribution of these rows: their log likelihood at the scores of a point.
class Likelihood {
 public:
  explicit Likelihood(const LinearRows& rows) : rows_(rows), family_(rows.loss) {}

  /// `deviance` is that of the point. Where no dispersion is estimated it says all but a constant.
  double operator()(const Point& point, double deviance) {
    if (!family_.has_likelihood()) return not_known;
    if (family_.has_dispersion()) return of_rows(point, deviance * rows_.share);
    if (!constant_) constant_ = of_rows(point, 1) + 0.5 * deviance;
    return *constant_ - 0.5 * deviance;
  }
  bool has_dispersion() const noexcept { return family_.has_likelihood() && family_.has_dispersion(); }

 private:
  double of_rows(const Point& point, double dispersion) const {
    const std::vector<double> scores = point.scores();
    const auto count = static_cast<std::size_t>(rows_.rows());
    double sum = 0;
    for (std::size_t row = 0; row < count; ++row) {
      const double weight = rows_.weights.empty() ? 1 : rows_.weights[row], label = rows_.labels[row];
      if (weight == 0) continue;
      const double mean =
          family_.is_multinomial() ? share_of(scores, row, static_cast<std::size_t>(label)) : family_.mean(scores[row]);
      sum += family_.log_likelihood(label, mean, weight, dispersion, true);
    }
    return sum;
  }
  double share_of(const std::vector<double>& scores, std::size_t row, std::size_t label) const {
    const auto count = static_cast<std::size_t>(rows_.rows());
    double largest = scores[row], sum = 0;
    for (std::size_t i = row; i < scores.size(); i += count) largest = std::max(largest, scores[i]);
    for (std::size_t i = row; i < scores.size(); i += count) sum += std::exp(scores[i] - largest);
    return std::exp(scores[label * count + row] - largest) / sum;
  }

  const LinearRows& rows_;
  const Family family_;
  std::optional<double> constant_;
};

/// The least strength that holds all columns at 0 which have a penalty, where the others are at their optimum.
double largest_strength(const Objective& objective, const Point& null, std::span<const double> units) {
  double largest = 0;
  for (std::int64_t i = 0; i < objective.size(); ++i) {
    const std::int64_t j = i % objective.width();
    if (j + 1 == objective.width() || !objective.is_free(i) || !(units[static_cast<std::size_t>(j)] > 0)) continue;
    ColumnPenalty penalty = objective.column_penalty(i);
    penalty.l1 = 0;
    const double slope = penalty.excess_at_zero(null.gradient()[static_cast<std::size_t>(i)]);
    largest = std::max(largest, slope / units[static_cast<std::size_t>(j)]);
  }
  return above * largest;
}

}  // namespace

LinearPath PathMaker::make_plain(const char* where, const Dataset& train, const LinearConfig& given,
                                 const LinearPathOptions& options, const KnownGram& known_gram,
                                 std::vector<double> own_l2) {
  const Clock::time_point start = Clock::now();
  check_path_options(where, options);
  given.check();
  check_training_data(where, train);
  if (train.label().rank() == 2)
    fail<DataError>("{}: the data has {} labels a row, and linear models take one. Hint: a path for each label.", where,
                    train.label().size(1));
  const Labels labels = checked_labels(where, train, given.loss);
  check_path_config(where, given, labels.loss);
  LinearConfig config = given;
  config.loss = labels.loss;
  at_strength(config, 1, options.l1_share).check();  // the solver, which may not take l1
  std::vector<int> columns(static_cast<std::size_t>(train.features()));
  std::iota(columns.begin(), columns.end(), 0);
  check_names(config, names_of(train, columns));
  const RowWeights row_weights(where, config.class_weights, labels, weights_of(train));
  const std::vector<double> offsets = training_offsets(where, train, labels.loss.outputs());
  const Backend& backend = backend_of(options.device);
  Workers workers(options.threads);
  const Threads tape_threads(options.threads);
  DeviceContext context(options.device, workers);
  Design design(where, train, row_weights.span(), config.intercept, workers);
  design.set_own_l2(std::move(own_l2));
  const LinearRows rows(backend, context, labels.loss, labels.values, row_weights.span(), offsets);

  LinearPath path;
  const auto state = std::make_shared<LinearModel::State>();
  static_cast<ModelSchema&>(*state) = schema_of(where, train, labels, names_of(train, fitted_columns(train)));
  state->note_weights_of(train);
  state->config = config;
  const std::vector<std::string>& names = state->feature_names;

  LinearConfig null_config = at_strength(config, endless, 1);
  null_config.tolerance = null_tolerance;
  FitRun fit(where, rows, design, null_config, names);
  fit.run_without_weights();
  const Objective& objective = fit.objective();
  // Per strength, of each column: l1 in its own units.
  const std::vector<double> units = penalty_of(at_strength(config, 1, 1), design, names).l1;
  std::vector<double> strengths = options.strengths;
  if (strengths.empty()) {
    const double largest = largest_strength(objective, fit.point(), units) / options.l1_share;
    if (!(largest > 0))
      fail<DataError>(
          "{}: no column with a penalty has a slope where its weight is 0, so that no strength keeps one out. Hint: "
          ".strengths, or a column that varies with the label.",
          where);
    strengths = spaced_strengths(largest, options);
  }
  Likelihood likelihood(rows);
  path.model_ = state;
  path.l1_share_ = options.l1_share;
  path.rows_ = 1 / rows.share;
  path.has_dispersion_ = likelihood.has_dispersion();
  for (std::int64_t j = 0; j + 1 < objective.width(); ++j) path.columns_ += objective.is_free(j) ? 1 : 0;
  const double least_loss = rows.is_convex() ? DualRows(fit.point()).least_mean() : not_known;
  const auto deviance = [&] { return 2 * path.rows_ * std::max(fit.point().mean_loss() - least_loss, 0.0); };
  const auto deviance_at = [&] { return std::isnan(least_loss) ? not_known : deviance(); };
  path.null_deviance_ = deviance_at();
  likelihood(fit.point(), path.null_deviance_);
  if (options.l1_share > 0)
    fit.keep_gram(static_cast<int>(strengths.size()), known_gram ? known_gram(design) : std::vector<double>());

  const auto free_intercepts = !config.intercept ? 0 : objective.outputs() - (objective.is_softmax() ? 1 : 0);
  const auto features = static_cast<std::size_t>(objective.width()) - 1;
  // A fit refers to its configuration until the next one.
  std::vector<LinearConfig> configs;
  for (const double strength : strengths) configs.push_back(at_strength(config, strength, options.l1_share));
  for (std::size_t i = 0; i < strengths.size(); ++i) {
    fit.look_ahead(std::span(configs).subspan(i));
    fit.go_on(configs[i]);
    LinearPathPoint point;
    point.strength = strengths[i];
    point.l1 = configs[i].l1;
    point.l2 = configs[i].l2;
    point.certificate = fit.certificate();
    point.screened = fit.screened();
    point.missed = fit.missed();
    std::vector<double> weights;
    append_in_units_of_data(fit.point(), weights, point.intercept);
    clamp_weights(config, names, weights);
    std::vector<bool> is_in(features);
    for (std::size_t w = 0; w < weights.size(); ++w) {
      if (weights[w] == 0) continue;
      point.weights.push_back({static_cast<int>(w % features), static_cast<int>(w / features), weights[w]});
      is_in[w % features] = true;
    }
    point.nonzero = static_cast<int>(std::ranges::count(is_in, true));
    point.deviance = deviance_at();
    point.deviance_explained = path.null_deviance_ > 0 ? 1 - point.deviance / path.null_deviance_ : not_known;
    point.log_likelihood = likelihood(fit.point(), point.deviance);
    point.df = options.effective_df && point.l2 > 0
                   ? effective_df(fit.point())
                   : static_cast<double>(point.weights.size()) + static_cast<double>(free_intercepts);
    path.points_.push_back(std::move(point));
    if (options.most_nonzero > 0 && path.points_.back().nonzero > options.most_nonzero) break;
  }
  path.warnings_ = train.remarks();
  int short_of = 0;
  for (const LinearPathPoint& point : path.points_) short_of += point.certificate.is_optimal() ? 0 : 1;
  if (short_of > 0)
    path.warnings_.push_back(
        fmt::format("{} of {} points did not reach their optimum: their certificates say how far they came.", short_of,
                    path.points_.size()));
  path.seconds_ = std::chrono::duration<double>(Clock::now() - start).count();
  return path;
}

}  // namespace linden
