// Rows put together: by their predictions, to compare what was predicted with what came; and by values, for histograms.
#pragma once

#include <span>
#include <vector>

namespace linden::reporting {

/// The weighted mean, and the root of the weighted mean of squared distances from one: neither leaves the range of a
/// double where values do not. Weights are empty for all one.
double mean_of(std::span<const double> values, std::span<const double> weights);
double deviation_of(std::span<const double> values, std::span<const double> weights, double mean);

/// Rows of neighbouring predictions.
struct PredictionBin {
  double prediction = 0, label = 0;  ///< weighted means
  double weight = 0;                 ///< the sum of the weights
  double error = 0;                  ///< the standard error of `label`
};

/// Up to `count` bins of nearly equal weight, in ascending order of predictions; rows of equal predictions are in one.
std::vector<PredictionBin> by_prediction(std::span<const double> predictions, std::span<const double> labels,
                                         std::span<const double> weights, int count);

/// The mean over the rows of |mean prediction - mean label| of their bin: the expected calibration error.
double calibration_error(std::span<const PredictionBin> bins);

/// Bins of equal width: edges [n + 1], and the share of the weight in each [n].
struct Histogram {
  std::vector<double> edges, shares;
};

/// Of values that are finite; the others are passed over. Whole numbers of a small range have a bin each. Where
/// `tails`, the first and last bin hold what lies beyond the 0.5th and the 99.5th percentile, so that a few distant
/// values do not squeeze all others. Empty without values.
Histogram histogram(std::span<const double> values, std::span<const double> weights, int bins, bool tails = false);

/// The quantile of sorted values at a level in [0, 1], interpolated between neighbours.
double sorted_quantile(std::span<const double> sorted, double level);

}  // namespace linden::reporting
