// The Hessian of a linear model times a direction: a pass (linear_pass.hpp) whose scores are those of the direction.
#include "cuda/linear/pass.hpp"
#include "cuda/linear/steps.hpp"

namespace linden::cuda {
namespace {

template <bool softmax>
void product_as(Context& context, const HessianProductTask& task) {
  const DesignView& design = task.design;
  const CurvatureRow<softmax> op{design.all_rows(), task.outputs, of_part(task.weights, design),
                                 of_part(task.curvatures, design)};
  whole_pass(context, design, task.outputs, task.direction, op, task.out, nullptr, task.scratch);
}

}  // namespace

void hessian_product(Context& context, const HessianProductTask& task) {
  task.softmax ? product_as<true>(context, task) : product_as<false>(context, task);
}

}  // namespace linden::cuda
