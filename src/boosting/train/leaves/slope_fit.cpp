#include "boosting/train/leaves/slope_fit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "backend/tree/leaf_moments.hpp"
#include "boosting/train/leaves/leaf_features.hpp"
#include "boosting/train/leaves/ridge.hpp"

namespace linden {
namespace {

constexpr double largest = std::numeric_limits<double>::max();

// A feature in a leaf: what it is as a number of mean 0 and variance 1.
struct Standardised {
  std::int32_t place;  // among the features of the leaf
  ValueUnits units;
  double deviation;  // in whole units
};

// Those of the features of a leaf that vary.
std::vector<Standardised> varying(std::span<const std::int32_t> features, const MomentsLayout& layout,
                                  const std::uint64_t* peaks, const WholeSum* sums) {
  std::vector<Standardised> result;
  for (std::int32_t i = 0; i < static_cast<std::int32_t>(features.size()) && features[i] >= 0; ++i) {
    const ValueUnits units = value_units(peaks, i);
    const double weight = number_of(sums[MomentsLayout::one(i)]), spread = number_of(sums[layout.product(i, i)]);
    if (units.unit > 0 && weight > 0 && spread > 0) result.push_back({i, units, std::sqrt(spread / weight)});
  }
  return result;
}

}  // namespace

// The objective of a leaf, its constant c besides, is the sum of g (c + w'z) + h / 2 (c + w'z)^2 and l2 / 2 |w|^2. The
// sum of h z is 0 for each feature, so that c and w know nothing of each other.
void SlopeFit::fit(Context& context, const TreeMemory& memory, Tree& tree) const {
  const LeafFeatures chosen = leaf_features(tree, options_.max_features);
  const std::int32_t leaves = tree.leaves();
  const auto width = static_cast<std::size_t>(chosen.width);
  if (width == 0) return;
  const MomentsLayout layout{chosen.width};
  std::vector<std::uint64_t> all_peaks(static_cast<std::size_t>(leaves * layout.peaks()));
  std::vector<WholeSum> all_sums(static_cast<std::size_t>(leaves) * static_cast<std::size_t>(layout.sums()));
  const OnDevice<std::int32_t> features(backend_.memory, context, chosen.features.data(), std::ssize(chosen.features),
                                        "the features of leaves");
  const ToHost<std::uint64_t> peaks_there(backend_.memory, context, all_peaks.data(), std::ssize(all_peaks),
                                          "sums of linear leaves");
  const ToHost<WholeSum> sums_there(backend_.memory, context, all_sums.data(), std::ssize(all_sums),
                                    "sums of linear leaves");
  backend_.tree.leaf_moments(context, memory,
                             {.rows = rows_.view(),
                              .leaves = leaves,
                              .width = chosen.width,
                              .features = features.data(),
                              .peaks = peaks_there.data(),
                              .sums = sums_there.data()});
  peaks_there.download();
  sums_there.download();

  for (std::int32_t leaf = 0; leaf < leaves; ++leaf) {
    const auto at = static_cast<std::size_t>(leaf);
    const std::span<const std::int32_t> of_leaf = std::span(chosen.features).subspan(at * width, width);
    const std::uint64_t* const peaks = all_peaks.data() + at * static_cast<std::size_t>(layout.peaks());
    const WholeSum* const sums = all_sums.data() + at * static_cast<std::size_t>(layout.sums());
    const std::vector<Standardised> z = varying(of_leaf, layout, peaks, sums);
    Triangle gram(z.size());
    std::vector<double> target;
    for (std::size_t i = 0; i < z.size(); ++i) {
      for (std::size_t j = 0; j <= i; ++j) {
        const std::int32_t a = z[i].place, b = z[j].place;  // b < a
        gram(i, j) = number_of(sums[layout.product(a, b)]) / (z[i].deviation * z[j].deviation) * curvature_unit(peaks);
      }
      const double gradient = number_of(sums[MomentsLayout::gradient(z[i].place)]) * gradient_unit(peaks);
      target.push_back(-gradient / z[i].deviation);
    }
    const std::vector<double> weights = ridge(gram, target, options_.l2);
    const auto first = std::ssize(tree.leaf_terms);
    for (std::size_t i = 0; i < z.size(); ++i) {
      const ValueUnits& units = z[i].units;
      LeafTerm term{leaf, of_leaf[static_cast<std::size_t>(z[i].place)]};
      term.slope = memory.limits.learning_rate * weights[i] / (z[i].deviation * units.unit);
      if (term.slope == 0 || !std::isfinite(term.slope)) continue;
      const double centre = units.low + static_cast<double>(mean_of(sums, z[i].place)) * units.unit;
      term.centre = std::clamp(centre, units.low, units.high);
      const double reach = units.high - units.low;
      term.low = options_.clamp ? units.low - reach : -largest;
      term.high = options_.clamp ? units.high + reach : largest;
      tree.leaf_terms.push_back(term);
    }
    std::sort(tree.leaf_terms.begin() + first, tree.leaf_terms.end(),
              [](const LeafTerm& a, const LeafTerm& b) { return a.feature < b.feature; });
  }
}

}  // namespace linden
