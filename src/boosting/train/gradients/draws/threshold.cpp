#include "boosting/train/gradients/draws/threshold.hpp"

#include <array>
#include <bit>
#include <numeric>

#include "backend/tree/tree_math.hpp"

namespace linden {

Threshold find_threshold(const Backend& backend, Context& context, const float* magnitudes, std::int64_t rows,
                         const std::function<bool(std::int64_t, double, double)>& is_large) {
  const double unit = sum_unit(1, rows);
  std::array<std::int64_t, magnitude_digits> rows_of{}, sums_of{};
  std::uint32_t prefix = 0;
  std::int64_t above = 0, below = 0;  // rows with larger bits than the prefix, the sum of those with smaller ones
  for (int shift = 24; shift >= 0; shift -= 8) {
    backend.tree.count_digits(context, {magnitudes, rows, prefix, shift, rows_of.data(), sums_of.data()});
    // Digit by digit from the top, to the first that does not begin with a large magnitude: the threshold lies in it.
    std::int64_t here = above, rest = std::accumulate(sums_of.begin(), sums_of.end(), below);
    for (std::uint32_t digit = magnitude_digits; digit-- > 0;) {
      here += rows_of[digit];
      rest -= sums_of[digit];
      const std::uint32_t bits = (prefix << 8 | digit) << shift;
      const bool holds = here == 0 || is_large(here, static_cast<double>(rest) * unit, std::bit_cast<float>(bits));
      if (holds && digit > 0) continue;
      above = here - rows_of[digit];
      below = rest;
      prefix = prefix << 8 | digit;
      break;
    }
    if (shift == 0) below += sums_of[prefix & (magnitude_digits - 1)];
  }
  return {prefix + 1, above, static_cast<double>(below) * unit};
}

}  // namespace linden
