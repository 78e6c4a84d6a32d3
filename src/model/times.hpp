// Labels of survival: what is known of each row's time, from either form that a Dataset has it in.
#pragma once

#include <linden/data.hpp>
#include <linden/loss.hpp>
#include <span>
#include <string_view>
#include <vector>

namespace linden {

/// One a row: lower == upper where the time is known, upper infinite where it is only known to be above lower, lower 0
/// where it is only known to be below upper.
struct Times {
  std::vector<double> lower, upper;
};

/// From one label a row, a time that has a minus where no event came by then, or from two, both bounds. Throws
/// DataError, opening with `where`, for what is no time, and for intervals where the loss compares rows.
Times times_of(std::string_view where, const Dataset& data, const Loss& loss);

/// The bounds side by side, [rows, 2].
Tensor times_tensor(std::span<const double> lower, std::span<const double> upper);

}  // namespace linden
