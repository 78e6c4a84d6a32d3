#include "boosting/train/sampler.hpp"

#include "backend/sample.hpp"

namespace linden {

Sampler::Sampler(const Backend& backend, Context& context, const BoostingConfig& config, const Bins& bins)
    : backend_(backend), context_(context), config_(config), bins_(bins) {
  if (config.row_fraction < 1)
    device_rows_ = DeviceArray<std::uint32_t>(backend.memory, context,
                                              sample_size(bins.view().rows, config.row_fraction), "sample");
  use_features(bins.varying());
}

void Sampler::draw(int round, TreeInput& tree) {
  const auto number = static_cast<std::uint32_t>(round);
  const std::int64_t rows = bins_.view().rows;
  if (device_rows_.size() > 0)
    backend_.tree.sample(context_, {config_.seed, Draw::rows, number, rows, device_rows_.size(), device_rows_.data()});
  if (config_.feature_fraction < 1 && !bins_.varying().empty()) {
    std::vector<std::int32_t> features;
    for (const std::uint32_t drawn :
         draw_sample(static_cast<std::int64_t>(bins_.varying().size()), config_.feature_fraction, config_.seed,
                     Draw::features, number, context_.workers))
      features.push_back(bins_.varying()[drawn]);
    use_features(features);
  }
  tree.sample = device_rows_.data();  // null: all rows
  tree.sample_rows = device_rows_.size() > 0 ? device_rows_.size() : rows;
  tree.features = device_features_.data();
  tree.feature_count = static_cast<std::int32_t>(features_.size());
  tree.sparse_use = device_sparse_use_.data();
}

void Sampler::use_features(std::span<const std::int32_t> features) {
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
    array = OnDevice<T>(backend_.memory, context_, values.data(), static_cast<std::int64_t>(values.size()), "sample");
  };
  place(device_features_, features_);
  place(device_sparse_use_, sparse_use_);
}

}  // namespace linden
