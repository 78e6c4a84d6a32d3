// One step of SGD or Adam over all parameters of an optimizer, as if they lay one behind the other: one launch for up
// to 64 parameters, whose addresses travel as an argument. Elements are independent, so no order matters.
#include "backend/tensor/step_math.hpp"
#include "cuda/runtime/stream.hpp"
#include "cuda/runtime/simt.hpp"
#include "cuda/tensor/strided.hpp"
#include "cuda/tensor/steps.hpp"

namespace linden::cuda {
namespace {

constexpr unsigned step_block = 256;
constexpr int segments_at_once = 64;

template <class T>
constexpr std::int64_t tile_elements = std::int64_t{group_elements<T>()} * step_block;

/// Tiles are the work of a block; one has elements of one segment only.
struct Segments {
  StepSegment segment[segments_at_once];
  std::int64_t first_tile[segments_at_once + 1];
  std::int32_t count;
};

// What becomes of an element, and which parts of its state are read and written.
template <class T, bool decays, Momentum kind, bool first_step>
struct SgdRule {
  static constexpr bool writes_first = kind != Momentum::none, reads_first = writes_first && !first_step;
  static constexpr bool has_second = false;
  SgdMath<T> math;
  __device__ __forceinline__ StepElement<T> operator()(StepElement<T> element, T gradient) const {
    return stepped<decays, kind, first_step>(math, element, gradient);
  }
};
template <class T, WeightDecay decay>
struct AdamRule {
  static constexpr bool writes_first = true, reads_first = true, has_second = true;
  AdamMath<T> math;
  __device__ __forceinline__ StepElement<T> operator()(StepElement<T> element, T gradient) const {
    return stepped<decay>(math, element, gradient);
  }
};

/// n elements of a segment, from `first` on: aligned to 16 bytes if n > 1.
template <int n, class T, class Rule>
__device__ __forceinline__ void step_along(const StepSegment& segment, std::int64_t first, const Rule& rule) {
  T* const parameter = static_cast<T*>(segment.parameter) + first;
  T* const first_state = static_cast<T*>(segment.first) + (Rule::writes_first ? first : 0);
  T* const second_state = static_cast<T*>(segment.second) + (Rule::has_second ? first : 0);
  const Group<T, n> gradients = load_group<n>(static_cast<const T*>(segment.gradient) + first);
  Group<T, n> parameters = load_group<n>(static_cast<const T*>(parameter)), firsts{}, seconds{};
  if constexpr (Rule::reads_first) firsts = load_group<n>(static_cast<const T*>(first_state));
  if constexpr (Rule::has_second) seconds = load_group<n>(static_cast<const T*>(second_state));
  for (int k = 0; k < n; ++k) {
    const StepElement<T> element =
        rule(StepElement<T>{parameters.values[k], firsts.values[k], seconds.values[k]}, gradients.values[k]);
    parameters.values[k] = element.parameter;
    firsts.values[k] = element.first;
    seconds.values[k] = element.second;
  }
  store_group(parameter, parameters);
  if constexpr (Rule::writes_first) store_group(first_state, firsts);
  if constexpr (Rule::has_second) store_group(second_state, seconds);
}

template <class T, class Rule>
__global__ void step_over(Segments segments, Rule rule) {
  constexpr int n = group_elements<T>();
  const std::int64_t tiles = segments.first_tile[segments.count];
  for (std::int64_t tile = blockIdx.x; tile < tiles; tile += gridDim.x) {
    std::int32_t s = 0;  // the last segment whose first tile is not after this one
    for (std::int32_t width = segments_at_once / 2; width > 0; width /= 2)
      if (s + width < segments.count && segments.first_tile[s + width] <= tile) s += width;
    const StepSegment& segment = segments.segment[s];
    const std::int64_t first = (tile - segments.first_tile[s]) * tile_elements<T> + threadIdx.x * n;
    const auto addresses =
        reinterpret_cast<std::uintptr_t>(segment.parameter) | reinterpret_cast<std::uintptr_t>(segment.gradient) |
        reinterpret_cast<std::uintptr_t>(segment.first) | reinterpret_cast<std::uintptr_t>(segment.second);
    if (addresses % 16 == 0 && first + n <= segment.elements) {
      step_along<n, T>(segment, first, rule);
    } else {
      for (int k = 0; k < n; ++k)
        if (first + k < segment.elements) step_along<1, T>(segment, first + k, rule);
    }
  }
}

template <class T, class Rule>
void run(Context& context, const StepTask& task, const Rule& rule) {
  Segments segments{};
  const auto flush = [&] {
    const std::int64_t tiles = segments.first_tile[segments.count];
    if (tiles > 0)
      launch<step_over<T, Rule>>(
          {.grid = blocks_for(context, tiles, 1), .block = step_block, .stream = stream_of(context)}, segments, rule);
    segments.count = 0;
  };
  for (std::int32_t s = 0; s < task.count; ++s) {
    const StepSegment& segment = task.segments[s];
    if (segment.elements == 0) continue;
    const std::int32_t place = segments.count++;
    segments.segment[place] = segment;
    segments.first_tile[place + 1] =
        segments.first_tile[place] + (segment.elements + tile_elements<T> - 1) / tile_elements<T>;
    if (segments.count == segments_at_once) flush();
  }
  flush();
}

template <class T>
void sgd_as(Context& context, const StepTask& task) {
  visit_sgd(task, [&]<bool decays, Momentum kind, bool first_step>() {
    run<T>(context, task, SgdRule<T, decays, kind, first_step>{SgdMath<T>(task)});
  });
}

template <class T>
void adam_as(Context& context, const StepTask& task) {
  visit_adam(task, [&]<WeightDecay decay>() { run<T>(context, task, AdamRule<T, decay>{AdamMath<T>(task)}); });
}

}  // namespace

void sgd_step(Context& context, const StepTask& task) {
  task.dtype == DType::f32 ? sgd_as<float>(context, task) : sgd_as<double>(context, task);
}

void adam_step(Context& context, const StepTask& task) {
  task.dtype == DType::f32 ? adam_as<float>(context, task) : adam_as<double>(context, task);
}

}  // namespace linden::cuda
