// One step of SGD or Adam over all parameters of an optimizer, as if they lay one behind the other: tasks are equal
// parts of the whole, however many parameters there are. Elements are independent, so no order matters.
#include "backend/tensor/step_math.hpp"
#include "cpu/tensor/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

constexpr std::int64_t task_elements = 16384;

/// Calls update(segment, begin, end) for every element of every segment once.
template <class Update>
void each_part(Context& context, const StepTask& task, const Update& update) {
  std::int64_t total = 0;
  for (std::int32_t s = 0; s < task.count; ++s) total += task.segments[s].elements;
  context.workers.chunks(total, task_elements, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
    std::int64_t before = 0;
    for (std::int32_t s = 0; s < task.count && before < end; before += task.segments[s++].elements) {
      const StepSegment& segment = task.segments[s];
      const std::int64_t from = begin - before > 0 ? begin - before : 0;
      const std::int64_t to = end - before < segment.elements ? end - before : segment.elements;
      if (from < to) update(segment, from, to);
    }
  });
}

template <class T, bool decays, Momentum kind, bool first_step>
void sgd(const SgdMath<T>& math, const StepSegment& segment, std::int64_t begin, std::int64_t end) {
  T* __restrict parameter = static_cast<T*>(segment.parameter);
  T* __restrict velocity = static_cast<T*>(segment.first);
  const T* __restrict gradients = static_cast<const T*>(segment.gradient);
  for (std::int64_t i = begin; i < end; ++i) {
    StepElement<T> element{parameter[i], T(0), T(0)};
    if constexpr (kind != Momentum::none && !first_step) element.first = velocity[i];
    element = stepped<decays, kind, first_step>(math, element, gradients[i]);
    if constexpr (kind != Momentum::none) velocity[i] = element.first;
    parameter[i] = element.parameter;
  }
}

template <class T>
void sgd_as(Context& context, const StepTask& task) {
  const SgdMath<T> math(task);
  visit_sgd(task, [&]<bool decays, Momentum kind, bool first_step>() {
    each_part(context, task, [&](const StepSegment& segment, std::int64_t begin, std::int64_t end) {
      sgd<T, decays, kind, first_step>(math, segment, begin, end);
    });
  });
}

template <class T, WeightDecay decay>
void adam(const AdamMath<T>& math, const StepSegment& segment, std::int64_t begin, std::int64_t end) {
  T* __restrict parameters = static_cast<T*>(segment.parameter);
  T* __restrict means = static_cast<T*>(segment.first);
  T* __restrict squares = static_cast<T*>(segment.second);
  const T* __restrict gradients = static_cast<const T*>(segment.gradient);
  for (std::int64_t i = begin; i < end; ++i) {
    const StepElement<T> element =
        stepped<decay>(math, StepElement<T>{parameters[i], means[i], squares[i]}, gradients[i]);
    means[i] = element.first;
    squares[i] = element.second;
    parameters[i] = element.parameter;
  }
}

template <class T>
void adam_as(Context& context, const StepTask& task) {
  const AdamMath<T> math(task);
  visit_adam(task, [&]<WeightDecay decay>() {
    each_part(context, task, [&](const StepSegment& segment, std::int64_t begin, std::int64_t end) {
      adam<T, decay>(math, segment, begin, end);
    });
  });
}

}  // namespace

void sgd_step(Context& context, const StepTask& task) {
  task.dtype == DType::f32 ? sgd_as<float>(context, task) : sgd_as<double>(context, task);
}

void adam_step(Context& context, const StepTask& task) {
  task.dtype == DType::f32 ? adam_as<float>(context, task) : adam_as<double>(context, task);
}

LINDEN_LEVEL_END
}  // namespace linden
