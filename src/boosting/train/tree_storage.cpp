#include "boosting/train/tree_storage.hpp"

#include <algorithm>
#include <cstring>

#include "backend/math/order_statistic.hpp"
#include "backend/tree/sparse_bins.hpp"

namespace linden {
namespace {

// Bytes for the histograms of open leaves: on the host a part of what anyone has, on a GPU a quarter of what it has
// left.
std::int64_t histogram_budget(const Backend& backend, Context& context) {
  return context.queue == nullptr ? std::int64_t{1} << 30 : backend.memory.available(context) / 4;
}

// No tree has more leaves than its depth and its rows allow.
std::int32_t most_leaves(const GrowthLimits& limits, std::int64_t rows) {
  std::int64_t most = std::min<std::int64_t>(limits.max_leaves, rows / limits.min_rows_in_leaf);
  if (limits.max_depth > 0 && limits.max_depth < 31) most = std::min(most, std::int64_t{1} << limits.max_depth);
  return static_cast<std::int32_t>(std::max<std::int64_t>(most, 1));
}

// Places arrays one after another in the memory at `first`, or only measures them where it is null.
class Layout {
 public:
  explicit Layout(char* first) : first_(first) {}
  template <class T>
  void place(T*& array, std::int64_t count) {
    array = first_ == nullptr ? nullptr : reinterpret_cast<T*>(first_ + bytes_);
    bytes_ += (count * static_cast<std::int64_t>(sizeof(T)) + 15) / 16 * 16;
  }
  std::int64_t bytes() const { return bytes_; }

 private:
  char* first_;
  std::int64_t bytes_ = 0;
};

// What is read of a finished tree; the tree itself first.
std::int64_t place(TreeMemory& tree, TreeMemory*& self, char* first) {
  Layout layout(first);
  layout.place(self, 1);
  layout.place(tree.nodes, tree.node_capacity);
  layout.place(tree.committed, 2 * std::int64_t{tree.limits.max_leaves});
  layout.place(tree.leaf_of_node, tree.node_capacity);
  layout.place(tree.leaf_values, tree.limits.max_leaves);
  layout.place(tree.leaf_curvatures, tree.limits.max_leaves);
  return layout.bytes();
}

}  // namespace

template <class T>
T* TreeStorage::allocate(std::int64_t count, const char* what) {
  const auto bytes = count * static_cast<std::int64_t>(sizeof(T));
  return reinterpret_cast<T*>(blocks_.emplace_back(backend_.memory, context_, bytes, what).data());
}

TreeStorage::TreeStorage(const Backend& backend, Context& context, const BinsView& bins, const GrowthLimits& limits,
                         const Renewal& renewal)
    : backend_(backend), context_(context) {
  const bool on_host = context.queue == nullptr;
  tree_.bins = bins;
  tree_.limits = limits;
  tree_.renewal = renewal;
  const std::int64_t rows = bins.rows, leaves = most_leaves(limits, rows);
  tree_.limits.max_leaves = static_cast<std::int32_t>(leaves);

  const std::int64_t cells = std::max(bins.cells, 1), sparse = bins.sparse.features;
  const std::int64_t affordable = histogram_budget(backend, context) /
                                  (cells * static_cast<std::int64_t>(sizeof(WideCell)) +
                                   sparse * static_cast<std::int64_t>(sizeof(SparseCell) + sizeof(SideBounds)));
  const std::int64_t wanted =
      std::min<std::int64_t>(limits.level_wise ? backend.tree.level_wise_batch : backend.tree.leaf_wise_batch, leaves);
  tree_.batch_capacity = static_cast<std::int32_t>(std::clamp<std::int64_t>(affordable / 4, 1, wanted));
  tree_.node_capacity = static_cast<std::int32_t>(4 * leaves + 2 * tree_.batch_capacity);
  tree_.slots = static_cast<std::int32_t>(
      std::clamp<std::int64_t>(affordable, 4 * tree_.batch_capacity, 2 * leaves + 4 * tree_.batch_capacity));
  tree_.histograms = allocate<WideCell>(tree_.slots * cells, "histograms");
  tree_.free_slots = allocate<std::int32_t>(tree_.slots, "histograms");
  tree_.candidates = allocate<Split>(2 * tree_.batch_capacity * std::int64_t{std::max(bins.features, 1)}, "splits");

  if (sparse > 0) {
    tree_.row_sums = allocate<RowSums>(rows, "rows by number");
    tree_.sparse_cells = allocate<SparseCell>(tree_.slots * sparse, "sums of sparse features");
    tree_.sparse_candidates = allocate<Split>(2 * tree_.batch_capacity * std::int64_t{sparse_blocks(bins)}, "splits");
    tree_.sparse_best = allocate<std::uint64_t>(2 * tree_.batch_capacity, "splits");
  }

  tree_.entries = allocate<WideEntry>(on_host ? rows + prefetch_rows : 2 * rows, "rows grouped by leaf");
  tree_.queue = allocate<Candidate>(tree_.node_capacity, "the queue of leaves");
  tree_.popped = allocate<Candidate>(4 * tree_.batch_capacity, "the queue of leaves");
  tree_.batch = allocate<std::int32_t>(tree_.batch_capacity, "the queue of leaves");
  tree_.leaf_of_row = allocate<std::int32_t>(rows, "the leaf of each row");
  const std::int64_t bytes = place(tree_, tree_.on_device, nullptr);
  result_ = DeviceArray<char>(backend.memory, context, bytes, "the nodes of a tree");
  place(tree_, tree_.on_device, result_.data());

  const int threads = on_host ? context.arena.threads() : 1;
  tree_.leaf_totals = allocate<std::int64_t>(2 * leaves * threads, "sums of leaves");
  if (renewal.level > 0) {
    tree_.residual_keys = allocate<std::uint64_t>(rows, "residuals");
    if (renewal.weights != nullptr) tree_.residual_weights = allocate<std::int64_t>(rows, "residuals");
    tree_.digit_sums = allocate<std::int64_t>(std::int64_t{threads} * select_digits, "residuals");
  }
  if (!on_host) {
    const std::int64_t own = backend.tree.own_bytes(tree_);
    tree_.own = allocate<char>(own, "the steps of a tree");
    host_result_.resize(static_cast<std::size_t>(bytes));
    return;
  }
  tree_.on_device = nullptr;
  tree_.spare_entries = allocate<WideEntry>(2 * rows, "rows grouped by leaf");
  tree_.chunk_counts =
      allocate<std::int64_t>(rows / partition_chunk + tree_.batch_capacity + 1, "rows grouped by leaf");
  tree_.parts = 2 * threads;
  tree_.part_histograms = allocate<WideCell>(tree_.parts * cells, "histograms");
  if (sparse > 0) tree_.side_bounds = allocate<SideBounds>(tree_.slots * sparse, "sums of sparse features");
  if (sparse > 0) tree_.sparse_parts = allocate<SparseCell>(tree_.parts * sparse, "sums of sparse features");
  tree_.job_capacity = 2 * tree_.batch_capacity + tree_.parts;
  tree_.jobs = allocate<HistogramJob>(2 * tree_.job_capacity, "histograms");
  tree_.worker_cells = allocate<PackedCell>(threads * cells, "histograms");
}

const TreeMemory& TreeStorage::finished() {
  if (context_.queue == nullptr) return tree_;
  result_.download(host_result_.data());
  std::memcpy(&host_tree_, host_result_.data(), sizeof(TreeMemory));
  TreeMemory* self = nullptr;
  place(host_tree_, self, host_result_.data());
  return host_tree_;
}

}  // namespace linden
