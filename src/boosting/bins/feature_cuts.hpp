// FeatureCutList: how the values of some features become bins, as the kernel that bins rows reads it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "backend/tree/bin_value.hpp"
#include "boosting/bins/cuts.hpp"

namespace linden {

class FeatureCutList {
 public:
  /// The bins of `cuts`, for these features. A missing value, and a category that training has no row of, get the bin
  /// of missing values, or the one after the last where training had none; where there are 256 bins of values, bin 0.
  FeatureCutList(std::span<const Cuts> cuts, std::span<const int> features);
  /// Two bins for each of these features: 1 for such a value, 0 for all others.
  static FeatureCutList of_missing(std::span<const Cuts> cuts, std::span<const int> features);

  /// One a feature.
  const FeatureCuts* data() const noexcept { return list_.data(); }

 private:
  FeatureCutList() = default;
  void add(const Cuts& cuts, std::span<const double> numeric, std::span<const std::uint8_t> bin_of, int missing_bin);

  std::vector<std::vector<double>> numbers_;  // of each feature: search_width
  std::vector<std::vector<std::uint8_t>> bins_of_codes_;
  std::vector<FeatureCuts> list_;
};

}  // namespace linden
