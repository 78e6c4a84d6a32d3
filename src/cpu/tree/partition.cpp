// Divides the rows of each selected leaf between two new nodes, keeping their order.
//
// A node of one chunk is divided in place: rows going left close up, rows going right wait in spare memory. A larger
// one is divided chunk by chunk, all but the first into spare memory, and put together afterwards.
#include <cstring>

#include "backend/tree/grow_queue.hpp"
#include "backend/tree/planes.hpp"
#include "backend/tree/sparse_bins.hpp"
#include "backend/tree/wide_bins.hpp"
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
  if (wide_number(tree.bins, split.feature) >= 0)
    return divide_singly(wide_column(tree.bins, split.feature), from, count, left, right, sides_of(tree.bins, split));
  if (split.feature >= tree.bins.features) return divide_sparse(tree, split, from, count, left, right);
  const std::uint8_t* const bins = tree.bins.by_feature + split.feature * tree.bins.rows;
  if (split.categorical) return divide_by_bins(bins, from, count, left, right, SetOfBins(split));
  const auto last = static_cast<std::uint8_t>(split.bin);
  const int more = split.missing_left ? tree.bins.feature[split.feature].bins - 1 : split.bin;
  return divide_by_bins(bins, from, count, left, right, BinsUpTo(last, static_cast<std::uint8_t>(more)));
}

// The nodes of a batch, cut into chunks: as many as threads have something to do with.
class Chunks {
 public:
  Chunks(const Context& context, const TreeState& tree) : tree_(tree), first_(tree.nodes[tree.batch[0]].begin) {
    for (std::int32_t i = 0; i < tree.batch_size; ++i) {
      entries_ += node(i).entries;
      if (node(i).begin < first_) first_ = node(i).begin;
    }
    const std::int64_t even = entries_ / context.workers.threads() + 1;
    if (context.workers.threads() > 1)
      size_ = even < least_partition_chunk ? least_partition_chunk : even < size_ ? even : size_;
  }

  std::int64_t size() const { return size_; }
  /// The first entry of all nodes.
  std::int64_t first() const { return first_; }
  const GrowNode& node(std::int32_t i) const { return tree_.nodes[tree_.batch[i]]; }
  std::int64_t of(std::int32_t i) const { return (node(i).entries + size_ - 1) / size_; }
  std::int64_t of_all() const {
    std::int64_t all = 0;
    for (std::int32_t i = 0; i < tree_.batch_size; ++i) all += of(i);
    return all;
  }
  bool is_any_divided() const {
    for (std::int32_t i = 0; i < tree_.batch_size; ++i)
      if (of(i) > 1) return true;  // others may have no rows here, and no chunk
    return false;
  }

  /// Calls body(node, chunk of it, counts of the node's chunks) for each of all, where `counts` are those of all.
  template <class Body>
  void each(Context& context, std::int64_t* counts, const Body& body) const {
    share(context, of_all(), static_cast<double>(entries_) * ns_of_divided_row, [&](std::int64_t task, int) {
      std::int64_t before = 0;
      std::int32_t i = 0;
      for (; task - before >= of(i); ++i) before += of(i);
      body(node(i), task - before, counts + before);
    });
  }

 private:
  const TreeState& tree_;
  std::int64_t size_ = partition_chunk, entries_ = 0, first_;
};

template <class E>
void divide_batch(Context& context, TreeState& tree, const StepScratch& scratch, const Chunks& chunks) {
  auto* const entries = static_cast<E*>(tree.entries);
  auto* const spare_left = entries + tree.sample_rows;
  const auto spare_right = [&](std::int64_t entry) {
    return reinterpret_cast<E*>(scratch.right_entries) + (entry - chunks.first());
  };
  struct Part {
    std::int64_t begin, rows;
    Part(const GrowNode& node, std::int64_t chunk, std::int64_t size) : begin(node.begin + chunk * size) {
      const std::int64_t left = node.begin + node.entries - begin;
      rows = left < size ? left : size;
    }
  };
  const auto copy = [](E* to, const E* from, std::int64_t count) {
    std::memcpy(to, from, static_cast<std::size_t>(count) * sizeof(E));
  };

  chunks.each(context, scratch.chunk_counts, [&](const GrowNode& node, std::int64_t chunk, std::int64_t* lefts) {
    const Part part(node, chunk, chunks.size());
    E* const left = chunk == 0 ? entries + part.begin : spare_left + part.begin;
    lefts[chunk] = divide(tree, node.split, entries + part.begin, part.rows, left, spare_right(part.begin));
    if (node.entries <= chunks.size())
      copy(entries + part.begin + lefts[0], spare_right(part.begin), part.rows - lefts[0]);
  });
  if (!chunks.is_any_divided()) return;
  chunks.each(context, scratch.chunk_counts, [&](const GrowNode& node, std::int64_t chunk, const std::int64_t* lefts) {
    if (node.entries <= chunks.size()) return;
    const Part part(node, chunk, chunks.size());
    std::int64_t before = 0, all = 0;
    for (std::int64_t c = 0; c * chunks.size() < node.entries; ++c) {
      if (c < chunk) before += lefts[c];
      all += lefts[c];
    }
    const std::int64_t rights_before = chunk * chunks.size() - before;
    if (chunk > 0) copy(entries + node.begin + before, spare_left + part.begin, lefts[chunk]);
    copy(entries + node.begin + all + rights_before, spare_right(part.begin), part.rows - lefts[chunk]);
  });
}

}  // namespace

void partition(Context& context, TreeMemory& memory) {
  TreeState& tree = *memory.state;
  const StepScratch scratch(context, memory);
  const Chunks chunks(context, tree);
  with_entries(tree, [&]<class E>(E*) { divide_batch<E>(context, tree, scratch, chunks); });
  const std::int64_t* count = scratch.chunk_counts;
  for (std::int32_t i = 0; i < tree.batch_size; ++i) {
    tree.left_entries[i] = 0;
    for (std::int64_t c = chunks.of(i); c > 0; --c) tree.left_entries[i] += *count++;
  }
}

void partition_planes(Context& context, const PlaneTask& task) {
  partition(context, *task.planes[0]);
  const TreeState& first = *task.planes[0]->state;
  for (std::int32_t p = 1; p < task.count; ++p)
    for (std::int32_t i = 0; i < first.batch_size; ++i) task.planes[p]->left_entries[i] = first.left_entries[i];
}

void expand(Context&, TreeMemory& memory) {
  TreeState& tree = *memory.state;
  tree.first_new = tree.node_count;
  for (std::int32_t i = 0; i < tree.batch_size; ++i) {
    const std::int64_t begin = tree.nodes[tree.batch[i]].begin;
    make_children(tree, tree.batch[i], tree.node_count, begin, tree.left_entries[i], rows_going_left(tree, i));
    tree.node_count += 2;
  }
}

LINDEN_LEVEL_END
}  // namespace linden
