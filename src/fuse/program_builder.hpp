// From the tape of a traced elementwise function to a program for kernels.
#pragma once

#include <cstdint>
#include <linden/tensor.hpp>
#include <span>
#include <vector>

#include "backend/tensor/fused_program.hpp"

namespace linden {

struct TracedProgram {
  FusedProgram program;
  std::vector<std::int32_t> inputs;  ///< which arguments the program reads, in the order of its inputs
  std::vector<std::uint32_t> moves;  ///< of each result: bit i where it has a derivative by argument i

  bool operator==(const TracedProgram&) const = default;
};

/// Of results that were traced on arguments of the shape `probe`, or without dimensions. Throws Obstacle for what is
/// not elementwise, and for more than a program has room for.
TracedProgram fused_program(std::span<const Tensor> results, const Shape& probe);

}  // namespace linden
