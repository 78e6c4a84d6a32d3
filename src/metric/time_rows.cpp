#include "metric/time_rows.hpp"

#include <cmath>
#include <limits>

#include "base/fail.hpp"

namespace linden {

TimeBounds::TimeBounds(std::string_view where, const Tensor& label) {
  constexpr double no_end = std::numeric_limits<double>::infinity();
  const auto values = label.span<const double>();
  if (label.rank() == 1) {
    for (std::size_t row = 0; row < values.size(); ++row) {
      if (values[row] == 0 || std::isinf(values[row]))
        fail<DataError>("{}: label {} at row {}, but times are finite and above 0, or below where no event came.",
                        where, values[row], row);
      lower.push_back(std::abs(values[row]));
      upper.push_back(values[row] > 0 ? values[row] : no_end);
    }
    return;
  }
  if (label.size(1) != 2)
    fail<ArgumentError>("{}: there are {} labels a row, but a time is one, or two bounds.", where, label.size(1));
  for (std::size_t row = 0; 2 * row < values.size(); ++row) {
    lower.push_back(values[2 * row]);
    upper.push_back(values[2 * row + 1]);
    if (!(lower[row] >= 0 && lower[row] < no_end && lower[row] <= upper[row] && upper[row] > 0))
      fail<DataError>("{}: label from {} to {} at row {}, but times are above 0, and the first bound is the lower one.",
                      where, lower[row], upper[row], row);
  }
}

TimeRows::TimeRows(std::string_view name, const MetricInput& input)
    : times(fmt::format("metric::{}", name), input.label),
      predictions(input.prediction.span<const double>()),
      scores(input.score.span<const double>()),
      weights(input.weight.span<const double>()) {
  if (input.prediction.rank() != 1)
    fail<ArgumentError>("metric::{}: predictions have {} columns, but it takes one.", name, input.prediction.size(1));
}

}  // namespace linden
