#include "boosting/bins/cut_rules.hpp"

#include <algorithm>
#include <cmath>

#include "backend/tree/tree_math.hpp"
#include "model/features/feature_values.hpp"

namespace linden {
namespace {

// A row has a unit at least: its value is there. Weights that are whole numbers count as so many rows, exactly.
std::vector<std::int64_t> in_whole_units(std::span<const double> weights) {
  std::vector<std::int64_t> units;
  if (weights.empty()) return units;
  const double unit = 0x1p16 * sum_unit(*std::ranges::max_element(weights), std::ssize(weights));
  for (const double weight : weights) units.push_back(std::max<std::int64_t>(std::llrint(weight / unit), 1));
  return units;
}

}  // namespace

CutRules::CutRules(const BoostingConfig& config, std::span<const std::string> features, std::span<const double> weights)
    : max_bins_of_all_(config.max_bins) {
  if (!config.bins.max_bins.empty())
    for (const double most : by_feature(config.bins.max_bins, features, config.max_bins))
      max_bins_.push_back(static_cast<int>(most));
  for (const FeatureCutPoints& of : config.bins.cuts) {
    forced_.resize(features.size());
    const auto feature = std::ranges::find(features, of.feature) - features.begin();
    std::vector<double>& cuts = forced_[static_cast<std::size_t>(feature)] = of.cuts;
    std::ranges::sort(cuts);
  }
  if (config.bins.weighted) weights_ = in_whole_units(weights);
  is_weighted_ = !weights_.empty();
}

CutRules CutRules::of_rows(std::int64_t first, std::int64_t rows) const {
  CutRules rules = *this;
  if (is_weighted_) rules.weights_.assign(weights_.begin() + first, weights_.begin() + first + rows);
  return rules;
}

}  // namespace linden
