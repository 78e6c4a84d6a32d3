// Growing a tree by pages (backend/page_kernels.hpp): the rows of a page are moved to their nodes, those that are to be
// summed are put together by node, and each node's rows are added to its histogram, some features at a time, by way of
// cells that count rows, too.
#include "backend/page_kernels.hpp"

#include "backend/tree/bin_set.hpp"
#include "backend/tree/grow_queue.hpp"
#include "cpu/tree/histogram/counted_rows.hpp"
#include "cpu/tree/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

std::uint32_t* rows_of(const TreeState& tree, const PageMemory& pages, const GrowNode& node) {
  return pages.slot_rows + std::int64_t{node.slot} * tree.bins.cells;
}
WideCell* cells_of(const TreeState& tree, const GrowNode& node) {
  return tree.histograms + std::int64_t{node.slot} * tree.bins.cells;
}

// Whether the step divides nothing: its only new node is the root.
bool is_first_step(const TreeState& tree) { return tree.node_count == 1; }

template <class Cell>
void clear_cells(const TreeState& tree, Cell* cells) {
  for (std::int32_t c = 0; c < tree.bins.cells; ++c) cells[c] = Cell{};
}

// The first of the sampled rows from `row` on.
std::int64_t place_in_sample(const TreeState& tree, std::int64_t row) {
  std::int64_t first = 0, last = tree.sample_rows;
  while (first < last) {
    const std::int64_t middle = first + (last - first) / 2;
    if (tree.sample[middle] < row)
      first = middle + 1;
    else
      last = middle;
  }
  return first;
}

// Calls f(row, group) for rows [begin, end) of the page that are in the sample and in a node that is summed.
template <class F>
void each_summed_row(const TreeState& tree, const PageMemory& pages, const BinPage& page, std::int64_t begin,
                     std::int64_t end, const F& f) {
  const std::int32_t* const node_of = tree.leaf_of_row + page.first;
  const auto visit = [&](std::int64_t row) {
    const std::int32_t group = pages.nodes[node_of[row]].group;
    if (group >= 0) f(row, group);
  };
  if (tree.sample == nullptr) {
    for (std::int64_t row = begin; row < end; ++row) visit(row);
    return;
  }
  for (std::int64_t i = place_in_sample(tree, page.first + begin);
       i < tree.sample_rows && tree.sample[i] < page.first + end; ++i)
    visit(tree.sample[i] - page.first);
}

void move_rows(const TreeState& tree, const PageMemory& pages, const BinPage& page, std::int64_t begin,
               std::int64_t end) {
  std::int32_t* const node_of = tree.leaf_of_row + page.first;
  const std::int64_t stride = tree.bins.row_stride;
  for (std::int64_t row = begin; row < end; ++row) {
    const PageNode& node = pages.nodes[node_of[row]];
    if (node.left < 0) continue;
    node_of[row] = node.left + pages.sides[node.sides * 256 + page.by_row[row * stride + node.column]];
  }
}

// What the step does with the rows of the leaves that it divides.
void plan_moves(const TreeState& tree, PageMemory& pages) {
  for (std::int32_t i = 0; i < tree.batch_size; ++i) {
    const GrowNode& node = tree.nodes[tree.batch[i]];
    pages.nodes[tree.batch[i]] = {node.left, node.split.feature, i, -1};
    for (int bin = 0; bin < 256; ++bin)
      pages.sides[i * 256 + bin] = goes_left(node.split, static_cast<std::uint8_t>(bin)) ? 0 : 1;
  }
}

}  // namespace

void open_step(Context& context, TreeMemory& memory, PageMemory& pages) {
  TreeState& tree = *memory.state;
  const bool is_first = is_first_step(tree) && tree.committed_count == 0;
  if (is_first) {
    pages.nodes[0] = {};
  } else {
    for (std::int32_t i = 0; i < tree.node_count; ++i) pages.nodes[i] = {};
    for (std::int32_t i = 0; i < tree.batch_size; ++i) tree.left_entries[i] = pages.left_of[tree.batch[i]];
    expand(context, memory);
    plan_moves(tree, pages);
  }
  pages.groups = 0;
  for (std::int32_t i = tree.first_new; i < tree.node_count; ++i) {
    pages.nodes[i] = {};
    if (!is_summed(tree, i)) continue;
    GrowNode& node = tree.nodes[i];
    node.slot = tree.free_slots[--tree.free_count];
    clear_cells(tree, cells_of(tree, node));
    clear_cells(tree, rows_of(tree, pages, node));
    pages.group_nodes[pages.groups] = i;
    pages.nodes[i].group = pages.groups++;
  }
}

