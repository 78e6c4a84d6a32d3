// What rows weigh in a sample, and gradients times that. The rows that are left are collected beside sample.cpp's.
#include "backend/loss/row_gradient.hpp"
#include "backend/math/philox.hpp"
#include "backend/tree/row_weights.hpp"
#include "cpu/tree/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

constexpr std::int64_t chunk_rows = 16384;  // a multiple of the four that share a draw

void raise(std::int32_t& target, std::int32_t value) {
  std::int32_t seen = __atomic_load_n(&target, __ATOMIC_RELAXED);
  while (seen < value &&
         !__atomic_compare_exchange_n(&target, &seen, value, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
  }
}

}  // namespace

void mark_drawn(Context& context, const MarkTask& task) {
  context.workers.chunks(task.count, chunk_rows, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::uint32_t unit = task.drawn[i];
      if (task.first == nullptr) {
        task.weights[task.rows[unit]] = 1;
        continue;
      }
      for (std::int64_t row = task.first[unit]; row < task.first[unit + 1]; ++row) task.weights[row] = 1;
    }
  });
}

void weigh_rows(Context& context, const RowWeightTask& task) {
  context.workers.chunks(task.rows, chunk_rows, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
    for (std::int64_t first = begin; first < end; first += 4) {
      const PhiloxCounter drawn =
          random_words(task.seed, Draw::rows, task.round, static_cast<std::uint64_t>(first / 4));
      for (std::int64_t row = first; row < first + 4 && row < end; ++row)
        task.weights[row] =
            row_weight(task, drawn.word[row - first], task.magnitudes != nullptr ? task.magnitudes[row] : 0.0f);
    }
  });
}

void scale_rows(Context& context, const ScaleTask& task) {
  for (std::int64_t k = 0; k < task.outputs; ++k) {
    float* const gradients = task.gradients + k * task.rows;
    float* const curvatures = task.curvatures + k * task.rows;
    std::int32_t gradient_peak = 0, curvature_peak = 0;
    context.workers.chunks(task.rows, chunk_rows, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
      std::int32_t gradient = 0, curvature = 0;
      for (std::int64_t row = begin; row < end; ++row) {
        const double weight = task.weights[row];
        if (weight == 0) continue;
        gradients[row] = times_weight(gradients[row], weight);
        curvatures[row] = times_weight(curvatures[row], weight);
        const std::int32_t g = magnitude_bits(gradients[row]), h = magnitude_bits(curvatures[row]);
        gradient = g > gradient ? g : gradient;
        curvature = h > curvature ? h : curvature;
      }
      raise(gradient_peak, gradient);
      raise(curvature_peak, curvature);
    });
    task.ranges[k] = {__builtin_bit_cast(float, gradient_peak), __builtin_bit_cast(float, curvature_peak), -1};
  }
}

LINDEN_LEVEL_END
}  // namespace linden
