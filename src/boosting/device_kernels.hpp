// The table of tree kernels of a device.
#pragma once

#include <linden/device.hpp>

#include "backend/cuda.hpp"
#include "backend/tree_kernels.hpp"

namespace linden {

inline const TreeKernels& tree_kernels_of(const Device& device) {
  return device.kind() == Device::Kind::cpu ? cpu_tree_kernels() : *cuda_backend().tree_kernels;
}

}  // namespace linden
