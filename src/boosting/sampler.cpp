#include "boosting/sampler.hpp"

#include <numeric>
#include <utility>

#include "boosting/sample.hpp"

namespace linden {

Sampler::Sampler(const Backend& backend, Context& context, const BoostingConfig& config, const BinsView& bins)
    : backend_(backend), context_(context), config_(config), bins_(bins) {
  std::vector<std::int32_t> all(static_cast<std::size_t>(bins.features));
  std::iota(all.begin(), all.end(), 0);
  use_features(std::move(all));
}

void Sampler::draw(int round, TreeMemory& tree) {
  const auto number = static_cast<std::uint32_t>(round);
  if (config_.row_fraction < 1) {
    rows_ = draw_sample(bins_.rows, config_.row_fraction, config_.seed, Draw::rows, number, context_.arena);
    device_rows_ = OnDevice<std::uint32_t>(backend_.memory, context_, rows_.data(),
                                           static_cast<std::int64_t>(rows_.size()), "sample");
  }
  if (config_.feature_fraction < 1 && bins_.features > 0) {
    const auto drawn =
        draw_sample(bins_.features, config_.feature_fraction, config_.seed, Draw::features, number, context_.arena);
    use_features({drawn.begin(), drawn.end()});
  }
  tree.sample = device_rows_.data();  // null: all rows
  tree.sample_rows = rows_.empty() ? bins_.rows : static_cast<std::int64_t>(rows_.size());
  tree.features = device_features_.data();
  tree.feature_count = static_cast<std::int32_t>(features_.size());
}

void Sampler::use_features(std::vector<std::int32_t> features) {
  features_ = std::move(features);
  device_features_ = OnDevice<std::int32_t>(backend_.memory, context_, features_.data(),
                                            static_cast<std::int64_t>(features_.size()), "sample");
}

}  // namespace linden
