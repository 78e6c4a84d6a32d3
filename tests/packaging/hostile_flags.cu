// Arithmetic that --use_fast_math would contract, approximate and flush: for the test that it does not.
#include "cuda/runtime/simt.hpp"

namespace linden::cuda {

template <class T>
__global__ void inexact(T* values) {
  const T x = values[0], y = values[1], z = values[2];
  values[0] = x * y + z;
  values[1] = x / y;
  values[2] = sqrt(z);
}
template __global__ void inexact(float*);
template __global__ void inexact(double*);

}  // namespace linden::cuda
