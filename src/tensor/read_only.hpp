// Tensors that are handed out to be read.
#pragma once

#include <linden/tensor.hpp>

namespace linden {

/// A view of the same memory of the host, off the tape, that nothing changes in place: +=, assign and optimizers throw
/// ArgumentError. It keeps the memory alive.
Tensor read_only(const Tensor& tensor);

}  // namespace linden
