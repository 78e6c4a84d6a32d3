// Planes side by side, as the CPU sums them: what a row adds to a cell in every plane stands in words one after
// another, so that it is added at once, and a bin is looked up once for all planes. A plane has one packed word, or,
// where its sums are wide, two.
#pragma once

#include "backend/tree/planes.hpp"
#include "cpu/tree/histogram/four_sums.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// Where the words of each plane stand among those of a row, or of a cell: their number is a multiple of four.
struct PlaneWords {
  explicit PlaneWords(const PlaneTask& task) {
    for (std::int32_t p = 0; p < task.count; ++p) {
      first[p] = static_cast<std::int16_t>(count);
      count += task.planes[p]->state->wide ? 2 : 1;
    }
    count = (count + 3) / 4 * 4;
  }
  std::int32_t fours() const { return count / 4; }

  std::int32_t count = 0;
  std::int16_t first[most_planes];
};

/// Rows whose words are brought together before they are added.
inline constexpr std::int64_t word_rows = 256;
inline constexpr std::int64_t most_words = 2 * most_planes;  ///< of a row

/// Adds the entries [begin, end) of the first plane to the cells of some features: cells[i] are those of features[i],
/// `fours` of them a bin. `words` are those of all rows.
void add_words(const TreeState& first, const FourSums* words, std::int32_t fours, std::int64_t begin, std::int64_t end,
               const std::int32_t* features, int count, FourSums* const* cells);

LINDEN_LEVEL_END
}  // namespace linden
