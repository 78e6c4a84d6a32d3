// Histograms: the sums of quantised gradients and curvatures of a node's rows, by feature and bin.
//
// A narrow entry adds one packed 64-bit word to one cell of every feature. Cells that may overflow are packed words
// over blocks of rows, added into wide cells after each block. Wide entries, of which a packed word would hold few, add
// two words at once. Features are taken 16 or 32 at a time over blocks of rows when there are many, so that the cells
// in use stay in the first-level cache. Large nodes are divided between threads, by rows (each part has cells of its
// own, added up afterwards) or, when there are many features, by features. All sums are of integers: no order of adding
// changes them.
#include <utility>

#include "backend/tree/grow_queue.hpp"
#include "cpu/tree/histogram/add_rows.hpp"
#include "cpu/tree/histogram/counted_histogram.hpp"
#include "cpu/tree/scratch.hpp"
#include "cpu/tree/share.hpp"
#include "cpu/tree/small_nodes.hpp"
#include "cpu/tree/sparse_steps.hpp"
#include "cpu/tree/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

constexpr int group_of_many = 16;  // ... when there are more than that, and the cells of so many are too many
constexpr std::int64_t cached_bytes = 36 * 1024;  // of the cells of a group, when others follow
constexpr std::int64_t block_rows = 512;          // rows between two groups
constexpr std::int64_t least_part_rows = 4096;

using Job = HistogramJob;

// Adds entries [begin, end) into cells that start at `cells`.
template <class Integer>
void add_entries(const TreeState& tree, const Job& job, std::int64_t begin, std::int64_t end,
                 typename RowCells<Integer>::Cell* cells) {
  const auto* entries = static_cast<const Entry<Integer>*>(tree.entries);
  const int count = job.last - job.first;
  if (count == 0) return;
  const std::int64_t widest_bytes = widest_group * tree.bins.cells * std::int64_t{sizeof *cells};
  const int widest =
      count <= widest_group || widest_bytes <= cached_bytes * tree.bins.features ? widest_group : group_of_many;
  const int groups = (count + widest - 1) / widest, width = (count + groups - 1) / groups;
  const std::int64_t step = groups == 1 ? end - begin : block_rows;
  for (std::int64_t block = begin; block < end; block += step) {
    const std::int64_t stop = block + step < end ? block + step : end;
    for (std::int32_t f = job.first; f < job.last; f += width) {
      const int n = job.last - f < width ? job.last - f : width;
      Group<Integer> group;
      for (int j = 0; j < n; ++j) {
        group.column[j] = tree.features[f + j];
        group.cells[j] =
            reinterpret_cast<typename RowCells<Integer>::Type*>(cells + tree.bins.feature[group.column[j]].first_cell);
      }
      const bool follow = group.column[n - 1] - group.column[0] == n - 1;
      add_rows_for<Integer>(n, follow, std::make_integer_sequence<int, widest_group>{})(
          entries + block, entries + stop, entries + end, tree.bins, group);
    }
  }
}

// Calls f(cell) for the first cell of each feature of the job and the number of its bins.
template <class F>
void each_feature(const TreeState& tree, const Job& job, const F& f) {
  for (std::int32_t i = job.first; i < job.last; ++i) {
    const FeatureBins& feature = tree.bins.feature[tree.features[i]];
    f(feature.first_cell, feature.bins);
  }
}

template <class Cell>
void clear(const TreeState& tree, const Job& job, Cell* cells) {
  each_feature(tree, job, [&](int first, int bins) {
    for (int b = 0; b < bins; ++b) cells[first + b] = Cell{};
  });
}

template <class Integer>
void fill(const TreeState& tree, const Job& job) {
  auto* const cells = static_cast<typename RowCells<Integer>::Cell*>(job.cells);
  clear(tree, job, cells);
  add_entries<Integer>(tree, job, job.begin, job.end, cells);
}

// Narrow entries of a node that is too large for packed cells, by way of such cells.
void fill_by_blocks(const TreeState& tree, const Job& job, PackedCell* spare) {
  auto* const cells = static_cast<WideCell*>(job.cells);
  clear(tree, job, cells);
  for (std::int64_t block = job.begin; block < job.end; block += packed_rows) {
    clear(tree, job, spare);
    add_entries<std::int16_t>(tree, job, block, block + packed_rows < job.end ? block + packed_rows : job.end, spare);
    each_feature(tree, job, [&](int first, int bins) {
      for (int b = first; b < first + bins; ++b) {
        cells[b].gradient += gradient_of(spare[b]);
        cells[b].curvature += curvature_of(spare[b]);
      }
    });
  }
}

// A node's histogram from those of its parts.
template <class Cell>
void add_parts(const TreeState& tree, const Job& whole, const WideCell* parts, std::int64_t count) {
  auto* cells = static_cast<Cell*>(whole.cells);
  each_feature(tree, whole, [&](int first, int bins) {
    for (int b = first; b < first + bins; ++b) {
      std::int64_t gradient = 0, curvature = 0;
      for (std::int64_t p = 0; p < count; ++p) {
        const Cell cell = reinterpret_cast<const Cell*>(parts + p * tree.bins.cells)[b];
        gradient += gradient_of(cell);
        curvature += curvature_of(cell);
      }
      set(cells[b], gradient, curvature);
    }
  });
}

