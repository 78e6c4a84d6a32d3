// The GPU's table of the kernels that explain.
#include "cuda/explain/steps.hpp"
#include "cuda/runtime/tables.hpp"

namespace linden::cuda {

const ExplainKernels& explain_kernels() {
  static constexpr ExplainKernels table{
      .contributions = contributions,
      .interactions = interactions,
      .against_background = against_background,
      .scratch = [](Context&, const ExplainTask&) { return std::int64_t{0}; },  // kernels take it from the pool
      .background_scratch = [](Context&, const ExplainTask&) { return std::int64_t{0}; },
  };
  return table;
}

}  // namespace linden::cuda
