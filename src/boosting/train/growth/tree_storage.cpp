#include "boosting/train/growth/tree_storage.hpp"

#include <algorithm>

#include "backend/comms.hpp"
#include "backend/layout.hpp"
#include "backend/tree/rank_message.hpp"
#include "backend/tree/sparse_bins.hpp"

namespace linden {
namespace {

// No tree has more leaves than its depth and its rows allow.
std::int32_t most_leaves(const GrowthLimits& limits, std::int64_t rows) {
  if (limits.oblivious) return limits.max_leaves;  // some of them have no rows
  std::int64_t most = std::min<std::int64_t>(limits.max_leaves, rows / limits.min_rows_in_leaf);
  if (limits.max_depth > 0 && limits.max_depth < 31) most = std::min(most, std::int64_t{1} << limits.max_depth);
  return static_cast<std::int32_t>(std::max<std::int64_t>(most, 1));
}

// Those of all machines that grow the same tree.
std::int64_t rows_in_all(const Backend& backend, Context& context, std::int64_t rows) {
  sum_over_ranks(backend.memory, context, &rows, 1);
  return rows;
}
// Of what their devices differ in, ranks take the least, so that all of them take the same steps.
std::int64_t least_of_ranks(const Backend& backend, Context& context, std::int64_t here) {
  if (context.comms == nullptr) return here;
  double least = -static_cast<double>(here);
  max_over_ranks(backend.memory, context, &least, 1);
  return static_cast<std::int64_t>(-least);
}

// What is read of a finished tree.
std::int64_t place_result(TreeMemory& tree, void* first) {
  Layout layout(first);
  layout.place(tree.state, 1);
  layout.place(tree.nodes, tree.node_capacity);
  layout.place(tree.committed, 2 * std::int64_t{tree.limits.max_leaves});
  layout.place(tree.leaf_of_node, tree.node_capacity);
  layout.place(tree.leaf_values, tree.limits.max_leaves);
  layout.place(tree.leaf_curvatures, tree.limits.max_leaves);
  return layout.bytes();
}

}  // namespace

template <class T>
void TreeStorage::allocate(T*& array, std::int64_t count, const char* what) {
  const auto bytes = count * static_cast<std::int64_t>(sizeof(T));
  array = reinterpret_cast<T*>(blocks_.emplace_back(backend_.memory, context_, bytes, what).data());
}

TreeStorage::TreeStorage(const Backend& backend, Context& context, const BinsView& bins, const GrowthLimits& limits,
                         const Renewal& renewal, int sharers, const GrowthRules& rules, std::int32_t planes,
                         std::int64_t memory_by_pages)
    : backend_(backend), context_(context) {
  tree_.bins = bins;
  tree_.limits = limits;
  tree_.rules = rules;
  tree_.renewal = renewal;
  tree_.planes = planes;
  const std::int64_t rows = bins.rows, all_rows = rows_in_all(backend, context, rows);
  const std::int64_t leaves = most_leaves(limits, all_rows);
  tree_.limits.max_leaves = static_cast<std::int32_t>(leaves);

  const std::int64_t cells = std::max(bins.cells, 1), sparse = bins.sparse.features;
  const std::int64_t ranks = rules.draws() ? bins.features + sparse + bins.wide.features : 0;  // of a new node
  const bool by_pages = memory_by_pages > 0;
  const std::int64_t bytes_here = by_pages ? memory_by_pages / 8 : backend.tree.histogram_bytes(context) / sharers;
  const std::int64_t affordable = least_of_ranks(backend, context, bytes_here) /
                                  (cells * static_cast<std::int64_t>(sizeof(WideCell)) +
                                   sparse * static_cast<std::int64_t>(sizeof(SparseCell) + sizeof(SideBounds)) +
                                   ranks * static_cast<std::int64_t>(sizeof(std::uint64_t)));
  constexpr std::int64_t batch_by_pages = 64;  // a step reads all pages, and few steps are what counts
  const std::int64_t batch_here = by_pages            ? batch_by_pages
                                  : limits.level_wise ? backend.tree.level_wise_batch
                                                      : backend.tree.leaf_wise_batch(context);
  const std::int64_t wanted = least_of_ranks(backend, context, batch_here);  // leaves at once
  // The nodes of a level are split together: those with rows all have a histogram, and one set of candidates does.
  const bool oblivious = limits.oblivious;
  const std::int64_t level = leaves / 2;  // the largest that is split
  const std::int64_t batch = oblivious ? level : std::clamp<std::int64_t>(affordable / 4, 1, std::min(wanted, leaves));
  const std::int64_t searched = oblivious ? 1 : 2 * batch;
  tree_.batch_capacity = static_cast<std::int32_t>(batch);
  tree_.node_capacity = static_cast<std::int32_t>(oblivious ? 2 * leaves : 4 * leaves + 2 * batch);
  tree_.slots = static_cast<std::int32_t>(
      oblivious ? std::min(level, all_rows) : std::clamp<std::int64_t>(affordable, 4 * batch, 2 * leaves + 4 * batch));

  allocate(tree_.histograms, tree_.slots * cells, "histograms");
  allocate(tree_.free_slots, tree_.slots, "histograms");
  const bool is_first = planes >= 0;  // whose splits and leaves are those of all planes
  allocate(tree_.candidates, is_first ? searched * std::max(bins.features, 1) : 1, "splits");
  if (oblivious) allocate(tree_.level_places, cells, "the order of categories");
  if (sparse > 0) {
    allocate(tree_.row_sums, rows, "rows by number");
    allocate(tree_.sparse_cells, tree_.slots * sparse, "sums of sparse features");
    allocate(tree_.sparse_candidates, 2 * batch * sparse_blocks(bins), "splits");
    allocate(tree_.sparse_best, 2 * batch, "splits");
  }
  if (bins.wide.features > 0) allocate(tree_.wide_candidates, 2 * batch * bins.wide.features, "splits");
  if (!by_pages && (is_first || !backend.tree.planes_share_entries)) {
    WideEntry* entries = nullptr;
    allocate(entries, 2 * rows, "rows grouped by leaf");
    tree_.entries = entries;
  }
  allocate(tree_.queue, tree_.node_capacity, "the queue of leaves");
  allocate(tree_.popped, 4 * batch, "the queue of leaves");
  allocate(tree_.batch, batch, "the queue of leaves");
  allocate(tree_.left_entries, batch, "the queue of leaves");
  if (context.comms != nullptr)
    share_features(batch, cells, is_first);
  else if (by_pages || limits.path_smooth > 0 || (planes > 0 && !backend.tree.planes_share_entries))
    allocate(tree_.exchange, 2 * batch * cells, "rows by bin");
  if (rules.group_words > 0)
    allocate(tree_.node_groups, std::int64_t{tree_.node_capacity} * rules.group_words, "groups of features");
  if (rules.draws() && is_first) {
    allocate(tree_.draw_ranks, searched * std::max<std::int64_t>(ranks, 1), "draws of features");
    allocate(tree_.draw_limits, searched, "draws of features");
  }
  if (limits.intermediate) {
    LeafOrder& order = tree_.order;
    order.words = static_cast<std::int32_t>((leaves + 63) / 64);
    for (std::int32_t** list : {&order.node, &order.leaf, &order.pool}) allocate(*list, leaves, "the order of leaves");
    allocate(order.weight, leaves, "the order of leaves");
    allocate(order.below, leaves * order.words, "the order of leaves");
    allocate(order.reach, order.words, "the order of leaves");
  }
  allocate(tree_.leaf_totals, 2 * leaves, "sums of leaves");
  allocate(tree_.leaf_of_row, is_first ? rows : 1, "the leaf of each row");
  result_ = DeviceArray<char>(backend.memory, context, place_result(tree_, nullptr), "the nodes of a tree");
  host_result_.resize(static_cast<std::size_t>(result_.size()));
  place_result(tree_, result_.data());
  char* scratch = nullptr;
  // What takes room for each row there, and is last, is of kernels that a tree by pages does without.
  const std::int64_t without = by_pages ? rows * static_cast<std::int64_t>(sizeof(WideEntry)) : 0;
  allocate(scratch, backend.tree.scratch_bytes(context, tree_) - without, "the steps of a tree");
  tree_.scratch = scratch;
}

// Each rank searches features that lie side by side, about as many cells as the others.
void TreeStorage::share_features(std::int64_t batch, std::int64_t cells, bool is_first) {
  const Comms& comms = *context_.comms;
  const std::int64_t ranks = comms.ranks(), features = tree_.bins.features;
  std::vector<FeatureBins> bins(static_cast<std::size_t>(features));
  if (features > 0)
    backend_.memory.download(context_, bins.data(), tree_.bins.feature,
                             features * static_cast<std::int64_t>(sizeof(FeatureBins)));
  rank_cells_.assign(static_cast<std::size_t>(ranks) + 1, tree_.bins.cells);
  for (std::size_t f = bins.size(); f-- > 0;) {
    const std::int64_t middle = 2 * std::int64_t{bins[f].first_cell} + bins[f].bins;
    const std::int64_t owner = middle * ranks / (2 * std::int64_t{tree_.bins.cells});
    for (std::int64_t rank = 0; rank <= owner; ++rank) rank_cells_[static_cast<std::size_t>(rank)] = bins[f].first_cell;
  }
  tree_.ranks = static_cast<std::int32_t>(ranks);
  tree_.rank = comms.rank();
  tree_.own_cell = rank_cells_[static_cast<std::size_t>(tree_.rank)];
  tree_.own_cell_end = rank_cells_[static_cast<std::size_t>(tree_.rank) + 1];
  double late = backend_.memory.is_host ? 0 : 1;
  max_over_ranks(backend_.memory, context_, &late, 1);
  tree_.ends_late = late > 0;
  std::int32_t* rank_cells = nullptr;
  const auto bytes = static_cast<std::int64_t>(rank_cells_.size() * sizeof(std::int32_t));
  allocate(rank_cells, ranks + 1, "features of all machines");
  backend_.memory.upload(context_, rank_cells, rank_cells_.data(), bytes);
  tree_.rank_cells = rank_cells;
  tree_.rank_cells_here = rank_cells_.data();
  if (is_first) allocate(tree_.slot_rows, tree_.slots * cells, "rows by bin");
  allocate(tree_.rows_left_of, tree_.node_capacity, "the queue of leaves");
  allocate(tree_.message, 2 * batch * (3 * cells + ranks), "histograms of all machines");
  allocate(tree_.rank_splits, (1 + ranks) * (1 + 2 * batch), "splits of all machines");
}

GrownTree TreeStorage::finished() {
  result_.download(host_result_.data());
  TreeMemory here = tree_;
  place_result(here, host_result_.data());
  const auto nodes = static_cast<std::size_t>(here.state->node_count);
  const auto leaves = static_cast<std::size_t>(here.state->leaf_count);
  return {{here.nodes, nodes},
          {here.committed, static_cast<std::size_t>(here.state->committed_count)},
          {here.leaf_of_node, nodes},
          {here.leaf_values, leaves},
          {here.leaf_curvatures, leaves},
          tree_.curvature_unit};
}

}  // namespace linden
