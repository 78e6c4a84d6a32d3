// Trees over bytes: on every instruction level, for any number of rows and threads, they say what the trees themselves
// say of a row, whatever the kind of a split, of a column and of a leaf.
#include "boosting/predict/byte_forest.hpp"

#include <bit>

#include "backend/backend.hpp"
#include "boosting/bins/category_groups.hpp"
#include "boosting/hand_made.hpp"
#include "boosting/predict/predictor.hpp"
#include "cpu/levels.hpp"
#include "rows/dataset_rows.hpp"

namespace linden {
namespace {

using namespace hand_made;

const std::vector<Options>& all_options() {
  static const std::vector<Options> all = [] {
    std::vector<Options> made;
    for (const bool zeros : {false, true}) {
      made.push_back({.zeros_missing = zeros});
      made.push_back({.zeros_missing = zeros, .categories = {0, 0, 0}});
      made.push_back({.outputs = 3,
                      .rounds = 3,
                      .zeros_missing = zeros,
                      .loss = link_only_loss("three", Link::identity, 3, LabelKind::real)});
      made.push_back({.outputs = 5,
                      .add_to_all = true,
                      .zeros_missing = zeros,
                      .loss = link_only_loss("five", Link::identity, 5, LabelKind::real)});
    }
    return made;
  }();
  return all;
}

// A tree of so many leaves, that splits the last leaf (a chain) or any by numbers, or by categories near the root.
Tree grown(Random& random, const Options& options, int leaves, bool is_chain) {
  Tree tree;
  tree.nodes.emplace_back();
  std::vector<int> open{0};
  while (static_cast<int>(open.size()) < leaves) {
    const std::size_t i = is_chain ? open.size() - 1 : static_cast<std::size_t>(random.below(std::ssize(open)));
    const int at = open[i], left = static_cast<int>(tree.nodes.size());
    tree.nodes.resize(tree.nodes.size() + 2);
    TreeNode& node = tree.nodes[static_cast<std::size_t>(at)];
    const int features = static_cast<int>(options.categories.size());
    do node.feature = random.below(features);
    while (options.categories[static_cast<std::size_t>(node.feature)] > 0 && open.size() > 8);
    node.missing_left = random.chance(0.5);
    node.left = left;
    node.right = left + 1;
    node.categorical = options.categories[static_cast<std::size_t>(node.feature)] > 0;
    if (node.categorical) {
      for (int code = 0; code < 5; ++code)
        if (random.chance(0.5)) node.left_categories.push_back(code);
    } else {
      node.threshold = random.normal();
      node.zero_missing = options.zeros_missing && random.chance(0.3);
    }
    open[i] = left;
    open.push_back(left + 1);
    if (is_chain && random.chance(0.5)) std::swap(open[open.size() - 1], open[open.size() - 2]);
  }
  int number = 0;
  for (TreeNode& node : tree.nodes) {
    if (node.feature >= 0) continue;
    node.leaf = number++;
    tree.leaf_values.push_back(random.normal());
  }
  return tree;
}

// A tree of so many levels, each of which has one split.
Tree oblivious(Random& random, const Options& options, int levels) {
  Tree tree;
  tree.nodes.resize((std::size_t{2} << levels) - 1);
  TreeNode split;
  for (std::size_t i = 0; i + 1 < std::size_t{1} << levels; ++i) {
    if (std::has_single_bit(i + 1)) split = grown(random, options, 2, false).nodes[0];
    TreeNode& node = tree.nodes[i] = split;
    node.left = 2 * static_cast<int>(i) + 1;
    node.right = node.left + 1;
  }
  for (int leaf = 0; leaf < 1 << levels; ++leaf) {
    tree.nodes[tree.leaf_values.size() + (std::size_t{1} << levels) - 1].leaf = leaf;
    tree.leaf_values.push_back(random.normal());
  }
  return tree;
}

struct Case {
  explicit Case(const BoostedModel::State& made) : loaded(as_loaded("trees of a test", made)), model(loaded) {}

