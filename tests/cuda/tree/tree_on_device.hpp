// A small grown tree, made up: in the host's memory as the CPU's kernels have it, and on the device as the GPU's do.
//
// Nodes are split at random; some expansions are never committed. On the device a node's entries lie in one half or the
// other and in any order.
#pragma once

#include <algorithm>
#include <cmath>
#include <random>

#include "cuda/device.hpp"

namespace linden::cuda_test {

struct TreeShape {
  int rows = 1000;
  bool sampled = false;
  int expansions = 0;
  double commit = 0.8;  ///< the chance that an expansion is committed
  bool wide = false;
  bool weighted = false;
  unsigned seed = 1;
};

/// The tree in the host's memory; `memory` is where it lies.
class HostTree {
 public:
  explicit HostTree(const TreeShape& shape) : random_(shape.seed) {
    make_rows(shape);
    make_root();
    for (int i = 0; i < shape.expansions; ++i) expand();
    commit(shape.commit);
    view(shape);
  }
  HostTree(const HostTree&) = delete;
  HostTree& operator=(const HostTree&) = delete;

  static constexpr std::int32_t features = 3;

  TreeState state;
  TreeMemory& memory = state;
  std::vector<std::uint8_t> bins;
  std::vector<float> gradients, curvatures;
  std::vector<double> labels, scores, weights;
  std::vector<std::uint32_t> sample, order;  ///< order: the rows of the sample, grouped by node
  std::vector<GrowNode> nodes;
  std::vector<std::int32_t> committed, leaf_of_node, leaf_of_row, free_slots;
  std::vector<std::int64_t> leaf_totals;
  std::vector<double> leaf_values, leaf_curvatures;
  std::vector<NarrowEntry> narrow;
  std::vector<WideEntry> wide;
  std::vector<char> scratch;

 private:
  void make_rows(const TreeShape& shape) {
    std::normal_distribution<double> normal(0, 1);
    for (std::uint32_t row = 0; row < std::uint32_t(shape.rows); ++row) {
      gradients.push_back(float(normal(random_)));
      curvatures.push_back(float(std::abs(normal(random_))));
      labels.push_back(std::round(normal(random_) * 8) / 4);  // ties, and zeros of both signs
      scores.push_back(row % 3 == 0 ? normal(random_) : 0.25);
      weights.push_back(row % 5 == 0 ? 0 : 0.1 * double(random_() % 50));
      if (shape.sampled && (random_() % 3 != 0 || row == 0)) sample.push_back(row);
      order.push_back(row);
    }
    if (shape.sampled) order = sample;
    for (int i = 0; i < features * shape.rows; ++i) bins.push_back(std::uint8_t(random_()));
  }

  void make_root() {
    nodes.emplace_back();
    nodes[0].entries = nodes[0].rows = std::int64_t(order.size());
  }

  void expand() {
    const auto index = std::int32_t(random_() % nodes.size());
    GrowNode node = nodes[std::size_t(index)];
    if (node.left >= 0) return;
    node.split.feature = std::int32_t(random_() % features);
    for (std::uint64_t& word : node.split.left_bins) word = random_();
    const auto begin = order.begin() + node.begin, end = begin + node.entries;
    const auto goes = [&](std::uint32_t row) {
      const std::uint8_t bin = bins[std::size_t(node.split.feature) * gradients.size() + row];
      return (node.split.left_bins[bin / 64] >> (bin % 64) & 1) != 0;
    };
    const auto middle = std::stable_partition(begin, end, goes);
    if (middle == begin || middle == end) return;  // no child is empty
    node.left = std::int32_t(nodes.size());
    GrowNode left{}, right{};
    left.parent = right.parent = index;
    left.depth = right.depth = node.depth + 1;
    left.begin = node.begin;
    left.entries = left.rows = middle - begin;
    right.begin = node.begin + left.entries;
    right.entries = right.rows = node.rows - left.rows;
    nodes[std::size_t(index)] = node;
    nodes.push_back(left);
    nodes.push_back(right);
  }

