// CutRules: how the values of each feature are to be cut into bins.
#pragma once

#include <cstdint>
#include <linden/boosting.hpp>
#include <span>
#include <string>
#include <vector>

namespace linden {

class CutRules {
 public:
  /// So many bins of nearly equal numbers of rows at most, for every feature.
  CutRules(int max_bins) : max_bins_of_all_(max_bins) {}
  /// What a configuration says of the features of the data. `weights`: of the rows, in training; empty for all one.
  /// Those of all machines, where rows lie on several: of_rows() then leaves those of one.
  CutRules(const BoostingConfig& config, std::span<const std::string> features, std::span<const double> weights);

  /// The same for rows [first, first + rows) of those that weights are of.
  CutRules of_rows(std::int64_t first, std::int64_t rows) const;

  int max_bins(std::int64_t feature) const {
    return max_bins_.empty() ? max_bins_of_all_ : max_bins_[static_cast<std::size_t>(feature)];
  }
  /// The cuts that a feature has in any case, ascending.
  std::span<const double> forced(std::int64_t feature) const {
    return forced_.empty() ? std::span<const double>() : forced_[static_cast<std::size_t>(feature)];
  }
  /// What rows count in bins of equal weights, in whole units of which all have fewer than 2^46; empty: all the same.
  std::span<const std::int64_t> weights() const noexcept { return weights_; }
  /// Whether they do, though there may be no rows here.
  bool is_weighted() const noexcept { return is_weighted_; }

 private:
  int max_bins_of_all_;
  std::vector<int> max_bins_;                // of each feature; or empty
  std::vector<std::vector<double>> forced_;  // likewise
  std::vector<std::int64_t> weights_;
  bool is_weighted_ = false;
};

}  // namespace linden
