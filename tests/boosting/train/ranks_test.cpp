// Rows on several machines: every rank grows the tree of one machine that has them all, to the byte.
#include "boosting/ranks.hpp"

namespace linden {
namespace {

TEST(Ranks, GrowTheTreeOfOneMachine) { check_ranks(Device::cpu(), 1, 90, false); }

TEST(Ranks, MayHaveNoRowOfTheSample) { check_rank_without_sample(Device::cpu(), false); }

TEST(Ranks, ShareLargeNodes) {  // beyond 2^17 rows cells are wide, though no rank has so many
  Random random(5);
  const int row_count = 150'000;
  GradientRows rows;
  add_numbers(rows.data, random_numbers(random, row_count, 12, 0.1));
  add_codes(rows.data, random_codes(random, row_count, 30, 0), 30);
  std::vector<int> owner;
  for (int row = 0; row < row_count; ++row) {
    rows.data.label.push_back(0);
    const double x = rows.data.features[0].values[row];
    rows.gradients.push_back(static_cast<float>((std::isnan(x) ? 0 : std::sin(x)) + random.normal()));
    rows.curvatures.push_back(static_cast<float>(random.below(4)));
    owner.push_back(random.below(3) % 2);
  }
  const GrowthLimits limits{.max_leaves = 12, .min_rows_in_leaf = 100};
  EXPECT_EQ(difference_of_ranks(Device::cpu(), rows, limits, 2, owner, false), "");
}

TEST(Ranks, RefuseToRenewLeaves) {
  Workers workers(1);
  Meeting meeting(1, false);
  Meeting::Member comms(meeting, host_memory_kernels(), 0);
  DeviceContext context(Device::cpu(), workers, &comms);
  TreeMemory tree;
  tree.renewal.level = 0.5;
  EXPECT_EQ(
      refusal<ArgumentError>([&] { grow(backend_of(Device::cpu()), context, tree); }),
      "fit_boosted: leaves that are order statistics, as those of the losses quantile and absolute, are not found "
      "over rows on several machines or GPUs. Hint: huber is like absolute, and its leaves are sums.");
}

}  // namespace
}  // namespace linden