  void commit(double chance) {
    std::vector<std::int32_t> waiting{0};
    const auto take = [&](std::int32_t i) {
      nodes[std::size_t(i)].order = std::int32_t(committed.size());
      committed.push_back(i);
    };
    take(0);
    for (std::size_t next = 0; next < waiting.size(); ++next) {
      const std::int32_t left = nodes[std::size_t(waiting[next])].left;
      if (left < 0 || std::uniform_real_distribution<double>()(random_) >= chance) continue;
      for (const std::int32_t child : {left, left + 1}) {
        take(child);
        waiting.push_back(child);
      }
    }
  }

  template <class E>
  void fill(std::vector<E>& entries) {
    for (const std::uint32_t row : order) entries.push_back({row, 1, 1});
    memory.entries = entries.data();
  }

  void view(const TreeShape& shape) {
    const std::size_t rows = gradients.size(), leaves = committed.size() / 2 + 1;
    memory.bins.by_feature = bins.data();
    memory.bins.rows = std::int64_t(rows);
    memory.bins.features = features;
    memory.limits.max_leaves = std::int32_t(leaves);
    memory.limits.l1 = 0.25;
    memory.gradients = gradients.data();
    memory.curvatures = curvatures.data();
    for (std::size_t i = 0; i < rows; ++i) {
      memory.range.max_gradient = std::max(memory.range.max_gradient, std::abs(double(gradients[i])));
      memory.range.max_curvature = std::max(memory.range.max_curvature, double(curvatures[i]));
    }
    memory.sample = shape.sampled ? sample.data() : nullptr;
    memory.sample_rows = memory.root.rows = std::int64_t(order.size());
    memory.wide = shape.wide;
    shape.wide ? fill(wide) : fill(narrow);
    memory.nodes = nodes.data();
    memory.node_capacity = state.node_count = std::int32_t(nodes.size());
    memory.slots = 5;
    free_slots.resize(5);
    memory.free_slots = free_slots.data();
    memory.batch_capacity = 4;
    memory.committed = committed.data();
    state.committed_count = std::int32_t(committed.size());
    leaf_of_node.assign(nodes.size(), -7);
    memory.leaf_of_node = leaf_of_node.data();
    leaf_of_row.assign(rows, -7);
    memory.leaf_of_row = leaf_of_row.data();
    leaf_totals.assign(2 * leaves, -7);
    memory.leaf_totals = leaf_totals.data();
    leaf_values.assign(leaves, -7);
    memory.leaf_values = leaf_values.data();
    leaf_curvatures.assign(leaves, -7);
    memory.leaf_curvatures = leaf_curvatures.data();
    memory.renewal = {
        .level = 0.7,
        .labels = labels.data(),
        .weights = shape.weighted ? weights.data() : nullptr,
        .weight_unit = 0x1p-40,
        .scores = scores.data(),
    };
    memory.state = &state;
  }

