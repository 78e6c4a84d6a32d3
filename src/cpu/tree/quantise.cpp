// Gradients to integers: q = round(g / unit) with a power-of-two unit, 15 bits with the sign, or 24 in a round whose
// mean |g| is under 64 units (rare classes, heavy tails). Also makes the root of the tree.
#include "backend/tree/tree_math.hpp"
#include "cpu/tree/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

constexpr std::int64_t chunk_rows = 16384;

struct Totals {
  std::int64_t gradient = 0, curvature = 0, magnitude = 0;
};

template <class Integer>
Totals round_rows(const TreeMemory& tree, Entry<Integer>* entries, std::int64_t begin, std::int64_t end) {
  const double per_gradient = 1 / tree.gradient_unit, per_curvature = 1 / tree.curvature_unit;
  Totals totals;
  for (std::int64_t i = begin; i < end; ++i) {
    const std::uint32_t row = tree.sample ? tree.sample[i] : static_cast<std::uint32_t>(i);
    const std::int32_t g = quantised(tree.gradients[row], per_gradient);
    const std::int32_t h = quantised(tree.curvatures[row], per_curvature);
    entries[i] = {row, static_cast<Integer>(g), static_cast<Integer>(h)};
    if (tree.row_sums != nullptr) tree.row_sums[row] = {g, h, 1, 0};
    totals.gradient += g;
    totals.curvature += h;
    totals.magnitude += g < 0 ? -g : g;
  }
  return totals;
}

template <class Integer>
Totals round_all(Context& context, TreeMemory& tree) {
  auto* entries = static_cast<Entry<Integer>*>(tree.entries);
  Totals totals;
  context.arena.chunks(tree.sample_rows, chunk_rows, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
    const Totals part = round_rows(tree, entries, begin, end);
    __atomic_fetch_add(&totals.gradient, part.gradient, __ATOMIC_RELAXED);
    __atomic_fetch_add(&totals.curvature, part.curvature, __ATOMIC_RELAXED);
    __atomic_fetch_add(&totals.magnitude, part.magnitude, __ATOMIC_RELAXED);
  });
  return totals;
}

Totals quantise_to(Context& context, TreeMemory& tree, bool wide) {
  set_units(tree, wide);
  if (tree.row_sums != nullptr && tree.sample != nullptr)
    for (std::int64_t row = 0; row < tree.bins.rows; ++row) tree.row_sums[row].label = -1;
  return wide ? round_all<std::int32_t>(context, tree) : round_all<std::int16_t>(context, tree);
}

}  // namespace

void quantise(Context& context, TreeMemory& tree) {
  Totals totals = quantise_to(context, tree, false);
  if (totals.magnitude < least_mean * tree.sample_rows) totals = quantise_to(context, tree, true);

  tree.queue_size = tree.batch_size = tree.committed_count = tree.leaf_count = 0;
  tree.children_final = false;
  tree.free_count = tree.slots;
  for (std::int32_t i = 0; i < tree.slots; ++i) tree.free_slots[i] = tree.slots - 1 - i;
  tree.nodes[0] = GrowNode{};
  tree.nodes[0].rows = tree.sample_rows;
  tree.nodes[0].gradient = totals.gradient;
  tree.nodes[0].curvature = totals.curvature;
  tree.first_new = 0;
  tree.node_count = 1;
}

LINDEN_LEVEL_END
}  // namespace linden
