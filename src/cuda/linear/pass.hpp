// A pass over all rows of a linear model: scores A p, an operation on the scores of each row (linear_rows.hpp), and
// the gradient A' r of the slopes r that it leaves.
//
// Dense designs of up to 64 outputs take one launch over tiles of rows, a bounded number of blocks with every so
// many-th tile each. A block adds to sums of its own, in the order of its tiles; one more launch adds the blocks, 32
// strands of them and then the strands. Sparse designs, and more outputs, take a launch for each of the three steps,
// with the scores and then slopes of all rows in memory. Sizes alone decide: the bytes are the same on every GPU.
//
// Rows that come in parts make the same sums: tiles and rows have the numbers that they have among all, blocks and
// threads take those that are theirs, and go on with the sums that they have kept (PassRoom). Only the sums by column
// of sparse rows are those of a part each, added to the gradient part by part.
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
  std::int64_t first_tile, end_tile;  ///< those of the part, by their numbers among all
  int tile_rows;                      ///< a power of two, 32 to 256
  std::int32_t outputs;
  bool sums_in_shared;
  bool is_first, is_last;  ///< of the parts
  unsigned blocks;         ///< as many as are resident at once; fewer where their sums would take much memory

  PassShape(const DesignView& design, std::int32_t of_outputs, bool has_sums)
      : outputs(of_outputs), is_first(design.is_first()), is_last(design.is_last()) {
    const std::int64_t width = design.width(), rows = design.all_rows();
    // The second reading of a tile should find its columns in a cache.
    tile_rows = width <= 64 ? 256 : width <= 128 ? 128 : 64;
    const auto count = [&] { return (rows + tile_rows - 1) / tile_rows; };
    while (tile_rows > 32 && (outputs * tile_rows > most_tile_scores || count() < multiprocessors)) tile_rows /= 2;
    const std::int64_t tiles = count();
    first_tile = design.rows_before / tile_rows;
    end_tile = first_tile + (design.rows + tile_rows - 1) / tile_rows;
    sums_in_shared = has_sums && outputs * width <= most_shared_sums;
    const std::int64_t resident = multiprocessors * blocks_at_once(outputs > 1);
    const std::int64_t fit = has_sums ? most_part_sums / (outputs * width) : resident;
    const std::int64_t most = fit < multiprocessors ? multiprocessors : fit < resident ? fit : resident;
    blocks = static_cast<unsigned>(tiles < 1 ? 1 : tiles < most ? tiles : most);
  }
  /// Numbers that all blocks keep.
  std::int64_t sums(std::int64_t width) const { return blocks * outputs * width; }
};

/// Where a pass adds up: for dense rows the sums of blocks, and where rows come in parts the losses of threads, too.
/// This is memory that the caller keeps from part to part, or temporary memory for all rows at once.
class PassRoom {
 public:
  PassRoom(Context& context, const DesignView& design, std::int32_t outputs, void* kept)
      : own_(context, design.is_whole() ? count(design, outputs) : 0, "sums of a linear model's blocks"),
        losses_(design.is_whole() ? nullptr : static_cast<double*>(kept)),
        sums_(design.is_whole() ? own_.data() : losses_ + threads(design, outputs)),
        of_many_(PassShape(design, most_fused_outputs, true).sums(design.width())) {}

  /// Numbers, for all parts.
  static std::int64_t count(const DesignView& design, std::int32_t outputs) {
    const std::int64_t losses = design.is_whole() ? 0 : threads(design, outputs);
    if (design.sparse) return losses;
    const auto sums_of = [&](std::int32_t of) { return PassShape(design, of, true).sums(design.width()); };
    const std::int32_t rest = outputs % most_fused_outputs;
    return losses + outputs / most_fused_outputs * sums_of(most_fused_outputs) + (rest > 0 ? sums_of(rest) : 0);
  }

  /// [blocks, up to most_fused_outputs, width], of outputs from `first` on, a multiple of most_fused_outputs.
  double* sums(std::int32_t first) const { return sums_ + first / most_fused_outputs * of_many_; }
  /// [blocks, pass_threads]; null for all rows at once.
  double* losses() const { return losses_; }