  std::mt19937_64 random_;
};

/// The same tree on the device.
struct DeviceTree {
  TreeMemory memory;
  DeviceArray<std::uint8_t> bins;
  DeviceArray<float> gradients, curvatures;
  DeviceArray<double> labels, scores, weights, leaf_values, leaf_curvatures;
  DeviceArray<std::uint32_t> sample;
  DeviceArray<GrowNode> nodes;
  DeviceArray<std::int32_t> committed, leaf_of_node, leaf_of_row, free_slots;
  DeviceArray<std::int64_t> leaf_totals;
  DeviceArray<NarrowEntry> narrow;
  DeviceArray<WideEntry> wide;
  DeviceArray<TreeState> state;
  DeviceArray<char> scratch;
};

class OnDeviceTree : public DeviceTest {
 protected:
  /// Gives the host's tree scratch memory, too.
  DeviceTree to_device(HostTree& host) {
    host.memory.scratch = nullptr;
    host.scratch.resize(std::size_t(cpu_backend().tree.scratch_bytes(cpu(), host.memory)));
    host.memory.scratch = host.scratch.data();
    DeviceTree d;
    TreeMemory& m = d.memory = host.memory;
    const auto put = [this](auto& array, const auto& values, auto*& view) {
      array = upload(values);
      view = array.data();
    };
    const auto make = [this]<class T>(DeviceArray<T>& array, std::size_t count, T*& view) {
      array = room<T>(std::int64_t(count));
      view = array.data();
    };
    put(d.bins, host.bins, m.bins.by_feature);
    put(d.gradients, host.gradients, m.gradients);
    put(d.curvatures, host.curvatures, m.curvatures);
    put(d.sample, host.sample, m.sample);
    put(d.labels, host.labels, m.renewal.labels);
    put(d.scores, host.scores, m.renewal.scores);
    if (m.renewal.weights != nullptr) put(d.weights, host.weights, m.renewal.weights);
    put(d.nodes, in_halves(host), m.nodes);
    put(d.committed, host.committed, m.committed);
    m.wide ? put(d.wide, shuffled(host, host.wide), m.entries) : put(d.narrow, shuffled(host, host.narrow), m.entries);
    make(d.leaf_of_node, host.leaf_of_node.size(), m.leaf_of_node);
    make(d.leaf_of_row, host.leaf_of_row.size(), m.leaf_of_row);
    make(d.leaf_totals, host.leaf_totals.size(), m.leaf_totals);
    make(d.leaf_values, host.leaf_values.size(), m.leaf_values);
    make(d.leaf_curvatures, host.leaf_curvatures.size(), m.leaf_curvatures);
    make(d.free_slots, host.free_slots.size(), m.free_slots);
    m.scratch = nullptr;
    d.scratch = room<char>(device_backend().tree.scratch_bytes(context(), m));
    m.scratch = d.scratch.data();
    d.state = room<TreeState>(1);
    m.state = d.state.data();
    TreeState state = host.state;
    static_cast<TreeMemory&>(state) = m;
    d.state.upload(&state);
    return d;
  }

  TreeState state_of(const DeviceTree& tree) { return download(tree.state)[0]; }

 private:
  static std::vector<GrowNode> in_halves(const HostTree& host) {
    std::vector<GrowNode> nodes = host.nodes;
    for (GrowNode& node : nodes)
      if (node.depth % 2 != 0) node.begin += host.memory.sample_rows;
    return nodes;
  }

  // Entries that no leaf has are those of rows that do not exist.
  template <class E>
  static std::vector<E> shuffled(const HostTree& host, const std::vector<E>& entries) {
    std::vector<E> halves(2 * host.order.size(), E{~std::uint32_t{0}, 0, 0});
    std::mt19937_64 random(7);
    for (const GrowNode& node : host.nodes) {
      if (node.left >= 0) continue;
      const auto to = halves.begin() + node.begin + (node.depth % 2 != 0 ? host.memory.sample_rows : 0);
      std::copy_n(entries.begin() + node.begin, node.entries, to);
      std::shuffle(to, to + node.entries, random);
    }
    return halves;
  }
};

inline std::vector<TreeShape> tree_shapes() {
  return {{.rows = 1},
          {.rows = 5000},
          {.rows = 4500, .expansions = 2, .wide = true, .weighted = true},
          {.rows = 3000, .expansions = 60, .weighted = true, .seed = 2},
          {.rows = 3000, .sampled = true, .expansions = 60, .commit = 0.6, .seed = 3},
          {.rows = 700, .sampled = true, .expansions = 250, .commit = 0.95, .wide = true, .weighted = true, .seed = 4},
          {.rows = 700, .sampled = true, .expansions = 40, .commit = 0, .seed = 5}};
}

}  // namespace linden::cuda_test
