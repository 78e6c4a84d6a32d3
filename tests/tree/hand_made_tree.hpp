// A tree of a few nodes, made by hand, in the memory of a device, for tests of single kernels. The same tests run on
// the CPU, on the executor and on a GPU.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <vector>

#include "backend/tree/tree_math.hpp"
#include "boosting/train/growth/tree_storage.hpp"
#include "device/gpu.hpp"

namespace linden {

/// A row: its bins, one a feature; its gradient and curvature, which are whole; and what its leaf is renewed from.
struct HandRow {
  std::vector<std::uint8_t> bins;
  std::int32_t gradient = 0, curvature = 1;
  double label = 0, weight = 1;
};

inline FeatureBins hand_feature(int bins, bool has_missing = false, bool categorical = false, int monotone = 0) {
  FeatureBins feature;
  feature.bins = static_cast<std::int16_t>(bins);
  feature.has_missing = has_missing;
  feature.categorical = categorical;
  feature.one_hot = categorical && bins <= one_against_rest_categories;
  feature.monotone = static_cast<std::int8_t>(monotone);
  return feature;
}

class HandMadeTree {
 public:
  /// Starts with the root alone, whose histogram no kernel has made.
  HandMadeTree(const Device& device, std::vector<HandRow> rows, std::vector<FeatureBins> features,
               const GrowthLimits& limits, bool wide = false, double renewal_level = 0, const GrowthRules& rules = {})
      : rows_(std::move(rows)), on_(backend_of(device)), context_(device, workers_) {
    const auto count = std::ssize(rows_);
    BinsView bins;
    bins.rows = count;
    bins.features = static_cast<std::int32_t>(features.size());
    for (bins.row_stride = 4; bins.row_stride < bins.features;) bins.row_stride *= 2;
    std::vector<std::uint8_t> by_row(static_cast<std::size_t>(count * bins.row_stride)), by_feature;
    for (std::size_t f = 0; f < features.size(); ++f) {
      features[f].first_cell = bins.cells;
      features[f].source = static_cast<std::int32_t>(f);
      bins.cells += features[f].bins;
      bins.most_bins = std::max<std::int32_t>(bins.most_bins, features[f].bins);
      bins.constrained |= features[f].monotone != 0;
      for (std::size_t row = 0; row < rows_.size(); ++row) {
        by_row[row * static_cast<std::size_t>(bins.row_stride) + f] = rows_[row].bins[f];
        by_feature.push_back(rows_[row].bins[f]);
      }
    }
    std::vector<std::int32_t> all;
    for (std::int32_t f = 0; f < bins.features; ++f) all.push_back(f);
    bins.by_row = place(by_row);
    bins.by_feature = place(by_feature);
    bins.feature = place(features);
    std::vector<float> gradients, curvatures;
    std::vector<double> labels, weights;
    for (const HandRow& row : rows_) {
      gradients.push_back(static_cast<float>(row.gradient));
      curvatures.push_back(static_cast<float>(row.curvature));
      labels.push_back(row.label);
      weights.push_back(row.weight);
    }
    const Renewal renewal{renewal_level, place(labels), place(weights), 0x1p-20};
    storage_ = std::make_unique<TreeStorage>(on_, context_, bins, limits, renewal, 1, rules);
    TreeMemory& tree = memory();
    tree.renewal.scores = place(std::vector<double>(rows_.size()));
    tree.gradients = place(gradients);
    tree.curvatures = place(curvatures);
    tree.sample_rows = count;
    tree.features = place(all);
    tree.feature_count = bins.features;
    tree.wide = wide;
    tree.root.rows = count;
    for (const HandRow& row : rows_) {
      tree.root.gradient += row.gradient;
      tree.root.curvature += row.curvature;
      tree.max_curvature = std::max<std::int64_t>(tree.max_curvature, row.curvature);
      tree.range.max_gradient = std::max(tree.range.max_gradient, std::abs(double(row.gradient)));
      tree.range.max_curvature = std::max(tree.range.max_curvature, double(row.curvature));
    }
    features_ = features;
    kernels().begin(context(), tree);
    for (int step = 0; step < 4; ++step) kernels().select(context(), tree);  // a GPU expects more nodes at each step
    TreeState state = this->state();
    state.committed_count = state.first_new = 0;
    set_state(state);
    std::vector<std::int32_t> order;
    for (std::int32_t row = 0; row < count; ++row) order.push_back(row);
    set_entries(order);
    std::vector<GrowNode> nodes = this->nodes();
    nodes[0].order = -1;
    set_nodes(nodes);
  }

  const TreeKernels& kernels() const { return on_.tree; }
  Context& context() { return context_; }
  TreeMemory& memory() { return storage_->memory(); }
  const std::vector<HandRow>& rows() const { return rows_; }
  const std::vector<FeatureBins>& features() const { return features_; }

