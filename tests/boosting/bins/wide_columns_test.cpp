// Wide columns against the cuts, value by value, of dense and of sparse rows, in one block or in many.
#include "boosting/bins/wide_columns.hpp"

#include <gtest/gtest.h>

#include "boosting/bins/bins.hpp"
#include "boosting/sparse_data.hpp"
#include "rows/blocks.hpp"

namespace linden {
namespace {

TEST(WideColumns, HaveTheBinsOfTheValues) {
  Random random(1);
  RandomData data;
  for (int f = 0; f < 5; ++f) {
    std::vector<double> values = random_numbers(random, 9000, f % 2 ? 4000 : 40, f == 1 ? 0.1 : 0);
    for (double& v : values) v = f < 2 && random.chance(0.5) ? 0 : v;
    add_numbers(data, std::move(values));
  }
  data.label.assign(9000, 0);
  Workers workers(3);
  Context context{workers};
  for (const bool is_sparse : {false, true}) {
    const Dataset dataset = is_sparse ? both(data).sparse : both(data).dense;
    DatasetSource whole(dataset);
    const std::vector<Cuts> cuts = make_cuts(whole, 2000, {}, workers);
    Blocks blocks(dataset, {5000, 17});
    make_cuts(blocks, 2000, {}, workers);  // a pass, after which the blocks know how many rows they have
    for (RowSource* const source : {static_cast<RowSource*>(&whole), static_cast<RowSource*>(&blocks)}) {
      const Bins bins(backend_of(Device::cpu()), context, *source, cuts, 1);
      const WideBins& wide = bins.view().wide;
      ASSERT_EQ(wide.features, 2);
      EXPECT_EQ(bins.view().features, 3);
      for (int w = 0; w < 2; ++w) {
        const int f = 2 * w + 1;
        EXPECT_EQ(bins.used()[static_cast<std::size_t>(3 + w)], f);
        EXPECT_EQ(bins.varying()[static_cast<std::size_t>(f)], 3 + w);
        EXPECT_EQ(bins.features()[static_cast<std::size_t>(3 + w)].bins, cuts[static_cast<std::size_t>(f)].bins);
        EXPECT_GT(cuts[static_cast<std::size_t>(f)].bins, 256);
        for (int row = 0; row < 9000; ++row)
          ASSERT_EQ(wide.by_feature[w * 9000 + row], cuts[static_cast<std::size_t>(f)].bin_of_number(
                                                         data.features[static_cast<std::size_t>(f)].values[row]))
              << row;
      }
    }
  }
}

}  // namespace
}  // namespace linden
