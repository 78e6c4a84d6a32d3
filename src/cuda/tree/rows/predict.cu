// Prediction: a thread takes its row down all trees, in order, and sums the leaves in double. Where features are few
// and trees are many, a block first gathers the values of its rows in shared memory, each row in a bank of its own.
// Sparse rows write their entries into dense columns of zeros, some rows at a time, and take them out again.
#include <algorithm>

#include "backend/raw_value.hpp"
#include "backend/tree/traverse.hpp"
#include "cuda/runtime/stream.hpp"
#include "cuda/runtime/simt.hpp"
#include "cuda/tree/steps.hpp"
#include "cuda/tree/uploaded.hpp"

namespace linden::cuda {
namespace {

constexpr unsigned threads = 128;
constexpr std::int64_t tile_bytes = 48 * 1024;                 // of shared memory that a block may gather values in
constexpr std::int64_t dense_bytes = std::int64_t{128} << 20;  // of sparse rows made dense at a time

struct Work {
  ForestView forest;
  const ColumnView* columns;
  std::int64_t first_row, rows;
  std::int64_t score_stride;
  double* scores;
  std::int32_t* leaves;
};

// The values of one row, read where they stand.
struct InColumns {
  const ColumnView* columns;
  std::int64_t row;

  __device__ InColumns(const Work& work, std::int64_t row_) : columns(work.columns), row(row_) {}
  LINDEN_HD double operator()(unsigned feature) const { return raw_value(columns[feature], row); }
};

// The values of one row, gathered by the thread that reads them.
template <class T>
struct InTile {
  const T* values;