  TreeState state() { return read(memory().state, 1)[0]; }
  void set_state(const TreeState& state) { write(memory().state, std::vector{state}); }
  std::vector<GrowNode> nodes() { return read(memory().nodes, state().node_count); }
  void set_nodes(const std::vector<GrowNode>& nodes) { write(memory().nodes, nodes); }

  /// Rows in this order, in the half of the entries in which nodes begin.
  void set_entries(const std::vector<std::int32_t>& order) {
    with_entries(memory(), [&]<class E>(E*) {
      std::vector<E> entries(2 * order.size(), E{0, 0, 0});
      for (std::size_t i = 0; i < order.size(); ++i) {
        const HandRow& row = rows_[static_cast<std::size_t>(order[i])];
        entries[i].row = static_cast<std::uint32_t>(order[i]);
        entries[i].gradient = static_cast<decltype(E::gradient)>(row.gradient);
        entries[i].curvature = static_cast<decltype(E::curvature)>(row.curvature);
      }
      write(static_cast<E*>(memory().entries), entries);
    });
  }
  /// The rows of a node, ascending.
  std::vector<std::int32_t> rows_of(const GrowNode& node) {
    std::vector<std::int32_t> rows;
    with_entries(memory(), [&]<class E>(E*) {
      for (const E& entry : read(static_cast<const E*>(memory().entries) + node.begin, node.entries)) {
        const HandRow& row = rows_[entry.row];
        EXPECT_TRUE(entry.gradient == row.gradient && entry.curvature == row.curvature) << "row " << entry.row;
        rows.push_back(static_cast<std::int32_t>(entry.row));
      }
    });
    std::ranges::sort(rows);
    return rows;
  }

  /// The root becomes two new nodes: its first `left` entries, and the rest.
  void divide_root(std::int64_t left) {
    TreeState state = this->state();
    state.first_new = 1;
    state.node_count = 3;
    set_state(state);
    std::vector<GrowNode> nodes = this->nodes();
    GrowNode& root = nodes[0];
    root.left = 1;
    root.split.feature = 0;
    nodes[1] = nodes[2] = GrowNode{};
    nodes[1].parent = nodes[2].parent = 0;
    nodes[1].depth = nodes[2].depth = 1;
    nodes[1].begin = root.begin;
    nodes[1].entries = nodes[1].rows = left;
    nodes[2].begin = root.begin + left;
    nodes[2].entries = nodes[2].rows = root.entries - left;
    for (GrowNode* node : {&nodes[1], &nodes[2]})
      for (const std::int32_t row : rows_of(*node)) {
        node->gradient += rows_[static_cast<std::size_t>(row)].gradient;
        node->curvature += rows_[static_cast<std::size_t>(row)].curvature;
      }
    set_nodes(nodes);
  }

  /// Commits these nodes, in this order.
  void commit(const std::vector<std::int32_t>& order) {
    std::vector<GrowNode> nodes = this->nodes();
    for (std::size_t i = 0; i < order.size(); ++i)
      nodes[static_cast<std::size_t>(order[i])].order = static_cast<std::int32_t>(i);
    set_nodes(nodes);
    write(memory().committed, order);
    TreeState state = this->state();
    state.committed_count = static_cast<std::int32_t>(order.size());
    set_state(state);
  }

  /// The histogram of a node's rows, by brute force.
  std::vector<WideCell> summed(const GrowNode& node) {
    std::vector<WideCell> cells(static_cast<std::size_t>(memory().bins.cells), WideCell{0, 0});
    for (const std::int32_t row : rows_of(node))
      for (std::size_t f = 0; f < features_.size(); ++f) {
        const HandRow& r = rows_[static_cast<std::size_t>(row)];
        WideCell& cell = cells[static_cast<std::size_t>(features_[f].first_cell + r.bins[f])];
        cell.gradient += r.gradient;
        cell.curvature += r.curvature;
      }
    return cells;
  }