template <class Integer>
void sum_rows_of(const TreeState& tree, const GrowNode& node, const std::int32_t* features, int count, void* room) {
  using Cell = typename RowCells<Integer>::Cell;
  Group<Integer> group;
  for (int j = 0; j < count; ++j) {
    auto* const cells = static_cast<Cell*>(room) + j * most_bins;
    for (int b = 0; b < tree.bins.feature[features[j]].bins; ++b) cells[b] = Cell{};
    group.column[j] = features[j];
    group.cells[j] = reinterpret_cast<typename RowCells<Integer>::Type*>(cells);
  }
  const auto* const entries = static_cast<const Entry<Integer>*>(tree.entries) + node.begin;
  const bool follow = features[count - 1] - features[0] == count - 1;
  add_rows_for<Integer>(count, follow, std::make_integer_sequence<int, widest_group>{})(
      entries, entries + node.entries, entries + node.entries, tree.bins, group);
}

// Whether a new node gets a histogram here.
bool is_to_be_summed(const TreeState& tree, std::int32_t index) {
  return is_summed(tree, index) && !is_summed_in_search(tree, tree.nodes[index]);
}

}  // namespace

void sum_rows(const TreeState& tree, const GrowNode& node, const std::int32_t* features, int count, WideCell* room) {
  with_entries(tree, [&]<class E>(E*) { sum_rows_of<decltype(E::gradient)>(tree, node, features, count, room); });
}

void histogram(Context& context, TreeMemory& memory) {
  TreeState& tree = *memory.state;
  const StepScratch scratch(context, memory);
  // Which nodes, and how many parts each.
  std::int64_t rows = 0;
  for (std::int32_t i = tree.first_new; i < tree.node_count; ++i)
    if (is_to_be_summed(tree, i)) {
      tree.nodes[i].slot = tree.free_slots[--tree.free_count];
      rows += tree.nodes[i].entries;
    }
  if (counts_while_summing(context, tree)) return sum_and_count(context, tree);
  const int threads = context.workers.threads();
  const bool by_features = tree.feature_count >= 2 * group_of_many * threads;
  const std::int64_t even = rows / (2 * threads) + 1;
  const std::int64_t part_rows = even > least_part_rows ? even : least_part_rows;

  Job *const jobs = scratch.jobs, *const sums = scratch.whole_jobs;
  std::int64_t job_count = 0, sum_count = 0, part_count = 0;
  for (std::int32_t i = tree.first_new; i < tree.node_count; ++i) {
    const GrowNode& node = tree.nodes[i];
    if (node.slot < 0) continue;
    WideCell* const cells = tree.histograms + std::int64_t{node.slot} * tree.bins.cells;
    const Job whole{&node, node.begin, node.begin + node.entries, 0, tree.feature_count, cells};
    const std::int64_t parts = node.entries / part_rows;
    if (parts <= 1) {
      jobs[job_count++] = whole;
    } else if (by_features) {
      const auto step =
          static_cast<std::int32_t>((tree.feature_count / parts + group_of_many) / group_of_many * group_of_many);
      for (std::int32_t f = 0; f < tree.feature_count; f += step) {
        Job job = whole;
        job.first = f;
        job.last = f + step < tree.feature_count ? f + step : tree.feature_count;
        jobs[job_count++] = job;
      }
    } else {
      sums[sum_count] = whole;
      sums[sum_count].begin = part_count;
      for (std::int64_t p = 0; p < parts; ++p) {
        Job job = whole;
        job.begin = node.begin + node.entries * p / parts;
        job.end = node.begin + node.entries * (p + 1) / parts;
        job.cells = scratch.part_histograms + part_count++ * tree.bins.cells;
        jobs[job_count++] = job;
      }
      sums[sum_count++].end = part_count;
    }
  }

  const double work = static_cast<double>(rows) * tree.feature_count * ns_of_update;
  share(context, job_count, work, [&](std::int64_t j, int worker) {
    PackedCell* const spare = scratch.worker_cells + std::int64_t{worker} * tree.bins.cells;
    if (tree.wide)
      fill<std::int32_t>(tree, jobs[j]);
    else if (is_packed(tree, *jobs[j].node))
      fill<std::int16_t>(tree, jobs[j]);
    else
      fill_by_blocks(tree, jobs[j], spare);
  });
  for (std::int64_t s = 0; s < sum_count; ++s)
    context.workers.chunks(tree.feature_count, 8, [&](std::int64_t first, std::int64_t last, std::int64_t, int) {
      Job job = sums[s];
      job.first = static_cast<std::int32_t>(first);
      job.last = static_cast<std::int32_t>(last);
      const WideCell* parts = scratch.part_histograms + job.begin * tree.bins.cells;
      if (is_packed(tree, *job.node))
        add_parts<PackedCell>(tree, job, parts, job.end - job.begin);
      else
        add_parts<WideCell>(tree, job, parts, job.end - job.begin);
    });
  if (tree.bins.sparse.features > 0) sum_sparse(context, tree, scratch);
}

LINDEN_LEVEL_END
}  // namespace linden
