// Monotone features: random signs for tests, and the search for a prediction that goes against them.
#pragma once

#include <linden/boosting.hpp>

#include "boosting/random_data.hpp"
#include "sanitizers.hpp"

namespace linden {

/// Gives the numeric features random signs, in the data for the oracle and in the configuration.
inline void constrain(Random& random, RandomData& data, BoostingConfig& config) {
  for (std::size_t f = 0; f < data.features.size(); ++f) {
    if (data.features[f].categorical) continue;
    data.features[f].monotone = random.below(3) - 1;
    config.constraints.monotone.push_back({fmt::format("x{}", f), static_cast<double>(data.features[f].monotone)});
  }
}

/// A value of each kind that the trees tell apart, ascending: at a threshold, just above it, and far out; for
/// categories all codes and a missing value; for numbers a missing one last, where `with_missing`.
inline std::vector<double> kinds_of_values(const BoostedModel& model, const RandomData& data, int feature,
                                           bool with_missing) {
  std::vector<double> values;
  if (data.features[feature].categorical) {
    for (int code = -1; code < data.dictionary[feature]; ++code) values.push_back(code);
    return values;
  }
  values = {-1e300, 1e300};
  for (const Tree& tree : model.trees())
    for (const TreeNode& node : tree.nodes)
      if (node.feature == feature && node.threshold < 1e300)
        values.insert(values.end(), {node.threshold, std::nextafter(node.threshold, HUGE_VAL)});
  std::ranges::sort(values);
  values.erase(std::unique(values.begin(), values.end()), values.end());
  if (with_missing) values.push_back(missing_value);
  return values;
}

/// Empty, or where a score of the model goes against the sign of a feature. Rows: all values of the feature that trees
/// tell apart, for all combinations of the others, or for so many at random where there are more.
inline std::string against_sign(Random& random, const BoostedModel& model, const RandomData& data, int combinations) {
  const auto features = static_cast<int>(data.features.size());
  for (int f = 0; f < features; ++f) {
    const int sign = data.features[f].monotone;
    if (sign == 0) continue;
    const std::vector<double> own = kinds_of_values(model, data, f, false);
    std::vector<std::vector<double>> others;
    double all = 1;
    for (int other = 0; other < features; ++other) {
      others.push_back(other == f ? std::vector<double>{0} : kinds_of_values(model, data, other, true));
      all *= static_cast<double>(others.back().size());
    }
    const bool is_drawn = all > combinations;
    const int lines = is_drawn ? combinations : static_cast<int>(all);
    RandomData grid;
    for (int other = 0; other < features; ++other) {
      grid.features.push_back({{}, data.features[other].categorical});
      grid.dictionary.push_back(data.dictionary[other]);
    }
    for (int line = 0; line < lines; ++line) {
      int rest = line;
      std::vector<double> row;
      for (const std::vector<double>& values : others) {
        const auto count = static_cast<int>(values.size());
        row.push_back(values[is_drawn ? random.below(count) : rest % count]);
        rest /= count;
      }
      for (const double value : own) {
        row[f] = value;
        for (int other = 0; other < features; ++other) grid.features[other].values.push_back(row[other]);
        grid.label.push_back(0);
      }
    }
    const std::vector<double> scores =
        numbers_of(model.predict(grid.dataset(), {.output = Output::score, .threads = 1}));
    const auto outputs = static_cast<std::size_t>(model.outputs()), width = own.size();
    for (std::size_t row = 1; row < grid.label.size(); ++row)
      for (std::size_t k = 0; k < outputs && row % width != 0; ++k) {
        const double step = scores[row * outputs + k] - scores[(row - 1) * outputs + k];
        if (sign * step < 0)
          return fmt::format("output {} changes by {:g} from x{} = {} to {}, sign {}", k, step, f, own[row % width - 1],
                             own[row % width], sign);
      }
  }
  return "";
}

inline bool has_monotone(const RandomData& data) {
  return std::ranges::any_of(data.features, [](const reference::Feature& f) { return f.monotone != 0; });
}

/// Random fits under random signs, of which none may go against them; at least one of them would have without.
inline void check_monotone(const Device& device, const std::string& loss, std::uint64_t first_seed, int count) {
  int bound = 0;
  count = trials(count);
  for (std::uint64_t seed = first_seed; seed < first_seed + count; ++seed) {
    Random random(seed);
    RandomData data = random_data(random, 40 + random.below(300), 2 + random.below(3), loss, random.one_of({4, 9}));
    BoostingConfig config;
    config.loss = loss == "softmax" ? loss::softmax({.classes = 3}) : loss::by_name(loss);
    config.rounds = 1 + random.below(6);
    config.learning_rate = random.one_of({1.0, 0.3});
    config.growth = random.one_of({Growth::leaf_wise, Growth::level_wise});
    config.max_leaves = random.one_of({3, 8, 20});
    config.l1 = random.one_of({0.0, 0.0, 0.5});
    config.min_rows_in_leaf = random.one_of({1, 5});
    config.row_fraction = random.one_of({1.0, 0.7});
    BoostingConfig constrained = config;
    constrain(random, data, constrained);
    if (has_monotone(data) && seed % 2 == 0) constrained.constraints.monotone_method = MonotoneMethod::intermediate;
    const Dataset train = data.dataset();
    const FitOptions options{.device = device, .threads = 1};
    ASSERT_EQ(against_sign(random, fit_boosted(train, constrained, options), data, 400), "") << "seed " << seed;
    bound += !against_sign(random, fit_boosted(train, config, options), data, 400).empty();
  }
  EXPECT_GT(bound, count / 4);
}

}  // namespace linden
