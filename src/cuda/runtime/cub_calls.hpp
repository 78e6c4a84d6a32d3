// What the files that call CUB share: to be included before any header of CUB's, whose names are our own, so that a
// program that links another version of it keeps both apart.
//
// CUB sorts and selects (radix_sort.hpp, selection.hpp): whole numbers, stably, so that there is one answer, the CPU's.
// Each has a sequential twin for the executor (tests/simt). What stays our own, and why:
// - sums, running sums and the products of fold_*.hpp: floats are added in the CPU's order; CUB's scan adds them in the
//   order in which blocks arrive.
// - arg_reduce: axes with strides, and rules for NaN and ties.
// - renew: the order statistics of all leaves at once, by weight, where only digits of the keys are counted.
// - sort's short lines: several to a block, along any axis, without a copy.
// - what a warp or a block does together (simt.hpp): CUB's are no C++ that the executor could compile.
// - the draw of features, which are few, and cuts and the columns of sparse rows, which are made once, on the host,
//   where the data lie: a GPU gets the values part by part, and only to put them into bins.
// - the order for AUC: metrics are functions of tensors on the CPU, where predictions come after every round in any
// case.
#pragma once

#define THRUST_CUB_WRAPPED_NAMESPACE linden_cccl
#include <cub/config.cuh>

#include "cuda/runtime/stream.hpp"

namespace linden::cuda {

namespace cub = linden_cccl::cub;

/// Calls algorithm(temporary, bytes) twice: CUB says first how much memory it needs, which is then of our pool, in the
/// order of the stream. `what` opens the message of an error.
template <class Algorithm>
void with_temporary(Context& context, const char* what, const Algorithm& algorithm) {
  const CurrentDevice current(context.stream->device());
  std::size_t bytes = 0;
  check(algorithm(nullptr, bytes), what);
  const Scratch<unsigned char> temporary(context, static_cast<std::int64_t>(bytes));
  check(algorithm(temporary.data(), bytes), what);
}

}  // namespace linden::cuda
