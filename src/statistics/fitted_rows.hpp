// The rows of a fit as all statistics start from them: scores, means, slopes and Fisher weights at the model's weights,
// and the triangle of the weighted rows.
#pragma once

#include <linden/statistics.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "linear/design/design.hpp"
#include "linear/solvers/qr.hpp"
#include "model/class_weights.hpp"
#include "model/labels.hpp"
#include "statistics/family.hpp"

namespace linden {

/// What is asked for beyond errors of any kind.
enum class Wanted { errors, distribution, one_score };

/// With the covariance that clusters ask for where none is named. Throws ArgumentError for clusters beside a covariance
/// that knows none.
StatisticsOptions settled(const char* where, StatisticsOptions options);
/// For what goes by the likelihood alone.
StatisticsOptions without_sandwich(StatisticsOptions options);

class FittedRows {
 public:
  /// `further` are columns of the data beside the model's, at weight 0 (score_test). Throws as statistics() documents.
  FittedRows(const char* where, const LinearModel& model, const Dataset& data, const StatisticsOptions& options,
             Wanted wanted, const NameList& further = {});
  FittedRows(const FittedRows&) = delete;
  FittedRows& operator=(const FittedRows&) = delete;

  const LinearModel& model() const noexcept { return model_; }
  const Family& family() const noexcept { return family_; }
  Workers& workers() const noexcept { return workers_; }
  bool has_intercept() const noexcept { return model_.config().intercept; }

  std::size_t rows() const noexcept { return labels_.values.size(); }
  int outputs() const noexcept { return model_.outputs(); }
  /// Of the model's outputs those that are free: of softmax all but the first.
  int free_outputs() const noexcept { return family_.is_multinomial() ? outputs() - 1 : outputs(); }
  double weight(std::size_t row) const noexcept { return weights_.empty() ? 1 : weights_[row]; }
  double label(std::size_t row) const noexcept { return labels_.values[row]; }
  double score(std::size_t row) const noexcept { return scores_[row]; }
  /// Of one score: the prediction; of softmax the share of a class.
  double mean(std::size_t row) const noexcept { return means_[row]; }
  double share(std::size_t row, int k) const noexcept {
    return means_[row * static_cast<std::size_t>(outputs()) + static_cast<std::size_t>(k)];
  }
  /// Of the loss in the score, of one copy: of output k of softmax.
  double slope(std::size_t row, int k = 0) const noexcept;
  /// Of one score: the expected second derivative of the loss of one copy; of losses without likelihood the one that it
  /// has.
  double fisher(std::size_t row) const noexcept { return fisher_[row]; }

  /// Rows of weight above 0, or the sum of weights.
  double count() const noexcept { return count_; }
  std::size_t rank() const noexcept { return places_.size(); }  ///< of one output
  double residual_df() const noexcept {
    return count_ - static_cast<double>(rank()) * static_cast<double>(free_outputs());
  }
  bool is_copies() const noexcept { return options_.weights == WeightMeaning::copies; }

  /// The columns of the design that have a weight, ascending, the intercept (columns()) last where there is one.
  const std::vector<int>& places() const noexcept { return places_; }
  const Design& design() const noexcept { return *design_; }
  /// The model's feature that a column of the design is; those of `further` come after the model's.
  int feature_of(int column) const noexcept { return feature_of_column_[static_cast<std::size_t>(column)]; }
  std::size_t all_features() const noexcept { return all_features_; }
  /// Of one score: the inverse of R, [rank, rank] row-major, upper, with R'R the Fisher information over places().
  const std::vector<double>& inverse_triangle() const noexcept { return inverse_; }
  /// The Newton step from the model's weights, over places(), in units of standardised columns; one score.
  const std::vector<double>& newton_step() const noexcept { return step_; }

  /// Calls visit(first, count, values): values[i * stride + r] is place i of row first + r, standardised, the
  /// intercept 1. Block by block, in order, on the calling thread.
  template <class Visit>
  void each_block(const Visit& visit) const {
    std::vector<double> raw, values;
    for (std::size_t first = 0; first < rows(); first += block_rows) {
      const std::size_t count = std::min(block_rows, rows() - first);
      load(first, count, raw, values);
      visit(first, count, values.data());
    }
  }
  static constexpr std::size_t block_rows = 128;

  double deviance() const;
  double pearson_sum() const;  ///< of squared Pearson residuals; of softmax of all classes
  double log_likelihood(double deviance) const;
  /// The scores of the best constant beside offsets, [rows] or [rows, K], as means.
  std::vector<double> null_means() const;
  double deviance_of(std::span<const double> means) const;
  double log_likelihood_of(std::span<const double> means, double deviance) const;
  /// The dispersion that options ask for, and whether it is estimated.
  struct Scale {
    double value = 1;
    bool is_estimated = false;
  };
  Scale dispersion() const;
  const StatisticsOptions& options() const noexcept { return options_; }
  const char* where() const noexcept { return where_; }

 private:
  void find_columns(const Dataset& data, const NameList& further);
  void find_slopes();
  void factorise();
  void load(std::size_t first, std::size_t count, std::vector<double>& raw, std::vector<double>& values) const;

  const char* const where_;
  const LinearModel model_;
  const StatisticsOptions options_;
  const Family family_;
  mutable Workers workers_;
  Dataset data_;
  Labels labels_;
  std::optional<RowWeights> row_weights_;
  std::span<const double> weights_;
  std::vector<double> offsets_;
  std::vector<double> scores_, means_;  // [rows, outputs]
  std::vector<double> slopes_, fisher_;
  std::optional<Design> design_;
  std::vector<int> feature_of_column_, places_;
  std::size_t all_features_ = 0;
  std::vector<double> inverse_, step_;
  double count_ = 0;
};

}  // namespace linden
