// Raw values to bins: a branch-free search in each feature's cut points, blocks of rows at a time, written feature by
// feature and row by row.
#include "backend/raw_value.hpp"
#include "backend/tree/bin_value.hpp"
#include "cpu/tree/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

constexpr std::int64_t block_rows = 2048;

void bin_column(const FeatureCuts& feature, const ColumnView& column, std::int64_t begin, std::int64_t end,
                std::uint8_t* out) {
  double values[block_rows];
  read_column(column, begin, end, values, 1);
  if (feature.bin_of_code)
    for (std::int64_t i = 0; i < end - begin; ++i) out[i] = bin_of_code(feature, values[i]);
  else
    for (std::int64_t i = 0; i < end - begin; ++i) out[i] = bin_of(feature, values[i]);
}

// by_row from by_feature, for one block of rows.
void transpose(const BinsView& bins, std::int64_t begin, std::int64_t end) {
  constexpr std::int64_t tile = 64;
  for (std::int64_t first = 0; first < bins.features; first += tile) {
    const std::int64_t last = first + tile < bins.features ? first + tile : bins.features;
    for (std::int64_t row = begin; row < end; ++row)
      for (std::int64_t f = first; f < last; ++f)
        bins.by_row[row * bins.row_stride + f] = bins.by_feature[f * bins.rows + row];
  }
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
