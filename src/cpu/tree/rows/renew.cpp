// Leaf values anew, as order statistics of the leaf's residuals, for losses whose Newton steps do not lead to them.
//
// Residuals are laid out as the entries are, leaf by leaf; then each leaf is a selection of its own. Only whole numbers
// are added up, so that neither threads nor the order of rows matter.
#include "backend/math/order_statistic.hpp"
#include "backend/tree/leaf_math.hpp"
#include "cpu/tree/ahead.hpp"
#include "cpu/tree/scratch.hpp"
#include "cpu/tree/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

constexpr std::int64_t chunk_rows = 4096;

template <class E, bool weighted>
void gather(const TreeState& tree, const StepScratch& scratch, std::int64_t begin, std::int64_t end) {
  const Renewal& renewal = tree.renewal;
  const auto* const entries = static_cast<const E*>(tree.entries);
  const double per_unit = 1 / renewal.weight_unit;
  for (std::int64_t i = begin; i < end; ++i) {
    const std::uint32_t ahead = ahead_of(entries + i, entries + end, 48)->row;
    __builtin_prefetch(renewal.labels + ahead);
    __builtin_prefetch(renewal.scores + ahead);
    const std::uint32_t row = entries[i].row;
    scratch.residual_keys[i] = ordered_key(renewal.labels[row] - renewal.scores[row]);
    if constexpr (weighted) scratch.residual_weights[i] = weight_in_units(renewal.weights[row], per_unit);
  }
}

bool has_weight(const std::int64_t* weights, std::int64_t rows) {
  std::int64_t any = 0;
  for (std::int64_t i = 0; i < rows; ++i) any |= weights[i];
  return any != 0;
}

// The entries of a node are those of all nodes below it, in some order.
double residual_of(const TreeState& tree, const StepScratch& scratch, const GrowNode& node, std::int64_t* sums) {
  if (node.entries == 0) return 0;
  std::uint64_t* const keys = scratch.residual_keys + node.begin;
  if (tree.renewal.weights == nullptr)
    return value_of_key(select_key<false>(keys, nullptr, node.entries, tree.renewal.level, sums));
  std::int64_t* const weights = scratch.residual_weights + node.begin;
  if (!has_weight(weights, node.entries)) return 0;
  return value_of_key(select_key<true>(keys, weights, node.entries, tree.renewal.level, sums));
}

}  // namespace

void renew(Context& context, TreeMemory& memory) {
  TreeState& tree = *memory.state;
  const StepScratch scratch(context, memory);
  const bool weighted = tree.renewal.weights != nullptr;
  with_entries(tree, [&]<class E>(E*) {
    context.workers.chunks(tree.sample_rows, chunk_rows, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
      weighted ? gather<E, true>(tree, scratch, begin, end) : gather<E, false>(tree, scratch, begin, end);
    });
  });
  context.workers.each(tree.committed_count, [&](std::int64_t i, int worker) {
    const std::int32_t leaf = tree.leaf_of_node[tree.committed[i]];
    if (leaf < 0) return;
    const GrowNode& node = tree.nodes[tree.committed[i]];
    tree.leaf_values[leaf] =
        tree.limits.learning_rate * residual_of(tree, scratch, node, scratch.digit_sums + worker * select_digits);
  });
  if (is_constrained(tree)) bound_renewed(tree);
}

LINDEN_LEVEL_END
}  // namespace linden
