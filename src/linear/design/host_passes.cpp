#include "linear/design/host_passes.hpp"

#include "base/memory.hpp"

namespace linden {
namespace {

template <class Task>
void run(void (*LinearKernels::*kernel)(Context&, const Task&), Task task, const Design& design, Workers& workers,
         std::int32_t outputs, bool with_hessian = false) {
  const LinearKernels& kernels = cpu_linear_kernels();
  Context host{workers};
  task.design = design.view();
  const Memory scratch(static_cast<std::size_t>(kernels.design_scratch(host, task.design, outputs, with_hessian)),
                       "use fewer features");
  task.scratch = scratch.data();
  (kernels.*kernel)(host, task);
}

std::size_t width_of(const Design& design) { return static_cast<std::size_t>(design.view().width()); }

}  // namespace

std::vector<double> host_scores(const Design& design, Workers& workers, std::int32_t outputs,
                                std::span<const double> parameters) {
  std::vector<double> scores(static_cast<std::size_t>(outputs * design.rows()));
  DesignScoresTask task;
  task.outputs = outputs;
  task.parameters = parameters.data();
  task.scores = scores.data();
  run(&LinearKernels::scores, task, design, workers, outputs);
  return scores;
}

std::vector<double> host_gradient(const Design& design, Workers& workers, std::int32_t outputs,
                                  const DesignWeights& weights, std::span<const double> labels,
                                  std::span<const double> slopes) {
  std::vector<double> gradient(static_cast<std::size_t>(outputs) * width_of(design));
  EvaluateTask task;
  task.weights = weights;
  task.loss.kind = LossKind::tape;  // whose slopes are given
  task.loss.outputs = outputs;
  task.labels = labels.data();
  task.gradient = gradient.data();
  task.row_gradients = slopes.data();
  run(&LinearKernels::evaluate, task, design, workers, outputs);
  return gradient;
}

void host_hessian_product(const Design& design, Workers& workers, const DesignWeights& weights,
                          std::span<const double> curvatures, std::span<const double> direction,
                          std::span<double> out) {
  HessianProductTask task;
  task.weights = weights;
  task.curvatures = curvatures.data();
  task.direction = direction.data();
  task.out = out.data();
  run(&LinearKernels::hessian_product, task, design, workers, 1);
}

std::vector<double> host_triangle(const Design& design, Workers& workers, const DesignWeights& weights,
                                  std::span<const double> labels) {
  const std::size_t size = width_of(design) + 1;
  std::vector<double> triangle(size * size);
  TriangleTask task;
  task.weights = weights;
  task.labels = labels.data();
  task.out = triangle.data();
  run(&LinearKernels::triangle, task, design, workers, 1, true);
  return triangle;
}

}  // namespace linden
