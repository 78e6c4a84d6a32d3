// CUB's radix sort for the executor: a stable sort of the host's in the stream's turn. The result lies in the second
// half, so that whoever looks into the first finds what was there before.
#include "cuda/runtime/radix_sort.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

#include "simt/memory/heap.hpp"
#include "simt/memory/region.hpp"
#include "simt/stream.hpp"

namespace linden::cuda {
namespace {

template <class T>
void write(T* to, const std::vector<T>& values) {
  std::copy(values.begin(), values.end(), to);
  simt::region().mark_written(simt::region().offset(to), values.size() * sizeof(T));
}

}  // namespace

template <class Key>
int radix_sort(Context& context, const RadixRecords<Key> (&records)[2], int bits) {
  const RadixRecords<Key> from = records[0], to = records[1];
  for (std::int64_t line = 0; line < from.lines; ++line)
    simt::run_async(stream_of(context), [=] {
      const auto length = static_cast<std::size_t>(from.length);
      const Key* const keys = from.keys_of(line);
      const unsigned* const positions = from.positions_of(line);
      for (const RadixRecords<Key>& each : {from, to}) {
        simt::check_range("radix_sort: keys", each.keys_of(line), length * sizeof(Key));
        simt::check_range("radix_sort: positions", each.positions_of(line), length * sizeof(unsigned));
      }
      const auto part = [=](std::size_t i) { return Key(keys[i] << (8 * sizeof(Key) - unsigned(bits))); };
      std::vector<std::size_t> order(length);
      std::iota(order.begin(), order.end(), std::size_t{0});
      std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return part(a) < part(b); });
      std::vector<Key> sorted_keys(length);
      std::vector<unsigned> sorted_positions(length);
      for (std::size_t i = 0; i < length; ++i) {
        sorted_keys[i] = keys[order[i]];
        sorted_positions[i] = positions[order[i]];
      }
      write(to.keys_of(line), sorted_keys);
      write(to.positions_of(line), sorted_positions);
    });
  return 1;
}

template int radix_sort(Context&, const RadixRecords<std::uint32_t> (&)[2], int);
template int radix_sort(Context&, const RadixRecords<std::uint64_t> (&)[2], int);

}  // namespace linden::cuda
