// A pass over all rows of a linear model: scores A p, an operation on the scores of each row (linear_rows.hpp), and
// the gradient A' r of the slopes r that it leaves.
//
// Dense designs of up to 64 outputs take one launch over tiles of rows, a bounded number of blocks with every so
// many-th tile each. A block adds to sums of its own, in the order of its tiles; one more launch adds the blocks, 32
// strands of them and then the strands. Sparse designs, and more outputs, take a launch for each of the three steps,
// with the scores and then slopes of all rows in memory. Sizes alone decide: the bytes are the same on every GPU.
#pragma once

#include "cuda/linear/rows.hpp"
#include "cuda/linear/tile.hpp"
#include "cuda/runtime/stream.hpp"

namespace linden::cuda {

inline constexpr std::int64_t multiprocessors = 132;                   // of an H100, whatever the GPU
inline constexpr int most_tile_scores = 2048;                          // numbers in shared memory: of a tile's scores,
inline constexpr int most_shared_sums = 1024;                          // and of a block's sums
inline constexpr std::int64_t most_part_sums = std::int64_t{1} << 24;  // of all blocks, 128 MiB
inline constexpr std::int32_t most_fused_outputs = most_tile_scores / 32;

/// Blocks of a dense pass on a multiprocessor.
constexpr int blocks_at_once(bool is_group) { return is_group ? 2 : 3; }

/// Blocks that take rows one by one.
inline unsigned row_blocks(std::int64_t rows) {
  const std::int64_t wanted = (rows + pass_threads - 1) / pass_threads, most = 4 * multiprocessors;
  return static_cast<unsigned>(wanted < 1 ? 1 : wanted < most ? wanted : most);
}

/// How a dense pass is cut.
struct PassShape {
  std::int64_t tiles;
  int tile_rows;  ///< a power of two, 32 to 256
  std::int32_t outputs;
  bool sums_in_shared;
  unsigned blocks;  ///< as many as are resident at once; fewer where their sums would take much memory

