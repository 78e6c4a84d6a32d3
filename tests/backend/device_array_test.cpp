// Values of the host where kernels reach them: by the host's own table, and by one whose memory stands for a GPU's.
#include "backend/device_array.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace linden {
namespace {

// The host's memory, which is said to be another's.
const MemoryKernels& apart() {
  static const MemoryKernels table = [] {
    MemoryKernels kernels = host_memory_kernels();
    kernels.is_host = false;
    return kernels;
  }();
  return table;
}

class Arrays : public testing::Test {
 protected:
  Workers workers_{1};
  Context context_{workers_};
};

TEST_F(Arrays, OnTheCpuKernelsWorkOnTheValuesThemselves) {
  std::vector<int> values{1, 2, 3, 4};
  const OnDevice<int> read(host_memory_kernels(), context_, values.data(), 4, "values");
  EXPECT_EQ(read.data(), values.data());
  const ToHost<int> written(host_memory_kernels(), context_, values.data(), 2, 1, 3, "values");
  EXPECT_EQ(written.data(), values.data());
  EXPECT_EQ(written.stride(), 3);
  written.upload();
  written.data()[3] = 9;
  EXPECT_EQ(values[3], 9);
  written.download();
  EXPECT_EQ(values, (std::vector<int>{1, 2, 3, 9}));
}

TEST_F(Arrays, ElsewhereTheyComeBackWhenTheyAreAskedFor) {
  std::vector<int> values{1, 2, 3, 4};
  const ToHost<int> written(apart(), context_, values.data(), 4, "values");
  ASSERT_NE(written.data(), values.data());
  written.upload();
  for (int i = 0; i < 4; ++i) written.data()[i] *= 10;
  EXPECT_EQ(values, (std::vector<int>{1, 2, 3, 4}));
  written.download();
  EXPECT_EQ(values, (std::vector<int>{10, 20, 30, 40}));
}

// Two outputs of five rows, of which rows 1 to 3 are a part.
TEST_F(Arrays, PartsOfListsGoAndComeWithoutTheRest) {
  std::vector<int> values{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  const ToHost<int> part(apart(), context_, values.data() + 1, 2, 3, 5, "values");
  EXPECT_EQ(part.stride(), 3);
  part.upload();
  EXPECT_EQ(std::vector<int>(part.data(), part.data() + 6), (std::vector<int>{1, 2, 3, 6, 7, 8}));
  for (int i = 0; i < 6; ++i) part.data()[i] = -part.data()[i];
  part.download();
  EXPECT_EQ(values, (std::vector<int>{0, -1, -2, -3, 4, 5, -6, -7, -8, 9}));
}

TEST_F(Arrays, ListsThatGoTogetherAreFoundAgain) {
  const std::vector<int> numbers{1, 2, 3};
  const std::vector<double> more{0.5, 0.25};
  const int* first = numbers.data();
  const char* none = nullptr;
  const double* second = more.data();
  const DeviceArray<std::byte> nothing =
      on_device_together(host_memory_kernels(), context_, "lists", HostList{first, 3}, HostList{second, 2});
  EXPECT_EQ(nothing.data(), nullptr);
  EXPECT_EQ(first, numbers.data());
  const DeviceArray<std::byte> array =
      on_device_together(apart(), context_, "lists", HostList{first, 3}, HostList{none, 0}, HostList{second, 2});
  EXPECT_EQ(static_cast<const void*>(first), array.data());
  EXPECT_EQ(std::vector<int>(first, first + 3), numbers);
  EXPECT_EQ(std::vector<double>(second, second + 2), more);
  EXPECT_EQ(array.bytes(), 32);
}

}  // namespace
}  // namespace linden
