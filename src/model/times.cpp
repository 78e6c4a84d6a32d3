#include "model/times.hpp"

#include <cmath>
#include <limits>
#include <string>

#include "backend/loss/survival_losses.hpp"
#include "base/fail.hpp"
#include "loss/check_labels.hpp"
#include "loss/definition.hpp"

namespace linden {
namespace {

constexpr double no_end = std::numeric_limits<double>::infinity();

// How messages call label k of `count`: the label (column "days").
std::string called(const Dataset& data, std::size_t k) {
  const bool is_named = k < data.label_names().size() && !data.label_names()[k].empty();
  return is_named ? fmt::format("the label (column \"{}\")", data.label_names()[k]) : std::string("the label");
}

Times of_signed(std::string_view where, const Dataset& data, const Loss& loss) {
  const std::span<const double> label = data.label().span<const double>();
  if (const std::optional<LabelFault> fault = find_label_fault(loss, label))
    fail<DataError>("{}: {} is {} at {}{}", where, called(data, 0), label[fault->row],
                    data.where(static_cast<std::int64_t>(fault->row)), fault->why);
  Times times;
  for (const double time : label) {
    times.lower.push_back(std::abs(time));
    times.upper.push_back(time > 0 ? time : no_end);
  }
  return times;
}

Times of_bounds(std::string_view where, const Dataset& data, const Loss& loss) {
  const std::span<const double> label = data.label().span<const double>();
  const bool compares = survival_traits_of(loss.definition().spec).compares_rows;
  Times times;
  for (std::int64_t row = 0; row < data.rows(); ++row) {
    const double lower = label[static_cast<std::size_t>(2 * row)], upper = label[static_cast<std::size_t>(2 * row) + 1];
    const auto refuse = [&](const char* why, const char* hint) {
      fail<DataError>("{}: {} is from {} to {} at {}, {}. Hint: {}.", where,
                      data.label_names().size() == 2 ? fmt::format("the label (columns \"{}\", \"{}\")",
                                                                   data.label_names()[0], data.label_names()[1])
                                                     : "the label",
                      lower, upper, data.where(row), why, hint);
    };
    if (!(lower >= 0 && lower <= largest_label) || !(upper > 0 && (upper <= largest_label || upper == no_end)))
      refuse("but times are above 0, up to 1e38, and a bound below is 0 or more",
             "0 for no bound below, inf for none above");
    if (lower > upper) refuse("and the bound below is the larger one", "the lower bound first");
    if (lower == 0 && upper == no_end) refuse("which says nothing", "leave such rows out");
    if (compares && lower != upper && upper != no_end)
      refuse("but loss cox takes times that are known, or known to be above a bound", "loss::aft() takes intervals");
    if (compares && lower == 0) refuse("but times are above 0", "leave such rows out");
    times.lower.push_back(lower);
    times.upper.push_back(upper);
  }
  return times;
}

}  // namespace

Times times_of(std::string_view where, const Dataset& data, const Loss& loss) {
  const std::int64_t labels = data.label().rank() == 2 ? data.label().size(1) : 1;
  if (!data.classes().empty())
    fail<DataError>(
        "{}: {} is text ({}), but {} wants times. Hint: mend the field, or name it among the missing tokens "
        "and leave such rows out.",
        where, called(data, 0), listing(data.classes(), 3), loss.name());
  if (labels > 2)
    fail<DataError>(
        "{}: the data has {} labels a row, and loss {} takes one, a time, or two, what it is not below and not above. "
        "Hint: .event says of one time whether the event came.",
        where, labels, loss.name());
  return labels == 1 ? of_signed(where, data, loss) : of_bounds(where, data, loss);
}

Tensor times_tensor(std::span<const double> lower, std::span<const double> upper) {
  Tensor both = Tensor::empty({std::ssize(lower), 2});
  double* to = both.data<double>();
  for (std::size_t row = 0; row < lower.size(); ++row) {
    *to++ = lower[row];
    *to++ = upper[row];
  }
  return both;
}

}  // namespace linden
