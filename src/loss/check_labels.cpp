// Labels that a loss does not take are refused by row, with the loss that would take them.
#include <algorithm>
#include <cmath>
#include <linden/loss.hpp>

#include "base/fail.hpp"

namespace linden {
namespace {

constexpr double most_classes = 1e6;  // what passes for class numbers, in hints and for softmax without a number

bool is_class(double label, double classes) { return label >= 0 && label < classes && label == std::floor(label); }

/// The cure where labels are class numbers of more classes than the loss has, else a general one.
std::string class_hint(std::span<const double> labels) {
  if (std::ranges::all_of(labels, [](double y) { return is_class(y, most_classes); }))
    return fmt::format("use .loss = loss::softmax({{.classes = {}}})", *std::ranges::max_element(labels) + 1);
  if (std::ranges::all_of(labels, [](double y) { return y == -1 || y == 1; })) return "write the label -1 as 0";
  return "number the classes 0, 1, 2, ..., or use .loss = loss::squared() for labels that are measurements";
}

std::string wanted_classes(int classes) {
  if (classes == 0) return "class numbers from 0";
  return classes == 2 ? "0 or 1" : fmt::format("class numbers 0 .. {}", classes - 1);
}

}  // namespace

void Loss::check_labels(std::string_view where, std::span<const double> labels) const {
  const double classes = this->classes() == 0 ? most_classes : this->classes();
  for (std::size_t row = 0; row < labels.size(); ++row) {
    const double label = labels[row];
    if (!std::isfinite(label))
      fail<DataError>("{}: label {} at row {}. Hint: drop the rows whose label is not a finite number.", where, label,
                      row);
    if (label_kind() == LabelKind::classes && !is_class(label, classes))
      fail<DataError>("{}: label {} at row {}, but {} wants {}. Hint: {}.", where, label, row, name(),
                      wanted_classes(this->classes()), class_hint(labels));
    if (label_kind() == LabelKind::nonnegative && label < 0)
      fail<DataError>(
          "{}: label {} at row {}, but {} wants numbers >= 0. Hint: use .loss = loss::squared() for labels of either "
          "sign.",
          where, label, row, name());
  }
}

}  // namespace linden
