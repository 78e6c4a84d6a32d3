// The table of the kernels that explain, of one instruction level.
#include "cpu/explain/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

const ExplainKernels& explain_kernels() {
  static constexpr ExplainKernels table{.contributions = contributions,
                                        .interactions = interactions,
                                        .against_background = against_background,
                                        .scratch = explain_scratch,
                                        .background_scratch = background_scratch};
  return table;
}

LINDEN_LEVEL_END
}  // namespace linden
