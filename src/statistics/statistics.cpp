// statistics(): coefficients with their errors, and how well the fit does.
#include <algorithm>
#include <cmath>
#include <limits>
#include <linden/statistics.hpp>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "linear/model.hpp"
#include "statistics/columns_of_fit.hpp"
#include "statistics/covariance.hpp"
#include "statistics/distributions.hpp"
#include "statistics/firth.hpp"
#include "statistics/raw_units.hpp"

namespace linden {
namespace {

constexpr double not_known = std::numeric_limits<double>::quiet_NaN();
constexpr double no_end = std::numeric_limits<double>::infinity();
constexpr Covariance covariance_kinds[] = {Covariance::classical, Covariance::hc0, Covariance::hc1,
                                           Covariance::hc2,       Covariance::hc3, Covariance::clustered};

/// Weights and intercepts in the order of the table.
std::vector<Coefficient> estimates_of(const FittedRows& rows) {
  const LinearModel& model = rows.model();
  const auto features = static_cast<int>(model.feature_names().size());
  const bool several = rows.family().is_multinomial();
  std::vector<Coefficient> all;
  for (int k = several ? 1 : 0; k < rows.outputs(); ++k) {
    const std::string output = !several                  ? ""
                               : model.classes().empty() ? fmt::format("{}", k)
                                                         : model.classes()[static_cast<std::size_t>(k)];
    const auto& intercepts = model.intercept();
    if (rows.has_intercept()) {
      Coefficient c;
      c.name = "(Intercept)";
      c.output = output;
      c.estimate = intercepts[static_cast<std::size_t>(k)] - (several ? intercepts[0] : 0);
      all.push_back(std::move(c));
    }
    for (int f = 0; f < features; ++f) {
      Coefficient c;
      c.name = model.feature_names()[static_cast<std::size_t>(f)];
      c.output = output;
      c.estimate = model.weight(f, k) - (several ? model.weight(f, 0) : 0);
      c.is_left_out = true;  // until its place is found
      all.push_back(std::move(c));
    }
  }
  return all;
}

void add_likelihoods(FitStatistics& fit, const FittedRows& rows) {
  const std::vector<double> null_means = rows.null_means();
  fit.deviance = rows.deviance();
  fit.null_deviance = rows.deviance_of(null_means);
  fit.log_likelihood = rows.log_likelihood(fit.deviance);
  fit.null_log_likelihood = rows.log_likelihood_of(null_means, fit.null_deviance);
  const double parameters = fit.rank + (rows.family().has_dispersion() ? 1 : 0);
  fit.aic = 2 * parameters - 2 * fit.log_likelihood;
  fit.bic = parameters * std::log(fit.rows) - 2 * fit.log_likelihood;
  fit.deviance_explained = 1 - fit.deviance / fit.null_deviance;
  fit.adjusted_r2 =
      rows.family().is_normal() ? 1 - (fit.deviance / fit.residual_df) / (fit.null_deviance / fit.null_df) : not_known;
  const double gain = 2 * (fit.null_log_likelihood - fit.log_likelihood) / fit.rows;
  fit.mcfadden_r2 = 1 - fit.log_likelihood / fit.null_log_likelihood;
  fit.cox_snell_r2 = -std::expm1(gain);
  fit.nagelkerke_r2 = fit.cox_snell_r2 / -std::expm1(2 * fit.null_log_likelihood / fit.rows);
  const double df = fit.null_df - fit.residual_df;
  fit.model_statistic = fit.model_p_value = not_known;
  if (rows.has_intercept() && df > 0) {
    fit.model_statistic = (fit.null_deviance - fit.deviance) / fit.dispersion;
    if (fit.is_dispersion_estimated) fit.model_statistic /= df;
    fit.model_p_value = fit.is_dispersion_estimated ? snedecor_tail(fit.model_statistic, df, fit.residual_df)
                                                    : chi_square_tail(fit.model_statistic, df);
  }
  fit.pearson_dispersion = rows.pearson_sum() / fit.residual_df;
  fit.deviance_dispersion = fit.deviance / fit.residual_df;
}

void without_likelihoods(FitStatistics& fit) {
  fit.deviance = fit.null_deviance = fit.log_likelihood = fit.null_log_likelihood = fit.aic = fit.bic = not_known;
  fit.deviance_explained = fit.adjusted_r2 = fit.mcfadden_r2 = fit.cox_snell_r2 = fit.nagelkerke_r2 = not_known;
  fit.model_statistic = fit.model_p_value = fit.pearson_dispersion = fit.deviance_dispersion = not_known;
}

void add_quartiles(FitStatistics& fit, const FittedRows& rows) {
  fit.residual_quartiles.fill(not_known);
  if (!rows.family().has_likelihood() || rows.family().is_multinomial()) return;
  std::vector<double> residuals;
  for (std::size_t row = 0; row < rows.rows(); ++row)
    if (rows.weight(row) > 0) residuals.push_back(deviance_residual(rows, row));
  std::ranges::sort(residuals);
  for (std::size_t q = 0; q < 5; ++q) {  // R's quantile()
    const double place = static_cast<double>(q) / 4 * static_cast<double>(residuals.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const double above = residuals[std::min(below + 1, residuals.size() - 1)];
    fit.residual_quartiles[q] = residuals[below] + (place - std::floor(place)) * (above - residuals[below]);
  }
}

/// The diagonal of the inverse of the weights' correlations.
void add_vif(FitStatistics& fit, const FittedRows& rows, const std::vector<double>& covariance) {
  if (rows.outputs() != 1 || !rows.has_intercept() || rows.rank() < 2) return;
  fit.vif.assign(rows.model().feature_names().size(), not_known);
  const std::size_t n = rows.rank(), m = n - 1;  // the intercept comes last
  std::vector<double> factor(m * m);
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = covariance[i * n + j] / std::sqrt(covariance[i * n + i] * covariance[j * n + j]);
      for (std::size_t k = 0; k < j; ++k) sum -= factor[i * m + k] * factor[j * m + k];
      factor[i * m + j] = i == j ? std::sqrt(sum) : sum / factor[j * m + j];
    }
  for (std::size_t j = 0; j < m; ++j) {  // column j of the inverse of the factor
    std::vector<double> x(m);
    double square = 0;
    for (std::size_t i = j; i < m; ++i) {
      double sum = i == j ? 1 : 0;
      for (std::size_t k = j; k < i; ++k) sum -= factor[i * m + k] * x[k];
      x[i] = sum / factor[i * m + i];
      square += x[i] * x[i];
    }
    fit.vif[static_cast<std::size_t>(rows.feature_of(rows.places()[j]))] = square;
  }
}

void add_warnings(FitStatistics& fit, const FittedRows& rows) {
  const Certificate& certificate = rows.model().certificate();
  if (certificate.status == FitStatus::iteration_limit || certificate.status == FitStatus::stalled)
    fit.warnings.push_back(
        fmt::format("the fit ended with status {}: its weights are not the optimum, and errors are "
                    "only about right.",
                    name_of(certificate.status)));
  if (is_of_firth(certificate)) {
    fit.warnings.emplace_back(
        "the fit has Firth's correction: errors are of the information at its weights, and deviances of the likelihood "
        "without it.");
    return;
  }
  const auto& step = rows.newton_step();
  const std::vector<double> v = inverse_information(rows);
  const std::size_t n = rows.rank();
  for (std::size_t i = 0; i < step.size(); ++i) {
    const double error = std::sqrt(v[i * n + i] * fit.dispersion);
    if (std::abs(step[i]) <= 1e-3 * error || std::abs(step[i]) <= 1e-9) continue;
    fit.warnings.emplace_back(
        "the weights are not the optimum for these rows: statistics are of the rows that a model was fitted to.");
    break;
  }
  if (rows.family().kind() == FamilyKind::negative_binomial)
    fit.warnings.emplace_back("the loss's dispersion counts as known: errors do not have its own.");
}

}  // namespace

const char* name_of(Covariance kind) noexcept {
  constexpr const char* names[] = {"classical", "hc0", "hc1", "hc2", "hc3", "clustered"};
  return names[static_cast<int>(kind)];
}

Covariance covariance_named(std::string_view name) {
  std::vector<std::string> known;
  for (const Covariance kind : covariance_kinds) {
    if (name == name_of(kind)) return kind;
    known.emplace_back(name_of(kind));
  }
  fail<ArgumentError>("covariance: no kind \"{}\". {}Kinds: {}.", name, did_you_mean(name, known), listing(known));
}

const Coefficient& FitStatistics::coefficient(std::string_view name, std::string_view output) const {
  std::vector<std::string> known;
  for (const Coefficient& c : coefficients) {
    if (c.name == name && c.output == output) return c;
    known.push_back(c.name);
  }
  fail<ArgumentError>("FitStatistics::coefficient: no coefficient \"{}\"{}. {}Coefficients: {}.", name,
                      output.empty() ? "" : fmt::format(" of output \"{}\"", output), did_you_mean(name, known),
                      listing(known));
}

FitStatistics statistics(const LinearModel& fitted, const Dataset& of_fit, const StatisticsOptions& options) try {
  const ColumnsOfFit columns_of("statistics", fitted, of_fit, options.threads);
  const LinearModel& model = columns_of.model;
  const Dataset& data = columns_of.data;
  const FittedRows rows("statistics", model, data, options, Wanted::errors);
  FitStatistics fit;
  fit.loss = model.loss().name();
  fit.link = rows.family().link_name();
  fit.is_normal = rows.family().is_normal();
  fit.label = model.label_name();
  fit.level = options.level;
  fit.covariance_kind = rows.options().covariance;
  fit.rows = rows.count();
  fit.rank = static_cast<int>(rows.rank()) * rows.free_outputs();
  fit.residual_df = rows.residual_df();
  fit.null_df = fit.rows - (rows.has_intercept() ? rows.free_outputs() : 0);
  const FittedRows::Scale scale = rows.dispersion();
  fit.dispersion = scale.value;
  fit.is_dispersion_estimated = scale.is_estimated;
  if (rows.family().has_likelihood())
    add_likelihoods(fit, rows);
  else
    without_likelihoods(fit);

  const bool is_classical = fit.covariance_kind == Covariance::classical;
  fit.degrees_of_freedom = no_end;
  if (scale.is_estimated && (is_classical || rows.family().is_normal()))
    fit.degrees_of_freedom =
        fit.covariance_kind == Covariance::clustered ? static_cast<double>(cluster_count(rows)) - 1 : fit.residual_df;
  const std::vector<double> covariance = covariance_of(rows, fit.dispersion);
  const RawUnits raw(rows);
  fit.coefficients = estimates_of(rows);
  if (is_classical && rows.outputs() == 1) {
    std::vector<double> root = rows.inverse_triangle();
    for (double& value : root) value *= std::sqrt(fit.dispersion);
    fit.covariance = raw.covariance_of_root(std::move(root));
  } else {
    fit.covariance = raw.covariance(covariance, true);
  }
  fit.centred_covariance = raw.covariance(covariance, false);
  fit.centre = raw.centre();
  const double reach = fit.degrees_of_freedom < no_end
                           ? student_quantile(0.5 + options.level / 2, fit.degrees_of_freedom)
                           : normal_reach(options.level);
  for (const std::size_t place : raw.places()) fit.coefficients[place].is_left_out = false;
  const std::size_t size = fit.coefficients.size();
  for (std::size_t i = 0; i < size; ++i) {
    Coefficient& c = fit.coefficients[i];
    if (c.is_left_out) {
      c.estimate = c.standard_error = c.statistic = c.p_value = c.lower = c.upper = not_known;
      continue;
    }
    c.standard_error = std::sqrt(fit.covariance[i * size + i]);
    c.statistic = c.estimate / c.standard_error;
    const double beyond = std::abs(c.statistic);
    c.p_value =
        2 * (fit.degrees_of_freedom < no_end ? student_tail(beyond, fit.degrees_of_freedom) : normal_tail(beyond));
    c.lower = c.estimate - reach * c.standard_error;
    c.upper = c.estimate + reach * c.standard_error;
  }
  add_quartiles(fit, rows);
  if (rows.outputs() == 1) add_vif(fit, rows, inverse_information(rows));
  add_warnings(fit, rows);
  return fit;
} catch (const std::bad_alloc&) {
  fail_out_of_memory("statistics");
}

}  // namespace linden
