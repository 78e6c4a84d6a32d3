// Gradients of rankings, a block or a warp to each group. Rows are sorted by score and then by group, all at once; then
// each warp takes leading ranks of its group with all ranks behind them, and each thread a rank with those before it.
//
// Every sum has the CPU's order (group_lanes): a warp's lanes, or a thread alone.
#include "backend/loss/group_losses.hpp"
#include "backend/math/ordered_key.hpp"
#include "cuda/runtime/radix_sort.hpp"
#include "cuda/runtime/simt.hpp"
#include "cuda/runtime/stream.hpp"
#include "cuda/tree/rows/gradient_peaks.hpp"
#include "cuda/tree/steps.hpp"

namespace linden::cuda {
namespace {

constexpr unsigned sort_threads = 256;
constexpr unsigned threads = 128;

/// The groups of a task, and their biases by place.
struct Groups {
  std::int64_t count;
  const std::int64_t* starts;
  const double *scales, *discounts, *biases;
};

__device__ __forceinline__ std::int64_t group_of(const Groups& groups, std::int64_t row) {
  std::int64_t low = 0;
  for (std::int64_t high = groups.count; high - low > 1;) {
    const std::int64_t middle = (low + high) / 2;
    if (groups.starts[middle] <= row)
      low = middle;
    else
      high = middle;
  }
  return low;
}

__device__ __forceinline__ double score_of(const Groups& groups, const Arrays& arrays, std::int64_t begin,
                                           std::int64_t row) {
  const double score = arrays.scores[row];
  return groups.biases == nullptr ? score : score + groups.biases[row - begin];
}

__global__ void __launch_bounds__(sort_threads)
    key_by_score(Groups groups, Arrays arrays, RadixRecords<std::uint64_t> records) {
  const std::int64_t step = std::int64_t{gridDim.x} * blockDim.x;
  for (std::int64_t row = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x; row < arrays.rows; row += step) {
    const std::int64_t begin = groups.biases == nullptr ? 0 : groups.starts[group_of(groups, row)];
    records.keys[row] = ~ordered_key(score_of(groups, arrays, begin, row));
    records.positions[row] = static_cast<unsigned>(row);
  }
}

__global__ void __launch_bounds__(sort_threads)
    key_by_group(Groups groups, RadixRecords<std::uint64_t> sorted, RadixRecords<std::uint32_t> records) {
  const std::int64_t step = std::int64_t{gridDim.x} * blockDim.x;
  for (std::int64_t i = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x; i < sorted.length; i += step) {
    records.keys[i] = static_cast<std::uint32_t>(group_of(groups, sorted.positions[i]));
    records.positions[i] = sorted.positions[i];
  }
}

/// What is known of ranks, [rows] each: groups one after another.
struct Ranks {
  double *scores, *labels, *first, *second;
  double *slopes, *curvatures, *sizes;  // of leading ranks: sums over all ranks behind
};

template <class Loss, bool weighted>
__global__ void __launch_bounds__(threads)
    pairs(Groups groups, Arrays arrays, Loss loss, const unsigned* order, Ranks ranks, Peak* peaks) {
  LINDEN_SHARED(norm, double);
  Peak peak{};
  for (std::int64_t g = blockIdx.x; g < groups.count; g += gridDim.x) {
    const std::int64_t begin = groups.starts[g], rows = groups.starts[g + 1] - begin;
    const RankedGroup group{rows,
                            ranks.scores + begin,
                            ranks.labels + begin,
                            ranks.first + begin,
                            ranks.second + begin,
                            groups.scales[g],
                            groups.discounts};
    for (std::int64_t rank = threadIdx.x; rank < rows; rank += threads) {
      const std::int64_t row = order[begin + rank];
      ranks.scores[begin + rank] = score_of(groups, arrays, begin, row);
      ranks.labels[begin + rank] = arrays.labels[row];
      loss.prepare_rank(group, rank);
    }
    __syncthreads();
    if (threadIdx.x == 0) loss.prepare(group);
    __syncthreads();
    const std::int64_t leading = loss.leading(rows);
    const PairDivisor divisor = divisor_of(loss, group);
    for (std::int64_t rank = warp_index(); rank < leading; rank += threads / 32) {
      double slope = 0.0, curvature = 0.0, size = 0.0;
      for (std::int64_t other = rank + 1 + lane_index(); other < rows; other += 32) {
        const PairSlope pair = slope_of_pair(loss, group, divisor, rank, other);
        slope += pair.slope;
        curvature += pair.curvature;
        size += math::abs(pair.slope);
      }
      slope = warp_reduce(slope, Sum());
      curvature = warp_reduce(curvature, Sum());
      size = warp_reduce(size, Sum());
      if (lane_index() == 0) {
        ranks.slopes[begin + rank] = slope;
        ranks.curvatures[begin + rank] = curvature;
        ranks.sizes[begin + rank] = size;
      }
    }
    __syncthreads();
    if (warp_index() == 0) {
      double size = 0.0;
      for (std::int64_t rank = lane_index(); rank < leading; rank += 32) size += ranks.sizes[begin + rank];
      size = 2.0 * warp_reduce(size, Sum());
      if (lane_index() == 0) norm = loss.normalise ? group_norm(size) : 1.0;
    }
    __syncthreads();
    for (std::int64_t rank = threadIdx.x; rank < rows; rank += threads) {
      double slope = 0.0, curvature = 0.0;
      const std::int64_t before = rank < leading ? rank : leading;
      for (std::int64_t other = 0; other < before; ++other) {
        const PairSlope pair = slope_of_pair(loss, group, divisor, other, rank);
        slope -= pair.slope;
        curvature += pair.curvature;
      }
      if (rank < leading) {
        slope += ranks.slopes[begin + rank];
        curvature += ranks.curvatures[begin + rank];
      }
      peak = HigherPeak()(peak, store<weighted>(arrays, 0, order[begin + rank], {slope * norm, curvature * norm}));
    }
    __syncthreads();  // the next group may write `norm`
  }
  peak = block_reduce(peak, HigherPeak());
  if (threadIdx.x == 0) raise(peaks[0], peak);
}

/// A step of the bias of a place, a warp to each.
__global__ void __launch_bounds__(threads)
    move_biases(Groups groups, Arrays arrays, double rate, double l2, std::int64_t places, double* biases) {
  const std::int64_t step = std::int64_t{gridDim.x} * (threads / 32);
  for (std::int64_t place = std::int64_t{blockIdx.x} * (threads / 32) + warp_index(); place < places; place += step) {
    double slope = 0.0, curvature = 0.0, rows = 0.0;
    for (std::int64_t g = lane_index(); g < groups.count; g += 32) {
      const std::int64_t row = groups.starts[g] + place;
      const bool is_there = row < groups.starts[g + 1];
      slope += is_there ? static_cast<double>(arrays.gradients[row]) : 0.0;
      curvature += is_there ? static_cast<double>(arrays.curvatures[row]) : 0.0;
      rows += is_there ? 1.0 : 0.0;
    }
    slope = warp_reduce(slope, Sum());
    curvature = warp_reduce(curvature, Sum());
    rows = warp_reduce(rows, Sum());
    if (lane_index() == 0) biases[place] += position_step(rate, l2, biases[place], slope, curvature, rows);
  }
}

template <class Loss>
requires is_of_pairs<Loss>
void run(Context& context, const GroupGradientTask& task, const Groups& groups, const Arrays& arrays, const Loss& loss,
         Peak* peaks) {
  const std::int64_t rows = arrays.rows;
  const LaunchShape by_row{
      .grid = blocks_for(context, rows, sort_threads), .block = sort_threads, .stream = stream_of(context)};
  RadixSort<std::uint32_t> by_group(context, 1, rows);
  {
    RadixSort<std::uint64_t> by_score(context, 1, rows);
    launch<key_by_score>(by_row, groups, arrays, by_score.records());
    by_score.run(context, 64);
    launch<key_by_group>(by_row, groups, by_score.records(), by_group.records());
  }
  int bits = 1;
  while (groups.count >> bits != 0) ++bits;
  by_group.run(context, bits);

  const Scratch<double> lists(context, 7 * rows, "ranks of groups");
  double* const first = lists.data();
  const Ranks ranks{
      first, first + rows, first + 2 * rows, first + 3 * rows, first + 4 * rows, first + 5 * rows, first + 6 * rows};
  const LaunchShape by_block{
      .grid = blocks_for(context, groups.count, 1), .block = threads, .stream = stream_of(context)};
  const unsigned* const order = by_group.records().positions;
  if (arrays.weights != nullptr)
    launch<pairs<Loss, true>>(by_block, groups, arrays, loss, order, ranks, peaks);
  else
    launch<pairs<Loss, false>>(by_block, groups, arrays, loss, order, ranks, peaks);
  if (task.biases != nullptr)
    launch<move_biases>(
        {.grid = blocks_for(context, task.longest, threads / 32), .block = threads, .stream = stream_of(context)},
        groups, arrays, task.bias_rate, loss.position_l2, task.longest, task.biases);
}

/// A warp's sum over the rows of its group.
template <class Term>
__device__ __forceinline__ double lane_sum(std::int64_t count, const Term& term) {
  double sum = 0.0;
  for (std::int64_t i = lane_index(); i < count; i += 32) sum += term(i);
  return warp_reduce(sum, Sum());
}

/// A warp to each group; lane l of it has the rows l, l + 32, ... and no other reads what it keeps of them.
template <bool weighted>
__global__ void __launch_bounds__(threads)
    xendcg(Groups groups, Arrays arrays, std::uint64_t seed, std::uint32_t round, double* lists, Peak* peaks) {
  Peak peak{};
  const std::int64_t step = std::int64_t{gridDim.x} * (threads / 32);
  for (std::int64_t g = std::int64_t{blockIdx.x} * (threads / 32) + warp_index(); g < groups.count; g += step) {
    const std::int64_t begin = groups.starts[g], rows = groups.starts[g + 1] - begin;
    double *const shares = lists + begin, *const parts = shares + arrays.rows, *const terms = parts + arrays.rows;
    const double* const scores = arrays.scores + begin;
    const auto each = [&](const auto& body) {
      for (std::int64_t i = lane_index(); i < rows; i += 32) body(i);
    };
    double shift = scores[0];
    each([&](std::int64_t i) { shift = SoftmaxLoss::larger(shift, scores[i]); });
    shift = warp_reduce(shift, [](double a, double b) { return SoftmaxLoss::larger(a, b); });
    each([&](std::int64_t i) {
      shares[i] = SoftmaxLoss::term(scores[i], shift);
      parts[i] = XendcgLoss::target(arrays.labels[begin + i], xendcg_draw(seed, round, begin + i));
    });
    const double all = lane_sum(rows, [&](std::int64_t i) { return shares[i]; });
    const double targets = lane_sum(rows, [&](std::int64_t i) { return parts[i]; });
    each([&](std::int64_t i) {
      shares[i] /= all;
      terms[i] = shares[i] - parts[i] / targets;
      parts[i] = xendcg_part(terms[i], shares[i]);
    });
    for (int more = 0; more < 2; ++more) {
      const double parts_sum = lane_sum(rows, [&](std::int64_t i) { return parts[i]; });
      each([&](std::int64_t i) {
        const double term = xendcg_next(parts[i], parts_sum, shares[i]);
        terms[i] += term;
        parts[i] = xendcg_part(term, shares[i]);
      });
    }
    each([&](std::int64_t i) {
      const double slope = rows == 1 ? 0.0 : terms[i];
      peak = HigherPeak()(peak, store<weighted>(arrays, 0, begin + i, {slope, shares[i] * (1.0 - shares[i])}));
    });
  }
  peak = block_reduce(peak, HigherPeak());
  if (threadIdx.x == 0) raise(peaks[0], peak);
}

void run(Context& context, const GroupGradientTask& task, const Groups& groups, const Arrays& arrays, const XendcgLoss&,
         Peak* peaks) {
  const Scratch<double> lists(context, 3 * arrays.rows, "ranks of groups");
  const LaunchShape shape{
      .grid = blocks_for(context, groups.count, threads / 32), .block = threads, .stream = stream_of(context)};
  if (arrays.weights != nullptr)
    launch<xendcg<true>>(shape, groups, arrays, task.seed, task.round, lists.data(), peaks);
  else
    launch<xendcg<false>>(shape, groups, arrays, task.seed, task.round, lists.data(), peaks);
}

}  // namespace

void group_gradients(Context& context, const GroupGradientTask& task) {
  task.row.ranges[0] = GradientRange();
  const GradientTask& row = task.row;
  const Arrays arrays{row.rows, row.scores, row.labels, row.weights, row.gradients, row.curvatures};
  const Groups groups{task.groups, task.starts, task.scales, task.discounts, task.biases};
  const Scratch<Peak> peaks(context, 1);
  set_bytes(context, peaks.data(), 0, sizeof(Peak), "gradients");
  visit_group_loss(row.loss, [&](const auto& loss) { run(context, task, groups, arrays, loss, peaks.data()); });
  read_peaks(context, peaks.data(), 1, row.ranges);
}

}  // namespace linden::cuda
