// How the work grows with the number of features: as they do, and not faster.
#include <gtest/gtest.h>

#include <cmath>
#include <ctime>

#include "boosting/random_data.hpp"

namespace linden {
namespace {

/// Processor seconds of f, the least of some runs.
template <class F>
double seconds_of(const F& f) {
  double least = 1e300;
  for (int run = 0; run < 3; ++run) {
    const std::clock_t start = std::clock();
    f();
    least = std::min(least, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
  }
  return least;
}

/// e where a round on data of n, and of 4n features takes a time that goes as n^e, as far as that is more than a
/// hundredth of a second.
template <class MakeData>
double growth(int n, const BoostingConfig& config, const MakeData& make_data) {
  const auto seconds = [&](int features) {
    const Dataset data = make_data(features);
    return std::max(seconds_of([&] { fit_boosted(data, config, {.threads = 1}); }), 0.01);
  };
  return std::log(seconds(4 * n) / seconds(n)) / std::log(4.0);
}

/// Rows of ones at random places, and a label that some of the columns tell of.
Dataset sparse_ones(int rows, int features, double share) {
  Random random(1);
  struct Memory {
    std::vector<std::int64_t> offsets{0};
    std::vector<std::int32_t> columns;
    std::vector<double> values;
  };
  const auto memory = std::make_shared<Memory>();
  std::vector<double> label;
  for (int row = 0; row < rows; ++row) {
    double signal = 0;
    for (double at = random.uniform() / share; at < features; at += 2 * random.uniform() / share + 1) {
      memory->columns.push_back(static_cast<std::int32_t>(at));
      signal += memory->columns.back() % 7 - 3;
    }
    memory->values.resize(memory->columns.size(), 1);
    memory->offsets.push_back(static_cast<std::int64_t>(memory->columns.size()));
    label.push_back(signal + random.normal() > 0);
  }
  return Dataset::from_csr(std::span<const std::int64_t>(memory->offsets),
                           std::span<const std::int32_t>(memory->columns), std::span<const double>(memory->values),
                           features, {.label = label, .owner = memory});
}

// Curvatures prove of few cuts of logistic loss that both sides have enough rows: most columns are counted.
TEST(Scale, SmallLeavesOfManyColumns) {
  EXPECT_LE(growth(2500, {.loss = loss::logistic(), .rounds = 2},
                   [](int features) { return sparse_ones(1000, features, 0.02); }),
            1.2);
}

}  // namespace
}  // namespace linden
