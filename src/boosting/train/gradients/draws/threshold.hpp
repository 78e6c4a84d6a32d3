// From which magnitude on rows are large: found exactly, by counting the magnitudes eight bits at a time, so that rows
// stay on their device and nothing is sorted.
#pragma once

#include <cstdint>
#include <functional>

#include "backend/backend.hpp"

namespace linden {

struct Threshold {
  std::uint32_t least = 0;  ///< the bits of the smallest magnitude that is large
  std::int64_t rows = 0;    ///< of that magnitude and larger ones
  double rest = 0;          ///< what smaller ones add up to
};

/// The first magnitude for which `is_large(rows, rest, magnitude)` holds, where `rows` are those of this magnitude and
/// of larger ones and `rest` is the sum of smaller ones. It must hold for all magnitudes from some one on, which is
/// above 0, and for those above all rows; for these it is not asked. `magnitudes` [rows], of the device, each in [0,
/// 1].
Threshold find_threshold(const Backend& backend, Context& context, const float* magnitudes, std::int64_t rows,
                         const std::function<bool(std::int64_t rows, double rest, double magnitude)>& is_large);

}  // namespace linden