  // The scores of all rows, [outputs, rows], and the leaves of all trees, by what stands in the trees.
  void expect(const Dataset& data, const std::vector<std::vector<double>>& rows, const std::string& what,
              bool over_bytes = true) const {
    const ByteForest bytes(state.forest);
    ASSERT_EQ(bytes.empty(), !over_bytes) << what;
    const std::size_t trees = state.trees.size();
    std::vector<std::vector<double>> scores;
    std::vector<std::int32_t> leaves;
    for (const std::vector<double>& row : rows) {
      scores.push_back(scores_of(model, row, trees));
      for (const Tree& tree : state.trees) leaves.push_back(leaf_of(model, tree, row).leaf);
    }
    for (const CpuLevel& level : cpu_levels())
      for (const int threads : {1, 2, 7}) {
        const std::string where = fmt::format("{}, level {}, {} threads", what, level.name, threads);
        Workers workers(threads);
        DeviceContext context(Device::cpu(), workers);
        std::vector<FeatureSource> sources = match_features("test", data, state, state.forest.used());
        translate_to_groups(sources, state.forest.used(), state.groups);
        const DatasetRows dataset_rows(data, std::move(sources));
        const auto count = static_cast<std::int64_t>(rows.size());
        PredictTask task{.forest = state.forest.view(static_cast<std::int32_t>(trees)),
                         .rows = dataset_rows.view(),
                         .row_count = count,
                         .score_stride = count,
                         .bytes = bytes.view()};
        for (const std::int64_t first : {std::int64_t{0}, count / 3}) {
          task.first_row = first;
          task.row_count = count - first;
          std::vector<double> found;
          for (const double start : state.initial_score) found.insert(found.end(), rows.size(), start);
          std::vector<std::int32_t> found_leaves(static_cast<std::size_t>(task.row_count) * trees, -1);
          std::vector<std::byte> scratch(static_cast<std::size_t>(level.tree().predict_scratch(context, task)));
          task.scratch = scratch.data();
          task.scores = found.data();
          task.leaves = found_leaves.data();
          level.tree().predict(context, task);
          int wrong = 0;
          for (std::int64_t i = 0; i < task.row_count; ++i) {
            const auto row = static_cast<std::size_t>(first + i);
            for (std::size_t k = 0; k < state.initial_score.size(); ++k)
              wrong += found[k * rows.size() + static_cast<std::size_t>(i)] != scores[row][k];
            for (std::size_t t = 0; t < trees; ++t)
              wrong += found_leaves[static_cast<std::size_t>(i) * trees + t] != leaves[row * trees + t];
          }
          EXPECT_EQ(wrong, 0) << where << " from row " << first;
        }
      }
  }

  void expect(const RandomData& data, const std::string& what, bool over_bytes = true) const {
    std::vector<std::vector<double>> rows;
    for (int row = 0; row < data.rows(); ++row) rows.push_back(row_of(data, row));
    expect(data.dataset(model.feature_names()), rows, what, over_bytes);
  }

