#include "boosting/train/gradients/draws/feature_sampler.hpp"

#include <algorithm>

#include "backend/tree/growth_rules.hpp"
#include "boosting/train/gradients/draws/drawn.hpp"

namespace linden {

namespace {

// The features of the lowest ranks (growth_rules.hpp), by their weights.
std::vector<std::int32_t> drawn_by_weight(const std::vector<std::int32_t>& all, const std::vector<double>& weights,
                                          double fraction, std::uint64_t key) {
  std::vector<std::uint64_t> ranks;
  for (std::size_t i = 0; i < all.size(); ++i)
    ranks.push_back(draw_rank(key, static_cast<std::int32_t>(i), weights[i]));
  std::vector<std::uint64_t> sorted = ranks;
  std::erase(sorted, never);
  std::ranges::sort(sorted);
  const auto wanted = static_cast<std::size_t>(sample_size(std::ssize(all), fraction));
  if (sorted.size() > wanted) sorted.resize(wanted);
  std::vector<std::int32_t> features;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (std::ranges::binary_search(sorted, ranks[i])) features.push_back(all[i]);
  return features;
}

}  // namespace

FeatureSampler::FeatureSampler(const Backend& backend, Context& context, const BoostingConfig& config, const Bins& bins,
                               const std::vector<double>& weights, const std::vector<std::int32_t>& always)
    : backend_(backend), context_(context), config_(config), bins_(bins), weights_(weights), always_(always) {
  use_features(bins.varying());
}

void FeatureSampler::draw(int round, TreeInput& tree) {
  const std::vector<std::int32_t>& varying = bins_.varying();
  if (config_.feature_fraction < 1 && !varying.empty()) {
    std::vector<std::int32_t> features;
    if (weights_.empty())
      for (const std::uint32_t i : drawn(std::ssize(varying), config_.feature_fraction, config_.seed, Draw::features,
                                         static_cast<std::uint32_t>(round), context_.workers))
        features.push_back(varying[i]);
    else
      features = drawn_by_weight(varying, weights_, config_.feature_fraction,
                                 random_bits(config_.seed, Draw::features, static_cast<std::uint32_t>(round), 0));
    features.insert(features.end(), always_.begin(), always_.end());
    std::ranges::sort(features);
    features.erase(std::unique(features.begin(), features.end()), features.end());
    use_features(features);
  }
  tree.features = device_features_.data();
  tree.feature_count = static_cast<std::int32_t>(features_.size());
  tree.apart_use = device_apart_use_.data();
}

void FeatureSampler::use_features(std::span<const std::int32_t> features) {
  const BinsView& view = bins_.view();
  features_.clear();
  apart_use_.assign(static_cast<std::size_t>(view.sparse.features + view.wide.features), 0);
  for (const std::int32_t f : features) {
    if (f < 0) continue;
    if (f < view.features)
      features_.push_back(f);
    else
      apart_use_[f - view.features] = 1;
  }
  const auto place = [&]<class T>(OnDevice<T>& array, const std::vector<T>& values) {
    array = OnDevice<T>(backend_.memory, context_, values.data(), std::ssize(values), "sample");
  };
  place(device_features_, features_);
  place(device_apart_use_, apart_use_);
}

}  // namespace linden
