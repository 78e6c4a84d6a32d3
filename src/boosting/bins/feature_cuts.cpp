#include "boosting/bins/feature_cuts.hpp"

#include <limits>

namespace linden {

void FeatureCutList::add(const Cuts& cuts, std::span<const double> numeric, std::span<const std::uint8_t> bin_of,
                         int missing_bin) {
  const auto missing = static_cast<std::uint8_t>(missing_bin % 256);
  std::vector<double>& numbers = numbers_.emplace_back(numeric.begin(), numeric.end());
  std::vector<std::uint8_t>& bins = bins_of_codes_.emplace_back(bin_of.begin(), bin_of.end());
  numbers.resize(cuts.categorical ? 0 : std::size_t{search_width}, std::numeric_limits<double>::infinity());
  for (std::size_t code = 0; code < bins.size(); ++code)
    if (!cuts.seen[code]) bins[code] = missing;
  list_.push_back(
      {numbers.data(), cuts.categorical ? bins.data() : nullptr, static_cast<std::int32_t>(bins.size()), missing});
}

FeatureCutList::FeatureCutList(std::span<const Cuts> cuts, std::span<const int> features) {
  for (const int f : features) {
    const Cuts& c = cuts[static_cast<std::size_t>(f)];
    add(c, c.numeric, c.bin_of, c.missing_bin());
  }
}

FeatureCutList FeatureCutList::of_missing(std::span<const Cuts> cuts, std::span<const int> features) {
  FeatureCutList list;
  for (const int f : features) {
    const Cuts& c = cuts[static_cast<std::size_t>(f)];
    list.add(c, {}, std::vector<std::uint8_t>(c.bin_of.size()), 1);
  }
  return list;
}

}  // namespace linden