  std::shared_ptr<const BoostedModel::State> loaded;
  const BoostedModel::State& state = *loaded;
  BoostedModel model;
};

TEST(ByteForest, SaysWhatTheTreesSay) {
  Random random(1);
  for (const Options& options : all_options())
    for (const int rows : {1, 8, 31, 64, 65, 150, 700}) {
      const Case trees(random_state(random, options));
      trees.expect(random_rows(random, options, rows),
                   fmt::format("{} rows, {} outputs, {} features", rows, options.outputs, options.categories.size()));
    }
}

TEST(ByteForest, TreesOfAllSizes) {
  Random random(2);
  for (const bool zeros : {false, true})
    for (const bool is_chain : {false, true}) {
      const Options options{.zeros_missing = zeros, .categories = {0, 0, 0, 5}};
      BoostedModel::State state = random_state(random, options);
      state.trees.clear();
      for (const int leaves : {1, 2, 3, 255, 256, 257, 300, is_chain ? 400 : 1500})
        state.trees.push_back(grown(random, options, leaves, is_chain));
      Case(state).expect(random_rows(random, options, 300), is_chain ? "chains" : "bushes");
    }
}

TEST(ByteForest, ObliviousTrees) {
  Random random(8);
  for (const bool zeros : {false, true})
    for (const std::vector<int>& categories : {std::vector<int>{0, 0, 0, 5}, {0, 0, 0, 0}}) {
      const Options options{.zeros_missing = zeros, .categories = categories};
      BoostedModel::State state = random_state(random, options);
      state.trees.clear();
      for (const int levels : {1, 2, 6, 7, 8, 9, 10, 3}) state.trees.push_back(oblivious(random, options, levels));
      EXPECT_TRUE(std::ranges::all_of(std::span(ByteForest(Case(state).state.forest).view().trees, 8),
                                      [](const ByteTree& tree) { return tree.oblivious; }));
      Case(state).expect(random_rows(random, options, 300), "levels");
      Tree& last = state.trees.back();  // one node is another, or has another number
      last.nodes[5].missing_left = !last.nodes[5].missing_left;
      EXPECT_FALSE(ByteForest(Case(state).state.forest).view().trees[7].oblivious);
      Case(state).expect(random_rows(random, options, 300), "levels, but for a node");
    }
}

// More thresholds than a byte tells apart.
TEST(ByteForest, ManyThresholds) {
  Random random(3);
  for (const bool zeros : {false, true}) {
    const Options options{.zeros_missing = zeros, .categories = {0, 0}};
    BoostedModel::State state = random_state(random, options);
    for (int tree = 0; tree < 12; ++tree) state.trees.push_back(grown(random, options, 256, false));
    const Case trees(state);
    trees.expect(random_rows(random, options, 400), "3,000 thresholds");
  }
}

// Rows of floats beside thresholds that are no floats.
TEST(ByteForest, FloatsNextToThresholds) {
  Random random(4);
  BoostedModel::State state = random_state(random, {.categories = {0, 0, 0}});
  std::vector<float> near;
  const auto around = [&](double threshold) {
    const auto f = static_cast<float>(threshold);
    const float all = std::numeric_limits<float>::infinity();
    for (const float x : {f, std::nextafter(f, all), std::nextafter(f, -all)}) near.push_back(x);
    return threshold;
  };
  const float denormal = std::numeric_limits<float>::denorm_min(), most = std::numeric_limits<float>::max();
  for (Tree& tree : state.trees)
    for (TreeNode& node : tree.nodes)
      if (node.feature >= 0) {
        const double x = static_cast<float>(random.normal());
        node.threshold = around(random.one_of({x, std::nextafter(x, 9.0), std::nextafter(x, -9.0), 1e300, -1e300, 0.0,
                                               -0.0, 1e-60, -1e-60, 0.4 * denormal, double{most}, -double{most}}));
      }
  std::erase_if(near, [](float x) { return std::isinf(x); });
  near.push_back(std::numeric_limits<float>::quiet_NaN());
  std::vector<float> values;
  std::vector<std::vector<double>> rows;
  for (int row = 0; row < 400; ++row) {
    std::vector<double>& wide = rows.emplace_back();
    for (int f = 0; f < 3; ++f) {
      values.push_back(near[static_cast<std::size_t>(random.below(static_cast<int>(near.size())))]);
      wide.push_back(values.back());
    }
  }
  const Case trees(state);
  trees.expect(Dataset::from_rows(values, 3, {.names = trees.model.feature_names()}), rows, "floats");
}

TEST(ByteForest, SparseRows) {
  Random random(5);
  for (const bool zeros : {false, true}) {
    const Options options{.rounds = 9, .zeros_missing = zeros, .categories = std::vector<int>(40, 0)};
    const Case trees(random_state(random, options));
    std::vector<std::int64_t> offsets{0};
    std::vector<std::int32_t> columns;
    std::vector<double> values;
    std::vector<std::vector<double>> rows;
    for (int row = 0; row < 333; ++row) {
      std::vector<double>& dense = rows.emplace_back(40, 0.0);
      for (std::int32_t c = 0; c < 40; ++c) {
        if (random.chance(0.8)) continue;
        columns.push_back(c);
        values.push_back(dense[static_cast<std::size_t>(c)] = random_number(random));
      }
      offsets.push_back(std::ssize(columns));
    }
    trees.expect(Dataset::from_csr(offsets, columns, values, 40, {.names = trees.model.feature_names()}), rows,
                 "sparse rows");
  }
}

TEST(ByteForest, StaysEmptyWhereBytesDoNotDo) {
  Random random(6);
  const Options many{.categories = {0, 256}};
  BoostedModel::State state = random_state(random, many);
  state.groups[1].clear();
  Case(state).expect(random_rows(random, many, 100), "256 groups", false);

  const Options few{.categories = {0, 5}};
  state = random_state(random, few);
  Tree& tree = state.trees.emplace_back(grown(random, few, 300, true));
  TreeNode& last = *std::ranges::find_if(tree.nodes.rbegin(), tree.nodes.rend(),
                                         [](const TreeNode& node) { return node.feature >= 0; });
  last.feature = 1;
  last.categorical = true;
  last.threshold = 0;
  last.left_categories = {1, 3};
  Case(state).expect(random_rows(random, few, 100), "categories far down", false);
}

TEST(ByteForest, IsMadeOnceItPays) {
  Random random(7);
  const Case trees(random_state(random, {}));
  const std::int64_t nodes = trees.state.forest.nodes(trees.state.forest.trees());
  const std::int64_t needed = (4 * nodes + trees.state.forest.trees() - 1) / trees.state.forest.trees();
  const LazyByteForest lazy;
  EXPECT_EQ(lazy.of(trees.state.forest, needed / 2).trees, nullptr);
  EXPECT_EQ(lazy.of(trees.state.forest, needed - needed / 2 - 1).trees, nullptr);
  const ByteTree* const made = lazy.of(trees.state.forest, 1).trees;
  EXPECT_NE(made, nullptr);
  EXPECT_EQ(lazy.of(trees.state.forest, 1).trees, made);
  EXPECT_EQ(LazyByteForest(lazy).of(trees.state.forest, 1).trees, nullptr);
}

}  // namespace
}  // namespace linden
