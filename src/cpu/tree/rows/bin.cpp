// Raw values to bins: a search in each feature's cut points, blocks of rows at a time, written feature by feature and
// row by row.
#include <cstring>

#include "backend/raw_value.hpp"
#include "cpu/tree/rows/cut_search.hpp"
#include "cpu/tree/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

constexpr std::int64_t block_rows = 4096;

// The values of a column as they are: where they lie, if that is side by side, else in `room`.
template <class T>
const T* side_by_side(const ColumnView& column, std::int64_t begin, std::int64_t end, T* room) {
  if (column.stride == 1) return static_cast<const T*>(column.values) + begin;
  read_column(column, begin, end, room, 1);
  return room;
}

void bin_column(const FeatureCuts& feature, const ColumnView& column, std::int64_t begin, std::int64_t end,
                std::uint8_t* out) {
  double room[block_rows];
  if (column.dtype == DType::f32) {
    float floats[block_rows];
    NumberBins(feature, true)(side_by_side(column, begin, end, floats), end - begin, out);
  } else if (column.dtype == DType::f64) {
    NumberBins(feature, false)(side_by_side(column, begin, end, room), end - begin, out);
  } else {
    read_column(column, begin, end, room, 1);
    for (std::int64_t i = 0; i < end - begin; ++i) out[i] = bin_of_code(feature, room[i]);
  }
}

// by_row from by_feature, for one block of rows: tiles of eight bytes by eight, as words of eight bytes, several tiles
// side by side for the compiler to vectorise. Rows end in zeros.
void transpose(const BinsView& bins, std::int64_t begin, std::int64_t end) {
  constexpr int tile = 8, tiles = 8;
  std::int64_t row = begin;
  for (; row + tile * tiles <= end; row += tile * tiles)
    for (std::int64_t first = 0; first < bins.features; first += tile) {
      std::uint64_t word[tile][tiles] = {};  // of a feature, then of a row of each tile
      for (std::int64_t f = 0; f < tile && first + f < bins.features; ++f)
        std::memcpy(word[f], bins.by_feature + (first + f) * bins.rows + row, sizeof word[f]);
      const auto swap = [&](int distance, std::uint64_t mask) {
        for (int a = 0; a < tile; ++a) {
          if (a & distance) continue;
          for (int t = 0; t < tiles; ++t) {
            const std::uint64_t moved = (word[a][t] >> (8 * distance) ^ word[a + distance][t]) & mask;
            word[a + distance][t] ^= moved;
            word[a][t] ^= moved << (8 * distance);
          }
        }
      };
      swap(4, 0x00000000ffffffff);
      swap(2, 0x0000ffff0000ffff);
      swap(1, 0x00ff00ff00ff00ff);
      std::uint8_t* const out = bins.by_row + row * bins.row_stride + first;
      for (int t = 0; t < tiles; ++t)
        for (int r = 0; r < tile; ++r) {
          std::uint8_t* const to = out + (t * tile + r) * bins.row_stride;
          if (bins.row_stride >= tile)
            std::memcpy(to, &word[r][t], tile);
          else
            std::memcpy(to, &word[r][t], tile / 2);
        }
    }
  for (; row < end; ++row)
    for (std::int64_t f = 0; f < bins.features; ++f)
      bins.by_row[row * bins.row_stride + f] = bins.by_feature[f * bins.rows + row];
}

}  // namespace

void bin(Context& context, const BinTask& task) {
  const BinsView& bins = task.bins;
  context.workers.chunks(task.rows.rows, block_rows, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
    std::uint8_t* const out = bins.by_feature + task.first_row + begin;
    if (!task.rows.sparse) {
      for (std::int32_t f = 0; f < bins.features; ++f)
        bin_column(task.features[f], task.rows.columns[f], begin, end, out + f * bins.rows);
    } else {
      for (std::int32_t f = 0; f < bins.features; ++f) {
        const std::uint8_t zero = bin_of(task.features[f], 0);
        for (std::int64_t i = 0; i < end - begin; ++i) out[f * bins.rows + i] = zero;
      }
      each_entry(task.rows, begin, end, [&](std::int64_t i, std::int32_t f, double value) {
        out[f * bins.rows + i] = bin_of(task.features[f], value);
      });
    }
    if (bins.by_row != nullptr) transpose(bins, task.first_row + begin, task.first_row + end);
  });
}

LINDEN_LEVEL_END
}  // namespace linden
