// The parts of a traced loss: sums over rows, times numbers, added up.
#pragma once

#include <cstdint>
#include <linden/tensor.hpp>
#include <vector>

#include "loss/trace/trace.hpp"
#include "tensor/node.hpp"

namespace linden {

/// A part of a loss: factor times a node of the tape, one number a row; or, reduced, all that a row has in it.
struct Term {
  const Node* node;
  double factor = 1;
  bool is_reduced = false, is_mean = false;
};

/// The terms of a result of this shape, and whether it is a sum or a mean. Throws Obstacle for one number in all that
/// is neither.
std::vector<Term> terms_of(const Node& result, const Shape& shape, std::int64_t rows, Reduction& reduction);

}  // namespace linden