  PassShape(const DesignView& design, std::int32_t of_outputs, bool has_sums) : outputs(of_outputs) {
    const std::int64_t width = design.width();
    // The second reading of a tile should find its columns in a cache.
    tile_rows = width <= 64 ? 256 : width <= 128 ? 128 : 64;
    const auto count = [&] { return (design.rows + tile_rows - 1) / tile_rows; };
    while (tile_rows > 32 && (outputs * tile_rows > most_tile_scores || count() < multiprocessors)) tile_rows /= 2;
    tiles = count();
    sums_in_shared = has_sums && outputs * width <= most_shared_sums;
    const std::int64_t resident = multiprocessors * blocks_at_once(outputs > 1);
    const std::int64_t fit = has_sums ? most_part_sums / (outputs * width) : resident;
    const std::int64_t most = fit < multiprocessors ? multiprocessors : fit < resident ? fit : resident;
    blocks = static_cast<unsigned>(tiles < 1 ? 1 : tiles < most ? tiles : most);
  }
};

/// What one launch leaves to add, and where the sums go.
struct Join {
  const double* parts;  ///< [count, outputs, width]
  int count;
  std::int32_t outputs;
  const double* slopes;  ///< of a sparse design: sums of slopes, [outputs, slope_parts]
  int slope_parts;
  const double* losses;  ///< [loss_parts], or null
  int loss_parts;
  double* gradient;
  double* mean_loss;
};

/// scores [outputs, rows] of any design.
void all_scores(Context& context, const DesignView& design, std::int32_t outputs, const double* parameters,
                double* scores);

/// gradient [outputs, width] of slopes [outputs, rows]; adds up `losses` on the way, unless null.
void all_gradients(Context& context, const DesignView& design, std::int32_t outputs, const double* slopes,
                   double* gradient, const double* losses, int loss_parts, double* mean_loss);

namespace {

/// parts [gridDim.x, outputs, width]; losses [gridDim.x].
template <class Op, int group>
__global__ void __launch_bounds__(pass_threads, blocks_at_once(group > 1))
    dense_pass(__grid_constant__ const DesignView design, __grid_constant__ const Op op,
               __grid_constant__ const PassShape shape, const double* parameters, double* parts, double* losses) {
  LINDEN_DYNAMIC_SHARED(shared, double);
  const int thread = int(threadIdx.x), size = shape.tile_rows;
  const std::int64_t count = (std::int64_t{design.features} + 1) * shape.outputs;
  const bool is_f32 = design.all_f32;
  double* const scores = shared;
  double* const mine = parts + blockIdx.x * count;
  double* const sums = shape.sums_in_shared ? shared + shape.outputs * size : mine;
  if constexpr (Op::gives_slopes)
    for (std::int64_t i = thread; i < count; i += pass_threads) sums[i] = 0;
  double loss = 0;
  int listed = -1;
  for (std::int64_t tile = blockIdx.x; tile < shape.tiles; tile += gridDim.x) {
    const std::int64_t begin = tile * size;
    if constexpr (Op::takes_scores)
      tile_scores<group>(design, is_f32, parameters, shape.outputs, begin, size, scores, listed);
    if (thread < size) {  // who has written these scores
      if (begin + thread < design.rows)
        loss += op(begin + thread, scores + thread, size);
      else
        for (std::int32_t k = 0; k < shape.outputs; ++k) scores[k * size + thread] = 0;
    }
    if constexpr (Op::gives_slopes) {
      __syncthreads();
      if (is_f32)
        add_tile_gradient<float, group>(design, shape.outputs, begin, size, scores, sums);
      else
        add_tile_gradient<double, group>(design, shape.outputs, begin, size, scores, sums);
      __syncthreads();
    }
  }
  if constexpr (Op::gives_slopes) {
    if (shape.tiles == 0) __syncthreads();
    if (shape.sums_in_shared)
      for (std::int64_t i = thread; i < count; i += pass_threads) mine[i] = sums[i];
  }
  if constexpr (Op::has_loss) {
    loss = block_reduce(loss, Sum());
    if (thread == 0) losses[blockIdx.x] = loss;
  }
}

/// Scores become slopes in place, [outputs, rows]; losses [gridDim.x].
template <class Op>
__global__ void __launch_bounds__(pass_threads)
    row_pass(std::int64_t rows, __grid_constant__ const Op op, double* scores, double* losses) {
  double loss = 0;
  for (std::int64_t row = std::int64_t{blockIdx.x} * pass_threads + threadIdx.x; row < rows;
       row += std::int64_t{gridDim.x} * pass_threads)
    loss += op(row, scores + row, rows);
  if constexpr (Op::has_loss) {
    loss = block_reduce(loss, Sum());
    if (threadIdx.x == 0) losses[blockIdx.x] = loss;
  }
}

/// Every step-th of `count` numbers, by whole warps.
__device__ __forceinline__ double strands_total(const double* first, int count, std::int64_t step) {
  double sum = 0;
#pragma unroll 4
  for (int i = int(lane_index()); i < count; i += 32) sum += first[i * step];
  return warp_reduce(sum, Sum());
}

/// A warp to each element of the gradient, and one to the loss.
__global__ void __launch_bounds__(pass_threads)
    join_parts(__grid_constant__ const DesignView design, __grid_constant__ const Join join) {
  const std::int64_t width = std::int64_t{design.features} + 1, entries = join.outputs * width;
  const std::int64_t warps = std::int64_t{gridDim.x} * warps_in_block();
  for (std::int64_t i = std::int64_t{blockIdx.x} * warps_in_block() + warp_index(); i <= entries; i += warps) {
    if (i == entries) {
      if (join.losses == nullptr) continue;
      const double total = strands_total(join.losses, join.loss_parts, 1);
      if (lane_index() == 0) *join.mean_loss = total;
      continue;
    }
    const std::int64_t k = i / width, column = i % width;
    const bool is_intercept = column == design.features, is_sparse = join.slopes != nullptr;
    double total = is_sparse && is_intercept ? 0.0 : strands_total(join.parts + i, join.count, entries);
    if (is_sparse) {
      const double slopes = strands_total(join.slopes + k * join.slope_parts, join.slope_parts, 1);
      total = is_intercept ? slopes : ::fma(-design.shift[column], slopes, total);
    }
    const double factor = !is_intercept ? design.factor[column] : design.intercept ? 1.0 : 0.0;
    if (lane_index() == 0) join.gradient[i] = factor != 0.0 ? total * factor : 0.0;
  }
}

inline void launch_join(Context& context, const DesignView& design, const Join& join) {
  const std::int64_t entries = join.outputs * design.width();
  launch<join_parts>({.grid = blocks_for(context, entries + 1, pass_threads / 32),
                      .block = pass_threads,
                      .stream = stream_of(context)},
                     design, join);
}

template <class Op>
void launch_dense(Context& context, const DesignView& design, const PassShape& shape, const double* parameters,
                  const Op& op, double* parts, double* losses) {
  const std::int64_t sums = shape.sums_in_shared ? shape.outputs * design.width() : 0;
  const LaunchShape where{.grid = shape.blocks,
                          .block = pass_threads,
                          .shared = sizeof(double) * static_cast<std::size_t>(shape.outputs * shape.tile_rows + sums),
                          .stream = stream_of(context)};
  if constexpr (Op::takes_one) {
    if (shape.outputs == 1 || !Op::takes_several)
      return launch<dense_pass<Op, 1>>(where, design, op, shape, parameters, parts, losses);
  }
  if constexpr (Op::takes_several) launch<dense_pass<Op, 4>>(where, design, op, shape, parameters, parts, losses);
}

/// A dense design, up to 64 outputs, in one launch and one to join. For losses that have been summed before
/// (`op` has none), `losses` are joined, too.
template <class Op>
void fused_pass(Context& context, const DesignView& design, std::int32_t outputs, const double* parameters,
                const Op& op, double* gradient, double* mean_loss, const double* losses = nullptr, int loss_parts = 0) {
  const PassShape shape(design, outputs, true);
  const int blocks = int(shape.blocks);
  const Scratch<double> parts(context, blocks * outputs * design.width(), "sums of a linear model's blocks");
  const Scratch<double> of_blocks(context, blocks);
  launch_dense(context, design, shape, parameters, op, parts.data(), of_blocks.data());
  if constexpr (Op::has_loss) {
    losses = of_blocks.data();
    loss_parts = blocks;
  }
  launch_join(context, design, {parts.data(), blocks, outputs, nullptr, 0, losses, loss_parts, gradient, mean_loss});
}

/// Scores, rows and gradient of any design. mean_loss may be null where the operation has no loss.
template <class Op>
void whole_pass(Context& context, const DesignView& design, std::int32_t outputs, const double* parameters,
                const Op& op, double* gradient, double* mean_loss) {
  if (!design.sparse && outputs <= most_fused_outputs) {
    fused_pass(context, design, outputs, parameters, op, gradient, mean_loss);
    return;
  }
  const unsigned blocks = row_blocks(design.rows);
  const Scratch<double> slopes(context, outputs * design.rows, "slopes of a linear model's rows");
  const Scratch<double> losses(context, blocks);
  if constexpr (Op::takes_scores) all_scores(context, design, outputs, parameters, slopes.data());
  launch<row_pass<Op>>({.grid = blocks, .block = pass_threads, .stream = stream_of(context)}, design.rows, op,
                       slopes.data(), losses.data());
  all_gradients(context, design, outputs, slopes.data(), gradient, Op::has_loss ? losses.data() : nullptr, int(blocks),
                mean_loss);
}

}  // namespace
}  // namespace linden::cuda
