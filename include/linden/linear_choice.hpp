// Which strength of a path: by folds, by an information criterion, by leaving out one row at a time; and how stable the
// columns are that it picks.
//
//     const LinearChoice best = fit_best(train, {.loss = loss::logistic()}, PathRule::one_standard_error);
//     std::cout << best.why << '\n';       // strength 0.031, 12 columns: the largest whose logloss ...
//     best.model.save("sparse.json");
#pragma once

#include <cstdint>
#include <iosfwd>
#include <linden/cross_validation.hpp>
#include <linden/data.hpp>
#include <linden/export.hpp>
#include <linden/linear.hpp>
#include <linden/linear_path.hpp>
#include <linden/metric.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace linden {

enum class PathRule {
  best,                ///< the best mean of the metric over folds
  one_standard_error,  ///< the largest strength whose mean is within one standard error of that
  aic,                 ///< 2 k - 2 log likelihood, for k = df, and one for a dispersion that is estimated
  aicc,                ///< that + 2 k (k + 1) / (n - k - 1) (Hurvich and Tsai 1989)
  bic,                 ///< k log n - 2 log likelihood
  ebic,                ///< that + 2 log of the ways to choose so many columns of all (Chen and Chen 2008, gamma = 1)
  gcv,                 ///< n deviance / (n - df)^2 (Craven and Wahba 1979)
};

LINDEN_API const char* name_of(PathRule) noexcept;
/// Throws ArgumentError for another name, with the nearest.
LINDEN_API PathRule path_rule_named(std::string_view name);

/// A point of a path, and why that one.
struct PathChoice {
  std::size_t index = 0;
  double strength = 0;
  double value = 0;  ///< of the rule, at that point
  std::string why;
};

/// What the criterion says of a point; the less the better. NaN where it says nothing: n - k - 1 is not above 0, or the
/// loss is no distribution. Throws ArgumentError for a rule that wants folds.
LINDEN_API double criterion_value(const LinearPath& path, std::size_t index, PathRule rule);

/// The point of the least value, the largest strength of those that are equal. Throws ArgumentError where no point has
/// one.
LINDEN_API PathChoice choose(const LinearPath& path, PathRule rule);

struct PathFoldOptions {
  std::vector<Fold> folds = {};       ///< as in CrossValidationOptions
  std::optional<Metric> metric = {};  ///< that decides; none: the first of metric::defaults(loss)
};

struct LinearPathValidation {
  LinearPath path;  ///< of all rows; folds have its strengths
  std::vector<Fold> folds;
  MetricCurve curve;                       ///< [strengths][folds], and their spread
  std::vector<std::string> warnings = {};  ///< of the path, and of the folds
  double seconds = 0;

  /// By PathRule::best or one_standard_error. Throws ArgumentError for another rule, and where the metric is undefined
  /// at every strength.
  LINDEN_API PathChoice choose(PathRule rule) const;
};

/// A line for each strength: columns, mean and standard error of the metric, and which strengths are chosen.
LINDEN_API std::ostream& operator<<(std::ostream& out, const LinearPathValidation& validation);

/// Fits the path to all rows, and to the training rows of each fold at its strengths; a fold's points are optima of
/// their own, in the units of its rows, and certified as all are. Of the squared loss the Gram matrix of a fold that
/// trains on all rows which it does not test on is that of all rows less that of its test rows. Throws what fit_path
/// and cross_validate throw.
LINDEN_API LinearPathValidation cross_validate_path(const Dataset& data, const LinearConfig& config = {},
                                                    const LinearPathOptions& options = {},
                                                    const PathFoldOptions& folds = {});

struct LinearChoice {
  LinearModel model;  ///< of all rows
  LinearPath path;    ///< that it is a point of
  PathChoice choice;
  std::string why;  ///< choice.why
};

/// Fits a path and takes the point that the rule says.
LINDEN_API LinearChoice fit_best(const Dataset& train, const LinearConfig& config, PathRule rule,
                                 const LinearPathOptions& options = {}, const PathFoldOptions& folds = {});

/// The columns of a point, fitted again without penalties to the rows that it was fitted to: selection without
/// shrinkage (the relaxed lasso of Meinshausen 2007, at phi = 0). All other columns have weight 0; the certificate is
/// that of the second fit. Standard errors of such a model know nothing of the selection.
LINDEN_API LinearModel refit_selected(const Dataset& train, const LinearPath& path, std::size_t index,
                                      const LinearOptions& options = {});

/// How ridge would do on each row if it were left out, for many strengths at once.
struct RidgeLeaveOneOut {
  std::vector<double> strengths;  ///< of l2, as they were given
  std::vector<double> mean_squared_error;
  std::vector<double> gcv;         ///< the same with all leverages equal: generalised cross-validation
  std::vector<double> df;          ///< the trace of the hat matrix
  std::size_t best = 0;            ///< of mean_squared_error
  std::vector<double> prediction;  ///< at `best`: of each row, by the fit without it
  std::string why;
};

/// In closed form, by a decomposition of the smaller of the Gram matrix and that of rows: residuals over 1 - leverage.
/// The fit without a row has the same columns' units and the same sum of penalties: l2 n / (n - 1). Squared loss, on
/// the CPU. Throws what fit_linear throws, and ArgumentError for another loss, l1 or l2 in `config`, bounds, a factor
/// of 0, and strengths that are none or not above 0; for more than 10,000 rows and columns both.
LINDEN_API RidgeLeaveOneOut ridge_leave_one_out(const Dataset& data, const LinearConfig& config,
                                                const std::vector<double>& strengths, int threads = 0);

struct StabilityOptions {
  int pairs = 50;           ///< of halves of the rows that have no row in common (Shah and Samworth 2013), 1 .. 10,000
  double threshold = 0.75;  ///< share of halves that a stable column is picked in, (0.5, 1]
  int most_picked = 0;      ///< of each half, the first so many columns of its path; 0: about sqrt(0.8 columns)
  std::uint64_t seed = 0;
};

struct Stability {
  std::vector<std::string> feature_names;
  std::vector<double> share;  ///< [features]: of the halves in which a column is picked
  std::vector<int> stable;    ///< those of `threshold` or more, by falling share
  double picked = 0;          ///< columns a half, on average
  /// At most so many of the stable columns, on average, are there by chance (Meinshausen and Bühlmann 2010, theorem 1):
  /// picked^2 / ((2 threshold - 1) columns).
  double most_false = 0;
  int columns = 0;
};

/// Stability selection: which columns a path picks first, whichever half of the rows it sees.
LINDEN_API Stability stability_selection(const Dataset& data, const LinearConfig& config = {},
                                         const StabilityOptions& stability = {}, const LinearPathOptions& options = {});

}  // namespace linden
