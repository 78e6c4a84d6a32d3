#include "boosting/bins.hpp"

#include <limits>

#include "boosting/raw_view.hpp"

namespace linden {
namespace {

// Short rows have a power of two of bytes, so that none straddles two cache lines.
std::int64_t row_stride(std::int64_t features) {
  std::int64_t stride = 4;
  while (stride < features && stride < 64) stride *= 2;
  return stride >= features ? stride : (features + 31) / 32 * 32;
}

}  // namespace

Bins::Bins(const TreeKernels& kernels, Context& context, const Dataset& data, const std::vector<Cuts>& cuts) {
  constexpr std::size_t search_width = 255;  // cuts that the search of the kernel reads
  std::vector<FeatureCuts> feature_cuts;
  std::vector<double> numbers;
  for (std::size_t f = 0; f < cuts.size(); ++f) {
    if (cuts[f].bins < 2) continue;
    features_.push_back(
        {view_.cells, static_cast<std::int16_t>(cuts[f].bins), cuts[f].has_missing, cuts[f].categorical});
    view_.cells += cuts[f].bins;
    used_.push_back(static_cast<int>(f));
    numbers.insert(numbers.end(), cuts[f].numeric.begin(), cuts[f].numeric.end());
    numbers.resize(used_.size() * search_width, std::numeric_limits<double>::infinity());
  }
  for (std::size_t i = 0; i < used_.size(); ++i) {
    const Cuts& c = cuts[used_[i]];
    feature_cuts.push_back({numbers.data() + i * search_width, c.categorical ? c.bin_of.data() : nullptr,
                            static_cast<std::int32_t>(c.bin_of.size()),
                            static_cast<std::uint8_t>(c.has_missing ? c.bins - 1 : 0)});
  }
  view_.rows = data.rows();
  view_.features = static_cast<std::int32_t>(used_.size());
  view_.row_stride = row_stride(view_.features);
  by_row_ = Memory(static_cast<std::size_t>(view_.rows * view_.row_stride));
  by_feature_ = Memory(static_cast<std::size_t>(view_.rows * view_.features));
  view_.by_row = by_row_.as<std::uint8_t>();
  view_.by_feature = by_feature_.as<std::uint8_t>();
  view_.feature = features_.data();
  const RawView raw(data, plain_sources(used_));
  kernels.bin(context, {raw.rows(), feature_cuts.data(), view_});
}

}  // namespace linden
