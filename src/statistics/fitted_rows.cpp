#include "statistics/fitted_rows.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "base/fail.hpp"
#include "linear/config.hpp"
#include "linear/model.hpp"
#include "loss/definition.hpp"
#include "loss/initial_score.hpp"
#include "loss/link.hpp"
#include "loss/link_only.hpp"
#include "model/features/match_features.hpp"
#include "model/offsets.hpp"
#include "model/training_data.hpp"
#include "rows/copy_rows.hpp"

namespace linden {
namespace {

// The model, or what it is refused for.
const LinearModel& checked_model(const char* where, const LinearModel& model, const StatisticsOptions& options,
                                 Wanted wanted) {
  if (model.empty())
    fail<ArgumentError>("{}: the model is empty. Hint: fit_linear and LinearModel::load make one.", where);
  const LinearConfig& config = model.config();
  const Loss& loss = model.loss();
  const Family family(loss);
  if (is_penalised(config))
    fail<ArgumentError>(
        "{}: the model was fitted with {}, and penalties shrink weights, whose errors no formula here gives. Hint: a "
        "fit with l1 = 0 and l2 = 0.",
        where, penalties_text(config));
  if (is_bounded(config))
    fail<ArgumentError>(
        "{}: the model was fitted with constraints, and bounds stop weights, whose errors no formula here gives. Hint: "
        "a fit without constraints.",
        where);
  if (has_equations(config))
    fail<ArgumentError>(
        "{}: the model was fitted with equations of weights, whose errors no formula here gives. Hint: a fit without "
        "them, or columns that meet them by themselves.",
        where);
  if (is_of_times(loss))
    fail<ArgumentError>(
        "{}: loss \"{}\" compares rows, and no formula here gives its errors. Hint: bounds by refitting resampled "
        "rows.",
        where, loss.name());
  if (is_link_only(loss))
    fail<ArgumentError>(
        "{}: of loss \"{}\" only the link is known, not what rows cost. Hint: a model that was trained here.", where,
        loss.name());
  if (has_corners(loss))
    fail<ArgumentError>(
        "{}: loss \"{}\" has no curvature, and its errors want a density that no formula here estimates. Hint: a "
        "bootstrap.",
        where, loss.name());
  if (model.outputs() != 1 && !family.is_multinomial())
    fail<ArgumentError>(
        "{}: loss \"{}\" has {} scores a row, and statistics want one, or softmax. Hint: a model for "
        "each.",
        where, loss.name(), model.outputs());
  if (wanted != Wanted::errors && model.outputs() != 1)
    fail<ArgumentError>("{}: loss \"{}\" has {} scores a row, and this wants one.", where, loss.name(),
                        model.outputs());
  if (wanted == Wanted::distribution && !family.has_likelihood())
    fail<ArgumentError>(
        "{}: loss \"{}\" has no likelihood. Hint: squared, logistic, poisson, gamma or another loss of "
        "a distribution.",
        where, loss.name());
  const Covariance kind = options.covariance;
  if (!family.has_likelihood() && kind == Covariance::classical)
    fail<ArgumentError>(
        "{}: loss \"{}\" has no likelihood, hence no classical errors. Hint: covariance hc0, hc1 or "
        "clustered.",
        where, loss.name());
  if ((kind == Covariance::hc2 || kind == Covariance::hc3) && (family.is_multinomial() || !family.has_likelihood()))
    fail<ArgumentError>(
        "{}: covariance {} goes by leverages, which loss \"{}\" has none of. Hint: hc0, hc1 or "
        "clustered.",
        where, name_of(kind), loss.name());
  if (!(options.level > 0 && options.level < 1))
    fail<ArgumentError>("{}: level is {}; it must be in (0, 1).", where, options.level);
  const FitStatus status = model.certificate().status;
  if (status == FitStatus::separable)
    fail<ArgumentError>(
        "{}: the fit has no optimum (status separable): weights that grow without end have no errors. Hint: leave out "
        "{}, or fit_firth.",
        where,
        model.certificate().separating_columns.empty() ? "the columns that separate the labels"
                                                       : listing(model.certificate().separating_columns));
  return model;
}

// Without columns of no weight, whose missing values are no matter.
Dataset with_columns(const Dataset& data, const std::set<std::string>& kept) {
  std::vector<std::string> others;
  for (std::string& name : data.feature_names())
    if (!kept.contains(name)) others.push_back(std::move(name));
  return others.empty() || data.is_sparse() ? data : data.without(others);
}

}  // namespace

StatisticsOptions settled(const char* where, StatisticsOptions options) {
  if (options.clusters.empty() || options.covariance == Covariance::clustered) return options;
  if (options.covariance != Covariance::classical)
    fail<ArgumentError>("{}: there are clusters, and covariance {} knows none. Hint: covariance clustered.", where,
                        name_of(options.covariance));
  options.covariance = Covariance::clustered;
  return options;
}

StatisticsOptions without_sandwich(StatisticsOptions options) {
  options.covariance = Covariance::classical;
  options.clusters = {};
  return options;
}

FittedRows::FittedRows(const char* where, const LinearModel& model, const Dataset& data,
                       const StatisticsOptions& options, Wanted wanted, const NameList& further)
    : where_(where),
      model_(checked_model(where, model, settled(where, options), wanted)),
      options_(settled(where, options)),
      family_(model.loss()),
      workers_(options.threads),
      data_(data) {
  if (data.rows() == 0) fail<DataError>("{}: the data has no rows.", where);
  labels_.loss = model.loss();
  labels_.classes = model.classes();
  const Tensor labels = known_labels(where, data, model.loss(), model.classes());
  labels_.values.assign(labels.span<const double>().begin(), labels.span<const double>().end());
  row_weights_.emplace(where, model.config().class_weights, labels_, weights_of(data));
  weights_ = row_weights_->span();
  const LinearModel::State& state = model.state();
  offsets_ = known_offsets(where, data, state);
  for (std::size_t row = 0; row < rows(); ++row) count_ += is_copies() ? weight(row) : weight(row) > 0 ? 1 : 0;
  if (!(count_ > 0)) fail<DataError>("{}: all weights are 0.", where);
  const Tensor scores = model.predict(data, {.output = Output::score, .threads = options.threads});
  scores_.assign(scores.span<const double>().begin(), scores.span<const double>().end());
  means_ = scores_;
  apply_link(model.loss().link(), means_.data(), data.rows(), outputs(), 1, outputs());
  find_columns(data, further);
  if (outputs() == 1) {
    find_slopes();
    factorise();
  }
}

void FittedRows::find_columns(const Dataset& data, const NameList& further) {
  const LinearModel::State& state = model_.state();
  std::set<std::string> left_out(state.certificate.constant_columns.begin(), state.certificate.constant_columns.end());
  left_out.insert(state.certificate.collinear_columns.begin(), state.certificate.collinear_columns.end());
  std::vector<int> all(state.feature_names.size());
  std::iota(all.begin(), all.end(), 0);
  const std::vector<FeatureSource> sources = match_features(where_, data, state, all);
  const std::vector<std::string> names = data.feature_names();
  std::set<std::string> kept(further.begin(), further.end());
  std::vector<int> feature_of_name(names.size(), -1);
  for (std::size_t f = 0; f < sources.size(); ++f) {
    if (sources[f].column < 0) continue;
    kept.insert(names[static_cast<std::size_t>(sources[f].column)]);
    feature_of_name[static_cast<std::size_t>(sources[f].column)] =
        left_out.contains(state.feature_names[f]) ? -1 : static_cast<int>(f);
  }
  all_features_ = state.feature_names.size();
  for (const std::string& name : further) {
    const auto found = std::ranges::find(names, name);
    if (found == names.end()) fail<ArgumentError>("{}: no column \"{}\". {}", where_, name, did_you_mean(name, names));
    int& feature = feature_of_name[static_cast<std::size_t>(found - names.begin())];
    if (feature >= 0) fail<ArgumentError>("{}: column \"{}\" is one of the model's already.", where_, name);
    feature = static_cast<int>(all_features_++);
  }
  data_ = with_columns(data, kept);
  design_.emplace(where_, data_, weights_, has_intercept(), workers_);
  const std::vector<std::string> fitted = names_of(data_, fitted_columns(data_));
  for (std::size_t j = 0; j < fitted.size(); ++j) {
    const auto place = static_cast<std::size_t>(std::ranges::find(names, fitted[j]) - names.begin());
    feature_of_column_.push_back(feature_of_name[place]);
    if (feature_of_column_.back() < 0) design_->leave_out(static_cast<int>(j));
  }
  for (int j = 0; j <= design_->columns(); ++j)
    if (design_->is_free(j)) places_.push_back(j);
}

void FittedRows::find_slopes() {
  slopes_.resize(rows());
  fisher_.resize(rows());
  if (family_.has_likelihood()) {
    for (std::size_t row = 0; row < rows(); ++row) {
      const double rise = family_.mean_slope(scores_[row]), variance = family_.variance(means_[row]);
      slopes_[row] = variance > 0 ? (means_[row] - label(row)) * rise / variance : 0;
      fisher_[row] = variance > 0 ? rise * rise / variance : 0;
    }
    return;
  }
  if (model_.loss().definition().custom) {
    for (std::size_t row = 0; row < rows(); ++row)
      model_.loss().evaluate({&scores_[row], 1}, label(row), {&slopes_[row], 1}, {&fisher_[row], 1});
    return;
  }
  visit_loss(model_.loss().definition().spec, [&]<class Functor>(const Functor& loss) {
    if constexpr (has_one_score<Functor>) {
      for (std::size_t row = 0; row < rows(); ++row) {
        const Dual d = loss(variable(scores_[row]), label(row));
        slopes_[row] = d.first;
        fisher_[row] = bend_of<Functor>(d);
      }
    }
  });
}

void FittedRows::factorise() {
  std::vector<double> weights(rows()), labels(rows());
  for (std::size_t row = 0; row < rows(); ++row) {
    weights[row] = weight(row) * std::max(fisher_[row], 0.0);
    labels[row] = weights[row] > 0 ? -slopes_[row] / fisher_[row] : 0;
  }
  const std::vector<double> none(static_cast<std::size_t>(design_->columns()) + 1);
  const LeastSquares squares = least_squares(*design_, labels, weights, 1, none, workers_);
  for (const int column : squares.dependent) design_->leave_out(column);
  places_ = squares.independent;
  const std::size_t n = places_.size();
  for (const int place : places_) step_.push_back(squares.parameters[static_cast<std::size_t>(place)]);
  inverse_.assign(n * n, 0);
  for (std::size_t j = 0; j < n; ++j) {  // column by column
    inverse_[j * n + j] = 1 / squares.triangle[j * n + j];
    for (std::size_t i = j; i-- > 0;) {
      double sum = 0;
      for (std::size_t k = i + 1; k <= j; ++k) sum += squares.triangle[i * n + k] * inverse_[k * n + j];
      inverse_[i * n + j] = -sum / squares.triangle[i * n + i];
    }
  }
}

double FittedRows::slope(std::size_t row, int k) const noexcept {
  if (outputs() == 1) return slopes_[row];
  return share(row, k) - (label(row) == k ? 1 : 0);
}

void FittedRows::load(std::size_t first, std::size_t count, std::vector<double>& raw,
                      std::vector<double>& values) const {
  const auto columns = static_cast<std::size_t>(design_->columns());
  raw.resize(columns * block_rows);
  values.resize(places_.size() * block_rows);
  const DesignView view = design_->view();
  const auto begin = static_cast<std::int64_t>(first), end = static_cast<std::int64_t>(first + count);
  copy_rows(static_cast<const RowsView&>(view), begin, end, raw.data(), static_cast<std::int64_t>(block_rows));
  for (std::size_t i = 0; i < places_.size(); ++i) {
    double* const to = values.data() + i * block_rows;
    const auto column = static_cast<std::size_t>(places_[i]);
    if (column == columns) {
      std::fill_n(to, count, 1.0);
      continue;
    }
    const double shift = design_->shift()[column], factor = design_->factor()[column];
    for (std::size_t r = 0; r < count; ++r) to[r] = (raw[column * block_rows + r] - shift) * factor;
  }
}

double FittedRows::deviance_of(std::span<const double> means) const {
  double sum = 0;
  const auto k = static_cast<std::size_t>(outputs());
  for (std::size_t row = 0; row < rows(); ++row) {
    if (weight(row) == 0) continue;
    sum +=
        weight(row) * (family_.is_multinomial() ? -2 * std::log(means[row * k + static_cast<std::size_t>(label(row))])
                                                : family_.unit_deviance(label(row), means[row]));
  }
  return sum;
}

double FittedRows::deviance() const { return deviance_of(means_); }

double FittedRows::pearson_sum() const {
  double sum = 0;
  for (std::size_t row = 0; row < rows(); ++row) {
    if (weight(row) == 0) continue;
    if (family_.is_multinomial()) {
      for (int k = 0; k < outputs(); ++k) sum += weight(row) * slope(row, k) * slope(row, k) / share(row, k);
    } else {
      const double residual = label(row) - means_[row], variance = family_.variance(means_[row]);
      if (variance > 0) sum += weight(row) * residual * residual / variance;
    }
  }
  return sum;
}

double FittedRows::log_likelihood_of(std::span<const double> means, double deviance) const {
  double total = 0, sum = 0;
  for (std::size_t row = 0; row < rows(); ++row) total += weight(row);
  // Of variances over weights n is the number of rows for the normal distribution; R sums the weights of the others.
  const double n = family_.kind() == FamilyKind::gaussian ? count_ : total,
               dispersion = family_.has_dispersion() ? deviance / n : 1;
  const auto k = static_cast<std::size_t>(outputs());
  for (std::size_t row = 0; row < rows(); ++row) {
    const double mean = family_.is_multinomial() ? means[row * k + static_cast<std::size_t>(label(row))] : means[row];
    sum += family_.log_likelihood(label(row), mean, weight(row), dispersion, is_copies());
  }
  return sum;
}

double FittedRows::log_likelihood(double deviance) const { return log_likelihood_of(means_, deviance); }

std::vector<double> FittedRows::null_means() const {
  const auto k = static_cast<std::size_t>(outputs());
  std::vector<double> scores(rows() * k);
  const std::vector<double> constant = has_intercept()
                                           ? initial_score(model_.loss(), labels_.values, weights_, workers_, offsets_)
                                           : std::vector<double>(k);
  for (std::size_t row = 0; row < rows(); ++row)
    for (std::size_t j = 0; j < k; ++j)
      scores[row * k + j] = constant[j] + (offsets_.empty() ? 0 : offsets_[j * rows() + row]);
  apply_link(model_.loss().link(), scores.data(), static_cast<std::int64_t>(rows()), outputs(), 1, outputs());
  return scores;
}

FittedRows::Scale FittedRows::dispersion() const {
  Dispersion kind = options_.dispersion;
  if (kind == Dispersion::automatic) kind = family_.has_dispersion() ? Dispersion::pearson : Dispersion::one;
  if (kind == Dispersion::one || !family_.has_likelihood()) return {};
  const double df = residual_df();
  if (!(df > 0))
    fail<DataError>("{}: {} rows and {} weights leave no degree of freedom for the dispersion. Hint: fewer columns.",
                    where_, count_, rank());
  return {(kind == Dispersion::pearson ? pearson_sum() : deviance()) / df, true};
}

}  // namespace linden