void take_page(Context& context, TreeMemory& memory, PageMemory& pages, const BinPage& page) {
  const TreeState& tree = *memory.state;
  const int threads = context.workers.threads();
  const std::int64_t step = (page.rows + threads - 1) / threads, groups = pages.groups;
  const auto part_of = [&](std::int64_t part, const auto& f) {
    const std::int64_t end = (part + 1) * step < page.rows ? (part + 1) * step : page.rows;
    if (part * step < end) f(part * step, end);
  };
  context.workers.each(threads, [&](std::int64_t part, int) {
    std::int64_t* const counts = pages.counts + part * groups;
    for (std::int64_t g = 0; g < groups; ++g) counts[g] = 0;
    part_of(part, [&](std::int64_t begin, std::int64_t end) {
      if (is_first_step(tree))
        for (std::int64_t row = begin; row < end; ++row) tree.leaf_of_row[page.first + row] = 0;
      else
        move_rows(tree, pages, page, begin, end);
      each_summed_row(tree, pages, page, begin, end, [&](std::int64_t, std::int32_t group) { ++counts[group]; });
    });
  });
  // From numbers of rows to places, group by group; the groups begin where the first part's do.
  std::int64_t* const begins = pages.counts + threads * groups;
  std::int64_t before = 0;
  for (std::int64_t g = 0; g < groups; ++g) {
    begins[g] = before;
    for (int part = 0; part < threads; ++part) {
      const std::int64_t rows = pages.counts[part * groups + g];
      pages.counts[part * groups + g] = before;
      before += rows;
    }
  }
  const double per_gradient = 1 / tree.gradient_unit, per_curvature = 1 / tree.curvature_unit;
  context.workers.each(threads, [&](std::int64_t part, int) {
    std::int64_t* const places = pages.counts + part * groups;
    part_of(part, [&](std::int64_t begin, std::int64_t end) {
      each_summed_row(tree, pages, page, begin, end, [&](std::int64_t row, std::int32_t group) {
        pages.entries[places[group]++] = {static_cast<std::uint32_t>(row),
                                          quantised(tree.gradients[page.first + row], per_gradient),
                                          quantised(tree.curvatures[page.first + row], per_curvature)};
      });
    });
  });
  std::int32_t width = features_of_a_room;
  const auto blocks_of = [&] { return (tree.feature_count + width - 1) / width; };
  while (width > least_features_of_a_room && groups * blocks_of() < 2 * threads) width /= 2;
  const std::int64_t blocks = blocks_of();
  BinsView bins = tree.bins;
  bins.by_row = const_cast<std::uint8_t*>(page.by_row);
  context.workers.each(groups * blocks, [&](std::int64_t job, int worker) {
    const std::int64_t g = job / blocks, end = g + 1 < groups ? begins[g + 1] : before;
    if (end == begins[g]) return;
    const auto first = static_cast<std::int32_t>(job % blocks * width);
    const std::int32_t left = tree.feature_count - first;
    const GrowNode& node = tree.nodes[pages.group_nodes[g]];
    add_counted_rows(tree, bins, node, pages.entries + begins[g], end - begins[g], first, left < width ? left : width,
                     pages.rooms + std::int64_t{worker} * features_of_a_room * most_bins, rows_of(tree, pages, node));
  });
}

void close_step(Context&, TreeMemory& memory, PageMemory& pages) {
  const TreeState& tree = *memory.state;
  const std::int64_t cells = tree.bins.cells;
  for (std::int32_t i = tree.first_new; i < tree.node_count && !is_first_step(tree); i += 2) {
    const bool left_is_smaller = tree.nodes[i].rows <= tree.nodes[i + 1].rows;
    const std::int32_t smaller = left_is_smaller ? i : i + 1, larger = left_is_smaller ? i + 1 : i;
    if (tree.nodes[larger].slot < 0 || pages.nodes[larger].group >= 0 || pages.nodes[smaller].group < 0) continue;
    std::uint32_t* const from = rows_of(tree, pages, tree.nodes[larger]);
    const std::uint32_t* const away = rows_of(tree, pages, tree.nodes[smaller]);
    for (std::int64_t c = 0; c < cells; ++c) from[c] -= away[c];
  }
  for (std::int32_t i = tree.first_new; i < tree.node_count; ++i) {
    std::int64_t* const rows = rows_by_cell(tree, i - tree.first_new);
    const std::uint32_t* const known = tree.nodes[i].slot < 0 ? nullptr : rows_of(tree, pages, tree.nodes[i]);
    for (std::int64_t c = 0; c < cells; ++c) rows[c] = known == nullptr ? 0 : std::int64_t{known[c]};
  }
}

void count_left(Context&, TreeMemory& memory, PageMemory& pages) {
  const TreeState& tree = *memory.state;
  for (std::int32_t i = tree.first_new; i < tree.node_count; ++i) {
    const Split& split = tree.nodes[i].split;
    pages.left_of[i] = 0;
    if (split.feature < 0) continue;
    const FeatureBins& feature = tree.bins.feature[split.feature];
    const std::int64_t* const rows = rows_by_cell(tree, i - tree.first_new) + feature.first_cell;
    for (std::int32_t b = 0; b < feature.bins; ++b)
      if (goes_left(split, static_cast<std::uint8_t>(b))) pages.left_of[i] += rows[b];
  }
}

const PageKernels& page_kernels() {
  static constexpr PageKernels table{open_step, take_page, close_step, count_left};
  return table;
}

LINDEN_LEVEL_END
}  // namespace linden
