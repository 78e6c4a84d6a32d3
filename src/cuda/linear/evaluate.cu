// Scores, loss, derivatives and gradient of a linear model: a pass (linear_pass.hpp) whose rows evaluate the loss.
//
// Row programs (program_rows.hpp) have launches of their own, with slopes and losses of all rows in memory.
#include "cuda/linear/pass.hpp"
#include "cuda/linear/steps.hpp"
#include "cuda/tree/rows/program_rows.hpp"

namespace linden::cuda {
namespace {

/// Slopes of a row program in place of scores, and its losses.
struct WeighedRow {
  static constexpr bool has_loss = true;
  std::int32_t outputs;
  DesignWeights weights;
  const double* losses;

  __device__ __forceinline__ double operator()(std::int64_t row, double* slopes, std::int64_t stride) const {
    const double weight = weight_of(weights, row);
    for (std::int32_t k = 0; k < outputs; ++k) slopes[k * stride] = weighted(weight, slopes[k * stride]);
    return weighted(weight, losses[row]);
  }
};

void evaluate_program(Context& context, const EvaluateTask& task) {
  const std::int64_t rows = task.design.rows;
  const std::int32_t outputs = task.loss.outputs;
  const unsigned blocks = row_blocks(rows);
  const Scratch<double> slopes(context, outputs * rows, "slopes of a linear model's rows");
  const Scratch<double> losses(context, rows, "losses of a linear model's rows"), of_blocks(context, blocks);
  all_scores(context, task.design, outputs, task.parameters, task.scores);
  program_rows(context, task.loss,
               {rows, 0, rows, task.scores, task.labels, losses.data(), slopes.data(), task.curvatures});
  const WeighedRow op{outputs, task.weights, losses.data()};
  launch<row_pass<WeighedRow>>({.grid = blocks, .block = pass_threads, .stream = stream_of(context)}, rows, op,
                               slopes.data(), of_blocks.data());
  all_gradients(context, task.design, outputs, slopes.data(), task.gradient, of_blocks.data(), int(blocks),
                task.mean_loss);
}

}  // namespace

void evaluate(Context& context, const EvaluateTask& task) {
  const std::int64_t rows = task.design.rows;
  const std::int32_t outputs = task.loss.outputs;
  const LossArrays arrays{rows, outputs, task.weights, task.labels, task.scores, task.curvatures};
  visit_loss(task.loss, [&]<class Loss>(const Loss& loss) {
    if constexpr (__is_same(Loss, ProgramLoss))
      evaluate_program(context, task);
    else if constexpr (__is_same(Loss, TapeLoss))
      whole_pass(context, task.design, outputs, nullptr, GivenSlopes{rows, outputs, task.weights, task.row_gradients},
                 task.gradient, nullptr);
    else
      whole_pass(context, task.design, outputs, task.parameters, LossRow<Loss>{arrays, loss}, task.gradient,
                 task.mean_loss);
  });
}

}  // namespace linden::cuda
