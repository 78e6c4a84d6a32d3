// Rows on several machines with GPUs: every rank grows the tree of one machine that has them all, to the byte. All use
// one GPU here, in turns.
#include "boosting/ranks.hpp"
#include "device/gpu.hpp"
#include "ranks/fits_of_ranks.hpp"
#include "sanitizers.hpp"

namespace linden {
namespace {

using DeviceRanks = device_test::OnGpu;

TEST_F(DeviceRanks, GrowTheTreeOfOneMachine) { check_ranks(gpu(), 1, 6, true); }

TEST_F(DeviceRanks, MayHaveNoRowOfTheSample) { check_rank_without_sample(gpu(), true); }

// A rank's trees have the steps of the others', whatever its device.
TEST_F(DeviceRanks, FitOnGpusAndCpusTheModelOfOneMachine) {
  for (const FitOfRanks& fit : fits_of_ranks()) {
    if (fit.name != "squared" && fit.name != "softmax" && fit.name != "ranking" && fit.name != "goss" &&
        fit.name != "one tree for all classes" && fit.name != "early stopping")
      continue;
    const std::string wanted = fitted(fit, {}, 0, {});
    std::vector<RowSplit> splits = splits_of(fit.train.rows(), 3);
    splits.resize(static_cast<std::size_t>(trials(3)));
    for (const RowSplit& split : splits) {
      std::vector<std::string> found(3);
      Meeting meeting(3, true);
      meeting.run([&](int rank) {
        Meeting::Seat seat(meeting, rank);
        found[static_cast<std::size_t>(rank)] = fitted(fit, split, rank, seat, rank == 1 ? Device::cpu() : gpu());
      });
      for (const std::string& model : found) ASSERT_EQ(model, wanted) << fit.name;
    }
  }
}

}  // namespace
}  // namespace linden
