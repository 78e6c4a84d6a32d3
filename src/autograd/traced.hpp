// How a function of tensors is traced: it runs once on arguments that are known by number (TapeMode::trace), and the
// tape that it leaves is read.
#pragma once

#include <cstdint>
#include <linden/tensor.hpp>
#include <vector>

#include "tensor/node.hpp"

namespace linden {

/// Argument `number` of the function.
Tensor traced_argument(Tensor t, std::int64_t number);

/// These nodes and all that they come from, operands first.
std::vector<const Node*> in_order_of_depth(std::vector<const Node*> nodes);

}  // namespace linden
