// Samples drawn on the device are those of the CPU: rows in order, for every seed, round and fraction.
#include "boosting/train/gradients/draws/drawn.hpp"

#include <algorithm>
#include <linden/error.hpp>

#include "cuda/device.hpp"
#include "refusal.hpp"

namespace linden::cuda_test {
namespace {

class CudaSample : public DeviceTest {
 protected:
  std::vector<std::uint32_t> draw(std::int64_t rows, double fraction, std::uint64_t seed, std::uint32_t round) {
    const std::int64_t wanted = sample_size(rows, fraction);
    const auto sample = room<std::uint32_t>(wanted);
    device_backend().tree.sample(context(), {seed, Draw::rows, round, rows, wanted, sample.data()});
    return download(sample);
  }
};

TEST_F(CudaSample, HasTheRowsOfTheCpu) {
  Workers workers(2);
  for (const std::int64_t rows : {1, 2, 3, 5, 1'000, 5'001})
    for (const double fraction : {1e-9, 0.1, 0.5, 0.999})
      for (const std::uint64_t seed : {std::uint64_t{3}, ~std::uint64_t{0} - 5})
        EXPECT_TRUE(same_bytes(draw(rows, fraction, seed, 7), drawn(rows, fraction, seed, Draw::rows, 7, workers)))
            << rows << " rows, " << fraction;
}

// In 70,000 numbers of 32 bits two are equal with a chance of 0.43: here they are, and the sample ends between them.
TEST_F(CudaSample, OfEqualNumbersTheFirstRowsAreDrawn) {
  Workers workers(2);
  constexpr std::int64_t rows = 70'000;
  constexpr std::uint64_t seed = 1;
  for (std::uint32_t round = 0;; ++round) {
    ASSERT_LT(round, 100u);
    std::vector<std::uint32_t> numbers;
    for (std::int64_t i = 0; i < rows; ++i)
      numbers.push_back(random_words(seed, Draw::rows, round, static_cast<std::uint64_t>(i / 4)).word[i % 4]);
    std::ranges::sort(numbers);
    const auto equal = std::ranges::adjacent_find(numbers);
    if (equal == numbers.end()) continue;
    const double fraction = (static_cast<double>(equal - numbers.begin()) + 1) / rows;
    const std::vector<std::uint32_t> expected = drawn(rows, fraction, seed, Draw::rows, round, workers);
    ASSERT_EQ(static_cast<std::int64_t>(expected.size()), equal - numbers.begin() + 1);
    EXPECT_TRUE(same_bytes(draw(rows, fraction, seed, round), expected));
    return;
  }
}

TEST_F(CudaSample, RefusesMoreRowsThanCanBeSelectedFrom) {
  const SampleTask task{1, Draw::rows, 0, std::int64_t{1} << 31, 1, nullptr};
  EXPECT_EQ(refusal<DeviceError>([&] { device_backend().tree.sample(context(), task); }),
            "fit_boosted: 2147483648 rows to draw a sample from, but a GPU takes at most 2147483647. Hint: "
            "row_fraction = 1, or train on the CPU.");
}

}  // namespace
}  // namespace linden::cuda_test
