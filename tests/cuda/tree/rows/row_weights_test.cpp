// Magnitudes, their digits, weights of rows, gradients times them and the rows that are left: the bytes of the CPU's.
#include "backend/tree/row_weights.hpp"

#include <cmath>
#include <random>

#include "cuda/device.hpp"

namespace linden::cuda_test {
namespace {

class CudaRowWeights : public DeviceTest {
 protected:
  std::vector<float> random_floats(std::size_t count, std::uint64_t seed) {
    std::mt19937_64 bits(seed);
    std::vector<float> values;
    for (std::size_t i = 0; i < count; ++i)
      values.push_back(std::ldexp(static_cast<float>(bits() % 2001) / 1000 - 1, static_cast<int>(bits() % 9)));
    return values;
  }
};

TEST_F(CudaRowWeights, MagnitudesAndTheirDigits) {
  for (const std::int64_t rows : {1, 3, 256, 5003})
    for (const std::int64_t outputs : {1, 3})
      for (const bool with_curvatures : {false, true}) {
        const std::vector<float> gradients = random_floats(static_cast<std::size_t>(rows * outputs), 1);
        const std::vector<float> curvatures = random_floats(static_cast<std::size_t>(rows * outputs), 2);
        const auto there_gradients = upload(gradients), there_curvatures = upload(curvatures);
        const auto there_magnitudes = room<float>(rows);
        std::vector<float> magnitudes(static_cast<std::size_t>(rows));
        MagnitudeTask task{outputs, rows,    gradients.data(), with_curvatures ? curvatures.data() : nullptr,
                           0.5,     0x1p-18, magnitudes.data()};
        const std::int64_t sum = cpu_backend().tree.magnitudes(cpu(), task);
        task.gradients = there_gradients.data();
        task.curvatures = with_curvatures ? there_curvatures.data() : nullptr;
        task.magnitudes = there_magnitudes.data();
        EXPECT_EQ(device_backend().tree.magnitudes(context(), task), sum);
        EXPECT_TRUE(same_bytes(download(there_magnitudes), magnitudes));
        const std::uint32_t key = magnitude_key(magnitudes[0]);
        for (const int shift : {24, 16, 8, 0}) {
          const auto prefix = static_cast<std::uint32_t>(std::uint64_t{key} >> (shift + 8));
          std::vector<std::int64_t> rows_of(magnitude_digits), sums_of(magnitude_digits), there_rows(magnitude_digits),
              there_sums(magnitude_digits);
          cpu_backend().tree.count_digits(cpu(),
                                          {magnitudes.data(), rows, prefix, shift, rows_of.data(), sums_of.data()});
          device_backend().tree.count_digits(
              context(), {there_magnitudes.data(), rows, prefix, shift, there_rows.data(), there_sums.data()});
          EXPECT_EQ(there_rows, rows_of);
          EXPECT_EQ(there_sums, sums_of);
          std::int64_t expected = 0;  // and of the CPU's, by one that counts them in another way
          for (const float magnitude : magnitudes) expected += magnitude_key(magnitude) >> shift == key >> shift;
          EXPECT_EQ(rows_of[key >> shift & 255], expected);
        }
      }
}

TEST_F(CudaRowWeights, WeightsOfEveryRule) {
  for (const std::int64_t rows : {1, 2, 7, 1024, 5003}) {
    std::vector<float> magnitudes = random_floats(static_cast<std::size_t>(rows), 3);
    for (float& magnitude : magnitudes) magnitude = std::abs(magnitude) / 512;
    const auto there_magnitudes = upload(magnitudes);
    for (const WeightRule rule :
         {WeightRule::large_gradients, WeightRule::by_magnitude, WeightRule::exponential, WeightRule::poisson}) {
      std::vector<double> weights(static_cast<std::size_t>(rows));
      const auto there = room<double>(rows);
      RowWeightTask task{rule,           9,    4,   rows, magnitudes.data(), magnitude_key(0.1f),
                         chance_of(0.3), 0.15, 0.7, {},   weights.data()};
      for (std::size_t i = 0; i < 16; ++i) task.counts[i] = chance_of(1 - std::ldexp(0.5, -static_cast<int>(i)));
      cpu_backend().tree.weigh_rows(cpu(), task);
      task.magnitudes = there_magnitudes.data();
      task.weights = there.data();
      device_backend().tree.weigh_rows(context(), task);
      EXPECT_TRUE(same_bytes(download(there), weights));

      std::vector<float> gradients = random_floats(static_cast<std::size_t>(2 * rows), 4);
      std::vector<float> curvatures = random_floats(static_cast<std::size_t>(2 * rows), 5);
      const auto there_gradients = upload(gradients), there_curvatures = upload(curvatures);
      std::vector<GradientRange> ranges(2), there_ranges(2);
      cpu_backend().tree.scale_rows(cpu(),
                                    {2, rows, weights.data(), gradients.data(), curvatures.data(), ranges.data()});
      device_backend().tree.scale_rows(
          context(), {2, rows, there.data(), there_gradients.data(), there_curvatures.data(), there_ranges.data()});
      EXPECT_TRUE(same_bytes(download(there_gradients), gradients));
      EXPECT_TRUE(same_bytes(download(there_curvatures), curvatures));
      for (std::size_t k = 0; k < 2; ++k) {
        EXPECT_EQ(there_ranges[k].max_gradient, ranges[k].max_gradient);
        EXPECT_EQ(there_ranges[k].max_curvature, ranges[k].max_curvature);
      }

      std::vector<std::uint32_t> kept(static_cast<std::size_t>(rows));
      const auto there_kept = room<std::uint32_t>(rows);
      const std::int64_t count = cpu_backend().tree.collect_rows(cpu(), {weights.data(), rows, kept.data()});
      EXPECT_EQ(device_backend().tree.collect_rows(context(), {there.data(), rows, there_kept.data()}), count);
      kept.resize(static_cast<std::size_t>(count));
      std::vector<std::uint32_t> found(kept.size());
      if (count > 0)
        device_backend().memory.download(context(), found.data(), there_kept.data(),
                                         count * std::int64_t{sizeof(std::uint32_t)});
      EXPECT_EQ(found, kept);
      std::vector<std::uint32_t> expected;
      for (std::uint32_t row = 0; row < rows; ++row)
        if (weights[row] != 0) expected.push_back(row);
      EXPECT_EQ(kept, expected);
    }
  }
}

TEST_F(CudaRowWeights, UnitsAreMarkedAsAWhole) {
  const std::vector<std::uint32_t> drawn{0, 3, 4}, rows{7, 2, 9, 1, 8, 0};
  const std::vector<std::int64_t> first{0, 2, 3, 4, 700, 1001};
  const auto there_drawn = upload(drawn), there_rows = upload(rows);
  const auto there_first = upload(first);
  for (const bool groups : {false, true}) {
    std::vector<double> weights(1001);
    const auto there = upload(weights);
    cpu_backend().tree.mark_drawn(cpu(),
                                  {drawn.data(), 3, groups ? first.data() : nullptr, rows.data(), weights.data()});
    device_backend().tree.mark_drawn(
        context(), {there_drawn.data(), 3, groups ? there_first.data() : nullptr, there_rows.data(), there.data()});
    EXPECT_TRUE(same_bytes(download(there), weights));
    EXPECT_EQ(std::count(weights.begin(), weights.end(), 1), groups ? 2 + 696 + 301 : 3);
  }
}

}  // namespace
}  // namespace linden::cuda_test