 private:
  /// Of the larger of both kinds of launches.
  static std::int64_t threads(const DesignView& design, std::int32_t outputs) {
    const std::int32_t fused = outputs < most_fused_outputs ? outputs : most_fused_outputs;
    const unsigned by_row = row_blocks(design.all_rows()), by_tile = PassShape(design, fused, true).blocks;
    return std::int64_t{by_row > by_tile ? by_row : by_tile} * pass_threads;
  }

  Scratch<double> own_;
  double *losses_, *sums_;
  std::int64_t of_many_;
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
  bool adds = false;  ///< to the gradient that is there
};

/// scores [outputs, stride] of any design, whose first row is the first there.
void all_scores(Context& context, const DesignView& design, std::int32_t outputs, const double* parameters,
                double* scores, std::int64_t stride);

/// gradient [outputs, width] of slopes [outputs, rows of this part]; with the last part it adds up `losses`, unless
/// null.
void all_gradients(Context& context, const DesignView& design, std::int32_t outputs, const double* slopes,
                   double* gradient, const double* losses, int loss_parts, double* mean_loss, const PassRoom& room);

namespace {

/// The first number from `begin` on that is `start` plus some steps.
__device__ __forceinline__ std::int64_t first_of(std::int64_t start, std::int64_t step, std::int64_t begin) {
  return start >= begin ? start : start + (begin - start + step - 1) / step * step;
}

/// Adds up a block's losses, or keeps those of its threads for the next part.
__device__ __forceinline__ void end_losses(double loss, bool is_last, double* losses, double* kept) {
  if (!is_last) {
    kept[std::int64_t{blockIdx.x} * pass_threads + threadIdx.x] = loss;
    return;
  }
  loss = block_reduce(loss, Sum());
  if (threadIdx.x == 0) losses[blockIdx.x] = loss;
}

/// parts [gridDim.x, outputs, width]; losses [gridDim.x], with the last part; kept [gridDim.x, pass_threads], between
/// parts.
template <class Op, int group>
__global__ void __launch_bounds__(pass_threads, blocks_at_once(group > 1))
    dense_pass(__grid_constant__ const DesignView design, __grid_constant__ const Op op,
               __grid_constant__ const PassShape shape, const double* parameters, double* parts, double* losses,
               double* kept) {
  LINDEN_DYNAMIC_SHARED(shared, double);
  const int thread = int(threadIdx.x), size = shape.tile_rows;
  const std::int64_t count = (std::int64_t{design.features} + 1) * shape.outputs;
  const bool is_f32 = design.all_f32;
  double* const scores = shared;
  double* const mine = parts + blockIdx.x * count;
  double* const sums = shape.sums_in_shared ? shared + shape.outputs * size : mine;
  if constexpr (Op::gives_slopes)
    if (shape.is_first || shape.sums_in_shared)
      for (std::int64_t i = thread; i < count; i += pass_threads) sums[i] = shape.is_first ? 0 : mine[i];
  double loss = 0;
  if constexpr (Op::has_loss)
    if (!shape.is_first) loss = kept[std::int64_t{blockIdx.x} * pass_threads + thread];
  int listed = -1;
  const std::int64_t first = first_of(blockIdx.x, gridDim.x, shape.first_tile);
  for (std::int64_t tile = first; tile < shape.end_tile; tile += gridDim.x) {
    const std::int64_t begin = (tile - shape.first_tile) * size;
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
    if (first >= shape.end_tile) __syncthreads();
    if (shape.sums_in_shared)
      for (std::int64_t i = thread; i < count; i += pass_threads) mine[i] = sums[i];
  }
  if constexpr (Op::has_loss) end_losses(loss, shape.is_last, losses, kept);
}

/// The rows of a part among all.
struct PartRows {
  std::int64_t before, count;
  bool is_first, is_last;