  __device__ InTile(const Work& work, std::int64_t row) {
    LINDEN_DYNAMIC_SHARED(tile, T);
    for (std::int32_t f = 0; f < work.forest.features; ++f)
      tile[std::size_t(f) * threads + threadIdx.x] = T(raw_value(work.columns[f], row));
    values = tile + threadIdx.x;
  }
  LINDEN_HD double operator()(unsigned feature) const { return values[std::size_t(feature) * threads]; }
};

// A node in one access.
__device__ __forceinline__ ForestNode load_node(const ForestNode* nodes, std::int32_t at) {
  static_assert(sizeof(ForestNode) == 16);
  const uint4 raw = __ldg(reinterpret_cast<const uint4*>(nodes) + at);
  ForestNode node;
  __builtin_memcpy(static_cast<void*>(&node), &raw, 16);
  return node;
}

template <bool special, class Values>
__device__ __forceinline__ std::int32_t leaf_below(const ForestView& forest, std::int32_t at, const Values& values) {
  for (;;) {
    const ForestNode node = load_node(forest.nodes, at);
    if (node.left == at) return at;
    at = next_node<special>(forest, node, at, values(node.feature));
  }
}

template <bool special, class Values>
__device__ __forceinline__ std::int32_t leaf_of(const ForestView& forest, std::int32_t tree, const Values& values) {
  const std::int32_t root = __ldg(forest.roots + tree), levels = levels_of_tree(forest, tree);
  if (levels < 0) return leaf_below<special>(forest, root, values);
  const auto node_at = [&](std::int32_t at) { return load_node(forest.nodes, at); };
  return leaf_by_levels<special>(forest, root, levels, node_at, values);
}

// A leaf of a tree that adds to all scores.
__device__ __forceinline__ void add_all(const Work& work, std::int32_t tree, std::int32_t at, double* scores) {
  const double* const values = values_of(work.forest, tree, at);
  for (std::int32_t k = 0; k < work.forest.width; ++k) scores[k * work.score_stride] += __ldg(values + k);
}

template <class Values, bool special, bool linear>
__global__ void descend(Work work) {
  const std::int64_t i = std::int64_t{blockIdx.x} * threads + threadIdx.x;
  if (i >= work.rows) return;
  const Values values(work, work.first_row + i);
  std::int32_t output = -1;
  double score = 0;
  for (std::int32_t tree = 0; tree < work.forest.trees; ++tree) {
    const std::int32_t at = leaf_of<special>(work.forest, tree, values);
    const ForestDetail& leaf = work.forest.details[at];
    if (work.leaves != nullptr) work.leaves[i * work.forest.trees + tree] = leaf.leaf;
    if (work.scores == nullptr) continue;
    if (work.forest.width > 0) {
      add_all(work, tree, at, work.scores + i);
      continue;
    }
    if (const std::int32_t next = __ldg(work.forest.outputs + tree); next != output) {
      if (output >= 0) work.scores[output * work.score_stride + i] = score;
      output = next;
      score = work.scores[output * work.score_stride + i];
    }
    if constexpr (linear)
      score += linear_value(work.forest, tree, leaf.leaf, leaf.value, values);
    else
      score += leaf.value;
  }
  if (output >= 0) work.scores[output * work.score_stride + i] = score;
}

template <class Values>
void run(Context& context, const Work& work, std::int64_t shared) {
  const LaunchShape shape{.grid = unsigned((work.rows + threads - 1) / threads),
                          .block = threads,
                          .shared = std::size_t(shared),
                          .stream = stream_of(context)};
  const auto launch_with = [&]<bool linear>() {
    if (work.forest.has_special_splits)
      launch<descend<Values, true, linear>>(shape, work);
    else
      launch<descend<Values, false, linear>>(shape, work);
  };
  work.forest.terms == nullptr ? launch_with.template operator()<false>() : launch_with.template operator()<true>();
}

void run(Context& context, const Work& work, bool all_f32) {
  const std::int64_t shared = std::int64_t{work.forest.features} * threads * (all_f32 ? 4 : 8);
  const bool is_worth_it = std::int64_t{4} * work.forest.trees >= work.forest.features;  // each value read often
  if (!is_worth_it || shared > tile_bytes)
    run<InColumns>(context, work, 0);
  else if (all_f32)
    run<InTile<float>>(context, work, shared);
  else
    run<InTile<double>>(context, work, shared);
}

// values[feature * stride + i]: the entries of row first_row + i, or zeros in their places.
template <class T, bool clears>
__global__ void scatter(RowsView rows, std::int64_t first_row, std::int64_t count, T* values, std::int64_t stride) {
  const std::int64_t i = std::int64_t{blockIdx.x} * threads + threadIdx.x;
  if (i >= count) return;
  const std::int64_t end = rows.entries.offsets[first_row + i + 1];
  for (std::int64_t entry = rows.entries.offsets[first_row + i]; entry < end; ++entry) {
    const std::int32_t feature = entry_feature(rows, entry);
    if (feature >= 0) values[feature * stride + i] = clears ? T(0) : static_cast<const T*>(rows.entries.values)[entry];
  }
}

template <class T>
void run_sparse(Context& context, const PredictTask& task, Work work) {
  const std::int64_t width = std::max(task.forest.features, 1);
  const std::int64_t fit = std::max<std::int64_t>(dense_bytes / (width * sizeof(T)), threads);
  const std::int64_t stride = std::min(fit, task.row_count);
  const Scratch<T> values(context, stride * width, "dense rows");
  std::vector<ColumnView> columns;
  for (std::int64_t f = 0; f < width; ++f)
    columns.push_back({.values = values.data() + f * stride, .dtype = dtype_of<T>});
  const Uploaded<ColumnView> uploaded(context, columns);
  work.columns = uploaded.data();
  work.first_row = 0;
  set_bytes(context, values.data(), 0, std::size_t(stride * width) * sizeof(T), "predict: dense rows");
  for (std::int64_t begin = 0; begin < task.row_count; begin += stride) {
    work.rows = std::min(stride, task.row_count - begin);
    const LaunchShape shape{
        .grid = unsigned((work.rows + threads - 1) / threads), .block = threads, .stream = stream_of(context)};
    launch<scatter<T, false>>(shape, task.rows, task.first_row + begin, work.rows, values.data(), stride);
    work.scores = task.scores == nullptr ? nullptr : task.scores + begin;
    work.leaves = task.leaves == nullptr ? nullptr : task.leaves + begin * task.forest.trees;
    run(context, work, sizeof(T) == 4);
    if (begin + stride < task.row_count)
      launch<scatter<T, true>>(shape, task.rows, task.first_row + begin, work.rows, values.data(), stride);
  }
}

}  // namespace

void predict(Context& context, const PredictTask& task) {
  if (task.row_count == 0 || task.forest.trees == 0) return;
  Work work{task.forest,       task.rows.columns, task.first_row, task.row_count,
            task.score_stride, task.scores,       task.leaves};
  if (!task.rows.sparse)
    run(context, work, task.rows.all_f32);
  else if (task.rows.entries.dtype == DType::f32)
    run_sparse<float>(context, task, work);
  else
    run_sparse<double>(context, task, work);
}

}  // namespace linden::cuda
