// The two halves of a pass (linear_pass.hpp) by themselves: scores, and the gradient of slopes that are known.
#include "cuda/linear/pass.hpp"
#include "cuda/linear/sparse.hpp"
#include "cuda/linear/steps.hpp"

namespace linden::cuda {

void all_scores(Context& context, const DesignView& design, std::int32_t outputs, const double* parameters,
                double* scores, std::int64_t stride) {
  if (design.rows == 0) return;
  if (design.sparse) {
    if (design.entries.dtype == DType::f32)
      launch_sparse_scores<float>(context, design, outputs, parameters, scores, stride);
    else
      launch_sparse_scores<double>(context, design, outputs, parameters, scores, stride);
    return;
  }
  for (std::int32_t k = 0; k < outputs; k += most_fused_outputs) {
    const std::int32_t count = outputs - k < most_fused_outputs ? outputs - k : most_fused_outputs;
    launch_dense(context, design, PassShape(design, count, false), parameters + k * design.width(),
                 StoreScores{stride, count, scores + k * stride}, nullptr, nullptr, nullptr);
  }
}

void all_gradients(Context& context, const DesignView& design, std::int32_t outputs, const double* slopes,
                   double* gradient, const double* losses, int loss_parts, double* mean_loss, const PassRoom& room) {
  if (!design.sparse) {
    for (std::int32_t k = 0; k < outputs; k += most_fused_outputs) {
      const std::int32_t count = outputs - k < most_fused_outputs ? outputs - k : most_fused_outputs;
      fused_pass(context, design, k, count, nullptr, GivenSlopes{design.rows, count, {}, slopes + k * design.rows},
                 gradient + k * design.width(), mean_loss, room, k == 0 ? losses : nullptr, loss_parts);
    }
    return;
  }
  const int count = column_parts(design);
  const std::int64_t wanted = (design.rows + 2047) / 2048;
  const unsigned slope_parts = static_cast<unsigned>(wanted < 1 ? 1 : wanted < 64 ? wanted : 64);
  const Scratch<double> parts(context, count * outputs * design.width(), "sums of a linear model's columns");
  const Scratch<double> sums(context, std::int64_t{outputs} * slope_parts);
  launch<sum_slopes>({.grid = {slope_parts, unsigned(outputs)}, .block = pass_threads, .stream = stream_of(context)},
                     design.rows, slopes, sums.data());
  if (design.by_column.dtype == DType::f32)
    launch_sparse_gradient<float>(context, design, outputs, count, slopes, parts.data());
  else
    launch_sparse_gradient<double>(context, design, outputs, count, slopes, parts.data());
  launch_join(context, design,
              {parts.data(), count, outputs, sums.data(), int(slope_parts), design.is_last() ? losses : nullptr,
               loss_parts, gradient, mean_loss, !design.is_first()});
}

void design_scores(Context& context, const DesignScoresTask& task) {
  all_scores(context, task.design, task.outputs, task.parameters, of_part(task.scores, task.design),
             task.design.all_rows());
}

std::int64_t pass_room(const DesignView& design, std::int32_t outputs) {
  return design.is_whole() ? 0 : PassRoom::count(design, outputs) * std::int64_t{sizeof(double)};
}

}  // namespace linden::cuda
