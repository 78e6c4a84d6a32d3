// Bins: the training rows as one byte a feature, made once for a fit. Features of one bin are left out.
#pragma once

#include <linden/data.hpp>
#include <vector>

#include "backend/backend.hpp"
#include "boosting/cuts.hpp"

namespace linden {

class Bins {
 public:
  Bins(const Backend& backend, Context& context, const Dataset& data, const std::vector<Cuts>& cuts);

  const BinsView& view() const noexcept { return view_; }
  /// What view().feature is on the device.
  const std::vector<FeatureBins>& features() const noexcept { return features_; }
  /// The data's feature behind each feature of the view.
  const std::vector<int>& used() const noexcept { return used_; }

 private:
  std::vector<int> used_;
  std::vector<FeatureBins> features_;
  DeviceArray<FeatureBins> device_features_;
  DeviceArray<std::uint8_t> by_row_, by_feature_;
  BinsView view_;
};

}  // namespace linden
