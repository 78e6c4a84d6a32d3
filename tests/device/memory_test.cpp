// The memory of a GPU: what is in use, the budget, and what a fit says that does not fit.
#include <gtest/gtest.h>

#include <linden/boosting.hpp>
#include <linden/error.hpp>
#include <linden/tensor.hpp>

#include "boosting/random_data.hpp"
#include "device/gpu.hpp"

namespace linden {
namespace {

class DeviceMemory : public device_test::OnGpu {
 protected:
  void TearDown() override {
    if (cuda_available()) set_memory_budget(gpu(), 0);
  }
  std::string message(const std::function<void()>& f) {
    try {
      f();
    } catch (const MemoryError& error) {
      return error.what();
    }
    return "";
  }
  RandomData data(int rows) {
    Random random(1);
    return random_data(random, rows, 4, "squared");
  }
};

TEST_F(DeviceMemory, IsCountedAndReleased) {
  const std::int64_t before = memory_use(gpu()).in_use;
  {
    const Tensor t = Tensor::empty({1000}, DType::f64, gpu());
    EXPECT_EQ(memory_use(gpu()).in_use, before + 8000);
    EXPECT_GE(memory_use(gpu()).peak, before + 8000);
    EXPECT_GT(memory_use(gpu()).available, 0);
  }
  EXPECT_EQ(memory_use(gpu()).in_use, before);
}

TEST_F(DeviceMemory, AFitReturnsAll) {
  const std::int64_t before = memory_use(gpu()).in_use;
  fit_boosted(data(200).dataset(), {.rounds = 2}, {.device = gpu()});
  EXPECT_EQ(memory_use(gpu()).in_use, before);
  EXPECT_GT(memory_use(gpu()).peak, before);
}

TEST_F(DeviceMemory, BeyondTheBudgetTheMessageSaysWhatWasWantedAndWhatIsFree) {
  set_memory_budget(gpu(), memory_use(gpu()).in_use + 4000);
  EXPECT_EQ(memory_use(gpu()).available, 4000);
  const std::string said = message([&] { Tensor::empty({1000}, DType::f64, gpu()); });
  EXPECT_TRUE(said.starts_with("cuda:0: no room for 8000 bytes of ")) << said;
  EXPECT_NE(said.find(" are free, "), std::string::npos) << said;
  EXPECT_NE(said.find("Linden's, the budget is "), std::string::npos) << said;
  EXPECT_TRUE(
      said.ends_with("Hint: fewer rows at once, a smaller .max_bins or .max_leaves need less; Device::cpu() uses "
                     "the host's memory."))
      << said;
}

TEST_F(DeviceMemory, AFitThatFindsNoRoomSaysSoAndLeavesNothingBehind) {
  const std::int64_t before = memory_use(gpu()).in_use;
  const Dataset train = data(5000).dataset();
  set_memory_budget(gpu(), before + 100'000);
  EXPECT_NE(message([&] { fit_boosted(train, {.rounds = 1}, {.device = gpu()}); }), "");
  EXPECT_EQ(memory_use(gpu()).in_use, before);
}

TEST_F(DeviceMemory, FewerHistogramsAreKeptWithinASmallBudgetAndTheModelIsTheSame) {
  Random random(3);
  RandomData wide;
  for (int f = 0; f < 40; ++f) add_numbers(wide, random_numbers(random, 400, 60, 0.1));
  for (int row = 0; row < 400; ++row) wide.label.push_back(random.normal());
  const BoostingConfig config{.rounds = 1, .growth = Growth::level_wise, .max_leaves = 32, .min_rows_in_leaf = 2};
  const std::string expected = bytes_of(fit_boosted(wide.dataset(), config, {.device = gpu()}));
  const std::int64_t all = memory_use(gpu()).peak;
  set_memory_budget(gpu(), memory_use(gpu()).in_use + 1'200'000);
  EXPECT_EQ(bytes_of(fit_boosted(wide.dataset(), config, {.device = gpu()})), expected);
  EXPECT_GT(all, 1'200'000);
}

TEST_F(DeviceMemory, ANegativeBudgetIsRefused) {
  try {
    set_memory_budget(gpu(), -1);
    FAIL();
  } catch (const ArgumentError& error) {
    EXPECT_STREQ(error.what(), "set_memory_budget: -1 bytes. Hint: 0 takes the limit away.");
  }
}

}  // namespace
}  // namespace linden
