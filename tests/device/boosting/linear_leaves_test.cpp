// Linear leaves on a GPU: the models of the CPU, to the byte, and its metrics.
#include <numeric>

#include "boosting/rows_and_modes.hpp"
#include "device/gpu.hpp"

namespace linden::device_test {
namespace {

using LinearLeavesOnGpu = OnGpu;

TEST_F(LinearLeavesOnGpu, GiveTheBytesOfTheCpu) {
  for (const std::string loss : {"squared", "logistic", "softmax"})
    for (const Settings& settings :
         {Settings{}, {{"row_fraction", "0.6"}, {"linear_leaves.clamp", "false"}}, {{"growth", "level_wise"}}}) {
      const Dataset all = rows_for(loss, 300);
      std::vector<std::int64_t> numbers(300);
      std::iota(numbers.begin(), numbers.end(), 0);
      const Dataset train = all.take(std::span(numbers).first(210)), valid = all.take(std::span(numbers).last(90));
      BoostingConfig config = config_of(settings, loss, 3);
      config.linear_leaves.enabled = true;
      const auto fitted = [&](const Device& device) {
        return fit_boosted(
            train, config,
            {.device = device, .threads = 2, .valid = valid, .train_metrics = true, .save_history = true});
      };
      const std::string bytes = bytes_of(fitted(Device::cpu()));
      EXPECT_NE(bytes.find("leaf_terms"), bytes.npos);
      EXPECT_EQ(bytes_of(fitted(gpu())), bytes) << loss << text_of(settings);
    }
}

}  // namespace
}  // namespace linden::device_test
