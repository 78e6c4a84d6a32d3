// Scores and leaves from the GPU's kernel are the CPU's, to the last bit.
#include <algorithm>

#include "cuda/tree/raw_rows.hpp"

namespace linden {
namespace {

using namespace cuda_test;

// Random trees; their lists on the host.
struct Trees {
  std::vector<ForestNode> nodes;
  std::vector<ForestDetail> details;
  std::vector<std::int32_t> roots, outputs;
  std::vector<std::uint32_t> categories;
  std::int32_t features = 0;
  bool has_special_splits = false;
  std::int32_t width = 0;  // of leaves that add to all scores, or 0
  std::vector<double> leaf_values;
  std::vector<std::int32_t> first_leaf;

  // A leaf, or a split with two trees below it.
  void grow(std::mt19937& random, std::int32_t at, int depth, const std::vector<bool>& categorical) {
    ForestNode node;
    ForestDetail detail;
    if (depth == 0 || random() % 5 == 0 || categorical.empty()) {
      node.threshold = std::numeric_limits<double>::infinity();
      node.missing_left = 1;
      node.left = at;
      detail.value = width > 0 ? 0 : (static_cast<double>(random()) - 2e9) / 7e8;
      for (int k = 0; k < width; ++k) leaf_values.push_back((static_cast<double>(random()) - 2e9) / 7e8);
      detail.leaf = leaves_++;
      nodes[at] = node;
      details[at] = detail;
      return;
    }
    node.threshold = int(random() % 41) * 0.25 - 5;
    node.feature = static_cast<std::uint32_t>(random() % categorical.size()) & 0x3fffffff;
    node.missing_left = random() % 2;
    if (categorical[node.feature]) {
      node.special = 1;
      detail.codes = 38;
      detail.first_word = static_cast<std::int32_t>(categories.size());
      detail.words = static_cast<std::int32_t>(random() % 3);
      for (int i = 0; i < detail.words; ++i) categories.push_back(static_cast<std::uint32_t>(random()));
    }
    if (zeros_are_missing && !categorical[node.feature] && random() % 2 == 0) {
      node.special = 1;
      detail.codes = ForestDetail::of_zeros;
    }
    has_special_splits |= node.special != 0;
    node.left = static_cast<std::int32_t>(nodes.size());
    nodes.resize(nodes.size() + 2);
    details.resize(nodes.size());
    nodes[at] = node;
    details[at] = detail;
    grow(random, node.left, depth - 1, categorical);
    grow(random, node.left + 1, depth - 1, categorical);
  }

  void add_tree(std::mt19937& random, int depth, std::int32_t output, const std::vector<bool>& categorical) {
    const auto root = static_cast<std::int32_t>(nodes.size());
    roots.push_back(root);
    outputs.push_back(width > 0 ? -1 : output);
    if (width > 0) first_leaf.push_back(static_cast<std::int32_t>(leaf_values.size()) / width);
    nodes.emplace_back();
    details.emplace_back();
    leaves_ = 0;
    grow(random, root, depth, categorical);
  }

  ForestView view() const {
    return {.nodes = nodes.data(),
            .details = details.data(),
            .roots = roots.data(),
            .outputs = outputs.data(),
            .categories = categories.data(),
            .trees = static_cast<std::int32_t>(roots.size()),
            .features = features,
            .has_special_splits = has_special_splits,
            .leaf_values = leaf_values.data(),
            .first_leaf = first_leaf.data(),
            .width = width};
  }

  bool zeros_are_missing = false;

