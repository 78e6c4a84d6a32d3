// Stability selection by pairs of halves.
#include <algorithm>
#include <cmath>
#include <linden/linear_choice.hpp>
#include <numeric>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "linear/recipe/make_recipe.hpp"
#include "linear_path/path_maker.hpp"
#include "selection/prepared_folds.hpp"

namespace linden {
namespace {

constexpr const char* stability_call = "stability_selection";

void check_stability(const StabilityOptions& options) {
  if (options.pairs < 1 || options.pairs > 10'000)
    fail<ArgumentError>("{}: .pairs is {}; it must be from 1 to 10000.", stability_call, options.pairs);
  if (!(options.threshold > 0.5 && options.threshold <= 1))
    fail<ArgumentError>("{}: .threshold is {}; it must be above 0.5, up to 1.", stability_call, options.threshold);
  if (options.most_picked < 0)
    fail<ArgumentError>("{}: .most_picked is {}; it must be 0 (chosen) or more.", stability_call, options.most_picked);
}

/// The columns that have a weight at one of the points which have no more than so many.
std::vector<int> picked(const LinearPath& path, int most) {
  std::vector<bool> is_in(path.feature_names().size());
  for (const LinearPathPoint& point : path.points()) {
    if (point.nonzero > most) break;
    for (const PathWeight& w : point.weights) is_in[static_cast<std::size_t>(w.feature)] = true;
  }
  std::vector<int> features;
  for (std::size_t j = 0; j < is_in.size(); ++j)
    if (is_in[j]) features.push_back(static_cast<int>(j));
  return features;
}

}  // namespace

Stability stability_selection(const Dataset& given, const LinearConfig& config, const StabilityOptions& stability,
                              const LinearPathOptions& options) {
  return or_out_of_memory(stability_call, [&] {
    check_stability(stability);
    check_path_options(stability_call, options);
    if (wants_recipe(given, config))
      fail<ArgumentError>(
          "{}: it selects among columns as they are, without text, a formula or a policy for missing values. Hint: a "
          "column of zeros and ones for each category.",
          stability_call);
    const SettledData settled = linden::settled(stability_call, given, config.loss);
    LinearConfig of_half = config;
    of_half.loss = settled.loss;
    Stability out;
    out.feature_names = given.feature_names();
    out.columns = given.features();
    out.share.assign(out.feature_names.size(), 0.0);
    const int most =
        stability.most_picked > 0
            ? stability.most_picked
            : std::max(1, static_cast<int>(std::lround(std::sqrt(0.8 * static_cast<double>(out.columns)))));
    LinearPathOptions until = options;
    until.most_nonzero = most;
    const double halves = 2.0 * stability.pairs;
    for (int pair = 0; pair < stability.pairs; ++pair) {
      const auto [a, b] =
          settled.data.split({.test_fraction = 0.5,
                              .seed = stability.seed + static_cast<std::uint64_t>(pair),
                              .stratified = !settled.data.classes().empty() && !settled.data.has_groups()});
      for (const Dataset* half : {&a, &b}) {
        const LinearPath path = PathMaker::make(stability_call, *half, of_half, until);
        const std::vector<std::string>& names = path.feature_names();
        for (const int feature : picked(path, most)) {
          // Of sparse halves those columns that have an entry, in the same order.
          const auto place = std::ranges::find(out.feature_names, names[static_cast<std::size_t>(feature)]);
          out.share[static_cast<std::size_t>(place - out.feature_names.begin())] += 1;
          out.picked += 1;
        }
      }
    }
    for (double& share : out.share) share /= halves;
    out.picked /= halves;
    for (std::size_t j = 0; j < out.share.size(); ++j)
      if (out.share[j] >= stability.threshold - 1e-9) out.stable.push_back(static_cast<int>(j));
    std::ranges::stable_sort(out.stable, [&](int a, int b) {
      return out.share[static_cast<std::size_t>(a)] > out.share[static_cast<std::size_t>(b)];
    });
    out.most_false = out.picked * out.picked / ((2 * stability.threshold - 1) * out.columns);
    return out;
  });
}

}  // namespace linden
