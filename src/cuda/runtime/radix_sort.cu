// CUB's radix sorts.
#include "cuda/runtime/radix_sort.hpp"

#include "cuda/runtime/cub_calls.hpp"

#include <cub/device/device_radix_sort.cuh>
#include <cub/device/device_segmented_radix_sort.cuh>
#include <thrust/iterator/counting_iterator.h>
#include <thrust/iterator/transform_iterator.h>

namespace linden::cuda {
namespace {

namespace thrust = linden_cccl::thrust;

// A block sorts a line of many; fewer and longer ones are sorted by the whole device, one after another.
constexpr std::int64_t many_lines = 64, short_line = 65536;

struct LineStart {
  int length;
  __host__ __device__ int operator()(int line) const { return line * length; }
};

}  // namespace

template <class Key>
int radix_sort(Context& context, const RadixRecords<Key> (&records)[2], int bits) {
  const std::int64_t lines = records[0].lines, length = records[0].length;
  const cudaStream_t stream = stream_of(context);
  int place = 0;
  if (lines >= many_lines || (lines > 1 && length <= short_line)) {
    const auto starts = thrust::make_transform_iterator(thrust::make_counting_iterator(0), LineStart{int(length)});
    cub::DoubleBuffer<Key> keys(records[0].keys, records[1].keys);
    cub::DoubleBuffer<unsigned> positions(records[0].positions, records[1].positions);
    with_temporary(context, "sort", [&](void* temporary, std::size_t& bytes) {
      return cub::DeviceSegmentedRadixSort::SortPairs(temporary, bytes, keys, positions, int(lines * length),
                                                      int(lines), starts, starts + 1, 0, bits, stream);
    });
    return keys.selector;
  }
  for (std::int64_t line = 0; line < lines; ++line) {
    cub::DoubleBuffer<Key> keys(records[0].keys_of(line), records[1].keys_of(line));
    cub::DoubleBuffer<unsigned> positions(records[0].positions_of(line), records[1].positions_of(line));
    with_temporary(context, "sort", [&](void* temporary, std::size_t& bytes) {
      return cub::DeviceRadixSort::SortPairs(temporary, bytes, keys, positions, length, 0, bits, stream);
    });
    place = keys.selector;  // of all lines: they are equally long
  }
  return place;
}

template int radix_sort(Context&, const RadixRecords<std::uint32_t> (&)[2], int);
template int radix_sort(Context&, const RadixRecords<std::uint64_t> (&)[2], int);

}  // namespace linden::cuda