 private:
  std::int32_t leaves_ = 0;
};

// `width`: scores that leaves add to, or 0 where each tree adds to one.
Trees random_trees(std::mt19937& random, int count, int outputs, const std::vector<bool>& categorical, int width = 0,
                   bool zeros_are_missing = false) {
  Trees trees;
  trees.width = width;
  trees.zeros_are_missing = zeros_are_missing;
  trees.features = static_cast<std::int32_t>(categorical.size());
  for (int i = 0; i < count; ++i) trees.add_tree(random, 5, i % outputs, categorical);
  return trees;
}

class Predict : public RawColumns {
 protected:
  void expect_same(const Trees& trees, const RowsView& host, const RowsView& device, int outputs,
                   std::int64_t first_row, std::int64_t rows) {
    PredictTask task;
    task.first_row = first_row;
    task.row_count = rows;
    task.score_stride = rows + 3;
    std::vector<double> scores(static_cast<std::size_t>(outputs * task.score_stride), 0.1);
    std::vector<std::int32_t> leaves(static_cast<std::size_t>(rows) * trees.roots.size());
    const DeviceArray<double> device_scores = upload(scores);
    const DeviceArray<std::int32_t> device_leaves = room<std::int32_t>(static_cast<std::int64_t>(leaves.size()));
    task.forest = trees.view();
    task.rows = host;
    task.scores = scores.data();
    task.leaves = leaves.data();
    std::vector<double> scratch(static_cast<std::size_t>(cpu_backend().tree.predict_scratch(cpu(), task)) /
                                sizeof(double));
    task.scratch = scratch.data();
    cpu_backend().tree.predict(cpu(), task);
    const bool is_zero = std::ranges::all_of(scratch, [](double value) { return value == 0; });
    EXPECT_TRUE(is_zero || host.columns != nullptr);  // for the next rows

    const auto nodes = upload(trees.nodes);
    const auto details = upload(trees.details);
    const auto roots = upload(trees.roots), trees_outputs = upload(trees.outputs);
    const auto categories = upload(trees.categories);
    const auto leaf_values = upload(trees.leaf_values);
    const auto first_leaf = upload(trees.first_leaf);
    task.forest.nodes = nodes.data();
    task.forest.details = details.data();
    task.forest.roots = roots.data();
    task.forest.outputs = trees_outputs.data();
    task.forest.categories = categories.data();
    task.forest.leaf_values = leaf_values.data();
    task.forest.first_leaf = first_leaf.data();
    task.rows = device;
    task.scores = device_scores.data();
    task.leaves = nullptr;
    task.scratch = nullptr;
    device_backend().tree.predict(context(), task);
    EXPECT_TRUE(same_bytes(scores, download(device_scores)));
    task.scores = nullptr;
    task.leaves = device_leaves.data();
    device_backend().tree.predict(context(), task);
    EXPECT_TRUE(same_bytes(scores, download(device_scores)));
    EXPECT_TRUE(same_bytes(leaves, download(device_leaves)));
  }
};

TEST_F(Predict, DenseColumnsOfAllKinds) {
  std::mt19937 random(1);
  for (const std::int64_t rows : {1, 127, 300}) {
    std::vector<RawColumn> columns;
    for (const DType dtype : {DType::f64, DType::f32, DType::i32, DType::f64, DType::i32})
      columns.push_back(random_column(random, dtype, rows));
    for (int code = 0; code < 40; ++code) columns[4].code.push_back(int(random() % 40) - 2);
    const Trees trees = random_trees(random, 6, 1, {false, false, true, false, true});
    EXPECT_TRUE(trees.has_special_splits);
    expect_same(trees, host_view(columns, rows), device_view(columns, rows), 1, 0, rows);
    const std::int64_t part = (rows + 1) / 2;
    expect_same(trees, host_view(columns, rows), device_view(columns, rows), 1, rows - part, part);
  }
}

TEST_F(Predict, SeveralOutputs) {
  std::mt19937 random(2);
  std::vector<RawColumn> columns;
  for (int f = 0; f < 4; ++f) columns.push_back(random_column(random, DType::f32, 150));
  const Trees trees = random_trees(random, 9, 3, std::vector<bool>(4, false));
  expect_same(trees, host_view(columns, 150), device_view(columns, 150), 3, 0, 150);
}

// Trees that add to all scores, and splits for which zeros are missing, over dense and sparse rows.
TEST_F(Predict, LeavesOfSeveralValuesAndMissingZeros) {
  std::mt19937 random(8);
  for (const int width : {0, 1, 3, 40}) {
    std::vector<RawColumn> columns;
    for (const DType dtype : {DType::f64, DType::f32, DType::i32}) columns.push_back(random_column(random, dtype, 150));
    for (const bool has_zeros : {false, true}) {
      const Trees trees = random_trees(random, 7, 1, {false, false, true}, width, has_zeros);
      expect_same(trees, host_view(columns, 150), device_view(columns, 150), std::max(width, 1), 0, 150);
      expect_same(trees, host_view(columns, 150), device_view(columns, 150), std::max(width, 1), 20, 100);
    }
    const Trees trees = random_trees(random, 5, 1, std::vector<bool>(15, false), width, true);
    EXPECT_TRUE(trees.has_special_splits);
    const RawEntries<double> f64 = random_entries<double>(random, 200, 33, 15);
    expect_same(trees, host_view(f64, 15), device_view(f64, 15), std::max(width, 1), 0, 200);
    const RawEntries<float> f32 = random_entries<float>(random, 200, 33, 15);
    expect_same(trees, host_view(f32, 15), device_view(f32, 15), std::max(width, 1), 90, 110);
  }
}

TEST_F(Predict, MoreFeaturesThanSharedMemoryHolds) {
  std::mt19937 random(3);
  for (const bool has_codes : {false, true}) {
    std::vector<RawColumn> columns;
    std::vector<bool> categorical;
    for (int f = 0; f < 100; ++f) {
      categorical.push_back(has_codes && f % 10 == 0);
      columns.push_back(random_column(random, categorical.back() ? DType::i32 : DType::f32, 40));
    }
    const Trees trees = random_trees(random, 30, 1, categorical);
    expect_same(trees, host_view(columns, 40), device_view(columns, 40), 1, 0, 40);
  }
}

TEST_F(Predict, OneTreeOfManyFeatures) {
  std::mt19937 random(4);
  std::vector<RawColumn> columns;
  for (int f = 0; f < 12; ++f) columns.push_back(random_column(random, DType::f64, 40));
  const Trees trees = random_trees(random, 1, 1, std::vector<bool>(12, false));
  expect_same(trees, host_view(columns, 40), device_view(columns, 40), 1, 0, 40);
}

TEST_F(Predict, SparseRows) {
  std::mt19937 random(5);
  for (const std::int64_t rows : {1, 200}) {
    const Trees trees = random_trees(random, 5, 1, std::vector<bool>(15, false));
    const RawEntries<double> f64 = random_entries<double>(random, rows, 33, 15);
    expect_same(trees, host_view(f64, 15), device_view(f64, 15), 1, 0, rows);
    const RawEntries<float> f32 = random_entries<float>(random, rows, 33, 15);
    const std::int64_t part = (rows + 1) / 2;
    expect_same(trees, host_view(f32, 15), device_view(f32, 15), 1, rows - part, part);
  }
}

// So many features that the GPU makes dense columns of some rows at a time.
TEST_F(Predict, MoreSparseRowsThanAreMadeDenseAtOnce) {
  std::mt19937 random(7);
  constexpr std::int32_t features = 200'000;
  Trees trees = random_trees(random, 3, 1, std::vector<bool>(20, false));
  trees.features = features;
  RawEntries<float> entries = random_entries<float>(random, 300, 40, 20);
  expect_same(trees, host_view(entries, features), device_view(entries, features), 1, 0, 300);
}

TEST_F(Predict, NoRowsNoTreesNoFeatures) {
  std::mt19937 random(6);
  const std::vector<RawColumn> columns{random_column(random, DType::f64, 5)};
  const Trees one = random_trees(random, 1, 1, {false});
  expect_same(one, host_view(columns, 5), device_view(columns, 5), 1, 0, 0);
  expect_same(random_trees(random, 0, 1, {false}), host_view(columns, 5), device_view(columns, 5), 1, 0, 5);
  const RowsView rows{.rows = 3, .features = 0};
  expect_same(random_trees(random, 2, 1, {}), rows, rows, 1, 0, 3);
}

}  // namespace
}  // namespace linden
