// Gradients to integers: q = round(g / unit) with a power-of-two unit, 15 bits with the sign or 24. And the beginning
// of a tree.
#include "backend/tree/grow_queue.hpp"
#include "cpu/tree/scratch.hpp"
#include "cpu/tree/steps.hpp"
#include "cpu/tree/wide_steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

constexpr std::int64_t chunk_rows = 4096;

// `kept`: there are entries. A further plane of a tree has none.
template <bool kept, class Integer>
RootSums round_rows(const TreeMemory& tree, Entry<Integer>* entries, std::int64_t begin, std::int64_t end) {
  const double per_gradient = 1 / tree.gradient_unit, per_curvature = 1 / tree.curvature_unit;
  RootSums totals;
  for (std::int64_t i = begin; i < end; ++i) {
    const std::uint32_t row = tree.sample ? tree.sample[i] : static_cast<std::uint32_t>(i);
    const std::int32_t g = quantised(tree.gradients[row], per_gradient);
    const std::int32_t h = quantised(tree.curvatures[row], per_curvature);
    if constexpr (kept) entries[i] = {row, static_cast<Integer>(g), static_cast<Integer>(h)};
    if (tree.row_sums != nullptr) tree.row_sums[row] = {g, h, 1, 0};
    totals.gradient += g;
    totals.curvature += h;
    totals.magnitude += g < 0 ? -g : g;
  }
  return totals;
}

}  // namespace

RootSums quantise(Context& context, TreeMemory& tree) {
  if (tree.row_sums != nullptr && tree.sample != nullptr)
    for (std::int64_t row = 0; row < tree.bins.rows; ++row) tree.row_sums[row].label = -1;
  RootSums totals{.rows = tree.sample_rows};
  with_entries(tree, [&]<class Integer>(Entry<Integer>*) {
    auto* const entries = static_cast<Entry<Integer>*>(tree.entries);
    context.workers.chunks(tree.sample_rows, chunk_rows, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
      const RootSums part = entries != nullptr ? round_rows<true>(tree, entries, begin, end)
                                               : round_rows<false>(tree, entries, begin, end);
      __atomic_fetch_add(&totals.gradient, part.gradient, __ATOMIC_RELAXED);
      __atomic_fetch_add(&totals.curvature, part.curvature, __ATOMIC_RELAXED);
      __atomic_fetch_add(&totals.magnitude, part.magnitude, __ATOMIC_RELAXED);
    });
  });
  return totals;
}

void begin(Context& context, TreeMemory& memory) {
  TreeState& tree = *memory.state = TreeState{memory};
  tree.free_count = tree.slots;
  for (std::int32_t i = 0; i < tree.slots; ++i) tree.free_slots[i] = tree.slots - 1 - i;
  tree.nodes[0] = root_of(tree);
  tree.node_count = 1;
  if (tree.bins.wide.features > 0) begin_wide(context, memory, StepScratch(context, memory));
}

LINDEN_LEVEL_END
}  // namespace linden
