// A stable sort of many lines of records at once: keys of 32 or 64 bits, each with the position where it was.
//
//     RadixSort<std::uint32_t> sorted(context, lines, length);
//     launch<fill>(..., sorted.records());   // writes keys and positions, [line][position]
//     sorted.run(context, 32);               // by the lower 32 bits of the keys
//     launch<use>(..., sorted.records());    // keys and positions in order
//
// The sort is CUB's; the executor of the tests has a twin of radix_sort.cu. A stable sort of whole numbers has one
// answer, so that it is the CPU's.
#pragma once

#include <cstdint>
#include <linden/error.hpp>
#include <string>

#include "backend/math/host_device.hpp"
#include "cuda/runtime/stream.hpp"
#include "cuda/runtime/simt.hpp"

namespace linden::cuda {

template <class Key>
struct RadixRecords {
  Key* keys;
  unsigned* positions;
  std::int64_t lines, length;

  LINDEN_HD Key* keys_of(std::int64_t line) const { return keys + line * length; }
  LINDEN_HD unsigned* positions_of(std::int64_t line) const { return positions + line * length; }
};

/// Sorts each line of records[0] by the lower bits of its keys, with records[1] to work in; returns which of the two
/// has the result.
template <class Key>
int radix_sort(Context& context, const RadixRecords<Key> (&records)[2], int bits);
extern template int radix_sort(Context&, const RadixRecords<std::uint32_t> (&)[2], int);
extern template int radix_sort(Context&, const RadixRecords<std::uint64_t> (&)[2], int);

/// Throws DeviceError for more elements than positions of 32 bits can name; `op` begins the message.
inline void check_radix_length(const char* op, std::int64_t length) {
  if (length >> 32 != 0)
    throw DeviceError(std::string(op) + ": " + std::to_string(length) +
                      " elements along the axis, but a GPU takes at most 4294967295. Hint: do it on the CPU.");
}

/// How many lines are worth sorting together: more would need more memory for no gain.
inline std::int64_t radix_lines_together(std::int64_t length) {
  const std::int64_t lines = (std::int64_t{1} << 24) / length;
  return lines < 1 ? 1 : lines;
}

template <class Key>
class RadixSort {
 public:
  RadixSort(Context& context, std::int64_t lines, std::int64_t length)
      : keys_(context, 2 * lines * length, "records to sort"),
        positions_(context, 2 * lines * length, "records to sort"),
        records_{{keys_.data(), positions_.data(), lines, length},
                 {keys_.data() + lines * length, positions_.data() + lines * length, lines, length}} {}

  const RadixRecords<Key>& records() const { return records_[place_]; }
  void run(Context& context, int bits) { place_ = radix_sort(context, records_, bits); }

 private:
  Scratch<Key> keys_;
  Scratch<unsigned> positions_;
  RadixRecords<Key> records_[2];
  int place_ = 0;
};

}  // namespace linden::cuda
