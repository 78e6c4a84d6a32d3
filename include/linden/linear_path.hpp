// Paths: the fits of a linear model under penalties of many strengths, each started where the one before it ended.
//
//     const LinearPath path = fit_path(train, {.loss = loss::squared()}, {.count = 100});
//     std::cout << path;                                        // a line for each strength
//     path.model(path.nearest(0.05)).save("sparse.json");
//
// The strength s stands for l1 = l1_share s and l2 = (1 - l1_share) s: glmnet's lambda and alpha. Every point of a path
// is the optimum of fit_linear's objective with that l1 and l2, certified as that is. From one strength to the next the
// sequential strong rule (Tibshirani et al. 2012) says which columns are looked at, and slopes of all of them whether
// that was enough. Of the squared loss the Gram matrix is kept over the path.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <linden/cross_validation.hpp>
#include <linden/data.hpp>
#include <linden/device.hpp>
#include <linden/error.hpp>
#include <linden/export.hpp>
#include <linden/linear.hpp>
#include <linden/metric.hpp>
#include <linden/values.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace linden {

struct LinearPathOptions {
  /// Falling, each > 0; empty: `count` of them, their logarithms evenly spaced, from the least one under which all
  /// columns that have a penalty have weight 0, which is found exactly, to `least` times that.
  std::vector<double> strengths = {};
  int count = 100;            ///< 2 .. 100,000
  double least = 1e-3;        ///< the last strength over the first, (0, 1)
  double l1_share = 1;        ///< of a strength, [0, 1]; 0 (ridge) wants .strengths, as no finite one has all weights 0
  int most_nonzero = 0;       ///< the path ends behind the first point with more columns than this; 0: it does not
  bool effective_df = false;  ///< whether l2 lowers a point's degrees of freedom: a matrix of its weights a point
  Device device = Device::cpu();
  int threads = 0;  ///< 0: all cores. Results are the same bytes for any number
};

/// A weight that is not 0.
struct PathWeight {
  int feature = 0;  ///< in LinearPath::feature_names()
  int output = 0;
  double weight = 0;  ///< in the units of the data
};

struct LinearPathPoint {
  double strength = 0, l1 = 0, l2 = 0;
  std::vector<PathWeight> weights;  ///< output by output, features ascending
  std::vector<double> intercept;    ///< one an output; zeros without
  int nonzero = 0;                  ///< columns that have a weight
  /// Weights and intercepts that are free: those that are not 0 (Zou, Hastie and Tibshirani 2007), where l2 is 0 or
  /// effective_df is not asked for; else the trace of the matrix that takes labels to scores.
  double df = 0;
  /// Twice the weighted sum of losses less what the rows cost at least; NaN for a loss that is not known to be convex.
  double deviance = 0;
  double deviance_explained = 0;  ///< 1 - deviance / that without weights
  double log_likelihood = 0;      ///< as FitStatistics has it; NaN for a loss that is no distribution, and of tweedie
  int screened = 0;               ///< columns that the strong rule left out
  int missed = 0;                 ///< of these how many have a weight after all
  Certificate certificate;        ///< of this point
};

class LINDEN_API LinearPath {
 public:
  const std::vector<LinearPathPoint>& points() const& noexcept { return points_; }
  std::vector<LinearPathPoint> points() const&& { return points_; }
  std::size_t size() const noexcept { return points_.size(); }
  const LinearPathPoint& operator[](std::size_t index) const { return points_.at(index); }
  /// What has weights: the features, or the columns that are made of them (LinearModel::weight_names()).
  const std::vector<std::string>& feature_names() const& noexcept;
  std::vector<std::string> feature_names() const&& { return feature_names(); }
  /// That of the path, with the loss settled; l1 and l2 are those that it was given.
  const LinearConfig& config() const& noexcept;
  LinearConfig config() const&& { return config(); }
  double l1_share() const noexcept { return l1_share_; }
  /// The sum of the rows' weights.
  double rows() const noexcept { return rows_; }
  /// Columns that take part, those without a penalty among them.
  int columns() const noexcept { return columns_; }
  double null_deviance() const noexcept { return null_deviance_; }
  /// Whether the loss's distribution has a dispersion, which likelihoods estimate.
  bool has_dispersion() const noexcept { return has_dispersion_; }
  double seconds() const noexcept { return seconds_; }
  const std::vector<std::string>& warnings() const& noexcept { return warnings_; }
  std::vector<std::string> warnings() const&& { return warnings_; }

  /// The point as a model, to predict and to save. Throws ArgumentError for an index out of range.
  LinearModel model(std::size_t index) const;
  /// The point whose strength is nearest, by the logarithm.
  std::size_t nearest(double strength) const;
  /// A line for each weight that is not 0: strength, output (the class, or its number), feature, weight; the intercept
  /// is "(Intercept)".
  std::string weights_csv() const;
  /// A line for each point: strength, l1, l2, nonzero, df, deviance, deviance_explained, log_likelihood,
  /// objective, gap, status.
  std::string points_csv() const;

 private:
  friend class PathMaker;  // src/linear_path/path_maker.hpp

  std::vector<LinearPathPoint> points_;
  std::shared_ptr<const LinearModel::State> model_;  // of all points, without weights
  double l1_share_ = 1, rows_ = 0, null_deviance_ = 0, seconds_ = 0;
  int columns_ = 0;
  bool has_dispersion_ = false;
  std::vector<std::string> warnings_;
};

/// A table: strength, columns, df, deviance explained, objective, relative gap and status of each point.
LINDEN_API std::ostream& operator<<(std::ostream& out, const LinearPath& path);

/// Fits the path. `config.l1` must be 0; `config.l2` is a penalty that all points have besides their own. Weights,
/// offsets, factors, bounds, classes, text, formulas and policies for missing values are those of fit_linear. Losses
/// with corners (quantile, absolute, mape, sharp_hinge, epsilon_insensitive) and those of several levels are refused:
/// their fits do not start from one another. Throws what fit_linear throws, and ArgumentError for options out of range,
/// naming the field and its bounds, and where no strength can be found: no column with a penalty has a slope.
LINDEN_API LinearPath fit_path(const Dataset& train, const LinearConfig& config = {},
                               const LinearPathOptions& options = {});

}  // namespace linden
