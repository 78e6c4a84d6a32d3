// Statistics of a linear fit: how sure its weights are, how well it does, which rows carry it.
//
//     LinearModel model = fit_linear(train, {.loss = loss::poisson()});
//     FitStatistics fit = statistics(model, train);
//     std::cout << fit;                                       // the table that R's summary() prints
//     fit.coefficients[1].p_value;
//     RowStatistics rows = row_statistics(model, train);      // leverage, Cook's distance, residuals
//     likelihood_ratio_test(smaller, model, train).p_value;
//
// All of these are of the rows that a model was fitted to: the model does not keep them, so they are passed again; on
// other rows a warning says that the weights are not the optimum there. They run on the CPU.
//
// Which losses: squared (normal), logistic and cross_entropy (binomial), softmax (multinomial), poisson, gamma,
// inverse_gaussian, tweedie and negative_binomial have a distribution, and all of this. Other losses of one score
// (huber, ..., custom ones) have no likelihood: of them weights and errors are known, these by Covariance::hc0, hc1 or
// clustered. Losses with corners (quantile, absolute, mape, sharp_hinge, epsilon_insensitive) are refused: they have no
// curvature, and their errors want a density. Penalised fits are refused: penalties shrink weights, whose errors are
// then not those of any formula here. So are fits with constraints, and fits that did not reach an optimum.
//
// Weights of rows: by the rule of the library a row of weight k is k rows (WeightMeaning::copies). As R's glm takes
// them a weight says how precise a label is, its variance being the dispersion over the weight, or how many trials
// a share is of (WeightMeaning::precisions): that changes how many rows there are, hence degrees of freedom.
//
// Estimates and tests are those of McCullagh and Nelder (1989); where R, Stata and statsmodels differ it is R's way.
#pragma once

#include <array>
#include <functional>
#include <iosfwd>
#include <linden/linear.hpp>
#include <linden/values.hpp>
#include <string>
#include <vector>

namespace linden {

/// Of what errors are made.
enum class Covariance {
  classical,  ///< the inverse of the Fisher information, times the dispersion
  hc0,        ///< the sandwich of White (1980): right also where variances are not what the loss says
  hc1,        ///< hc0 times n / (n - p)
  hc2,        ///< squared residuals over 1 - leverage (MacKinnon and White 1985)
  hc3,        ///< over its square: for few rows
  clustered,  ///< rows of a cluster may depend on one another; times G / (G - 1) (n - 1) / (n - p) for G clusters
};

LINDEN_API const char* name_of(Covariance) noexcept;
/// Throws ArgumentError for another name, with the nearest.
LINDEN_API Covariance covariance_named(std::string_view name);

/// The number that variances are a multiple of.
enum class Dispersion {
  automatic,  ///< 1 for binomial, multinomial, poisson and negative_binomial, else pearson
  one,        ///< 1
  pearson,    ///< the sum of squared Pearson residuals over n - p; for poisson and binomial that is quasi-likelihood
  deviance,   ///< the deviance over n - p
};

enum class WeightMeaning {
  copies,      ///< a row of weight k is k rows
  precisions,  ///< the variance is over the weight, as R's; of shares how many trials they are of
};

struct StatisticsOptions {
  Covariance covariance = Covariance::classical;
  NumberList clusters = {};  ///< one number a row, the same for rows of a cluster: the covariance is then clustered
  Dispersion dispersion = Dispersion::automatic;
  WeightMeaning weights = WeightMeaning::copies;
  double level = 0.95;  ///< of intervals, (0, 1)
  int threads = 0;      ///< 0: all cores. Results are the same bytes for any number
};

/// One weight, or intercept. Numbers are NaN where there is none: of columns that were left out.
struct Coefficient {
  std::string name;    ///< the column's, or "(Intercept)"
  std::string output;  ///< of several classes which one it is of, against the first; else ""
  double estimate = 0;
  double standard_error = 0;
  double statistic = 0;         ///< estimate over error: t or z, see FitStatistics::degrees_of_freedom
  double p_value = 0;           ///< of both sides
  double lower = 0, upper = 0;  ///< Wald's interval
  bool is_left_out = false;     ///< constant, or a sum of others
};

struct FitStatistics {
  std::string loss, link, label;
  bool is_normal = false;  ///< whether the loss is squared, so that the table is that of R's lm
  /// Output by output, the intercept first. Of softmax the weights of a class less those of the first one, which are
  /// what the data knows.
  std::vector<Coefficient> coefficients;
  /// Of all coefficients, [size, size] in their order; 0 for those that are left out.
  std::vector<double> covariance;
  Covariance covariance_kind = Covariance::classical;
  double level = 0.95;
  /// Of t; infinite where statistics are z: where the dispersion is not estimated, and of sandwiches unless the loss is
  /// squared.
  double degrees_of_freedom = 0;

