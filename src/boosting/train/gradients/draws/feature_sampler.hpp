// FeatureSampler: the features that the trees of a round may split by. They are few, and drawn on the host.
#pragma once

#include <cstdint>
#include <linden/boosting.hpp>
#include <span>
#include <vector>

#include "backend/backend.hpp"
#include "boosting/bins/bins.hpp"

namespace linden {

class FeatureSampler {
 public:
  /// `weights`: of Bins::varying(), how likely each is to be drawn, or none where all are alike. `always`: features of
  /// the view, ascending, that trees may split by whether they are drawn or not. What is passed must outlive the
  /// object.
  FeatureSampler(const Backend& backend, Context& context, const BoostingConfig& config, const Bins& bins,
                 const std::vector<double>& weights, const std::vector<std::int32_t>& always);

  /// Points `tree` to the features of this round.
  void draw(int round, TreeInput& tree);

 private:
  void use_features(std::span<const std::int32_t> features);

  const Backend& backend_;
  Context& context_;
  const BoostingConfig& config_;
  const Bins& bins_;
  const std::vector<double>& weights_;
  const std::vector<std::int32_t>& always_;
  std::vector<std::int32_t> features_;
  std::vector<std::uint8_t> apart_use_;
  OnDevice<std::int32_t> device_features_;
  OnDevice<std::uint8_t> device_apart_use_;
};

}  // namespace linden
