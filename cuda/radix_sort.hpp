// A stable sort of many lines of records at once: keys of 32 or 64 bits, each with the position where it was.
//
//     RadixSort<std::uint32_t> sorted(context, lines, length);
//     launch<fill>(..., sorted.records());   // writes keys[0] and positions[0], [line][position]
//     sorted.run(context, 4);                // by the lower 4 bytes of the keys
//     launch<use>(..., sorted.records());    // records.sorted_keys(line), records.sorted_positions(line)
//
// Eight bits at a time from the lowest. Bytes that all keys of a line share are passed over: the device finds them, the
// host waits for nothing.
#pragma once

#include <cstdint>
#include <type_traits>

#include "runtime/queue.hpp"
#include "runtime/simt.hpp"

namespace linden::cuda {

/// Sixty-four bits as atomics know them.
template <class Key>
using RadixWord = std::conditional_t<sizeof(Key) == 8, unsigned long long, unsigned>;

template <class Key>
struct RadixRecords {
  Key* keys[2];
  unsigned* positions[2];
  RadixWord<Key>* varying;  ///< by line: the bits in which its keys differ
  std::int64_t lines, length;
  int digits;  ///< bytes to sort by

  __device__ __forceinline__ bool varies(std::int64_t line, int digit) const {
    return (varying[line] >> (8 * digit) & 0xff) != 0;
  }
  /// Which of the two arrays has a line's records before digit number `digit` is sorted by.
  __device__ __forceinline__ int place(std::int64_t line, int digit) const {
    int moves = 0;
    for (int d = 0; d < digit; ++d) moves += varies(line, d);
    return moves % 2;
  }
  __device__ __forceinline__ const Key* sorted_keys(std::int64_t line) const {
    return keys[place(line, digits)] + line * length;
  }
  __device__ __forceinline__ const unsigned* sorted_positions(std::int64_t line) const {
    return positions[place(line, digits)] + line * length;
  }
};

/// Throws DeviceError for more elements than positions of 32 bits can name; `op` begins the message.
void check_radix_length(const char* op, std::int64_t length);
/// How many lines are worth sorting together: more would need more memory for no gain.
inline std::int64_t radix_lines_together(std::int64_t length) {
  const std::int64_t lines = (std::int64_t{1} << 24) / length;
  return lines < 1 ? 1 : lines;
}

template <class Key>
class RadixSort {
 public:
  RadixSort(Context& context, std::int64_t lines, std::int64_t length);
  RadixRecords<Key> records() const { return records_; }
  void run(Context& context, int digits);

 private:
  std::int64_t tiles_;
  Scratch<Key> keys_;
  Scratch<unsigned> positions_, counts_, totals_;
  Scratch<RadixWord<Key>> varying_;
  RadixRecords<Key> records_;
};

extern template class RadixSort<std::uint32_t>;
extern template class RadixSort<std::uint64_t>;

}  // namespace linden::cuda
