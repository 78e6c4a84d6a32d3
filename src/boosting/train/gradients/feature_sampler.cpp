#include "boosting/train/gradients/feature_sampler.hpp"

#include "boosting/train/gradients/drawn.hpp"

namespace linden {

FeatureSampler::FeatureSampler(const Backend& backend, Context& context, const BoostingConfig& config, const Bins& bins)
    : backend_(backend), context_(context), config_(config), bins_(bins) {
  use_features(bins.varying());
}

void FeatureSampler::draw(int round, TreeInput& tree) {
  const std::vector<std::int32_t>& varying = bins_.varying();
  if (config_.feature_fraction < 1 && !varying.empty()) {
    std::vector<std::int32_t> features;
    for (const std::uint32_t i : drawn(std::ssize(varying), config_.feature_fraction, config_.seed, Draw::features,
                                       static_cast<std::uint32_t>(round), context_.workers))
      features.push_back(varying[i]);
    use_features(features);
  }
  tree.features = device_features_.data();
  tree.feature_count = static_cast<std::int32_t>(features_.size());
  tree.sparse_use = device_sparse_use_.data();
}

void FeatureSampler::use_features(std::span<const std::int32_t> features) {
  const BinsView& view = bins_.view();
  features_.clear();
  sparse_use_.assign(static_cast<std::size_t>(view.sparse.features), 0);
  for (const std::int32_t f : features) {
    if (f < 0) continue;
    if (f < view.features)
      features_.push_back(f);
    else
      sparse_use_[f - view.features] = 1;
  }
  const auto place = [&]<class T>(OnDevice<T>& array, const std::vector<T>& values) {
    array = OnDevice<T>(backend_.memory, context_, values.data(), std::ssize(values), "sample");
  };
  place(device_features_, features_);
  place(device_sparse_use_, sparse_use_);
}

}  // namespace linden
