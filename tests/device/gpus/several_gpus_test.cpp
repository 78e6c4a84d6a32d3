// Fits on several GPUs of one machine: a thread drives each, NCCL sums between them, and the model has the CPU's bytes.
// The executor has four. On a machine with fewer than two these tests skip, or fail with LINDEN_GPU_REQUIRED in the
// environment.
#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include "ranks/fits_of_ranks.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

class SeveralGpus : public testing::TestWithParam<FitOfRanks> {
 protected:
  void SetUp() override {
    if (cuda_available()) gpus_ = Device::all_cuda();
    if (gpus_.size() >= 2) return;
    const std::string why = fmt::format("this machine has {} usable GPUs, and two are wanted", gpus_.size());
    if (std::getenv("LINDEN_GPU_REQUIRED") != nullptr) FAIL() << why;
    GTEST_SKIP() << why;
  }
  const std::vector<Device>& gpus() const { return gpus_; }

 private:
  std::vector<Device> gpus_;
};

FitOptions options_on(const FitOfRanks& fit, const std::vector<Device>& devices) {
  FitOptions options = fit.options;
  if (fit.valid.rows() > 0) options.valid = fit.valid;
  options.devices = devices;
  return options;
}

TEST_P(SeveralGpus, GiveTheBytesOfTheCpu) {
  const FitOfRanks& fit = GetParam();
  const BoostedModel wanted = fit_boosted(fit.train, fit.config, options_on(fit, {}));
  const BoostedModel found = fit_boosted(fit.train, fit.config, options_on(fit, gpus()));
  EXPECT_TRUE(found.to_string() == wanted.to_string());
  EXPECT_EQ(found.warnings(), wanted.warnings());
}

std::vector<FitOfRanks> fits() {
  std::vector<FitOfRanks> all;
  const std::set<std::string> left_out{"a loss that mixes rows", "xendcg", "weighted bins", "weights", "goss"};
  for (FitOfRanks& fit : fits_of_ranks())
    if (!left_out.contains(fit.name)) {
      fit.config.rounds = fit.name == "softmax" ? 1 : 2;
      if (fit.config.growth == Growth::oblivious)
        fit.config.max_depth = 2;
      else
        fit.config.max_leaves = 4;
      all.push_back(std::move(fit));
    }
  FitOfRanks shared{"a tree for all outputs",
                    classes_of(mixed_rows(15, 200), 3, false).without({"x3", "x4"}),
                    {},
                    small_trees(loss::softmax(), 1),
                    {}};
  shared.config.max_leaves = 3;
  shared.config.multi_output.strategy = MultiStrategy::multi_output_tree;
  all.push_back(shared);
  FitOfRanks few{
      "fewer rows than devices", mixed(16, 3).without({"x3", "x4"}), {}, small_trees(loss::squared(), 2), {}};
  few.config.min_rows_in_leaf = 1;
  all.push_back(few);
  return all;
}

INSTANTIATE_TEST_SUITE_P(All, SeveralGpus, testing::ValuesIn(fits()), [](const auto& test) {
  std::string name = test.param.name;
  std::ranges::replace(name, ' ', '_');
  return name;
});

// A GPU at a time is the same as .device, and small data has its rounds chosen as there.
TEST_F(SeveralGpus, OfOneTakeThatOne) {
  const Dataset data = mixed(17, 60).without({"x3", "x4"});
  const BoostingConfig config{.loss = loss::squared(), .rounds = 2, .min_rows_in_leaf = 5};
  EXPECT_EQ(fit_boosted(data, config, {.devices = {gpus().back()}}).to_string(),
            fit_boosted(data, config, {.device = gpus().back()}).to_string());
}

TEST_F(SeveralGpus, AreRefusedTwice) {
  const Dataset data = mixed(18, 60);
  EXPECT_EQ(refusal<ArgumentError>([&] {
              fit_boosted(data, {.rounds = 1}, {.devices = {gpus()[0], gpus()[1], gpus()[0]}});
            }),
            "FitOptions.devices has cuda:0 twice. Hint: each GPU once.");
  EXPECT_EQ(
      refusal<ArgumentError>([&] { fit_boosted(data, {.rounds = 1}, {.device = gpus()[1], .devices = {gpus()[0]}}); }),
      "FitOptions.devices has cuda:0, and .device is cuda:1, too. Hint: leave one of the two out.");
}

// One of them has no room: the others end with it, and its words are those that are thrown.
TEST_F(SeveralGpus, EndTogetherWhereOneHasNoMemory) {
  const Dataset data = mixed(19, 400);
  set_memory_budget(gpus()[1], 2000);
  const std::string words =
      refusal<MemoryError>([&] { fit_boosted(data, small_trees(loss::squared()), {.devices = gpus()}); });
  set_memory_budget(gpus()[1], 0);
  EXPECT_EQ(words.find(gpus()[1].name() + ": no room for "), 0u) << words;
  const BoostingConfig small{.rounds = 1, .max_leaves = 4};
  EXPECT_EQ(fit_boosted(data, small, {.devices = gpus()}).to_string(), fit_boosted(data, small).to_string());
}

}  // namespace
}  // namespace linden
