// The GPU's table of linear kernels.
#include "cuda/linear/steps.hpp"
#include "cuda/runtime/tables.hpp"

namespace linden::cuda {
namespace {

// What the kernels want, they take from the stream's pool.
std::int64_t design_scratch(Context&, const DesignView&, std::int32_t, bool) { return 0; }

}  // namespace

const LinearKernels& linear_kernels() {
  static constexpr LinearKernels table{
      .design_scratch = design_scratch,
      .scores = design_scores,
      .evaluate = evaluate,
      .hessian_product = hessian_product,
      .hessian = hessian,
      .triangle = nullptr,
  };
  return table;
}

}  // namespace linden::cuda
