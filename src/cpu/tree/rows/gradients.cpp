// Gradient and curvature of every row: a loss functor, or a row program, on dual numbers, in double, rounded to float
// on store.
//
// Rows are independent, and of all rows only maxima and the first bad row are kept, so no order matters.
#include "backend/loss/row_gradient.hpp"
#include "cpu/loss/row_tile.hpp"
#include "cpu/tree/rows/gradient_peaks.hpp"
#include "cpu/tree/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

constexpr std::int64_t chunk_rows = 4096;
constexpr std::int64_t softmax_rows = 1024;  // its two arrays of doubles take 16 KiB of stack

/// Flattened: where one call is left, the loop is not vectorised.
template <bool weighted, class RowLoss>
[[gnu::flatten]] void fill(const GradientTask& task, const RowLoss& loss, std::int64_t begin, std::int64_t end) {
  const std::int64_t outputs = outputs_together<RowLoss>(task.loss.outputs);
  const double* __restrict labels = task.labels;
  const double* __restrict scores = task.scores;
  const std::int64_t rows = task.rows;
  for (std::int64_t k = 0; k < outputs; ++k) {
    const Peak peak = store<weighted>(task, k, begin, end, [&](std::int64_t row) {
      const auto score = [&](std::int64_t j) { return scores[j * rows + row]; };
      return row_output(loss, score, labels[row], k);
    });
    combine(task, k, begin, end, peak);
  }
}

/// Three passes over a tile of rows: largest score, sum of exponentials, then output by output.
template <bool weighted>
void fill(const GradientTask& task, const SoftmaxLoss&, std::int64_t begin, std::int64_t end) {
  const std::int64_t outputs = task.loss.outputs, count = end - begin;
  alignas(64) double shift[softmax_rows];
  alignas(64) double sum[softmax_rows];
  for (std::int64_t i = 0; i < count; ++i) {
    shift[i] = task.scores[begin + i];
    sum[i] = 0;
  }
  for (std::int64_t k = 1; k < outputs; ++k) {
    const double* __restrict scores = task.scores + k * task.rows + begin;
    for (std::int64_t i = 0; i < count; ++i) shift[i] = SoftmaxLoss::larger(shift[i], scores[i]);
  }
  for (std::int64_t k = 0; k < outputs; ++k) {
    const double* __restrict scores = task.scores + k * task.rows + begin;
    for (std::int64_t i = 0; i < count; ++i) sum[i] += SoftmaxLoss::term(scores[i], shift[i]);
  }
  const double* __restrict labels = task.labels;
  for (std::int64_t k = 0; k < outputs; ++k) {
    const double* __restrict scores = task.scores + k * task.rows;
    const double label = static_cast<double>(k);
    const Peak peak = store<weighted>(task, k, begin, end, [&](std::int64_t row) {
      const std::int64_t i = row - begin;
      return SoftmaxLoss::output(SoftmaxLoss::share(scores[row], shift[i], sum[i]), labels[row] == label);
    });
    combine(task, k, begin, end, peak);
  }
}

/// A tile of rows at a time, so that its registers stay in the nearest cache.
template <bool weighted>
void fill(const GradientTask& task, const ProgramLoss&, std::int64_t begin, std::int64_t end) {
  const RowProgram& program = *task.loss.program;
  alignas(64) double memory[tile_doubles];
  const std::int64_t width = tile_rows(program);
  RowTile tile(program, memory, width, false);
  const RowInputs inputs{task.scores, task.rows, task.labels, task.loss.program_parameters};
  const CurvatureRule rule = task.loss.curvature;
  for (std::int64_t first = begin; first < end; first += width) {
    const std::int64_t last = first + width < end ? first + width : end;
    tile.load(inputs, first, last - first);
    for (std::int32_t k = 0; k < program.outputs; ++k) {
      differentiate(tile, k, rule, task.loss.majoriser);
      const Peak peak = store<weighted>(task, k, first, last, [&](std::int64_t row) {
        const double bend = tile.curvature(row - first);
        return SoftmaxLoss::Output{tile.gradient(row - first), ruled_curvature(rule, bend)};
      });
      combine(task, k, first, last, peak);
    }
  }
}

/// The tape has filled these rows (boosting/train/gradients/fit_rows.cpp).
template <bool weighted>
[[noreturn]] void fill(const GradientTask&, const TapeLoss&, std::int64_t, std::int64_t) {
  __builtin_trap();
}

}  // namespace

void gradients(Context& context, const GradientTask& task) {
  for (std::int32_t k = 0; k < task.loss.outputs; ++k) task.ranges[k] = GradientRange();
  const std::int64_t size = is_loss<SoftmaxLoss>(task.loss) ? softmax_rows : chunk_rows;
  visit_loss(task.loss, [&](auto loss) {
    context.workers.chunks(task.rows, size, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
      if (task.weights != nullptr)
        fill<true>(task, loss, begin, end);
      else
        fill<false>(task, loss, begin, end);
    });
  });
}

LINDEN_LEVEL_END
}  // namespace linden
