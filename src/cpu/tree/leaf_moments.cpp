// How features and gradients go together in each leaf (backend/tree/leaf_moments.hpp): tasks are pieces of the entries,
// which add up what they have of each leaf and then add that to the leaf's.
#include "backend/tree/leaf_moments.hpp"

#include "backend/raw_value.hpp"
#include "cpu/tree/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

constexpr std::int64_t piece_entries = 4096;
constexpr double infinite = __builtin_inf();

// Calls f(first, last, leaf) for all entries, in parallel: those from `first` up to `last` are of one leaf.
template <class F>
void each_piece(Context& context, const TreeState& tree, const F& f) {
  with_entries(tree, [&]<class E>(E*) {
    const E* const entries = static_cast<const E*>(tree.entries);
    context.workers.chunks(tree.sample_rows, piece_entries,
                           [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
                             for (std::int32_t i = 0; i < tree.node_count; ++i) {
                               const GrowNode& node = tree.nodes[i];
                               if (node.left >= 0) continue;  // its rows are its children's
                               const std::int64_t first = node.begin > begin ? node.begin : begin;
                               const std::int64_t stop = node.begin + node.entries, last = stop < end ? stop : end;
                               if (first < last) f(entries + first, entries + last, tree.leaf_of_node[i]);
                             }
                           });
  });
}

