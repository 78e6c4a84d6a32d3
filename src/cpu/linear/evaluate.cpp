// Scores, weighted mean loss and its gradient in one pass; the curvature of every row is kept for the Hessian.
//
// The loss is a functor or a row program on dual numbers, in double, as for boosting. Losses of a tile are summed in
// eight lanes, then lane after lane.
#include "backend/loss/row_loss.hpp"
#include "cpu/linear/pass.hpp"
#include "cpu/linear/steps.hpp"
#include "cpu/loss/row_tile.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

double sum_of(const double* x, std::int64_t count) {
  double lane[8] = {};
  std::int64_t i = 0;
  for (; i + 8 <= count; i += 8)
    for (int l = 0; l < 8; ++l) lane[l] += x[i + l];
  for (; i < count; ++i) lane[i % 8] += x[i];
  double sum = lane[0];
  for (int l = 1; l < 8; ++l) sum += lane[l];
  return sum;
}

/// Flattened: where one call is left, the loop is not vectorised.
template <class Loss>
[[gnu::flatten]] void step(const EvaluateTask& task, const Loss& loss, const TileRows& tile) {
  const double* __restrict labels = task.labels + tile.begin;
  const double* __restrict weights = tile.weights;
  double* __restrict curvatures = task.curvatures + tile.begin;
  double* __restrict values = tile.values;
  double* __restrict losses = tile.spare;
  for (std::int64_t i = 0; i < tile.count; ++i) {
    const RowLoss row = row_loss(loss, values[i], labels[i]);
    losses[i] = weighted(weights[i], row.value);
    curvatures[i] = row.curvature;
    values[i] = weighted(weights[i], row.slope);
  }
  *tile.loss += sum_of(losses, tile.count);
}

/// Linear models take no distributions.
template <class Loss>
requires(is_distribution<Loss>) [[noreturn]] void step(const EvaluateTask&, const Loss&, const TileRows&) {
  __builtin_trap();
}

/// As softmax_row: largest score, sum of exponentials, then output by output.
void step(const EvaluateTask& task, const SoftmaxLoss&, const TileRows& tile) {
  const std::int64_t outputs = task.loss.outputs, count = tile.count;
  double* __restrict shift = tile.spare;
  double* __restrict sum = tile.spare + tile.stride;
  const double* __restrict labels = task.labels + tile.begin;
  const double* __restrict weights = tile.weights;
  for (std::int64_t i = 0; i < count; ++i) {
    shift[i] = tile.values[i];
    sum[i] = 0;
  }
  for (std::int64_t k = 1; k < outputs; ++k) {
    const double* __restrict scores = tile.values + k * tile.stride;
    for (std::int64_t i = 0; i < count; ++i) shift[i] = SoftmaxLoss::larger(shift[i], scores[i]);
  }
  for (std::int64_t k = 0; k < outputs; ++k) {
    const double* __restrict scores = tile.values + k * tile.stride;
    for (std::int64_t i = 0; i < count; ++i) sum[i] += SoftmaxLoss::term(scores[i], shift[i]);
  }
  double total = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const double score = tile.values[static_cast<std::int64_t>(labels[i]) * tile.stride + i];
    total += weighted(weights[i], SoftmaxLoss::value(score, shift[i], sum[i]));
  }
  *tile.loss += total;
  for (std::int64_t k = 0; k < outputs; ++k) {
    double* __restrict scores = tile.values + k * tile.stride;
    double* __restrict shares = task.curvatures + k * task.design.rows + tile.begin;
    const double label = static_cast<double>(k);
    for (std::int64_t i = 0; i < count; ++i) {
      const double share = SoftmaxLoss::share(scores[i], shift[i], sum[i]);
      shares[i] = share;
      scores[i] = weighted(weights[i], SoftmaxLoss::output(share, labels[i] == label).gradient);
    }
  }
}

