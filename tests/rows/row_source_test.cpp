// A Dataset as a source of rows: one block, as often as it is asked for.
#include "rows/row_source.hpp"

#include <gtest/gtest.h>

#include "boosting/sparse_data.hpp"
#include "rows/blocks.hpp"

namespace linden {
namespace {

TEST(RowSource, ADatasetIsOneBlock) {
  RandomData data;
  add_numbers(data, {1, 2, 3});
  add_numbers(data, {0, 0, 5});
  data.label = {4, 5, 6};
  data.weight = {1, 0.5, 2};
  const SparsePair pair = both(data);
  for (const Dataset& rows : {pair.dense, pair.sparse}) {
    DatasetSource source(rows);
    EXPECT_EQ(source.schema().rows, 3);
    EXPECT_EQ(source.schema().features, 2);
    EXPECT_EQ(source.schema().sparse, rows.is_sparse());
    for (int pass = 0; pass < 2; ++pass) {
      int blocks = 0;
      each_block(source, [&](const RowBlock& block) {
        ++blocks;
        EXPECT_EQ(block.first, 0);
        EXPECT_TRUE(block.is_last);
        EXPECT_EQ(block.rows.rows, 3);
        EXPECT_EQ(std::vector<double>(block.labels.begin(), block.labels.end()), data.label);
        EXPECT_EQ(std::vector<double>(block.weights.begin(), block.weights.end()), data.weight);
      });
      EXPECT_EQ(blocks, 1);
    }
  }
}

TEST(RowSource, WithoutLabelAndWeightSpansAreEmpty) {
  const std::vector<double> values{1, 2};
  const Dataset rows = Dataset::from_columns(std::span<const double>(values), 1);
  DatasetSource source(rows);
  each_block(source, [&](const RowBlock& block) {
    EXPECT_TRUE(block.labels.empty());
    EXPECT_TRUE(block.weights.empty());
  });
}

// What the other tests of sources stand on.
TEST(RowSource, BlocksOfATestAreTheRowsInOrder) {
  RandomData data;
  add_numbers(data, {1, 2, 3, 4, 5, 6, 7});
  data.label = {1, 2, 3, 4, 5, 6, 7};
  const SparsePair pair = both(data);
  for (const Dataset& rows : {pair.dense, pair.sparse}) {
    Blocks source(rows, {2, 1});
    std::vector<double> labels;
    std::vector<std::int64_t> firsts;
    each_block(source, [&](const RowBlock& block) {
      firsts.push_back(block.first);
      EXPECT_EQ(block.is_last, block.first == 6);
      labels.insert(labels.end(), block.labels.begin(), block.labels.end());
    });
    EXPECT_EQ(labels, data.label);
    EXPECT_EQ(firsts, (std::vector<std::int64_t>{0, 2, 3, 5, 6}));
    EXPECT_EQ(source.schema().rows, 7);
  }
}

}  // namespace
}  // namespace linden