  double rows = 0;  ///< those of weight above 0, or of copies the sum of weights
  int rank = 0;     ///< of weights that are known, with intercepts
  double residual_df = 0, null_df = 0;
  double dispersion = 1;  ///< the one that errors are made with
  bool is_dispersion_estimated = false;
  double pearson_dispersion = 0, deviance_dispersion = 0;
  double deviance = 0, null_deviance = 0;  ///< null: the intercept alone (and offsets)
  /// With all constants. Its dispersion is deviance / n, as R's; NaN without a likelihood, and of tweedie.
  double log_likelihood = 0, null_log_likelihood = 0;
  double aic = 0, bic = 0;        ///< an estimated dispersion counts as a parameter; that of negative_binomial does not
  double deviance_explained = 0;  ///< 1 - deviance / null deviance: R2 of the squared loss
  double adjusted_r2 = 0;         ///< of the squared loss; else NaN
  double mcfadden_r2 = 0;         ///< 1 - log likelihood / that of the null model
  double cox_snell_r2 = 0;        ///< 1 - exp(2 (null - log likelihood) / n)
  double nagelkerke_r2 = 0;       ///< the same over its largest value
  /// Of all weights at once: F for an estimated dispersion, else chi-square; NaN without an intercept.
  double model_statistic = 0, model_p_value = 0;
  std::array<double, 5> residual_quartiles{};  ///< least, quartiles and largest deviance residual
  /// By how much the variance of each feature's weight is inflated by the others', 1 / (1 - R2); in the order of the
  /// model's features, NaN for those that are left out. Fox and Monette's for one degree of freedom: of the weights'
  /// correlations, as car::vif in R. Empty for several outputs, and without an intercept.
  std::vector<double> vif;
  std::vector<std::string> warnings;

  // What intervals of predictions are made from.
  std::vector<double> centre;              ///< a value for each feature, about its mean
  std::vector<double> centred_covariance;  ///< as covariance, with the intercepts taken at the centre

