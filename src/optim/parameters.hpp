// What the optimizers share: checks of parameters, and the fused step over all of them.
#pragma once

#include <cstdint>
#include <linden/tensor.hpp>
#include <vector>

#include "backend/tensor_kernels.hpp"

namespace linden::optim {

/// Throws what optim.hpp promises; `optimizer` is its name for the message.
void check_parameters(const char* optimizer, const std::vector<Tensor>& parameters);

/// Throws ArgumentError in the name of a call on an optimizer that was moved from: it has no parameters.
void check_there(const char* optimizer, const char* call, const std::vector<Tensor>& parameters);

std::int64_t total_elements(const std::vector<Tensor>& parameters);

/// Zeros for every element of all parameters, one parameter behind the other.
Tensor zeros_beside(const std::vector<Tensor>& parameters);

using StepKernel = void (*)(Context&, const StepTask&);

/// Moves every parameter that has a gradient, and counts that in `steps` (i64, one a parameter). The kernel is called
/// once for all parameters whose count, cut at `last_distinct_step`, is equal: mostly once. `first` and `second` are
/// the flat states of StepSegment, or empty.
void fused_step(StepKernel kernel, StepTask task, const std::vector<Tensor>& parameters, const Tensor& steps,
                const Tensor& first, const Tensor& second, std::int64_t last_distinct_step);

}  // namespace linden::optim
