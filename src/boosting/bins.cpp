#include "boosting/bins.hpp"

#include <algorithm>
#include <limits>

#include "backend/bin_value.hpp"
#include "boosting/device_rows.hpp"

namespace linden {
namespace {

// Short rows have a power of two of bytes, so that none straddles two cache lines.
std::int64_t row_stride(std::int64_t features) {
  std::int64_t stride = 4;
  while (stride < features && stride < 64) stride *= 2;
  return stride >= features ? stride : (features + 31) / 32 * 32;
}

}  // namespace

Bins::Bins(const Backend& backend, Context& context, const Dataset& data, const std::vector<Cuts>& cuts) {
  std::vector<FeatureCuts> feature_cuts;
  std::vector<double> numbers;
  for (std::size_t f = 0; f < cuts.size(); ++f) {
    if (cuts[f].bins < 2) continue;
    features_.push_back(
        {view_.cells, static_cast<std::int16_t>(cuts[f].bins), cuts[f].has_missing, cuts[f].categorical});
    view_.cells += cuts[f].bins;
    view_.most_bins = std::max(view_.most_bins, cuts[f].bins);
    used_.push_back(static_cast<int>(f));
    numbers.insert(numbers.end(), cuts[f].numeric.begin(), cuts[f].numeric.end());
    numbers.resize(used_.size() * std::size_t{search_width}, std::numeric_limits<double>::infinity());
  }
  for (std::size_t i = 0; i < used_.size(); ++i) {
    const Cuts& c = cuts[used_[i]];
    feature_cuts.push_back({numbers.data() + i * std::size_t{search_width}, c.categorical ? c.bin_of.data() : nullptr,
                            static_cast<std::int32_t>(c.bin_of.size()),
                            static_cast<std::uint8_t>(c.has_missing ? c.bins - 1 : 0)});
  }
  view_.rows = data.rows();
  view_.features = static_cast<std::int32_t>(used_.size());
  view_.row_stride = row_stride(view_.features);
  by_row_ = DeviceArray<std::uint8_t>(backend.memory, context, view_.rows * view_.row_stride, "bins");
  by_feature_ = DeviceArray<std::uint8_t>(backend.memory, context, view_.rows * view_.features, "bins by feature");
  device_features_ = DeviceArray<FeatureBins>(backend.memory, context, view_.features, "the list of features");
  device_features_.upload(features_.data());
  view_.by_row = by_row_.data();
  view_.by_feature = by_feature_.data();
  view_.feature = device_features_.data();
  const RawView raw(data, plain_sources(used_));
  DeviceRows(backend, context, raw).each_part([&](const RowsView& rows, std::int64_t first) {
    backend.tree.bin(context, {rows, feature_cuts.data(), view_, first});
  });
}

}  // namespace linden
