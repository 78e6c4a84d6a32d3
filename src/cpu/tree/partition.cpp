// Divides the rows of each selected leaf between two new nodes, keeping their order.
//
// A node of one chunk is divided in place: rows going left close up, rows going right wait in spare memory. A larger
// one is divided chunk by chunk into spare memory and put together afterwards.
#include <cstring>

#include "backend/tree/grow_queue.hpp"
#include "backend/tree/sparse_bins.hpp"
#include "cpu/tree/divide.hpp"
#include "cpu/tree/scratch.hpp"
#include "cpu/tree/share.hpp"
#include "cpu/tree/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

// By a sparse feature, whose entries stand in the order of rows as the node's do.
template <class E>
std::int64_t divide_sparse(const TreeState& tree, const Split& split, const E* from, std::int64_t count, E* left,
                           E* right) {
  const SparseBins& sparse = tree.bins.sparse;
  const std::int64_t* const range = sparse.feature_first + (split.feature - tree.bins.features);
  const std::uint32_t* at = sparse.feature_rows + range[0];
  const std::uint32_t* const last = sparse.feature_rows + range[1];
  const bool usual_goes_left = goes_left(split, tree.bins.feature[split.feature].usual_bin);
  std::int64_t lefts = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const E entry = from[i];
    if (at < last && *at < entry.row) at = near_first_from(at, last, entry.row);
    const bool found = at < last && *at == entry.row;
    const bool go = found ? goes_left(split, sparse.feature_bins[at - sparse.feature_rows]) : usual_goes_left;
    left[lefts] = entry;
    right[i - lefts] = entry;
    lefts += go;
  }
  return lefts;
}

template <class E>
std::int64_t divide(const TreeState& tree, const Split& split, const E* from, std::int64_t count, E* left, E* right) {
  if (split.feature >= tree.bins.features) return divide_sparse(tree, split, from, count, left, right);
  const std::uint8_t* const bins = tree.bins.by_feature + split.feature * tree.bins.rows;
  if (split.categorical) return divide_by_bins(bins, from, count, left, right, SetOfBins(split));
  const auto last = static_cast<std::uint8_t>(split.bin);
  const int more = split.missing_left ? tree.bins.feature[split.feature].bins - 1 : split.bin;
  return divide_by_bins(bins, from, count, left, right, BinsUpTo(last, static_cast<std::uint8_t>(more)));
}

// Of a node of the batch.
std::int64_t chunks_of(const TreeState& tree, std::int32_t i) {
  return (tree.nodes[tree.batch[i]].entries + partition_chunk - 1) / partition_chunk;
}

template <class E>
void divide_batch(Context& context, TreeState& tree, const StepScratch& scratch) {
  auto* const entries = static_cast<E*>(tree.entries);
  auto* const spare_left = entries + tree.sample_rows;
  auto* const spare_right = reinterpret_cast<E*>(scratch.right_entries);
  // Chunks of all nodes, one after another; first_chunk[i] is the first of batch node i.
  std::int64_t* const counts = scratch.chunk_counts;
  const auto each_chunk = [&](const auto& body) {
    std::int64_t total = 0, rows = 0;
    for (std::int32_t i = 0; i < tree.batch_size; ++i) {
      total += chunks_of(tree, i);
      rows += tree.nodes[tree.batch[i]].entries;
    }
    share(context, total, static_cast<double>(rows) * ns_of_divided_row, [&](std::int64_t task, int) {
      std::int64_t first = 0;
      std::int32_t i = 0;
      for (; task - first >= chunks_of(tree, i); ++i) first += chunks_of(tree, i);
      body(tree.nodes[tree.batch[i]], task - first, counts + first);
    });
  };

  each_chunk([&](const GrowNode& node, std::int64_t chunk, std::int64_t* count) {
    const std::int64_t begin = node.begin + chunk * partition_chunk;
    const std::int64_t end = node.begin + node.entries;
    const std::int64_t rows = end - begin < partition_chunk ? end - begin : partition_chunk;
    const bool whole = node.entries <= partition_chunk;
    E* const left = whole ? entries + begin : spare_left + begin;
    count[chunk] = divide(tree, node.split, entries + begin, rows, left, spare_right + begin);
    if (whole)
      std::memcpy(entries + begin + count[chunk], spare_right + begin,
                  static_cast<std::size_t>(rows - count[chunk]) * sizeof(E));
  });
  bool is_in_place = true;
  for (std::int32_t i = 0; i < tree.batch_size; ++i) is_in_place &= chunks_of(tree, i) <= 1;
  if (is_in_place) return;
  each_chunk([&](const GrowNode& node, std::int64_t chunk, const std::int64_t* count) {
    if (node.entries <= partition_chunk) return;
    const std::int64_t begin = node.begin + chunk * partition_chunk;
    const std::int64_t end = node.begin + node.entries;
    const std::int64_t rows = end - begin < partition_chunk ? end - begin : partition_chunk;
    std::int64_t before = 0, all = 0;
    for (std::int64_t c = 0; c * partition_chunk < node.entries; ++c) {
      if (c < chunk) before += count[c];
      all += count[c];
    }
    const std::int64_t rights_before = chunk * partition_chunk - before;
    std::memcpy(entries + node.begin + before, spare_left + begin, static_cast<std::size_t>(count[chunk]) * sizeof(E));
    std::memcpy(entries + node.begin + all + rights_before, spare_right + begin,
                static_cast<std::size_t>(rows - count[chunk]) * sizeof(E));
  });
}

}  // namespace

void partition(Context& context, TreeMemory& memory) {
  TreeState& tree = *memory.state;
  const StepScratch scratch(context, memory);
  with_entries(tree, [&]<class E>(E*) { divide_batch<E>(context, tree, scratch); });
  const std::int64_t* count = scratch.chunk_counts;
  for (std::int32_t i = 0; i < tree.batch_size; ++i) {
    tree.left_entries[i] = 0;
    for (std::int64_t c = chunks_of(tree, i); c > 0; --c) tree.left_entries[i] += *count++;
  }
}

void expand(Context&, TreeMemory& memory) {
  TreeState& tree = *memory.state;
  tree.first_new = tree.node_count;
  for (std::int32_t i = 0; i < tree.batch_size; ++i) {
    const std::int64_t begin = tree.nodes[tree.batch[i]].begin;
    make_children(tree, tree.batch[i], tree.node_count, begin, tree.left_entries[i], tree.left_rows[i]);
    tree.node_count += 2;
  }
}

LINDEN_LEVEL_END
}  // namespace linden