  /// What is in a node's slot: packed words on the CPU where they fit, wide cells else; on a GPU a feature's gradients
  /// and then its curvatures.
  std::vector<WideCell> histogram(const GrowNode& node) {
    const WideCell* const first = memory().histograms + std::int64_t{node.slot} * memory().bins.cells;
    std::vector<WideCell> cells;
    if (!on_.memory.is_host) {
      cells.resize(static_cast<std::size_t>(memory().bins.cells));
      const auto sums = read(reinterpret_cast<const std::int64_t*>(first), 2 * std::int64_t{memory().bins.cells});
      each_cell(cells, [&](WideCell& cell, std::size_t gradient, std::size_t curvature) {
        cell = {sums[gradient], sums[curvature]};
      });
      return cells;
    }
    if (!has_packed(node)) return read(first, memory().bins.cells);
    for (const PackedCell& cell : read(reinterpret_cast<const PackedCell*>(first), memory().bins.cells))
      cells.push_back({gradient_of(cell), curvature_of(cell)});
    return cells;
  }
  void set_histogram(const GrowNode& node, std::vector<WideCell> cells) {
    WideCell* const first = memory().histograms + std::int64_t{node.slot} * memory().bins.cells;
    if (!on_.memory.is_host) {
      std::vector<std::int64_t> sums(2 * cells.size());
      each_cell(cells, [&](const WideCell& cell, std::size_t gradient, std::size_t curvature) {
        sums[gradient] = cell.gradient;
        sums[curvature] = cell.curvature;
      });
      return write(reinterpret_cast<std::int64_t*>(first), sums);
    }
    if (!has_packed(node)) return write(first, cells);
    std::vector<PackedCell> packed;
    for (const WideCell& cell : cells) packed.push_back({pack(cell.gradient, cell.curvature)});
    write(reinterpret_cast<PackedCell*>(first), packed);
  }
  /// Gives a node a slot with the histogram of its rows.
  void give_histogram(std::size_t index) {
    TreeState state = this->state();
    std::vector<GrowNode> nodes = this->nodes();
    nodes[index].slot = read(memory().free_slots, state.free_count).back();
    nodes[index].label = static_cast<std::int32_t>(index);
    --state.free_count;
    set_state(state);
    set_nodes(nodes);
    set_histogram(nodes[index], summed(nodes[index]));
  }

  template <class T>
  std::vector<T> read(const T* from, std::int64_t count) {
    std::vector<T> values(static_cast<std::size_t>(count));
    if (count > 0) on_.memory.download(context_, values.data(), from, count * static_cast<std::int64_t>(sizeof(T)));
    return values;
  }
  template <class T>
  void write(T* to, const std::vector<T>& values) {
    on_.memory.upload(context_, to, values.data(), std::ssize(values) * static_cast<std::int64_t>(sizeof(T)));
  }

 private:
  bool has_packed(const GrowNode& node) { return is_packed(memory(), node); }
  /// Calls f(cell, place of its gradient, place of its curvature) with the places that a GPU has them in.
  template <class F>
  void each_cell(std::vector<WideCell>& cells, const F& f) {
    for (const FeatureBins& feature : features_)
      for (std::size_t bin = 0; bin < static_cast<std::size_t>(feature.bins); ++bin) {
        const auto cell = static_cast<std::size_t>(feature.first_cell) + bin;
        const std::size_t gradient = 2 * static_cast<std::size_t>(feature.first_cell) + bin;
        f(cells[cell], gradient, gradient + static_cast<std::size_t>(feature.bins));
      }
  }

  template <class T>
  T* place(const std::vector<T>& values) {
    const auto bytes = std::ssize(values) * static_cast<std::int64_t>(sizeof(T));
    auto& block = blocks_.emplace_back(on_.memory, context_, bytes, "test values");
    block.upload(reinterpret_cast<const char*>(values.data()));
    return reinterpret_cast<T*>(block.data());
  }

  std::vector<HandRow> rows_;
  std::vector<FeatureBins> features_;
  const Backend& on_;
  Workers workers_{2};
  DeviceContext context_;
  std::vector<DeviceArray<char>> blocks_;
  std::unique_ptr<TreeStorage> storage_;
};

inline bool operator==(const WideCell& a, const WideCell& b) {
  return a.gradient == b.gradient && a.curvature == b.curvature;
}

/// The device of this program: the CPU, or the GPU or executor that it was linked with.
#ifdef LINDEN_TEST_ON_GPU
class TreeKernel : public device_test::OnGpu {
 protected:
  const Device& device() const { return gpu(); }
};
#else
class TreeKernel : public testing::Test {
 protected:
  const Device& device() const { return device_; }

 private:
  Device device_ = Device::cpu();
};
#endif

/// Random rows of so many features, whose bins come of them.
inline std::vector<HandRow> random_rows(int rows, const std::vector<FeatureBins>& features, int most,
                                        unsigned seed = 1) {
  std::mt19937 random(seed);
  std::vector<HandRow> all;
  for (int row = 0; row < rows; ++row) {
    HandRow next;
    for (const FeatureBins& feature : features)
      next.bins.push_back(static_cast<std::uint8_t>(random() % static_cast<unsigned>(feature.bins)));
    next.gradient = static_cast<int>(random() % static_cast<unsigned>(2 * most + 1)) - most;
    next.curvature = static_cast<int>(random() % static_cast<unsigned>(most + 1));
    all.push_back(next);
  }
  return all;
}

}  // namespace linden