  explicit PartRows(const DesignView& design)
      : before(design.rows_before), count(design.rows), is_first(design.is_first()), is_last(design.is_last()) {}
};

/// Scores become slopes in place, [outputs, rows of the part]; losses and kept as above.
template <class Op>
__global__ void __launch_bounds__(pass_threads)
    row_pass(__grid_constant__ const PartRows part, __grid_constant__ const Op op, double* scores, double* losses,
             double* kept) {
  const std::int64_t number = std::int64_t{blockIdx.x} * pass_threads + threadIdx.x;
  const std::int64_t threads = std::int64_t{gridDim.x} * pass_threads;
  double loss = 0;
  if constexpr (Op::has_loss)
    if (!part.is_first) loss = kept[number];
  for (std::int64_t row = first_of(number, threads, part.before) - part.before; row < part.count; row += threads)
    loss += op(row, scores + row, part.count);
  if constexpr (Op::has_loss) end_losses(loss, part.is_last, losses, kept);
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
    total = factor != 0.0 ? total * factor : 0.0;
    if (lane_index() == 0) join.gradient[i] = join.adds ? join.gradient[i] + total : total;
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
                  const Op& op, double* parts, double* losses, double* kept) {
  const std::int64_t sums = shape.sums_in_shared ? shape.outputs * design.width() : 0;
  const LaunchShape where{.grid = shape.blocks,
                          .block = pass_threads,
                          .shared = sizeof(double) * static_cast<std::size_t>(shape.outputs * shape.tile_rows + sums),
                          .stream = stream_of(context)};
  if constexpr (Op::takes_one) {
    if (shape.outputs == 1 || !Op::takes_several)
      return launch<dense_pass<Op, 1>>(where, design, op, shape, parameters, parts, losses, kept);
  }
  if constexpr (Op::takes_several) launch<dense_pass<Op, 4>>(where, design, op, shape, parameters, parts, losses, kept);
}

/// Outputs from `first` on of a dense design, up to 64, in one launch and one to join, which is for the last part. For
/// losses that have been summed before (`op` has none), `losses` are joined, too.
template <class Op>
void fused_pass(Context& context, const DesignView& design, std::int32_t first, std::int32_t outputs,
                const double* parameters, const Op& op, double* gradient, double* mean_loss, const PassRoom& room,
                const double* losses = nullptr, int loss_parts = 0) {
  const PassShape shape(design, outputs, true);
  const int blocks = int(shape.blocks);
  double* const parts = room.sums(first);
  const Scratch<double> of_blocks(context, blocks);
  launch_dense(context, design, shape, parameters, op, parts, of_blocks.data(), room.losses());
  if (!design.is_last()) return;
  if constexpr (Op::has_loss) {
    losses = of_blocks.data();
    loss_parts = blocks;
  }
  launch_join(context, design, {parts, blocks, outputs, nullptr, 0, losses, loss_parts, gradient, mean_loss});
}

/// The slopes [outputs, rows of the part] of scores, in place; losses [blocks] with the last part.
template <class Op>
void launch_rows(Context& context, const DesignView& design, unsigned blocks, const Op& op, double* scores,
                 double* losses, const PassRoom& room) {
  launch<row_pass<Op>>({.grid = blocks, .block = pass_threads, .stream = stream_of(context)}, PartRows(design), op,
                       scores, losses, room.losses());
}

/// Scores, rows and gradient of any design. mean_loss may be null where the operation has no loss.
template <class Op>
void whole_pass(Context& context, const DesignView& design, std::int32_t outputs, const double* parameters,
                const Op& op, double* gradient, double* mean_loss, void* kept) {
  const PassRoom room(context, design, outputs, kept);
  if (!design.sparse && outputs <= most_fused_outputs) {
    fused_pass(context, design, 0, outputs, parameters, op, gradient, mean_loss, room);
    return;
  }
  const unsigned blocks = row_blocks(design.all_rows());
  const Scratch<double> slopes(context, outputs * design.rows, "slopes of a linear model's rows");
  const Scratch<double> losses(context, blocks);
  if constexpr (Op::takes_scores) all_scores(context, design, outputs, parameters, slopes.data(), design.rows);
  launch_rows(context, design, blocks, op, slopes.data(), losses.data(), room);
  all_gradients(context, design, outputs, slopes.data(), gradient, Op::has_loss ? losses.data() : nullptr, int(blocks),
                mean_loss, room);
}

}  // namespace
}  // namespace linden::cuda
