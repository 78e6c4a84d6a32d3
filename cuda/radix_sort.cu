// Each byte takes three launches: tiles count their digits; for each digit the counts of the tiles before are added up;
// tiles bring their records into order in shared memory and write them, digit by digit, behind those of the tiles
// before.
#include "radix_sort.hpp"

#include <linden/error.hpp>
#include <string>

#include "nest.hpp"

namespace linden::cuda {
namespace {

constexpr unsigned threads = 256, warps = threads / 32, radix = 256;
/// Of a tile, to a thread.
template <class Key>
constexpr unsigned items = sizeof(Key) == 4 ? 16 : 8;
template <class Key>
constexpr std::int64_t tile_records = std::int64_t{threads} * items<Key>;

/// The tile of this block.
template <class Key>
struct Tile {
  std::int64_t line, number, begin;  ///< the first record of the tile in that of the line
  unsigned count;

  __device__ __forceinline__ Tile(const RadixRecords<Key>& records, std::int64_t tiles) {
    const Quotient by = divided(blockIdx.x, tiles);
    line = by.quotient;
    number = by.rest;
    begin = number * tile_records<Key>;
    const std::int64_t rest = records.length - begin;
    count = unsigned(rest < tile_records<Key> ? rest : tile_records<Key>);
  }
};

/// The bits in which the keys of a line differ from its first key. `varying` begins as zeros.
template <class Key>
__global__ void __launch_bounds__(threads)
    find_varying(__grid_constant__ const RadixRecords<Key> records, std::int64_t tiles) {
  const Tile<Key> tile(records, tiles);
  const Key* const keys = records.keys[0] + tile.line * records.length;
  const Key first = keys[0];
  RadixWord<Key> differ = 0;
  for (unsigned k = threadIdx.x; k < tile.count; k += threads) differ |= keys[tile.begin + k] ^ first;
  for (unsigned step = 16; step > 0; step /= 2) differ |= shuffle(differ, lane_index() ^ step);
  if (lane_index() == 0 && differ != 0) atomicOr(&records.varying[tile.line], differ);
}

/// counts[line][digit][tile]
template <class Key>
__global__ void __launch_bounds__(threads)
    count_digits(__grid_constant__ const RadixRecords<Key> records, std::int64_t tiles, int digit, unsigned* counts) {
  LINDEN_SHARED(of_tile, unsigned[radix]);
  const Tile<Key> tile(records, tiles);
  if (records.varies(tile.line, digit)) {  // the same for the whole block
    const Key* const keys = records.keys[records.place(tile.line, digit)] + tile.line * records.length + tile.begin;
    of_tile[threadIdx.x] = 0;
    __syncthreads();
    for (unsigned first = 0; first < tile.count; first += threads) {
      const unsigned k = first + threadIdx.x;
      const unsigned value = k < tile.count ? unsigned(keys[k] >> (8 * digit)) & 0xff : radix;
      const unsigned same = __match_any_sync(all_lanes, value);
      if (value < radix && unsigned(__ffs(int(same))) == lane_index() + 1)
        atomicAdd(&of_tile[value], unsigned(__popc(same)));
    }
    __syncthreads();
    counts[(tile.line * radix + threadIdx.x) * tiles + tile.number] = of_tile[threadIdx.x];
  }
}

/// A block has the counts of one digit of one line: they become how many there are in the tiles before.
template <class Key>
__global__ void __launch_bounds__(threads)
    add_counts(__grid_constant__ const RadixRecords<Key> records, std::int64_t tiles, int digit, unsigned* counts,
               unsigned* totals) {
  if (records.varies(blockIdx.x / radix, digit)) {
    unsigned* const mine = counts + blockIdx.x * tiles;
    unsigned before = 0;
    for (std::int64_t first = 0; first < tiles; first += blockDim.x) {
      const std::int64_t i = first + threadIdx.x;
      const Place<unsigned> place = block_exclusive_sum(i < tiles ? mine[i] : 0u);
      if (i < tiles) mine[i] = before + place.before;
      before += place.total;
    }
    if (threadIdx.x == 0) totals[blockIdx.x] = before;
  }
}

template <class Key>
__global__ void __launch_bounds__(threads)
    move_records(__grid_constant__ const RadixRecords<Key> records, std::int64_t tiles, int digit,
                 const unsigned* counts, const unsigned* totals) {
  LINDEN_SHARED(keys, Key[tile_records<Key>]);
  LINDEN_SHARED(positions, unsigned[tile_records<Key>]);
  LINDEN_SHARED(of_warp, unsigned[warps][radix]);  // how many of a digit a warp has seen; then in the warps before
  LINDEN_SHARED(in_tile, unsigned[radix]);         // where the records of a digit begin
  LINDEN_SHARED(to_line, unsigned[radix]);         // what leads from there to their place in the line
  const Tile<Key> tile(records, tiles);
  if (records.varies(tile.line, digit)) {
    const int from = records.place(tile.line, digit);
    const std::int64_t line = tile.line * records.length;
    const auto digit_of = [digit](Key key) { return unsigned(key >> (8 * digit)) & 0xff; };
    auto& seen = of_warp[warp_index()];
    for (unsigned d = lane_index(); d < radix; d += 32) seen[d] = 0;
    __syncwarp();

    // A warp takes its records in order, 32 at a time: each knows how many of its digit came before.
    constexpr unsigned mine = items<Key>;
    const unsigned begin = warp_index() * 32 * mine + lane_index();
    Key key[mine];
    unsigned position[mine], rank[mine];
#pragma unroll
    for (unsigned k = 0; k < mine; ++k) {
      const bool exists = begin + 32 * k < tile.count;
      key[k] = exists ? records.keys[from][line + tile.begin + begin + 32 * k] : Key(0);
      position[k] = exists ? records.positions[from][line + tile.begin + begin + 32 * k] : 0u;
    }
#pragma unroll
    for (unsigned k = 0; k < mine; ++k) {
      const bool exists = begin + 32 * k < tile.count;
      const unsigned value = digit_of(key[k]), same = __match_any_sync(all_lanes, exists ? value : radix);
      const unsigned left = unsigned(__popc(same & ((1u << lane_index()) - 1)));
      rank[k] = exists ? seen[value] + left : 0u;
      __syncwarp();
      if (exists && left == 0) seen[value] += unsigned(__popc(same));
      __syncwarp();
    }
    __syncthreads();
    unsigned count = 0;
    for (unsigned warp = 0; warp < warps; ++warp) {
      const unsigned here = of_warp[warp][threadIdx.x];
      of_warp[warp][threadIdx.x] = count;
      count += here;
    }
    const unsigned start = block_exclusive_sum(count).before;
    const std::int64_t digit_of_line = tile.line * radix + threadIdx.x;
    const unsigned start_in_line = block_exclusive_sum(totals[digit_of_line]).before;
    in_tile[threadIdx.x] = start;
    to_line[threadIdx.x] = start_in_line + counts[digit_of_line * tiles + tile.number] - start;
    __syncthreads();
#pragma unroll
    for (unsigned k = 0; k < mine; ++k) {
      if (begin + 32 * k >= tile.count) continue;
      const unsigned value = digit_of(key[k]), place = in_tile[value] + seen[value] + rank[k];
      keys[place] = key[k];
      positions[place] = position[k];
    }
    __syncthreads();
    for (unsigned k = threadIdx.x; k < tile.count; k += threads) {
      const Key moved = keys[k];
      const std::int64_t to = line + (to_line[digit_of(moved)] + k);
      records.keys[1 - from][to] = moved;
      records.positions[1 - from][to] = positions[k];
    }
  }
}

}  // namespace

void check_radix_length(const char* op, std::int64_t length) {
  if (length >> 32 != 0)
    throw DeviceError(std::string(op) + ": " + std::to_string(length) +
                      " elements along the axis, but a GPU takes at most 4294967295. Hint: do it on the CPU.");
}

template <class Key>
RadixSort<Key>::RadixSort(Context& context, std::int64_t lines, std::int64_t length)
    : tiles_((length + tile_records<Key> - 1) / tile_records<Key>),
      keys_(context, 2 * lines * length, "records to sort"),
      positions_(context, 2 * lines * length, "records to sort"),
      counts_(context, lines * radix * tiles_, "records to sort"),
      totals_(context, lines * radix, "records to sort"),
      varying_(context, lines, "records to sort"),
      records_{{keys_.data(), keys_.data() + lines * length},
               {positions_.data(), positions_.data() + lines * length},
               varying_.data(),
               lines,
               length,
               0} {}

template <class Key>
void RadixSort<Key>::run(Context& context, int digits) {
  records_.digits = digits;
  const auto shape = [&](std::int64_t blocks, unsigned block = threads) {
    return LaunchShape{.grid = unsigned(blocks), .block = block, .stream = stream_of(context)};
  };
  const std::int64_t lines = records_.lines;
  set_bytes(context, varying_.data(), 0, std::size_t(lines) * sizeof(Key), "sort");
  launch<find_varying<Key>>(shape(lines * tiles_), records_, tiles_);
  for (int digit = 0; digit < digits; ++digit) {
    launch<count_digits<Key>>(shape(lines * tiles_), records_, tiles_, digit, counts_.data());
    launch<add_counts<Key>>(shape(lines * radix, tiles_ <= 256 ? 32 : threads), records_, tiles_, digit, counts_.data(),
                            totals_.data());
    launch<move_records<Key>>(shape(lines * tiles_), records_, tiles_, digit, counts_.data(), totals_.data());
  }
}

template class RadixSort<std::uint32_t>;
template class RadixSort<std::uint64_t>;

}  // namespace linden::cuda