  /// Of the column of this name, "(Intercept)" among them. Throws ArgumentError for another one, with the nearest.
  const Coefficient& coefficient(std::string_view name, std::string_view output = "") const;
};

/// Throws ArgumentError for an empty model, a fit with penalties or constraints, a loss that has no statistics and
/// options that do not go with it; DataError for data that does not have the model's columns or labels, or that leaves
/// no degree of freedom where a dispersion is estimated.
LINDEN_API FitStatistics statistics(const LinearModel& model, const Dataset& data,
                                    const StatisticsOptions& options = {});

/// As R's summary prints it.
LINDEN_API std::ostream& operator<<(std::ostream& out, const FitStatistics& fit);
/// One JSON object. NaN and infinity are null.
LINDEN_API std::string to_json(const FitStatistics& fit);

/// One number a row each; of losses of one score that have a distribution. Of a row that stands for several copies
/// leverage and what is made with it are those of one copy.
struct RowStatistics {
  std::vector<double> mean;                   ///< the prediction
  std::vector<double> leverage;               ///< the diagonal of the hat matrix
  std::vector<double> response_residual;      ///< label - mean
  std::vector<double> pearson_residual;       ///< over the root of the variance function, times the root of the weight
  std::vector<double> deviance_residual;      ///< whose squares sum to the deviance
  std::vector<double> standardised_pearson;   ///< over sqrt(dispersion (1 - leverage))
  std::vector<double> standardised_deviance;  ///< likewise: R's rstandard, "internally studentised"
  /// As it would be without the row in the fit, "externally studentised": exact for the squared loss, else of one step
  /// (Williams 1987), as R's rstudent.
  std::vector<double> studentised;
  std::vector<double> cooks_distance;  ///< how far weights move without the row, as R's cooks.distance
};

/// Throws as statistics does. Of the options covariance and clusters are not looked at, as they are not by the tests of
/// deviances and slopes below.
LINDEN_API RowStatistics row_statistics(const LinearModel& model, const Dataset& data,
                                        const StatisticsOptions& options = {});

struct TestResult {
  std::string name;      ///< "likelihood ratio", "Wald", "score"
  double statistic = 0;  ///< chi-square, or F where degrees_of_freedom2 is finite
  double degrees_of_freedom = 0;
  double degrees_of_freedom2 = 0;  ///< of F; infinite for chi-square
  double p_value = 0;
};

LINDEN_API std::ostream& operator<<(std::ostream& out, const TestResult& test);

/// Whether a larger model fits better than a smaller one, whose columns it has and others beside, than chance would
/// have it: the difference of deviances, chi-square; over the larger one's dispersion, F, where that is estimated (R's
/// anova). Throws ArgumentError for models that are not nested or of different losses.
LINDEN_API TestResult likelihood_ratio_test(const LinearModel& smaller, const LinearModel& larger, const Dataset& data,
                                            const StatisticsOptions& options = {});

/// Whether the weights of these columns (of all outputs) are 0, by the covariance of `fit`. Throws ArgumentError for
/// names that it does not have, or whose columns are left out.
LINDEN_API TestResult wald_test(const FitStatistics& fit, const NameList& columns);
/// Whether L b = values, for coefficients b and a matrix L [rows, coefficients], row-major, of independent rows.
LINDEN_API TestResult wald_test(const FitStatistics& fit, std::span<const double> matrix,
                                std::span<const double> values);

/// Whether further columns of the data would make the model better, by the slopes at its optimum alone (Rao 1948):
/// nothing is fitted. Losses of one score. Over the smaller model's Pearson dispersion where that is estimated.
LINDEN_API TestResult score_test(const LinearModel& model, const Dataset& data, const NameList& further_columns,
                                 const StatisticsOptions& options = {});

/// Intervals by profile likelihood, as R's confint: the values of a weight at which the best fit of all others is not
/// worse than chance allows. Each end takes a few fits. `columns`: of these alone, none: of all; "(Intercept)" is one.
/// An end is infinite where no value is bad enough, and NaN of a column that was left out. Of losses of one score that
/// have a distribution and of classical errors.
struct ProfileInterval {
  std::string name;
  double lower = 0, upper = 0;
};
LINDEN_API std::vector<ProfileInterval> profile_intervals(const LinearModel& model, const Dataset& data,
                                                          const NameList& columns = {},
                                                          const StatisticsOptions& options = {});

struct MarginalOptions {
  bool at_means = false;   ///< at the mean of all columns (MEM), not the mean over the rows (AME)
  NameList discrete = {};  ///< columns of 0 and 1, whose effect is the difference between the two
  StatisticsOptions statistics = {};
};

/// How much the prediction changes with a column, per unit of it: average marginal effects, their errors by the delta
/// method, z and p. Losses of one score that have a distribution. Columns that are left out are not there.
LINDEN_API std::vector<Coefficient> marginal_effects(const LinearModel& model, const Dataset& data,
                                                     const MarginalOptions& options = {});

/// A function of the coefficients, [coefficients] f64 in the order of fit.coefficients (0 where they are left out),
/// with its error by the delta method; the tape derives it. It gives one number.
///
///     delta_method(fit, [](const Tensor& b) { return -b[1] / (2.0 * b[2]); });
LINDEN_API Coefficient delta_method(const FitStatistics& fit, const std::function<Tensor(const Tensor&)>& function);

struct Interval {
  double value = 0, lower = 0, upper = 0;
};

struct IntervalOptions {
  bool observation = false;  ///< for the label of a new row, not for its mean; the squared loss alone
  double level = 0;          ///< 0: that of `fit`
  int threads = 0;
};

/// Predictions for rows, which need no label, with intervals: of the score, by t or z, then through the link. `fit` is
/// statistics(model, the training data). Losses of one score.
LINDEN_API std::vector<Interval> predict_intervals(const LinearModel& model, const FitStatistics& fit,
                                                   const Dataset& data, const IntervalOptions& options = {});

/// Binomial data: labels are numbers of successes, of so many trials a row. Gives shares as labels and weights that are
/// times the trials, for loss::cross_entropy and, in statistics, WeightMeaning::precisions, as R's cbind(successes,
/// failures). Rows without trials weigh 0. Throws DataError for labels below 0 or above the trials, naming the row.
///
///     Dataset shares = with_trials(train, trials);
///     FitStatistics fit = statistics(fit_linear(shares, {.loss = loss::cross_entropy()}), shares,
///                                    {.weights = WeightMeaning::precisions});
LINDEN_API Dataset with_trials(const Dataset& data, const NumberList& trials);

/// Negative binomial regression whose dispersion is estimated by maximum likelihood, as MASS::glm.nb: the loss of the
/// model has it as its parameter. config.loss is not looked at. Throws as fit_linear does, ArgumentError for penalties,
/// and DataError where counts vary no more than Poisson's, so that no dispersion above 0 is best.
LINDEN_API LinearModel fit_negative_binomial(const Dataset& train, const LinearConfig& config = {},
                                             const LinearOptions& options = {});

/// Tweedie regression whose power of the mean is that of maximum likelihood, within 1e-4 (Dunn and Smyth 2005): for
/// each power the dispersion is the best one, too. The loss of the model has it as its parameter. config.loss is not
/// looked at. About twenty fits, and series over all rows in between. Throws as fit_linear does, ArgumentError for
/// penalties and constraints, and DataError where no power between 1.01 and 1.99 is best.
LINDEN_API LinearModel fit_tweedie(const Dataset& train, const LinearConfig& config = {},
                                   const LinearOptions& options = {});

/// Logistic regression with Firth's (1993) correction, which takes the likelihood times the root of the determinant of
/// the information: weights are finite also where a plane separates the classes (FitStatus::separable), and less biased
/// where rows are few. The weights of R's logistf with pl = FALSE; statistics() gives its errors, of the information at
/// these weights. config.loss is logistic, cross_entropy or automatic; on the CPU. The certificate's objective is the
/// mean of minus the penalised log-likelihood. Throws as fit_linear does, ArgumentError for penalties, constraints and
/// other losses.
LINDEN_API LinearModel fit_firth(const Dataset& train, const LinearConfig& config = {},
                                 const LinearOptions& options = {});

}  // namespace linden
