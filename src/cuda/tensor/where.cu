// out = mask ? a : b. Values are moved as they are, so that kernels know elements of 1, 4 and 8 bytes only.
#include "cuda/runtime/stream.hpp"
#include "cuda/runtime/simt.hpp"
#include "cuda/tensor/strided.hpp"
#include "cuda/tensor/steps.hpp"

namespace linden::cuda {
namespace {

struct Choice {
  template <class T>
  __device__ __forceinline__ T operator()(std::uint8_t mask, T a, T b) const {
    return mask != 0 ? a : b;
  }
};

template <class T>
__global__ void where_of(Walk<4> walk) {
  for_each_element<group_elements<T>(), T, std::uint8_t, T, T>(walk, Choice());
}

template <class T>
void run(Context& context, const ElementwiseTask<4>& task) {
  run_elements<where_of<T>, group_elements<T>(), T, std::uint8_t, T, T>(context, task);
}

}  // namespace

void where(Context& context, const ElementwiseTask<4>& task) {
  switch (size_of(task.operand[0].dtype)) {
    case 8: return run<std::uint64_t>(context, task);
    case 4: return run<std::uint32_t>(context, task);
    default: return run<std::uint8_t>(context, task);
  }
}

}  // namespace linden::cuda
