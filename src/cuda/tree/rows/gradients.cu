// Gradient and curvature of every row: a loss functor on dual numbers, in double, rounded to float on store. One
// launch; row programs (program_rows.hpp) take two for each of their chunks of rows, and memory for one chunk.
//
// Of all rows only maxima and the first bad row are kept: integer maxima, whose order does not show.
#include "backend/loss/row_gradient.hpp"
#include "cuda/tree/rows/gradient_peaks.hpp"
#include "cuda/tree/rows/program_rows.hpp"
#include "cuda/runtime/stream.hpp"
#include "cuda/runtime/simt.hpp"
#include "cuda/tree/steps.hpp"

namespace linden::cuda {
namespace {

constexpr unsigned block_rows = 256;
constexpr unsigned softmax_rows = 2;                          // of a thread
constexpr std::int32_t most_shared_outputs = 4096;            // whose peaks a block keeps in shared memory
constexpr std::int64_t chunk_scores = std::int64_t{1} << 20;  // that a chunk of a row program has,
constexpr std::int64_t least_chunk = std::int64_t{1} << 15;   // or, of many outputs, so many rows

template <class RowLoss, bool weighted>
__global__ void __launch_bounds__(block_rows) one_output(Arrays arrays, RowLoss loss, std::int32_t k, Peak* peaks) {
  Peak peak{};
  const std::int64_t step = std::int64_t{gridDim.x} * blockDim.x;
  for (std::int64_t row = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x; row < arrays.rows; row += step) {
    const auto score = [&](std::int64_t j) { return arrays.scores[j * arrays.rows + row]; };
    peak = HigherPeak()(peak, store<weighted>(arrays, k, row, row_output(loss, score, arrays.labels[row], k)));
  }
  peak = block_reduce(peak, HigherPeak());
  if (threadIdx.x == 0) raise(peaks[k], peak);
}

/// The peaks of many outputs: a block keeps the maxima of its own in shared memory, [2 * outputs], as long as they fit.
class BlockPeaks {
 public:
  __device__ BlockPeaks(Peak* peaks, std::int32_t* shared, std::int32_t outputs)
      : peaks_(peaks), shared_(outputs <= most_shared_outputs ? shared : nullptr), outputs_(outputs) {
    if (shared_ != nullptr)
      for (std::int32_t i = int(threadIdx.x); i < 2 * outputs; i += int(blockDim.x)) shared_[i] = 0;
    __syncthreads();
  }

  /// By whole warps.
  __device__ void add(std::int32_t k, const Peak& peak) {
    const std::int32_t gradient = warp_reduce(peak.gradient, Max()), curvature = warp_reduce(peak.curvature, Max());
    if (lane_index() == 0) {
      atomicMax(shared_ != nullptr ? &shared_[2 * k] : &peaks_[k].gradient, gradient);
      atomicMax(shared_ != nullptr ? &shared_[2 * k + 1] : &peaks_[k].curvature, curvature);
    }
    if (peak.bad != 0) atomicMax(&peaks_[k].bad, peak.bad);
  }

  __device__ void finish() {
    __syncthreads();
    if (shared_ == nullptr) return;
    for (std::int32_t k = int(threadIdx.x); k < outputs_; k += int(blockDim.x))
      raise(peaks_[k], {shared_[2 * k], shared_[2 * k + 1], 0});
  }

