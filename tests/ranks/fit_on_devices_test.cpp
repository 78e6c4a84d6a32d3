// A fit whose rows are divided among devices of one process has the bytes of one device. Devices are CPUs here, of
// which only the tests of this file make several; tests/device/gpus has GPUs.
#include "boosting/fit_on_devices.hpp"

#include <gtest/gtest.h>

#include "ranks/fits_of_ranks.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

std::vector<Device> cpus(int count) { return std::vector<Device>(static_cast<std::size_t>(count)); }

FitOptions options_on(const FitOfRanks& fit, int devices) {
  FitOptions options = fit.options;
  options.threads = 3;
  if (fit.valid.rows() > 0) options.valid = fit.valid;
  options.devices = cpus(devices);
  return options;
}

class FitOnDevices : public testing::TestWithParam<FitOfRanks> {};

TEST_P(FitOnDevices, HasTheBytesOfOne) {
  const FitOfRanks& fit = GetParam();
  const BoostedModel wanted = fit_boosted(fit.train, fit.config, options_on(fit, 0));
  for (const int devices : {2, 4}) {
    const BoostedModel found = fit_on_devices(fit.train, fit.config, options_on(fit, devices));
    EXPECT_TRUE(found.to_string() == wanted.to_string()) << devices;
    EXPECT_EQ(found.warnings(), wanted.warnings());
  }
}

INSTANTIATE_TEST_SUITE_P(All, FitOnDevices, testing::ValuesIn(fits_of_ranks()), [](const auto& test) {
  std::string name = test.param.name;
  std::ranges::replace(name, ' ', '_');
  return name;
});

TEST(FitOnDevicesOf, FewRows) {
  const Dataset data = mixed(5, 5);
  BoostingConfig config = small_trees(loss::squared());
  config.min_rows_in_leaf = 1;
  config.categories.encoding = CategoryEncoding::partition;
  EXPECT_EQ(fit_on_devices(data, config, {.devices = cpus(7)}).to_string(), fit_boosted(data, config).to_string());
}

// The third of four devices has it, and is not the one that the caller waits for.
TEST(FitOnDevicesSays, WhichRowOfAllIsBad) {
  std::vector<double> x, y, offset;
  for (int row = 0; row < 80; ++row) {
    x.push_back(row);
    y.push_back(row % 3);
    offset.push_back(row == 50 ? 800 : 0);
  }
  const Dataset data = Dataset().with_column("x", x).with_label(y).with_offset(offset);
  const BoostingConfig config{.loss = loss::poisson(), .rounds = 2};
  const std::string wanted = refusal<DataError>([&] { fit_boosted(data, config); });
  EXPECT_NE(wanted.find("row 50"), wanted.npos) << wanted;
  EXPECT_EQ(refusal<DataError>([&] { fit_on_devices(data, config, {.devices = cpus(4)}); }), wanted);
}

TEST(FitOnDevicesSays, WhatACallbackThrew) {
  struct Mine {};
  const Callback fails = [](const Round& round) -> Signal {
    if (round.index == 1) throw Mine();
    return Signal::proceed();
  };
  EXPECT_THROW(
      fit_on_devices(queries(1, 9), small_trees(loss::lambdarank()), {.callbacks = {fails}, .devices = cpus(3)}), Mine);
}

TEST(FitOnDevicesIs, RefusedForWhatRanksCannotShare) {
  BoostingConfig config = small_trees(loss::squared());
  config.linear_leaves.enabled = true;
  const Dataset data = mixed(6, 60).without({"x3", "x4"});
  EXPECT_EQ(refusal<ArgumentError>([&] { fit_on_devices(data, config, {.devices = cpus(2)}); }),
            "fit_boosted: leaves are not linear where rows lie on several machines or GPUs. Hint: leave "
            ".linear_leaves.enabled out.");
  EXPECT_EQ(refusal<ArgumentError>([&] { fit_on_devices(data, small_trees(loss::absolute()), {.devices = cpus(2)}); }),
            "fit_boosted: leaves that are order statistics, as those of the losses quantile and absolute, are not "
            "found over rows on several machines or GPUs. Hint: huber is like absolute, and its leaves are sums.");
}

TEST(FitOnDevicesIs, RefusedForListsThatAreNone) {
  const auto words = [](const FitOptions& options) {
    return refusal<ArgumentError>([&] { fit_boosted(mixed(7, 60), {.rounds = 1}, options); });
  };
  EXPECT_EQ(words({.devices = cpus(2)}),
            "FitOptions.devices has cpu, and is a list of GPUs. Hint: the CPU is .device, and uses all cores.");
  class Alone : public Communicator {
    int rank() const override { return 0; }
    int size() const override { return 1; }
    void sum(std::int64_t*, std::int64_t) override {}
    void max(double*, std::int64_t) override {}
    void gather(const void*, std::int64_t, void*) override {}
  } alone;
  EXPECT_EQ(words({.ranks = alone, .devices = cpus(1)}),
            "FitOptions.devices does not go with .ranks. Hint: a rank for each GPU, which has it as its .device.");
}

}  // namespace
}  // namespace linden
