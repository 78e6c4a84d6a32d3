// ValidBins: rows of a validation set as bins, made once for a fit by the cuts of the training rows. Trees find there
// what predict finds in the values themselves, also what training had none of: missing values, and categories without a
// row. Features that no tree splits by are left out; of sparse rows, features that training keeps by their entries are
// kept so.
#pragma once

#include <linden/data.hpp>
#include <span>
#include <vector>

#include "backend/backend.hpp"
#include "boosting/bins/bins.hpp"
#include "boosting/train/ensemble/bin_forest.hpp"
#include "model/features/match_features.hpp"

namespace linden {

class ValidBins {
 public:
  /// `sources`: where each feature of the training data is in `data`, its categories by the codes of training.
  ValidBins(const Backend& backend, Context& context, const Dataset& data, std::span<const FeatureSource> sources,
            const std::vector<Cuts>& cuts, const Bins& training);

  /// Without bins.by_row.
  const BinsView& view() const noexcept { return view_; }
  const BinPlaces& places() const noexcept { return places_; }

 private:
  DeviceArray<std::uint8_t> by_feature_;
  DeviceArray<FeatureBins> features_;
  SparseEntries sparse_;
  WideColumns wide_;
  BinsView view_;
  BinPlaces places_;
};

}  // namespace linden
