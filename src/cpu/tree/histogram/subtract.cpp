// The larger child's histogram: its parent's minus its sibling's, in the parent's place.
#include "backend/tree/grow_queue.hpp"
#include "cpu/tree/share.hpp"
#include "cpu/tree/sparse_steps.hpp"
#include "cpu/tree/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

// The larger child's histogram takes the place of its parent's.
void hand_over(GrowNode& parent, GrowNode& larger) {
  larger.slot = parent.slot;
  larger.label = parent.label;
  parent.slot = -1;
}

// `larger` may be the parent's own memory: cells are read before they are written, and never grow.
template <class Parent, class Smaller, class Larger>
void take_away(const TreeState& tree, const void* parent, const void* smaller, void* larger) {
  for (std::int32_t i = 0; i < tree.feature_count; ++i) {
    const FeatureBins& feature = tree.bins.feature[tree.features[i]];
    for (int c = feature.first_cell; c < feature.first_cell + feature.bins; ++c) {
      const Parent p = static_cast<const Parent*>(parent)[c];
      const Smaller s = static_cast<const Smaller*>(smaller)[c];
      set(static_cast<Larger*>(larger)[c], gradient_of(p) - gradient_of(s), curvature_of(p) - curvature_of(s));
    }
  }
}

template <>
void take_away<PackedCell, PackedCell, PackedCell>(const TreeState& tree, const void* parent, const void* smaller,
                                                   void* larger) {
  for (std::int32_t i = 0; i < tree.feature_count; ++i) {
    const FeatureBins& feature = tree.bins.feature[tree.features[i]];
    const auto* p = static_cast<const PackedCell*>(parent) + feature.first_cell;
    const auto* s = static_cast<const PackedCell*>(smaller) + feature.first_cell;
    auto* l = static_cast<PackedCell*>(larger) + feature.first_cell;
    for (int c = 0; c < feature.bins; ++c) l[c].sums = p[c].sums - s[c].sums;  // both sums at once, exactly
  }
}

}  // namespace

void subtract(Context& context, TreeMemory& memory) {
  TreeState& tree = *memory.state;
  SideBounds* const side_bounds = StepScratch(context, memory).side_bounds;
  const std::int64_t pairs = tree.first_new == 0 ? 0 : (tree.node_count - tree.first_new) / 2;
  const double work = static_cast<double>(pairs) * tree.bins.cells * ns_of_subtracted_cell;
  share(context, pairs, work, [&](std::int64_t pair, int) {
    GrowNode& left = tree.nodes[tree.first_new + 2 * pair];
    GrowNode& right = tree.nodes[tree.first_new + 2 * pair + 1];
    GrowNode& parent = tree.nodes[left.parent];
    GrowNode& smaller = left.rows <= right.rows ? left : right;
    GrowNode& larger = left.rows <= right.rows ? right : left;
    if (parent.slot < 0) return;
    if (leaves_all(tree, smaller)) return hand_over(parent, larger);
    if (smaller.slot < 0) return;
    WideCell* const from = tree.histograms + std::int64_t{parent.slot} * tree.bins.cells;
    const WideCell* const away = tree.histograms + std::int64_t{smaller.slot} * tree.bins.cells;
    if (is_packed(tree, parent))
      take_away<PackedCell, PackedCell, PackedCell>(tree, from, away, from);
    else if (is_packed(tree, larger))
      take_away<WideCell, PackedCell, PackedCell>(tree, from, away, from);
    else if (is_packed(tree, smaller))
      take_away<WideCell, PackedCell, WideCell>(tree, from, away, from);
    else
      take_away<WideCell, WideCell, WideCell>(tree, from, away, from);
    if (tree.bins.sparse.features > 0) subtract_sparse(tree, side_bounds, smaller.slot, parent.slot);
    if (tree.slot_rows != nullptr) {
      std::int64_t* const rows = tree.slot_rows + std::int64_t{parent.slot} * tree.bins.cells;
      const std::int64_t* const rows_away = tree.slot_rows + std::int64_t{smaller.slot} * tree.bins.cells;
      for (std::int32_t c = 0; c < tree.bins.cells; ++c) rows[c] -= rows_away[c];
    }
    hand_over(parent, larger);
  });
  // Parents whose children need no histogram give theirs back.
  for (std::int64_t pair = 0; pair < pairs; ++pair) {
    GrowNode& parent = tree.nodes[tree.nodes[tree.first_new + 2 * pair].parent];
    if (parent.slot >= 0) tree.free_slots[tree.free_count++] = parent.slot;
    parent.slot = -1;
  }
}

LINDEN_LEVEL_END
}  // namespace linden
