// Gradients of survival: row by row, or, of Cox's likelihood, by running sums over the rows in the order of time. A
// block of threads sums a block of rows, a warp a tile, in the CPU's order (blocked_scan.hpp).
#include "backend/loss/survival_losses.hpp"
#include "backend/math/ordered_key.hpp"
#include "cuda/runtime/simt.hpp"
#include "cuda/runtime/stream.hpp"
#include "cuda/tree/rows/gradient_peaks.hpp"
#include "cuda/tree/steps.hpp"

namespace linden::cuda {
namespace {

constexpr unsigned row_threads = 256;
constexpr unsigned scan_threads = static_cast<unsigned>(scan_block);
using Key = unsigned long long;  // ordered_key of a score

/// The running sum over the block, and its total, in the order of blocked_scan.hpp.
struct Scanned {
  double within, total;
};
__device__ __forceinline__ Scanned scan_one_block(double value) {
  LINDEN_SHARED(totals, double[scan_tile]);
  const double in_tile = warp_scan(value, Sum());
  if (lane_index() == 31) totals[warp_index()] = in_tile;
  __syncthreads();
  const double up_to = warp_scan(totals[lane_index()], Sum());  // the same in every warp
  const double before = shuffle(up_to, warp_index() > 0 ? warp_index() - 1 : 0);
  const double total = shuffle(up_to, 31);
  __syncthreads();  // the next call may write `totals` again
  return {warp_index() > 0 ? before + in_tile : in_tile, total};
}

/// Of place p in the order of the sum, or of none.
__device__ __forceinline__ void store_scanned(const RunningSum& sum, std::int64_t p, double value) {
  const Scanned scanned = scan_one_block(value);
  if (p < sum.count) sum.within[p] = scanned.within;
  if (threadIdx.x == 0) sum.before[p / scan_block] = scanned.total;
}

__global__ void __launch_bounds__(row_threads) largest_score(Arrays arrays, Key* largest) {
  Key key = 0;
  const std::int64_t step = std::int64_t{gridDim.x} * blockDim.x;
  for (std::int64_t row = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x; row < arrays.rows; row += step)
    if (!math::is_nan(arrays.scores[row])) key = Max()(key, static_cast<Key>(ordered_key(arrays.scores[row])));
  key = block_reduce(key, Max());
  if (threadIdx.x == 0) atomicMax(largest, key);
}

template <bool weighted>
__global__ void __launch_bounds__(scan_threads)
    sum_hazards(Arrays arrays, RiskSets sets, CoxMemory memory, const Key* largest) {
  const double most = value_of_key(std::uint64_t{*largest});
  const std::int64_t step = std::int64_t{gridDim.x} * scan_block;
  for (std::int64_t begin = blockIdx.x * scan_block; begin < arrays.rows; begin += step) {
    const std::int64_t p = begin + threadIdx.x;
    double size = 0.0, own = 0.0;
    if (p < arrays.rows) {
      const std::int64_t i = memory.at_risk.place(p), row = sets.order[i];
      const double hazard = cox_hazard(arrays.scores[row], most);
      memory.hazards[i] = hazard;
      size = weighted ? hazard * arrays.weights[row] : hazard;
      own = sets.has_event(i) ? size : 0.0;
    }
    store_scanned(memory.at_risk, p, size);
    store_scanned(memory.own, p, own);
  }
}

template <bool efron>
__global__ void __launch_bounds__(scan_threads) sum_terms(RiskSets sets, CoxMemory memory) {
  const std::int64_t step = std::int64_t{gridDim.x} * scan_block;
  for (std::int64_t begin = blockIdx.x * scan_block; begin < sets.rows; begin += step) {
    const std::int64_t p = begin + threadIdx.x;
    CoxTerms terms{};
    if (p < sets.rows && sets.has_event(p)) terms = cox_terms(sets, memory.at_risk, memory.own, efron, p);
    store_scanned(memory.sums.hazard, p, terms.hazard);
    store_scanned(memory.sums.square, p, terms.square);
    if (efron) {
      store_scanned(memory.sums.own_hazard, p, terms.own_hazard);
      store_scanned(memory.sums.own_square, p, terms.own_square);
    }
  }
}

/// A thread to each sum.
struct SumsToAdd {
  RunningSum sums[4];
};
__global__ void __launch_bounds__(32) add_blocks(SumsToAdd all, int count) {
  for (int k = int(threadIdx.x); k < count; k += 32) all.sums[k].add_blocks();
}

template <bool efron, bool weighted>
__global__ void __launch_bounds__(row_threads)
    store_slopes(Arrays arrays, RiskSets sets, CoxMemory memory, Peak* peaks) {
  Peak peak{};
  const std::int64_t step = std::int64_t{gridDim.x} * blockDim.x;
  for (std::int64_t i = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x; i < arrays.rows; i += step) {
    const std::int64_t row = sets.order[i];
    const CoxSlope d = cox_slope(sets, memory.sums, efron, i, memory.hazards[i], weighted ? arrays.weights[row] : 1.0);
    peak = HigherPeak()(peak, store<weighted>(arrays, 0, row, {d.slope, d.curvature}));
  }
  peak = block_reduce(peak, HigherPeak());
  if (threadIdx.x == 0) raise(peaks[0], peak);
}

template <bool efron, bool weighted>
void run_cox(Context& context, const SurvivalGradientTask& task, const Arrays& arrays, Peak* peaks) {
  const CoxMemory memory(task.memory, arrays.rows);
  const LaunchShape by_row{
      .grid = blocks_for(context, arrays.rows, row_threads), .block = row_threads, .stream = stream_of(context)};
  const LaunchShape by_block{
      .grid = blocks_for(context, arrays.rows, scan_threads), .block = scan_threads, .stream = stream_of(context)};
  const LaunchShape one_warp{.grid = 1, .block = 32, .stream = stream_of(context)};
  const Scratch<Key> largest(context, 1, "gradients");
  set_bytes(context, largest.data(), 0, sizeof(Key), "gradients");
  launch<largest_score>(by_row, arrays, largest.data());
  launch<sum_hazards<weighted>>(by_block, arrays, task.sets, memory, static_cast<const Key*>(largest.data()));
  launch<add_blocks>(one_warp, SumsToAdd{{memory.at_risk, memory.own}}, 2);
  launch<sum_terms<efron>>(by_block, task.sets, memory);
  launch<add_blocks>(
      one_warp, SumsToAdd{{memory.sums.hazard, memory.sums.square, memory.sums.own_hazard, memory.sums.own_square}},
      efron ? 4 : 2);
  launch<store_slopes<efron, weighted>>(by_row, arrays, task.sets, memory, peaks);
}

template <bool weighted>
void run(Context& context, const SurvivalGradientTask& task, const Arrays& arrays, const CoxLoss& loss, Peak* peaks) {
  if (loss.efron)
    run_cox<true, weighted>(context, task, arrays, peaks);
  else
    run_cox<false, weighted>(context, task, arrays, peaks);
}

template <class Loss, bool weighted>
__global__ void __launch_bounds__(row_threads) times(Arrays arrays, const double* uppers, Loss loss, Peak* peaks) {
  Peak peak{};
  const std::int64_t step = std::int64_t{gridDim.x} * blockDim.x;
  for (std::int64_t row = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x; row < arrays.rows; row += step) {
    const Dual d = loss(arrays.scores[row], {arrays.labels[row], uppers[row]});
    peak = HigherPeak()(peak, store<weighted>(arrays, 0, row, {d.first, d.second}));
  }
  peak = block_reduce(peak, HigherPeak());
  if (threadIdx.x == 0) raise(peaks[0], peak);
}

template <bool weighted, class Times>
void run(Context& context, const SurvivalGradientTask& task, const Arrays& arrays, const AftLoss<Times>& loss,
         Peak* peaks) {
  launch<times<AftLoss<Times>, weighted>>(
      {.grid = blocks_for(context, arrays.rows, row_threads), .block = row_threads, .stream = stream_of(context)},
      arrays, task.uppers, loss, peaks);
}

}  // namespace

void survival_gradients(Context& context, const SurvivalGradientTask& task) {
  task.row.ranges[0] = GradientRange();
  const GradientTask& row = task.row;
  const Arrays arrays{row.rows, row.scores, row.labels, row.weights, row.gradients, row.curvatures};
  const Scratch<Peak> peaks(context, 1);
  set_bytes(context, peaks.data(), 0, sizeof(Peak), "gradients");
  visit_survival_loss(row.loss, [&](const auto& loss) {
    if (row.weights != nullptr)
      run<true>(context, task, arrays, loss, peaks.data());
    else
      run<false>(context, task, arrays, loss, peaks.data());
  });
  read_peaks(context, peaks.data(), 1, row.ranges);
}

}  // namespace linden::cuda
