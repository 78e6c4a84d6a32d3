// Finished trees added by bins, on both devices: to the last bit the sums of a descent node by node.
#include "backend/tree/bin_forest.hpp"

#include <random>

#include "cuda/device.hpp"

namespace linden::cuda_test {
namespace {

// Bins of some rows: dense features, then sparse ones by their entries.
struct Rows {
  Rows(std::mt19937_64& random, std::int64_t rows, int dense, int sparse) {
    view.rows = rows;
    view.features = dense;
    features.resize(std::size_t(dense + sparse));
    feature_first.push_back(0);
    for (int f = 0; f < dense + sparse; ++f) {
      const auto usual = std::uint8_t(random());
      features[std::size_t(f)].usual_bin = usual;
      std::vector<std::uint8_t>& column = bins.emplace_back();
      for (std::uint32_t row = 0; row < std::uint32_t(rows); ++row) {
        const bool is_usual = f >= dense && random() % 4 != 0;
        column.push_back(is_usual ? usual : std::uint8_t(random()));
        if (f < dense) by_feature.push_back(column.back());
        if (f < dense || column.back() == usual) continue;
        feature_rows.push_back(row);
        feature_bins.push_back(column.back());
      }
      if (f >= dense) feature_first.push_back(std::int64_t(feature_rows.size()));
    }
    view.sparse.features = sparse;
    view.sparse.entries = std::int64_t(feature_rows.size());
  }

  BinsView view;  // of no memory
  std::vector<std::vector<std::uint8_t>> bins;
  std::vector<FeatureBins> features;
  std::vector<std::uint8_t> by_feature, feature_bins;
  std::vector<std::int64_t> feature_first;
  std::vector<std::uint32_t> feature_rows;
};

struct Trees {
  // Splits at random, down to some depth.
  void grow(std::mt19937_64& random, std::size_t at, int depth, int features) {
    nodes[at].left = std::int32_t(at);
    mark_first(nodes[at], 256);
    values[at] = std::normal_distribution<double>()(random);
    if (depth == 0 || features == 0 || random() % 6 == 0) return;
    BinNode node{.feature = std::int32_t(random() % std::uint64_t(features)), .left = std::int32_t(nodes.size())};
    for (std::uint64_t& word : node.left_bins) word = random();
    nodes[at] = node;
    nodes.resize(nodes.size() + 2);
    values.resize(nodes.size());
    grow(random, std::size_t(node.left), depth - 1, features);
    grow(random, std::size_t(node.left) + 1, depth - 1, features);
  }
  void add(std::mt19937_64& random, int depth, int features, std::int32_t output) {
    outputs.push_back(output);
    nodes.emplace_back();
    values.emplace_back();
    grow(random, nodes.size() - 1, depth, features);
    roots.push_back(std::int32_t(nodes.size()));
  }
  double value(std::size_t tree, const Rows& rows, std::size_t row) const {
    auto at = std::size_t(roots[tree]);
    while (nodes[at].left != std::int32_t(at)) {
      const std::uint8_t bin = rows.bins[std::size_t(nodes[at].feature)][row];
      const bool left = (nodes[at].left_bins[bin / 64] >> (bin % 64) & 1) != 0;
      at = std::size_t(nodes[at].left) + (left ? 0 : 1);
    }
    return values[at];
  }

  std::vector<BinNode> nodes;
  std::vector<double> values;
  std::vector<std::int32_t> roots{0}, outputs;
};

class AddTrees : public DeviceTest {
 protected:
  void expect_sums(std::uint64_t seed, std::int64_t row_count, int dense, int sparse, int tree_count, int outputs,
                   int depth = 7, bool to_all = false) {
    std::mt19937_64 random(seed);
    Rows rows(random, row_count, dense, sparse);
    Trees trees;
    for (int i = 0; i < tree_count; ++i) trees.add(random, depth, dense + sparse, to_all ? 0 : i % outputs);
    const int width = to_all ? outputs : 1;
    std::vector<double> of_nodes;  // [nodes, width]
    for (const double value : trees.values)
      for (int k = 0; k < width; ++k) of_nodes.push_back(value * (k + 1));
    std::vector<double> scores(std::size_t(outputs * row_count)), expected;
    for (double& score : scores) score = std::normal_distribution<double>()(random);
    expected = scores;
    for (std::size_t tree = 0; tree < std::size_t(tree_count); ++tree)
      for (std::size_t row = 0; row < std::size_t(row_count); ++row)
        for (int k = 0; k < width; ++k)
          expected[std::size_t((trees.outputs[tree] + k) * row_count) + row] += trees.value(tree, rows, row) * (k + 1);

    const auto task_of = [&](auto&& there) {
      AddTreesTask task{
          {there(trees.nodes), there(of_nodes), there(trees.roots), there(trees.outputs), tree_count, width},
          rows.view};
      task.bins.by_feature = const_cast<std::uint8_t*>(there(rows.by_feature));
      task.bins.feature = there(rows.features);
      task.bins.sparse.feature_first = there(rows.feature_first);
      task.bins.sparse.feature_rows = there(rows.feature_rows);
      task.bins.sparse.feature_bins = there(rows.feature_bins);
      return task;
    };
    const auto on_device = upload(scores);
    std::vector<std::shared_ptr<void>> arrays;
    AddTreesTask device = task_of([&]<class T>(const std::vector<T>& values) -> const T* {
      const auto array = std::make_shared<DeviceArray<T>>(upload(values));
      arrays.push_back(array);
      return array->data();
    });
    device.scores = on_device.data();
    device_backend().tree.add_trees(context(), device);
    EXPECT_TRUE(same_bytes(download(on_device), expected)) << seed;

    AddTreesTask host = task_of([](const auto& values) { return values.data(); });
    host.scores = scores.data();
    cpu_backend().tree.add_trees(cpu(), host);
    EXPECT_TRUE(same_bytes(scores, expected)) << seed;
  }
};

TEST_F(AddTrees, OfDenseFeatures) {
  expect_sums(1, 1, 3, 0, 4, 1);
  expect_sums(2, 1037, 5, 0, 12, 1);
}

TEST_F(AddTrees, OfSparseFeatures) {
  expect_sums(3, 700, 0, 9, 6, 1);
  expect_sums(4, 700, 4, 9, 6, 1);
  expect_sums(9, 700, 4, 9, 2, 1, 14);  // thousands of nodes
}

TEST_F(AddTrees, OfSeveralOutputs) { expect_sums(5, 300, 4, 3, 11, 3); }

TEST_F(AddTrees, ToAllOutputs) {
  expect_sums(10, 300, 5, 0, 7, 3, 7, true);
  expect_sums(11, 300, 4, 3, 7, 4, 7, true);
  expect_sums(12, 300, 4, 9, 2, 2, 14, true);
}

TEST_F(AddTrees, OfLeavesAloneAndOfNothing) {
  expect_sums(6, 20, 0, 0, 2, 1);
  expect_sums(7, 20, 2, 0, 0, 1);
  expect_sums(8, 0, 2, 1, 2, 1);
}

}  // namespace
}  // namespace linden::cuda_test
