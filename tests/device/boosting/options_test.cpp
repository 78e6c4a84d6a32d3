// Every option of boosted trees on a GPU: the models of the CPU, to the byte, with what they score on the way.
#include "boosting/options/table.hpp"

#include "device/gpu.hpp"
#include "sanitizers.hpp"

namespace linden::device_test {
namespace {

using OptionsOnGpu = OnGpu;

TEST_F(OptionsOnGpu, GiveTheBytesOfTheCpu) {
  for (const Option& option : all_options()) {
    const int count = option.rows == RowKind::wide ? 340 : 100;
    const auto [train, valid] = option.rows_of(count).parted(count - 25);
    BoostingConfig config = option.config();
    config.rounds = trials(2);
    FitOptions options{.threads = 2, .valid = valid, .train_metrics = true, .save_history = true};
    const std::string expected = bytes_of(fit_boosted(train, config, options));
    options.device = gpu();
    EXPECT_TRUE(bytes_of(fit_boosted(train, config, options)) == expected) << option.name;
  }
}

}  // namespace
}  // namespace linden::device_test
