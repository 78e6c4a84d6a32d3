// The GPU's table of linear kernels.
#include "cuda/linear/steps.hpp"
#include "cuda/runtime/tables.hpp"

namespace linden::cuda {
namespace {

std::int64_t design_scratch(Context&, const DesignView& design, std::int32_t outputs, bool with_hessian) {
  return with_hessian ? hessian_room(design, outputs) : pass_room(design, outputs);
}

constexpr LinearRates rates = {
    .gram = 1e-13, .sparse_gram = 1e-13, .pass = 4e-12, .sparse_pass = 1e-11, .factor = 1e-12};

}  // namespace

const LinearKernels& linear_kernels() {
  static constexpr LinearKernels table{
      .has_sparse_hessian = false,
      .takes_scores = false,
      .rates = rates,
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
