// Correct kernels on the executor equal brute force, whatever the order of threads and blocks: in the plain build and
// in the checking build, which must find nothing.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "refusal.hpp"
#include "simt/memory/device_array.hpp"
#include "simt/executor.hpp"
#include "simt/kernels/kernels.hpp"

namespace linden::simt_test {
namespace {

class Simt : public testing::TestWithParam<unsigned> {
 protected:
  void SetUp() override { simt::set_seed(GetParam()); }
  void TearDown() override {
    EXPECT_EQ(simt::heap_leaks(), "");
    simt::set_seed(0);
  }
};
INSTANTIATE_TEST_SUITE_P(Seeds, Simt, testing::Values(0, 1, 2, 3, 7, 12));

template <class T>
std::vector<T> numbers(int count, int below) {
  std::mt19937 random(17);
  std::vector<T> values(static_cast<std::size_t>(count));
  for (T& value : values) value = T(random() % unsigned(below));
  return values;
}

TEST_P(Simt, SumsOverBlocks) {
  const auto values = numbers<unsigned>(1500, 1000);
  const DeviceArray<unsigned> device(values);
  const auto sum = DeviceArray<unsigned>::zeros(1);
  run_total(device.data(), 1500, sum.data());
  EXPECT_EQ(sum.read()[0], std::accumulate(values.begin(), values.end(), 0u));
}

TEST_P(Simt, FloatSumsOfOneBlockHaveOneOrder) {
  std::vector<double> values(256);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = 1.0 / double(3 * i + 1);
  const DeviceArray<double> device(values);
  const auto sum = DeviceArray<double>::zeros(1);
  run_total(device.data(), 256, sum.data());
  double expected = 0;  // each warp by halves of distance 16, 8, 4, 2, 1; then the warps in order
  for (std::size_t warp = 0; warp < 8; ++warp) {
    std::vector<double> lanes(values.begin() + long(32 * warp), values.begin() + long(32 * warp + 32));
    for (std::size_t step = 16; step > 0; step /= 2)
      for (std::size_t lane = 0; lane < step; ++lane) lanes[lane] += lanes[lane + step];
    expected = warp == 0 ? lanes[0] : expected + lanes[0];
  }
  EXPECT_EQ(sum.read()[0], expected);
}

TEST_P(Simt, BestOfABlockTakesTheFirstOfEquals) {
  auto values = numbers<float>(300, 20);
  values[10] = values[77] = values[120] = 50;
  const DeviceArray<float> device(values);
  const DeviceArray<Candidate> best(3);
  run_best(device.data(), 300, best.data());
  const auto found = best.read();
  for (std::size_t block = 0; block < 3; ++block) {
    const auto first = values.begin() + long(block * 128),
               last = values.begin() + long(std::min<std::size_t>(300, block * 128 + 128));
    EXPECT_EQ(found[block].index, std::max_element(first, last) - values.begin());
  }
}

TEST_P(Simt, HistogramInSharedMemory) {
  const auto values = numbers<unsigned char>(2000, 64);
  std::vector<unsigned> expected(64);
  for (const unsigned char value : values) ++expected[value];
  const DeviceArray<unsigned char> device(values);
  const auto counts = DeviceArray<unsigned>::zeros(64);
  run_histogram(device.data(), 2000, counts.data());
  EXPECT_EQ(counts.read(), expected);
}

TEST_P(Simt, ScanLooksBackOverBlocks) {
  const auto values = numbers<unsigned>(2000, 1000);
  std::vector<unsigned> expected(values.size());
  std::partial_sum(values.begin(), values.end(), expected.begin());
  const DeviceArray<unsigned> device(values), sums(values.size());
  const auto tiles = DeviceArray<unsigned long long>::zeros(16);
  const auto ticket = DeviceArray<unsigned>::zeros(1);
  run_scan(device.data(), 2000, sums.data(), {tiles.data(), ticket.data()});
  EXPECT_EQ(sums.read(), expected);
}

TEST_P(Simt, PartitionKeepsTheOrderOfRows) {
  const auto values = numbers<int>(1000, 1000);
  std::vector<int> expected, right;
  for (const int value : values) (value < 400 ? expected : right).push_back(value);
  expected.insert(expected.end(), right.rbegin(), right.rend());
  const DeviceArray<int> device(values), sorted(values.size());
  const auto tiles = DeviceArray<unsigned long long>::zeros(8);
  const auto ticket = DeviceArray<unsigned>::zeros(1);
  run_partition(device.data(), 1000, 400, sorted.data(), {tiles.data(), ticket.data()});
  EXPECT_EQ(sorted.read(), expected);
}

TEST_P(Simt, ReductionsFollowEachOther) {
  const auto values = numbers<unsigned>(128, 1000);
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  const DeviceArray<unsigned> device(values), sums(values.size());
  run_in_a_row(device.data(), sums.data());
  const auto found = sums.read();
  unsigned before = 0;
  for (std::size_t i = 0; i < values.size(); before += values[i++]) EXPECT_EQ(found[i], *least + *most + 3 * before);
}

TEST_P(Simt, TheLastBlockSeesTheSumsOfAll) {
  const auto values = numbers<float>(1000, 100);
  const DeviceArray<float> device(values), partial(16), sum(1);
  const auto done = DeviceArray<unsigned>::zeros(1);
  run_last_block(device.data(), 1000, partial.data(), done.data(), sum.data());
  EXPECT_EQ(sum.read()[0], std::accumulate(values.begin(), values.end(), 0.0f));
}

TEST_P(Simt, LanesTellEachOther) {
  const auto values = numbers<int>(64, 50);
  const DeviceArray<int> device(values);
  const DeviceArray<WarpAnswers> answers(64);
  run_warp(device.data(), answers.data());
  const auto found = answers.read();
  for (int i = 0; i < 64; ++i) {
    const int lane = i % 32;
    const auto of_warp = [&](int other) { return values[std::size_t(i - lane + other)]; };
    const auto in_range = [&](int first, int last, auto holds) {
      int count = 0;
      for (int other = first; other < last; ++other) count += holds(of_warp(other));
      return count;
    };
    const int half = lane / 16 * 16, mine = values[std::size_t(i)];
    const WarpAnswers& answer = found[std::size_t(i)];
    EXPECT_EQ(answer.up, of_warp(std::max(lane - 1, 0)));
    EXPECT_EQ(answer.down, of_warp(lane % 8 < 6 ? lane + 2 : lane));
    EXPECT_EQ(answer.across, of_warp(lane ^ 3));
    EXPECT_EQ(answer.other_half, of_warp(half + 5));
    EXPECT_EQ(answer.count, in_range(0, 32, [](int v) { return v % 2 == 0; }) +
                                100 * (in_range(half, half + 16, [](int v) { return v == 7; }) > 0) +
                                1000 * (in_range(half, half + 16, [](int v) { return v < 40; }) == 16));
    EXPECT_EQ(answer.same, in_range(0, 32, [&](int v) { return v % 5 == mine % 5; }));
  }
}

TEST_P(Simt, BlocksHandDataToEachOther) {
  for (const Handover way : {Handover::all_fence, Handover::one_fences, Handover::warp_to_warp}) {
    const auto flags = DeviceArray<unsigned long long>::zeros(9);
    const auto count = DeviceArray<unsigned>::zeros(1), sum = DeviceArray<unsigned>::zeros(1);
    const DeviceArray<unsigned> data(9 * 64);
    run_handover(way, 9, data.data(), {flags.data(), count.data(), sum.data()});
    EXPECT_EQ(sum.read()[0], way == Handover::warp_to_warp ? 9u * 32 : 9u * (63 * 64 / 2));
  }
}

TEST_P(Simt, ThreeDimensions) {
  const DeviceArray<unsigned> place(12 * 96);
  run_places(place.data());
  const auto found = place.read();
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_EQ(found[i], 32 * 4 + 2 + 1 + i % 96 * 1000);
}

TEST_P(Simt, BytesOfOneWordBelongToDifferentThreads) {
  auto values = numbers<unsigned char>(64, 256);
  const DeviceArray<unsigned char> device(values), out(values.size());
  run_reverse_bytes(device.data(), out.data());
  std::reverse(values.begin(), values.end());
  EXPECT_EQ(out.read(), values);
}

TEST_P(Simt, SixteenBytesAtATime) {
  auto values = numbers<float>(500, 1000);
  const DeviceArray<float> device(values), out(values.size());
  run_double(device.data(), 500, out.data());
  for (float& value : values) value *= 2;
  EXPECT_EQ(out.read(), values);
}

}  // namespace
}  // namespace linden::simt_test
