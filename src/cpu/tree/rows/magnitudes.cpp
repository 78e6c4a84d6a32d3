// How large the gradients of the rows are, and how many magnitudes begin with the same bits: what tells from which
// magnitude on a row is large. Only whole numbers are added up, so that neither threads nor the order of rows matter.
#include "backend/tree/row_weights.hpp"
#include "backend/tree/tree_math.hpp"
#include "cpu/tree/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

constexpr std::int64_t chunk_rows = 4096;

}  // namespace

std::int64_t magnitudes(Context& context, const MagnitudeTask& task) {
  const double per_unit = 1 / sum_unit(1, task.rows);
  std::int64_t total = 0;
  context.workers.chunks(task.rows, chunk_rows, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
    std::int64_t sum = 0;
    for (std::int64_t row = begin; row < end; ++row) {
      const float magnitude = magnitude_of(task, row);
      task.magnitudes[row] = magnitude;
      sum += in_units(magnitude, per_unit);
    }
    __atomic_fetch_add(&total, sum, __ATOMIC_RELAXED);
  });
  return total;
}

void count_digits(Context& context, const DigitTask& task) {
  const double per_unit = 1 / sum_unit(1, task.rows);
  for (int digit = 0; digit < magnitude_digits; ++digit) task.rows_of[digit] = task.sums_of[digit] = 0;
  context.workers.chunks(task.rows, chunk_rows, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
    std::int64_t rows_of[magnitude_digits] = {}, sums_of[magnitude_digits] = {};
    for (std::int64_t row = begin; row < end; ++row) {
      const std::uint64_t key = magnitude_key(task.magnitudes[row]);
      if (key >> (task.shift + 8) != task.prefix) continue;
      const std::uint64_t digit = key >> task.shift & (magnitude_digits - 1);
      ++rows_of[digit];
      sums_of[digit] += in_units(task.magnitudes[row], per_unit);
    }
    for (int digit = 0; digit < magnitude_digits; ++digit) {
      if (rows_of[digit] == 0) continue;
      __atomic_fetch_add(task.rows_of + digit, rows_of[digit], __ATOMIC_RELAXED);
      __atomic_fetch_add(task.sums_of + digit, sums_of[digit], __ATOMIC_RELAXED);
    }
  });
}

LINDEN_LEVEL_END
}  // namespace linden