/// A part of the tile at a time, so that the program's registers stay in the nearest cache.
void step(const EvaluateTask& task, const ProgramLoss&, const TileRows& tile) {
  const RowProgram& program = *task.loss.program;
  alignas(64) double memory[tile_doubles];
  const std::int64_t width = tile_rows(program);
  RowTile part(program, memory, width, true);
  const RowInputs inputs{task.scores, task.design.rows, task.labels, task.loss.program_parameters};
  for (std::int64_t first = 0; first < tile.count; first += width) {
    const std::int64_t count = at_most(width, tile.count - first);
    part.load(inputs, tile.begin + first, count);
    for (std::int32_t k = 0; k < program.outputs; ++k) {
      double* const values = tile.values + k * tile.stride + first;
      double* const curvatures = task.curvatures + k * task.design.rows + tile.begin + first;
      differentiate(part, k, task.loss.curvature, task.loss.majoriser);
      for (std::int64_t i = 0; i < count; ++i) {
        const double weight = tile.weights[first + i];
        if (k == 0) tile.spare[first + i] = weighted(weight, part.loss(i));
        curvatures[i] = never_negative(ruled_curvature(task.loss.curvature, part.curvature(i)));
        values[i] = weighted(weight, part.gradient(i));
      }
    }
  }
  *tile.loss += sum_of(tile.spare, tile.count);
}

void step(const EvaluateTask& task, const TapeLoss&, const TileRows& tile) {
  for (std::int64_t k = 0; k < task.loss.outputs; ++k) {
    const double* const slopes = task.row_gradients + k * task.design.rows + tile.begin;
    double* const values = tile.values + k * tile.stride;
    for (std::int64_t i = 0; i < tile.count; ++i) values[i] = weighted(tile.weights[i], slopes[i]);
  }
}

void add_offsets(const EvaluateTask& task, const TileRows& tile) {
  for (std::int64_t k = 0; k < task.loss.outputs * task.points; ++k) {
    const double* const offsets = task.offsets + k % task.loss.outputs * task.design.rows + tile.begin;
    double* const values = tile.values + k * tile.stride;
    for (std::int64_t i = 0; i < tile.count; ++i) values[i] += offsets[i];
  }
}

void keep_scores(const EvaluateTask& task, const TileRows& tile) {
  for (std::int64_t k = 0; k < task.loss.outputs * task.points; ++k) {
    double* const scores = task.scores + k * task.design.rows + tile.begin;
    const double* const values = tile.values + k * tile.stride;
    for (std::int64_t i = 0; i < tile.count; ++i) scores[i] = values[i];
  }
}

void take_scores(const EvaluateTask& task, const TileRows& tile) {
  for (std::int64_t k = 0; k < task.loss.outputs * task.points; ++k) {
    const double* const scores = task.scores + k * task.design.rows + tile.begin;
    double* const values = tile.values + k * tile.stride;
    for (std::int64_t i = 0; i < tile.count; ++i) values[i] = scores[i];
  }
}

/// Of all points.
template <class Loss>
void steps(EvaluateTask task, const Loss& loss, TileRows tile) {
  for (std::int32_t p = 0; p < task.points; ++p) {
    step(task, loss, tile);
    task.scores += task.design.rows;
    task.curvatures += task.design.rows;
    tile.values += tile.stride;
    ++tile.loss;
  }
}

}  // namespace

void evaluate(Context& context, const EvaluateTask& task) {
  const bool tape = task.loss.kind == LossKind::tape;
  const std::int64_t outputs = task.loss.outputs * task.points;
  const PassPlan plan(context.workers.threads(), task.design, outputs, task.scratch, task.has_scores);
  const PassTask both{task.design,   task.weights, outputs, tape || task.has_scores ? nullptr : task.parameters,
                      task.gradient, task.scratch};
  pass(context, both, plan, [&](const TileRows& tile) {
    if (task.has_scores) {
      take_scores(task, tile);
    } else if (!tape) {
      if (task.offsets != nullptr) add_offsets(task, tile);
      keep_scores(task, tile);
    }
    visit_loss(task.loss, [&](const auto& loss) { steps(task, loss, tile); });
  });
  if (tape) return;
  for (std::int32_t p = 0; p < task.points; ++p) {
    double sum = 0;
    for (std::int64_t chunk = 0; chunk < plan.chunks.count; ++chunk) sum += plan.loss[chunk * outputs + p];
    task.mean_loss[p] = sum;
  }
}

LINDEN_LEVEL_END
}  // namespace linden
