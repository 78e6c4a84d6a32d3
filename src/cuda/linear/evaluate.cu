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

/// scores [outputs, stride] of some rows += their offsets.
__global__ void __launch_bounds__(pass_threads)
    add_offsets(std::int64_t rows, std::int32_t outputs, std::int64_t stride, const double* offsets, double* scores) {
  for (std::int64_t row = std::int64_t{blockIdx.x} * pass_threads + threadIdx.x; row < rows;
       row += std::int64_t{gridDim.x} * pass_threads)
    for (std::int32_t k = 0; k < outputs; ++k) scores[k * stride + row] += offsets[k * stride + row];
}

void evaluate_program(Context& context, const EvaluateTask& task) {
  const DesignView& design = task.design;
  const std::int64_t rows = design.rows, all_rows = design.all_rows();
  const std::int32_t outputs = task.loss.outputs;
  const unsigned blocks = row_blocks(all_rows);
  const PassRoom room(context, design, outputs, task.scratch);
  const Scratch<double> slopes(context, outputs * rows, "slopes of a linear model's rows");
  const Scratch<double> losses(context, rows, "losses of a linear model's rows"), of_blocks(context, blocks);
  all_scores(context, design, outputs, task.parameters, of_part(task.scores, design), all_rows);
  if (task.offsets != nullptr)
    launch<add_offsets>({.grid = blocks, .block = pass_threads, .stream = stream_of(context)}, rows, outputs, all_rows,
                        of_part(task.offsets, design), of_part(task.scores, design));
  program_rows(context, task.loss,
               {all_rows, design.rows_before, rows, task.scores, task.labels, losses.data(), slopes.data(),
                of_part(task.curvatures, design), all_rows});
  const WeighedRow op{outputs, of_part(task.weights, design), losses.data()};
  launch_rows(context, design, blocks, op, slopes.data(), of_blocks.data(), room);
  all_gradients(context, design, outputs, slopes.data(), task.gradient, of_blocks.data(), int(blocks), task.mean_loss,
                room);
}

}  // namespace

void evaluate(Context& context, const EvaluateTask& task) {
  const DesignView& design = task.design;
  const std::int64_t rows = design.all_rows();
  const std::int32_t outputs = task.loss.outputs;
  const DesignWeights weights = of_part(task.weights, design);
  const LossArrays arrays{rows,
                          outputs,
                          weights,
                          of_part(task.labels, design),
                          of_part(task.offsets, design),
                          of_part(task.scores, design),
                          of_part(task.curvatures, design)};
  visit_loss(task.loss, [&]<class Loss>(const Loss& loss) {
    if constexpr (is_distribution<Loss>)  // which linear models do not take
      __builtin_trap();
    else if constexpr (__is_same(Loss, ProgramLoss))
      evaluate_program(context, task);
    else if constexpr (__is_same(Loss, TapeLoss))
      whole_pass(context, design, outputs, nullptr,
                 GivenSlopes{rows, outputs, weights, of_part(task.row_gradients, design)}, task.gradient, nullptr,
                 task.scratch);
    else
      whole_pass(context, design, outputs, task.parameters, LossRow<Loss>{arrays, loss}, task.gradient, task.mean_loss,
                 task.scratch);
  });
}

}  // namespace linden::cuda
