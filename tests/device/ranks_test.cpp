// Rows on several machines with GPUs: every rank grows the tree of one machine that has them all, to the byte. All use
// one GPU here, in turns.
#include "boosting/ranks.hpp"
#include "device/gpu.hpp"

namespace linden {
namespace {

using DeviceRanks = device_test::OnGpu;

TEST_F(DeviceRanks, GrowTheTreeOfOneMachine) { check_ranks(gpu(), 1, 6, true); }

TEST_F(DeviceRanks, MayHaveNoRowOfTheSample) { check_rank_without_sample(gpu(), true); }

}  // namespace
}  // namespace linden
