// Samples, modes and schedules on a GPU: the models of the CPU, to the byte.
#include "boosting/rows_and_modes.hpp"

#include "device/gpu.hpp"

namespace linden::device_test {
namespace {

using RowsAndModesOnGpu = OnGpu;

TEST_F(RowsAndModesOnGpu, GiveTheBytesOfTheCpu) {
  for (const std::string loss : {"logistic", "softmax"}) {
    const Dataset train = rows_for(loss, 80);
    for (std::size_t i = 0; i < rows_and_modes().size(); i += loss == "softmax" ? 5 : 1) {
      const Settings& settings = rows_and_modes()[i];
      const BoostingConfig config = config_of(settings, loss, 2);
      EXPECT_EQ(bytes_of(fit_boosted(train, config, {.device = gpu(), .threads = 2})),
                bytes_of(fit_boosted(train, config, {.threads = 2})))
          << text_of(settings);
    }
  }
}

}  // namespace
}  // namespace linden::device_test
