// What ranks tell each other in a step of growth (backend/tree/rank_message.hpp), against the cells themselves; and
// what a Communicator does that has no reduce_scatter of its own.
#include "backend/tree/rank_message.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <linden/communicator.hpp>
#include <vector>

#include "boosting/random_data.hpp"

namespace linden {
namespace {

struct Cell {
  std::int64_t gradient, curvature, rows;
};

// The messages of two ranks, added word by word, have the sums of both ranks' cells, whatever the size of nodes.
TEST(RankMessage, AddsUpToTheCellsOfAllRanks) {
  const std::vector<std::int32_t> rank_cells{0, 5, 5, 18, 23};  // the second rank has no features
  Random random(1);
  for (const std::int64_t most_rows : {1, 9, 100, 70000, 131071, 131072, 20'000'000})
    for (const bool wide : {false, true}) {
      TreeState tree;
      std::int64_t counted = 0;
      tree.slot_rows = &counted;
      tree.ranks = 4;
      tree.rank_cells = rank_cells.data();
      tree.wide = wide;
      const MessageShape shape = shape_of(tree, 4, 2, most_rows);
      EXPECT_EQ(shape.packed, !wide && most_rows <= packed_rows);
      std::int64_t words = 0;
      for (int rank = 0; rank < 4; ++rank) words += 2 * words_of_node(shape, rank_cells[rank + 1] - rank_cells[rank]);
      std::vector<std::int64_t> sums(words, 0);
      std::vector<Cell> all(2 * 23, Cell{0, 0, 0});
      for (const std::int64_t rows : {most_rows / 3, most_rows - most_rows / 3}) {
        std::vector<std::int64_t> message(words, 0);
        tree.message = message.data();
        for (int node = 0; node < 2; ++node) {
          std::vector<std::int64_t> node_rows;
          std::vector<Cell> cells;
          for (int c = 0; c < 23; ++c) {
            const std::int64_t unit = wide ? 1 << wide_bits : 1 << narrow_bits, sign = random.chance(0.5) ? 1 : -1;
            const Cell cell = random.chance(0.2) ? Cell{0, 0, 0} : Cell{sign * unit * rows, unit * rows, rows};
            cells.push_back(cell);
            node_rows.push_back(cell.rows);
            Cell& sum = all[node * 23 + c];
            sum = {sum.gradient + cell.gradient, sum.curvature + cell.curvature, sum.rows + cell.rows};
          }
          for (int rank = 0; rank < 4; ++rank) {
            const NodeMessage to(tree, shape, node, rank);
            for (std::int32_t c = rank_cells[rank]; c < rank_cells[rank + 1]; ++c) {
              EXPECT_EQ(owner_of_cell(tree, c), rank);
              to.put(c, cells[c].gradient, cells[c].curvature);
            }
            for (std::int64_t word = 0; word < words_of_rows(shape, to.cells); ++word)
              to.put_rows(word, node_rows.data());
          }
        }
        std::ranges::transform(sums, message, sums.begin(), std::plus());
      }
      tree.message = sums.data();
      for (int node = 0; node < 2; ++node)
        for (std::int32_t c = 0; c < 23; ++c) {
          const NodeMessage from(tree, shape, node, owner_of_cell(tree, c));
          const Cell& wanted = all[node * 23 + c];
          ASSERT_EQ(from.at(c).gradient, wanted.gradient) << most_rows;
          ASSERT_EQ(from.at(c).curvature, wanted.curvature);
          std::vector<std::int64_t> node_rows(23, -1);
          for (std::int64_t word = 0; word < words_of_rows(shape, from.cells); ++word)
            from.take_rows(word, node_rows.data());
          ASSERT_EQ(node_rows[c], wanted.rows);
        }
    }
}

// A split is told whole.
TEST(RankMessage, KeepsSplits) {
  Split split;
  split.gain = 3.25;
  split.feature = 7;
  split.bin = 250;
  split.categorical = split.counted = true;
  split.left_gradient = -(std::int64_t{1} << 61);
  split.left_curvature = 12;
  split.left_bins[3] = ~std::uint64_t{0};
  const RankSplit told = told_split(split, 99);
  Split taken;
  take_split(told, taken);
  EXPECT_EQ(told.left_rows, 99);
  EXPECT_EQ(taken.gain, 3.25);
  EXPECT_EQ(taken.feature, 7);
  EXPECT_EQ(taken.bin, 250);
  EXPECT_TRUE(taken.categorical && taken.counted && !taken.missing_left);
  EXPECT_EQ(taken.left_gradient, split.left_gradient);
  EXPECT_EQ(taken.left_curvature, 12);
  EXPECT_EQ(taken.left_bins[3], ~std::uint64_t{0});
}

// Two ranks of the same values: sums are twice what each has.
class Pair final : public Communicator {
 public:
  int rank() const override { return 1; }
  int size() const override { return 2; }
  void sum(std::int64_t* values, std::int64_t count) override {
    for (std::int64_t i = 0; i < count; ++i) values[i] *= 2;
  }
  void max(double*, std::int64_t) override {}
  void gather(const void*, std::int64_t, void*) override {}
};

TEST(Communicator, ReducesBySumsWhereItHasNothingElse) {
  Pair pair;
  std::vector<std::int64_t> values{1, 2, 3, 4, 5, 100};
  const std::vector<std::int64_t> counts{2, 3};
  pair.reduce_scatter(values.data(), counts.data());
  EXPECT_EQ(std::vector(values.begin() + 2, values.end()), (std::vector<std::int64_t>{6, 8, 10, 100}));
}

}  // namespace
}  // namespace linden
