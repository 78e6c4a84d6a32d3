// CUB's selection by flags.
#include "cuda/runtime/cub_calls.hpp"
#include "cuda/runtime/selection.hpp"

#include <cub/device/device_select.cuh>
#include <thrust/iterator/counting_iterator.h>

namespace linden::cuda {

void select_positions(Context& context, const std::uint8_t* flags, std::int64_t count, std::uint32_t* positions) {
  const linden_cccl::thrust::counting_iterator<std::uint32_t> all(0);
  const Scratch<std::int64_t> selected(context, 1);  // how many: the caller knows
  const cudaStream_t stream = stream_of(context);
  with_temporary(context, "selection", [&](void* temporary, std::size_t& bytes) {
    return cub::DeviceSelect::Flagged(temporary, bytes, all, flags, positions, selected.data(), static_cast<int>(count),
                                      stream);
  });
}

}  // namespace linden::cuda
