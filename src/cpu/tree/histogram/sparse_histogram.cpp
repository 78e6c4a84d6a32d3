// What the rows of a node add up to in each sparse feature: one cell a feature, whatever its bins. It bounds what the
// feature may gain; the bins of those that may win are summed when the split is searched (sparse_split.cpp).
#include "backend/tree/grow_queue.hpp"
#include "backend/tree/sparse_bins.hpp"
#include "cpu/tree/ahead.hpp"
#include "cpu/tree/histogram/four_sums.hpp"
#include "cpu/tree/sparse_steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

constexpr std::int64_t ahead = 8;  // rows whose lists of features are fetched before their turn

template <class Integer>
void add_rows(const TreeState& tree, const HistogramJob& job) {
  const SparseBins& sparse = tree.bins.sparse;
  auto* const cells = static_cast<FourSums*>(job.cells);
  const auto* const entries = static_cast<const Entry<Integer>*>(tree.entries);
  const std::int32_t label = job.node->label;
  for (std::int32_t f = 0; f < sparse.features; ++f) cells[f] = FourSums{};
  for (std::int64_t i = job.begin; i < job.end; ++i) {
    const auto fetched = [&](std::int64_t places) { return ahead_of(entries + i, entries + job.end, places)->row; };
    __builtin_prefetch(sparse.row_first + fetched(2 * ahead));
    __builtin_prefetch(sparse.row_features + sparse.row_first[fetched(ahead)]);
    const std::uint32_t row = entries[i].row;
    const SparseCell cell = cell_of(tree.centre, entries[i].gradient, entries[i].curvature);
    const FourSums sums{cell.rise, cell.fall, cell.curvature, cell.rows};
    tree.row_sums[row].label = label;
    const std::int32_t* const end = sparse.row_features + sparse.row_first[row + 1];
    for (const std::int32_t* f = sparse.row_features + sparse.row_first[row]; f < end; ++f) cells[*f] += sums;
  }
}

// Centres most rows of the root, those with positive or those with negative gradients.
template <class Integer>
std::int64_t centre_of(const TreeState& tree) {
  const auto* const entries = static_cast<const Entry<Integer>*>(tree.entries);
  std::int64_t rows[2] = {}, gradient[2] = {}, curvature[2] = {};
  for (std::int64_t i = 0; i < tree.sample_rows; ++i) {
    const bool falls = entries[i].gradient < 0;
    rows[falls] += 1;
    gradient[falls] += entries[i].gradient;
    curvature[falls] += entries[i].curvature;
  }
  const bool most = rows[1] > rows[0];
  if (curvature[most] == 0) return 0;
  const std::int64_t centre = -centred_units * gradient[most] / curvature[most];
  return centre > farthest_centre ? farthest_centre : centre < -farthest_centre ? -farthest_centre : centre;
}

}  // namespace

void sum_sparse(Context& context, TreeState& tree, const StepScratch& scratch) {
  if (tree.first_new == 0) tree.centre = tree.wide ? centre_of<std::int32_t>(tree) : centre_of<std::int16_t>(tree);
  const std::int64_t features = tree.bins.sparse.features;
  const int threads = context.workers.threads();
  std::int64_t rows = 0;
  for (std::int32_t i = tree.first_new; i < tree.node_count; ++i)
    if (is_summed(tree, i)) rows += tree.nodes[i].entries;
  // A part of a node has as many entries as pay for its cells.
  const std::int64_t least = 4 * features * tree.bins.rows / (tree.bins.sparse.entries + 1) + 256;
  const std::int64_t even = rows / (2 * threads) + 1;
  const std::int64_t part_rows = even > least ? even : least;
  HistogramJob *const jobs = scratch.jobs, *const sums = scratch.whole_jobs;
  std::int64_t job_count = 0, sum_count = 0, part_count = 0;
  for (std::int32_t i = tree.first_new; i < tree.node_count; ++i) {
    if (!is_summed(tree, i)) continue;
    GrowNode& node = tree.nodes[i];
    node.label = i;
    const std::int64_t parts = node.entries / part_rows;
    HistogramJob job{&node, node.begin, node.begin + node.entries, 0, 0, tree.sparse_cells + node.slot * features};
    if (parts <= 1) {
      jobs[job_count++] = job;
      continue;
    }
    sums[sum_count] = job;
    sums[sum_count].begin = part_count;
    for (std::int64_t p = 0; p < parts; ++p) {
      job.begin = node.begin + node.entries * p / parts;
      job.end = node.begin + node.entries * (p + 1) / parts;
      job.cells = scratch.sparse_parts + part_count++ * features;
      jobs[job_count++] = job;
    }
    sums[sum_count++].end = part_count;
  }
  context.workers.each(job_count, [&](std::int64_t j, int) {
    if (tree.wide)
      add_rows<std::int32_t>(tree, jobs[j]);
    else
      add_rows<std::int16_t>(tree, jobs[j]);
  });
  for (std::int64_t s = 0; s < sum_count; ++s)
    context.workers.chunks(features, 4096, [&](std::int64_t first, std::int64_t last, std::int64_t, int) {
      auto* const to = static_cast<FourSums*>(sums[s].cells);
      const auto* const parts = reinterpret_cast<const FourSums*>(scratch.sparse_parts);
      for (std::int64_t f = first; f < last; ++f) {
        FourSums sum{};
        for (std::int64_t p = sums[s].begin; p < sums[s].end; ++p) sum += parts[p * features + f];
        to[f] = sum;
      }
    });
}

void subtract_sparse(const TreeState& tree, SideBounds* all_bounds, std::int32_t smaller_slot,
                     std::int32_t parent_slot) {
  const std::int64_t features = tree.bins.sparse.features;
  const SparseCell* const cells = tree.sparse_cells + smaller_slot * features;
  const auto* const take = reinterpret_cast<const FourSums*>(cells);
  auto* const from = reinterpret_cast<FourSums*>(tree.sparse_cells + parent_slot * features);
  SideBounds* const bounds = all_bounds + parent_slot * features;
  const SparseScale scale = sparse_scale_of(tree);
  for (std::int64_t f = 0; f < features; ++f) {
    from[f] -= take[f];
    bounds[f] = without(scale, bounds[f], cells[f]);
  }
}

LINDEN_LEVEL_END
}  // namespace linden
