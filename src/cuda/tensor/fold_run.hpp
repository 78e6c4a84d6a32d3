// The GPU's twin of fold_run (backend/tensor/lanes.hpp): what are lanes of a vector there are lanes of a warp here, so
// that both add in one order. A group of 32 lanes (16 for f64) folds long runs; one of 8 (4 for f64) those under 256
// elements.
#pragma once

#include <cstdint>

#include "backend/tensor/fold.hpp"
#include "cuda/tensor/nest.hpp"
#include "cuda/runtime/simt.hpp"

namespace linden::cuda {

/// Lanes of 128 bytes and of 32, as on the CPU. The order does not matter to whole numbers.
template <class T>
inline constexpr unsigned wide_lanes = sizeof(T) == 8 ? 16 : 32;
template <class T>
inline constexpr unsigned narrow_lanes = wide_lanes<T> / 4;

/// The neighbouring lanes of a warp that work on one run.
template <unsigned lanes>
struct LaneGroup {
  unsigned first, mask;

  __device__ __forceinline__ LaneGroup()
      : first(lane_index() / lanes * lanes), mask((lanes == 32 ? all_lanes : (1u << (lanes % 32)) - 1) << first) {}

  __device__ __forceinline__ unsigned lane() const { return lane_index() - first; }
  /// What lane number `source` of the group has.
  template <class V>
  __device__ __forceinline__ V value_of(V value, unsigned source) const {
    if constexpr (sizeof(V) == 1)
      return static_cast<V>(__shfl_sync(mask, static_cast<unsigned>(value), int(first + source)));
    else
      return __shfl_sync(mask, value, int(first + source));
  }
};

/// The elements of one position: all in one loop, or in a nest.
template <class T, bool is_nest>
struct RunOf {
  const T* first;
  const std::int64_t* sizes;
  const std::int64_t* strides;
  std::int32_t rank;

  __device__ __forceinline__ T operator[](std::int64_t i) const {
    if constexpr (is_nest)
      return first[offset_at(i, sizes, strides, rank)];
    else
      return first[i * strides[0]];
  }
};

/// Elements [begin, begin + count) over `lanes` lanes of the group, joined into one value in lane 0; count is a
/// multiple of the lanes and not 0.
template <class F, unsigned lanes, unsigned group, class T, bool is_nest>
__device__ __forceinline__ typename F::Total fold_lanes(const RunOf<T, is_nest>& run, const LaneGroup<group>& mine,
                                                        std::int64_t begin, std::int64_t count) {
  using Lane = typename F::Lane;
  using Total = typename F::Total;
  constexpr int batch = is_nest ? 2 : sizeof(Lane) == 8 ? 8 : 16;  // loads under way
  const unsigned lane = mine.lane();
  Lane sum = F::neutral();
  if (lane < lanes) {
    const std::int64_t rows = count / lanes;
    begin += lane;
    for (std::int64_t row = 0; row < rows; row += batch) {
      T x[batch];
#pragma unroll
      for (int u = 0; u < batch; ++u) x[u] = row + u < rows ? run[begin + (row + u) * lanes] : T(0);
#pragma unroll
      for (int u = 0; u < batch; ++u)
        if (row + u < rows) sum = row + u == 0 ? static_cast<Lane>(x[u]) : F::combined(sum, static_cast<Lane>(x[u]));
    }
  }
  auto total = static_cast<Total>(sum);
  for (unsigned half = lanes / 2; half > 0; half /= 2)
    total = F::combined(total, mine.value_of(total, (lane + half) % group));  // lanes behind `half` are of no use
  return mine.value_of(total, 0);
}

/// The elements [begin, end) of a run as one value, the same for all lanes of the group.
template <class F, unsigned group, class T, bool is_nest>
__device__ __forceinline__ typename F::Total fold_run(const RunOf<T, is_nest>& run, const LaneGroup<group>& mine,
                                                      std::int64_t begin, std::int64_t end) {
  using Total = typename F::Total;
  constexpr unsigned narrow = narrow_lanes<T>;
  auto total = static_cast<Total>(F::neutral());
  if constexpr (group == wide_lanes<T>) {
    if (end - begin >= 256) {
      const std::int64_t count = (end - begin) / group * group;
      total = F::combined(total, fold_lanes<F, group>(run, mine, begin, count));
      begin += count;
    }
  }
  if (const std::int64_t count = (end - begin) / narrow * narrow; count > 0) {
    total = F::combined(total, fold_lanes<F, narrow>(run, mine, begin, count));
    begin += count;
  }
  const auto rest = static_cast<unsigned>(end - begin);
  if (rest > 0) {
    const auto last = static_cast<Total>(mine.lane() < rest ? run[begin + mine.lane()] : T(0));
    for (unsigned i = 0; i < rest; ++i) total = F::combined(total, mine.value_of(last, i));
  }
  return total;
}

}  // namespace linden::cuda
