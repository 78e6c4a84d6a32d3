#include "data/dataset/events.hpp"

#include <algorithm>
#include <cmath>

#include "base/fail.hpp"

namespace linden {

std::optional<bool> event_of(std::string_view word) {
  std::string lower(word);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  for (const std::string_view yes : {"1", "true", "yes"})
    if (lower == yes) return true;
  for (const std::string_view no : {"0", "false", "no"})
    if (lower == no) return false;
  return std::nullopt;
}

Tensor events_of(const Tensor& values, std::span<const std::string> categories) {
  if (values.dtype() == DType::f64) return values;
  Tensor events = Tensor::empty(values.shape());
  std::ranges::transform(values.span<const std::int32_t>(), events.data<double>(), [&](std::int32_t code) {
    return *event_of(categories[static_cast<std::size_t>(code)]) ? 1.0 : 0.0;
  });
  return events;
}

void check_event(const Tensor& event, const Tensor& times, std::int64_t rows) {
  if (event.rank() != 1 || event.size(0) != rows)
    fail<ArgumentError>("Dataset: the event has shape {}, but must be [{}].", event.shape().text(), rows);
  if (times.elements() == 0 || times.rank() != 1)
    fail<ArgumentError>(
        "Dataset: an event goes with one label a row, the time at which it came, and there {}. Hint: of two bounds, "
        "equal ones say that the event came, an infinite one that it did not.",
        times.elements() == 0 ? std::string("is none") : fmt::format("are {}", times.size(1)));
  const auto events = event.span<const double>(), time = times.span<const double>();
  for (std::size_t row = 0; row < events.size(); ++row) {
    if (events[row] != 0 && events[row] != 1)
      fail<DataError>(
          "Dataset: the event is {} at row {}, but an event is 1 (it came then) or 0 (it had not come by then).",
          events[row], row);
    if (!(time[row] > 0))
      fail<DataError>(
          "Dataset: the label is {} at row {}, but times of events are above 0. Hint: half of the least time that the "
          "clock tells apart.",
          time[row], row);
  }
}

Tensor signed_times(const Tensor& times, const Tensor& event) {
  Tensor labels = times.clone();
  const auto events = event.span<const double>();
  const auto values = labels.span<double>();
  for (std::size_t row = 0; row < events.size(); ++row)
    if (events[row] == 0) values[row] = -values[row];
  return labels;
}

}  // namespace linden
