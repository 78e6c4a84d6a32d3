// Linear fits of rows on several machines with GPUs. All use one GPU here, in turns.
#include "device/gpu.hpp"
#include "linear/ranks.hpp"

namespace linden {
namespace {

using DeviceLinearRanks = device_test::OnGpu;

TEST_F(DeviceLinearRanks, FindTheOptimumOfOneMachine) {
  for (const Loss& loss : {loss::squared(), loss::softmax({.classes = 3})}) {
    const RandomRows rows(loss, true, 5, 90, 3);
    for (const Solver solver : {Solver::newton_cholesky, Solver::newton_cg})
      expect_fits_of_ranks(gpu(), rows.dataset(), {.loss = loss, .l2 = 0.01, .solver = solver}, true);
  }
  const RandomRows rows(loss::logistic(), true, 6, 90, 3);
  expect_fits_of_ranks(gpu(), rows.dataset(), {.loss = loss::logistic(), .l1 = 0.02}, true);
}

}  // namespace
}  // namespace linden