 private:
  Peak* peaks_;
  std::int32_t* shared_;
  std::int32_t outputs_;
};

std::size_t shared_bytes(std::int32_t outputs) {
  return outputs <= most_shared_outputs ? static_cast<std::size_t>(outputs) * 2 * sizeof(std::int32_t) : 0;
}

/// Three passes over the outputs of a thread's rows: largest score, sum of exponentials, then output by output.
template <bool weighted>
__global__ void __launch_bounds__(block_rows) softmax(Arrays arrays, std::int32_t outputs, Peak* peaks) {
  LINDEN_DYNAMIC_SHARED(shared, std::int32_t);
  BlockPeaks all(peaks, shared, outputs);
  const std::int64_t tile = std::int64_t{softmax_rows} * blockDim.x;
  for (std::int64_t begin = blockIdx.x * tile; begin < arrays.rows; begin += gridDim.x * tile) {
    if (begin + warp_index() * 32 >= arrays.rows) break;
    std::int64_t rows[softmax_rows];
    double shift[softmax_rows], sum[softmax_rows];
    for (unsigned i = 0; i < softmax_rows; ++i) {
      rows[i] = begin + i * blockDim.x + threadIdx.x;
      shift[i] = arrays.scores[rows[i] < arrays.rows ? rows[i] : begin];
      sum[i] = 0;
    }
    const auto score = [&](std::int32_t k, unsigned i) {
      return arrays.scores[k * arrays.rows + (rows[i] < arrays.rows ? rows[i] : begin)];
    };
    for (std::int32_t k = 1; k < outputs; ++k)
      for (unsigned i = 0; i < softmax_rows; ++i) shift[i] = SoftmaxLoss::larger(shift[i], score(k, i));
    for (std::int32_t k = 0; k < outputs; ++k)
      for (unsigned i = 0; i < softmax_rows; ++i) sum[i] += SoftmaxLoss::term(score(k, i), shift[i]);
    for (std::int32_t k = 0; k < outputs; ++k) {
      Peak peak{};
      for (unsigned i = 0; i < softmax_rows; ++i) {
        if (rows[i] >= arrays.rows) continue;
        const double share = SoftmaxLoss::share(score(k, i), shift[i], sum[i]);
        const bool is_label = arrays.labels[rows[i]] == static_cast<double>(k);
        peak = HigherPeak()(peak, store<weighted>(arrays, k, rows[i], SoftmaxLoss::output(share, is_label)));
      }
      all.add(k, peak);
    }
  }
  all.finish();
}

/// Derivatives that a row program has left for `count` rows from `begin` on, [outputs, count].
template <bool weighted>
__global__ void __launch_bounds__(block_rows)
    store_rows(Arrays arrays, std::int64_t begin, std::int64_t count, std::int32_t outputs, const double* slopes,
               const double* curvatures, Peak* peaks) {
  LINDEN_DYNAMIC_SHARED(shared, std::int32_t);
  BlockPeaks all(peaks, shared, outputs);
  const std::int64_t first = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  const std::int64_t step = std::int64_t{gridDim.x} * blockDim.x;
  for (std::int32_t k = 0; k < outputs; ++k) {
    Peak peak{};
    for (std::int64_t i = first; i < count; i += step) {
      const SoftmaxLoss::Output d{slopes[k * count + i], curvatures[k * count + i]};
      peak = HigherPeak()(peak, store<weighted>(arrays, k, begin + i, d));
    }
    all.add(k, peak);
  }
  all.finish();
}

template <bool weighted, class RowLoss>
void run(Context& context, const GradientTask& task, const Arrays& arrays, const RowLoss& loss, Peak* peaks) {
  const auto outputs = static_cast<std::int32_t>(outputs_together<RowLoss>(task.loss.outputs));
  for (std::int32_t k = 0; k < outputs; ++k)
    launch<one_output<RowLoss, weighted>>(
        {.grid = blocks_for(context, arrays.rows, block_rows), .block = block_rows, .stream = stream_of(context)},
        arrays, loss, k, peaks);
}

template <bool weighted>
void run(Context& context, const GradientTask& task, const Arrays& arrays, const SoftmaxLoss&, Peak* peaks) {
  const std::int32_t outputs = task.loss.outputs;
  launch<softmax<weighted>>({.grid = blocks_for(context, arrays.rows, softmax_rows * block_rows),
                             .block = block_rows,
                             .shared = shared_bytes(outputs),
                             .stream = stream_of(context)},
                            arrays, outputs, peaks);
}

template <bool weighted>
void run(Context& context, const GradientTask& task, const Arrays& arrays, const ProgramLoss&, Peak* peaks) {
  const std::int32_t outputs = task.loss.outputs;
  const std::int64_t fit = chunk_scores / outputs, most = fit < least_chunk ? least_chunk : fit;
  const std::int64_t chunk = arrays.rows < most ? arrays.rows : most;
  const Scratch<double> slopes(context, outputs * chunk, "derivatives of a custom loss"),
      curvatures(context, outputs * chunk, "derivatives of a custom loss");
  for (std::int64_t begin = 0; begin < arrays.rows; begin += chunk) {
    const std::int64_t left = arrays.rows - begin, count = left < chunk ? left : chunk;
    program_rows(context, task.loss,
                 {arrays.rows, begin, count, arrays.scores, arrays.labels, nullptr, slopes.data(), curvatures.data()});
    launch<store_rows<weighted>>({.grid = blocks_for(context, count, block_rows),
                                  .block = block_rows,
                                  .shared = shared_bytes(outputs),
                                  .stream = stream_of(context)},
                                 arrays, begin, count, outputs, slopes.data(), curvatures.data(), peaks);
  }
}

/// The tape has filled these rows (boosting/train/gradients/fit_rows.cpp).
template <bool weighted>
[[noreturn]] void run(Context&, const GradientTask&, const Arrays&, const TapeLoss&, Peak*) {
  __builtin_trap();
}

}  // namespace

void gradients(Context& context, const GradientTask& task) {
  const auto outputs = static_cast<std::size_t>(task.loss.outputs);
  for (std::size_t k = 0; k < outputs; ++k) task.ranges[k] = GradientRange();
  if (task.rows == 0) return;
  const Arrays arrays{task.rows, task.scores, task.labels, task.weights, task.gradients, task.curvatures};
  const Scratch<Peak> peaks(context, task.loss.outputs);
  set_bytes(context, peaks.data(), 0, outputs * sizeof(Peak), "gradients");
  visit_loss(task.loss, [&](auto loss) {
    if (task.weights != nullptr)
      run<true>(context, task, arrays, loss, peaks.data());
    else
      run<false>(context, task, arrays, loss, peaks.data());
  });
  read_peaks(context, peaks.data(), outputs, task.ranges);
}

}  // namespace linden::cuda