void raise(std::uint64_t* peak, std::uint64_t key) {
  std::uint64_t seen = __atomic_load_n(peak, __ATOMIC_RELAXED);
  while (seen < key && !__atomic_compare_exchange_n(peak, &seen, key, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
  }
}

void add_to(WholeSum* to, const WholeSum& sum) {
  __atomic_fetch_add(&to->low, sum.low, __ATOMIC_RELAXED);
  __atomic_fetch_add(&to->high, sum.high, __ATOMIC_RELAXED);
}

// The features of a leaf.
struct LeafFeatures {
  std::int32_t count = 0;
  const ColumnView* columns[most_leaf_features];
  const std::uint64_t* peaks;
  WholeSum* sums;

  LeafFeatures(const LeafMomentsTask& task, std::int32_t leaf)
      : peaks(task.peaks + std::int64_t{leaf} * MomentsLayout{task.width}.peaks()),
        sums(task.sums + std::int64_t{leaf} * MomentsLayout{task.width}.sums()) {
    const std::int32_t* const features = task.features + std::int64_t{leaf} * task.width;
    while (count < task.width && features[count] >= 0) {
      columns[count] = task.rows.columns + features[count];
      ++count;
    }
  }
};

void find_peaks(Context& context, const TreeState& tree, const LeafMomentsTask& task) {
  each_piece(context, tree, [&](const auto* first, const auto* last, std::int32_t leaf) {
    const LeafFeatures features(task, leaf);
    if (features.count == 0) return;
    double gradient = 0, curvature = 0, high[most_leaf_features], low[most_leaf_features];
    for (std::int32_t i = 0; i < features.count; ++i) {
      high[i] = -infinite;
      low[i] = infinite;
    }
    for (const auto* entry = first; entry < last; ++entry) {
      const std::int64_t row = entry->row;
      const double g = std::fabs(double{tree.gradients[row]}), h = tree.curvatures[row];
      gradient = g > gradient ? g : gradient;
      curvature = h > curvature ? h : curvature;
      for (std::int32_t i = 0; i < features.count; ++i) {
        const double value = raw_value(*features.columns[i], row);
        if (!is_number(value)) continue;
        high[i] = value > high[i] ? value : high[i];
        low[i] = value < low[i] ? value : low[i];
      }
    }
    std::uint64_t* const peaks = task.peaks + std::int64_t{leaf} * MomentsLayout{task.width}.peaks();
    raise(peaks + MomentsLayout::gradient_peak, ordered_key(gradient));
    raise(peaks + MomentsLayout::curvature_peak, ordered_key(curvature));
    for (std::int32_t i = 0; i < features.count; ++i) {
      if (high[i] < low[i]) continue;  // no row has a value
      raise(peaks + MomentsLayout::high(i), ordered_key(high[i]));
      raise(peaks + MomentsLayout::low(i), ordered_key(-low[i]));
    }
  });
}

void find_means(Context& context, const TreeState& tree, const LeafMomentsTask& task) {
  each_piece(context, tree, [&](const auto* first, const auto* last, std::int32_t leaf) {
    const LeafFeatures features(task, leaf);
    if (features.count == 0) return;
    const double per_curvature = 1 / curvature_unit(features.peaks);
    ValueUnits units[most_leaf_features];
    WholeSum ones[most_leaf_features] = {}, values[most_leaf_features] = {};
    for (std::int32_t i = 0; i < features.count; ++i) units[i] = value_units(features.peaks, i);
    for (const auto* entry = first; entry < last; ++entry) {
      const std::int64_t row = entry->row;
      const std::int64_t curvature = in_units(tree.curvatures[row], per_curvature);
      for (std::int32_t i = 0; i < features.count; ++i) {
        const double value = raw_value(*features.columns[i], row);
        if (!is_number(value)) continue;
        add(ones[i], curvature);
        add(values[i], curvature * units[i].in_units(value));
      }
    }
    for (std::int32_t i = 0; i < features.count; ++i) {
      add_to(features.sums + MomentsLayout::one(i), ones[i]);
      add_to(features.sums + MomentsLayout::value(i), values[i]);
    }
  });
}

void add_products(Context& context, const TreeState& tree, const LeafMomentsTask& task) {
  each_piece(context, tree, [&](const auto* first, const auto* last, std::int32_t leaf) {
    const LeafFeatures features(task, leaf);
    if (features.count == 0) return;
    const double per_gradient = 1 / gradient_unit(features.peaks), per_curvature = 1 / curvature_unit(features.peaks);
    ValueUnits units[most_leaf_features];
    std::int64_t means[most_leaf_features], differences[most_leaf_features];
    WholeSum gradients[most_leaf_features] = {}, products[MomentsLayout{most_leaf_features}.sums()] = {};
    for (std::int32_t i = 0; i < features.count; ++i) {
      units[i] = value_units(features.peaks, i);
      means[i] = mean_of(features.sums, i);
    }
    for (const auto* entry = first; entry < last; ++entry) {
      const std::int64_t row = entry->row;
      const std::int64_t gradient = in_units(tree.gradients[row], per_gradient);
      const std::int64_t curvature = in_units(tree.curvatures[row], per_curvature);
      WholeSum* product = products;
      for (std::int32_t i = 0; i < features.count; ++i) {
        differences[i] = difference(units[i], means[i], raw_value(*features.columns[i], row));
        add(gradients[i], gradient * differences[i]);
        const std::int64_t weighted = curvature * differences[i];
        for (std::int32_t j = 0; j <= i; ++j) add(*product++, weighted * differences[j]);
      }
    }
    const WholeSum* product = products;
    for (std::int32_t i = 0; i < features.count; ++i) {
      add_to(features.sums + MomentsLayout::gradient(i), gradients[i]);
      for (std::int32_t j = 0; j <= i; ++j) add_to(features.sums + MomentsLayout{task.width}.product(i, j), *product++);
    }
  });
}

}  // namespace

void leaf_moments(Context& context, const TreeMemory& memory, const LeafMomentsTask& task) {
  const TreeState& tree = *memory.state;
  for (std::int64_t p = 0; p < std::int64_t{task.leaves} * MomentsLayout{task.width}.peaks(); ++p) task.peaks[p] = 0;
  for (std::int64_t s = 0; s < std::int64_t{task.leaves} * MomentsLayout{task.width}.sums(); ++s) task.sums[s] = {};
  find_peaks(context, tree, task);
  find_means(context, tree, task);
  add_products(context, tree, task);
}

LINDEN_LEVEL_END
}  // namespace linden
