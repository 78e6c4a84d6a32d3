// Ranks that grow one tree together, each with a part of the rows.
#pragma once

#include <algorithm>

#include "boosting/bins/bins.hpp"
#include "boosting/bins/category_bins.hpp"
#include "boosting/random_data.hpp"
#include "boosting/train/growth/grow.hpp"
#include "meeting.hpp"

namespace linden {

/// Rows with their gradients and curvatures; `sample`: the rows that the tree sees, or all where it is empty.
struct GradientRows {
  RandomData data;
  std::vector<float> gradients, curvatures;
  std::vector<bool> sampled;

  GradientRows take(const std::vector<int>& rows) const {
    GradientRows part{data.take(rows), {}, {}, {}};
    for (const int row : rows) {
      part.gradients.push_back(gradients[row]);
      part.curvatures.push_back(curvatures[row]);
      if (!sampled.empty()) part.sampled.push_back(sampled[row]);
    }
    return part;
  }
};

inline std::vector<Cuts> cuts_of(const GradientRows& rows) {
  Workers workers(1);
  std::vector<RowSlopes> slopes;
  slopes.emplace_back(std::span(rows.gradients), std::span(rows.curvatures));
  const Dataset data = rows.data.dataset();
  DatasetSource source(data);
  return make_cuts(source, 32, slopes, workers);
}

struct TreeOfRanks {
  Tree tree;
  std::vector<std::int32_t> leaf;  ///< of each row
};

/// Grows the tree of the rows that are here and, by `comms`, of those of others. `monotone`: signs of features.
inline TreeOfRanks grow_by_hand(const Device& device, Comms* comms, const GradientRows& rows,
                                const std::vector<Cuts>& cuts, const GrowthLimits& limits, int threads,
                                const std::vector<double>& monotone = {}) {
  const Backend& on = backend_of(device);
  Workers workers(threads);
  DeviceContext context(device, workers, comms);
  const Dataset data = rows.data.dataset();
  DatasetSource source(data);
  const Bins bins(on, context, source, cuts, limits.min_rows_in_leaf, monotone);
  EXPECT_TRUE(comms == nullptr || bins.view().sparse.features == 0);
  TreeStorage storage(on, context, bins.view(), limits, {});
  TreeMemory& tree = storage.memory();
  const auto place = [&]<class T>(const std::vector<T>& values) {
    return OnDevice<T>(on.memory, context, values.data(), std::ssize(values), "test values");
  };
  std::vector<std::int32_t> features;
  for (std::int32_t f = 0; f < bins.view().features; ++f)
    if (f % 7 != 3) features.push_back(f);  // not all
  std::vector<std::uint32_t> sample;
  for (std::size_t row = 0; row < rows.sampled.size(); ++row)
    if (rows.sampled[row]) sample.push_back(static_cast<std::uint32_t>(row));
  const auto gradients = place(rows.gradients), curvatures = place(rows.curvatures);
  const auto device_features = place(features);
  const auto device_sample = place(sample);
  tree.gradients = gradients.data();
  tree.curvatures = curvatures.data();
  for (const float g : rows.gradients) tree.range.max_gradient = std::max(tree.range.max_gradient, std::abs(double{g}));
  for (const float h : rows.curvatures) tree.range.max_curvature = std::max(tree.range.max_curvature, double{h});
  tree.features = device_features.data();
  tree.feature_count = static_cast<std::int32_t>(features.size());
  static constexpr std::uint32_t no_row = 0;
  tree.sample = rows.sampled.empty() ? nullptr : sample.empty() ? &no_row : device_sample.data();
  tree.sample_rows = rows.sampled.empty() ? std::ssize(rows.gradients) : std::ssize(sample);
  grow(on, context, tree);
  TreeOfRanks result;
  result.tree = finished_tree(storage.finished(), cuts, bins.used());
  result.leaf.resize(rows.gradients.size());
  on.memory.download(context, result.leaf.data(), tree.leaf_of_row,
                     std::ssize(result.leaf) * static_cast<std::int64_t>(sizeof(std::int32_t)));
  return result;
}

/// Empty, or how the tree of ranks differs from that of one that has all rows. Row r lies on rank owner[r].
inline std::string difference_of_ranks(const Device& device, const GradientRows& rows, const GrowthLimits& limits,
                                       int ranks, const std::vector<int>& owner, bool turns,
                                       const std::vector<double>& monotone = {}) {
  const std::vector<Cuts> cuts = cuts_of(rows);
  const TreeOfRanks wanted = grow_by_hand(device, nullptr, rows, cuts, limits, 1, monotone);
  std::vector<std::vector<int>> parts(static_cast<std::size_t>(ranks));
  for (std::size_t row = 0; row < owner.size(); ++row) parts[owner[row]].push_back(static_cast<int>(row));
  std::vector<TreeOfRanks> found(parts.size());
  Meeting meeting(ranks, turns);
  meeting.run([&](int rank) {
    Meeting::Member comms(meeting, backend_of(device).memory, rank);
    found[rank] = grow_by_hand(device, &comms, rows.take(parts[rank]), cuts, limits, 1 + rank % 2, monotone);
  });
  for (int rank = 0; rank < ranks; ++rank) {
    const std::string tree = dump({found[rank].tree}), whole = dump({wanted.tree});
    if (tree != whole)
      return fmt::format("rank {} of {} has the tree\n{}one machine has\n{}", rank, ranks, tree, whole);
    for (std::size_t i = 0; i < parts[rank].size(); ++i)
      if (found[rank].leaf[i] != wanted.leaf[parts[rank][i]])
        return fmt::format("rank {}: the leaf of row {}", rank, i);
  }
  return "";
}

/// Many random trees on several ranks: data of all kinds, of which a rank may have next to nothing, or nothing.
inline void check_ranks(const Device& device, std::uint64_t first_seed, int count, bool turns) {
  for (std::uint64_t seed = first_seed; seed < first_seed + count; ++seed) {
    Random random(seed);
    const int row_count = 20 + random.below(random.one_of({100, 500, 2000})), ranks = random.one_of({2, 2, 3});
    GradientRows rows{
        random_data(random, row_count, 1 + random.below(8), "squared", random.one_of({4, 12, 40})), {}, {}, {}};
    const bool flat = random.chance(0.3), coarse = random.chance(0.3);
    for (int row = 0; row < row_count; ++row) {
      const double g = rows.data.label[row] * (coarse && random.chance(0.99) ? 1e-4 : 1);
      rows.gradients.push_back(static_cast<float>(g));
      rows.curvatures.push_back(flat ? 1.0F : static_cast<float>(random.chance(0.2) ? 0 : random.uniform()));
      if (seed % 3 == 0) rows.sampled.push_back(random.chance(0.6));
    }
    if (seed % 3 == 0) rows.sampled[0] = true;
    GrowthLimits limits{.level_wise = random.chance(0.5), .max_leaves = random.one_of({2, 8, 31, 100})};
    limits.max_depth = random.one_of({0, 0, 3});
    limits.l1 = random.one_of({0.0, 0.0, 0.3});
    limits.min_child_weight = random.one_of({0.0, 0.0, 2.0});
    limits.max_delta_step = random.one_of({0.0, 0.0, 0.3});
    limits.path_smooth = random.one_of({0.0, 0.0, 5.0});
    limits.extra_trees = random.chance(0.3);
    limits.min_rows_in_leaf = random.one_of({1, 1, 5, 20});
    if (random.chance(0.3)) {
      limits.oblivious = true;
      limits.max_depth = 1 + random.below(5);
      limits.max_leaves = 1 << limits.max_depth;
      limits.min_child_weight = 0;
      limits.min_rows_in_leaf = 0;
    }
    std::vector<int> owner;
    const double share = random.one_of({0.5, 0.1, 0.02});  // of rank 0
    const double x = row_count * random.uniform();         // other ranks: what is before and behind it
    for (int row = 0; row < row_count; ++row) owner.push_back(random.chance(share) ? 0 : row < x ? 1 : ranks - 1);
    std::vector<double> monotone;
    for (const reference::Feature& feature : rows.data.features)
      monotone.push_back(feature.categorical ? 0 : random.below(3) - 1);
    if (random.chance(0.6) || limits.oblivious) monotone.clear();
    ASSERT_EQ(difference_of_ranks(device, rows, limits, ranks, owner, turns, monotone), "") << "seed " << seed;
  }
}

/// A rank of which the sample has no row.
inline void check_rank_without_sample(const Device& device, bool turns) {
  Random random(5);
  GradientRows rows{random_data(random, 200, 4, "squared", 12), {}, {}, {}};
  std::vector<int> owner;
  for (int row = 0; row < 200; ++row) {
    rows.gradients.push_back(static_cast<float>(rows.data.label[row]));
    rows.curvatures.push_back(1);
    rows.sampled.push_back(row % 2 == 0);
    owner.push_back(row % 2);
  }
  EXPECT_EQ(difference_of_ranks(device, rows, {.max_leaves = 8}, 2, owner, turns), "");
}

}  // namespace linden
