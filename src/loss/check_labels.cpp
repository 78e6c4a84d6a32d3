// Labels that a loss does not take are refused by row, with the loss that would take them.
#include "loss/check_labels.hpp"

#include <algorithm>
#include <cmath>
#include <linden/loss.hpp>

#include "backend/loss/group_losses.hpp"
#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "loss/definition.hpp"

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

std::optional<LabelFault> find_label_fault(const Loss& loss, std::span<const double> labels) {
  const double classes = loss.classes() == 0 ? most_classes : loss.classes();
  const LossSpec& spec = loss.definition().spec;
  const double most_grade = spec.kind == LossKind::group ? group_traits_of(spec).most_label : largest_label;
  for (std::size_t row = 0; row < labels.size(); ++row) {
    const double label = labels[row];
    if (!std::isfinite(label)) return LabelFault{row, ". Hint: drop the rows whose label is not a finite number."};
    if (std::abs(label) > largest_label)
      return LabelFault{row, fmt::format(", but labels go up to {}. Hint: a larger unit.", largest_label)};
    if (loss.label_kind() == LabelKind::classes && !is_class(label, classes))
      return LabelFault{row, fmt::format(", but {} wants {}. Hint: {}.", loss.name(), wanted_classes(loss.classes()),
                                         class_hint(labels))};
    if (loss.label_kind() == LabelKind::share && !(label >= 0 && label <= 1))
      return LabelFault{row, fmt::format(", but {} wants numbers from 0 to 1. Hint: divide percentages by 100, or use "
                                         ".loss = loss::squared() for measurements.",
                                         loss.name())};
    if (loss.label_kind() == LabelKind::grades && !(label >= 0 && label == std::floor(label)))
      return LabelFault{row, fmt::format(", but {} wants whole numbers from 0, how relevant a row is. Hint: number the "
                                         "grades from 0.",
                                         loss.name())};
    if (label > most_grade)
      return LabelFault{
          row,
          fmt::format(", but {} takes labels up to {}, whose gain is 2^label - 1. Hint: {}.", loss.name(), most_grade,
                      loss.parameters().empty() ? "number the grades from 0"
                                                : ".loss.exponential_gain = 0 takes the label itself")};
    if (loss.label_kind() == LabelKind::times && label == 0)
      return LabelFault{row,
                        fmt::format(", but {} wants times above 0, or less than 0 where a row was lost from sight. "
                                    "Hint: half of the least time that the clock tells apart.",
                                    loss.name())};
    const bool is_positive = loss.label_kind() == LabelKind::positive;
    if ((is_positive || loss.label_kind() == LabelKind::nonnegative) && label < 0)
      return LabelFault{row, fmt::format(", but {} wants numbers {} 0. Hint: use .loss = loss::squared() for labels of "
                                         "either sign.",
                                         loss.name(), is_positive ? ">" : ">=")};
    if (is_positive && label == 0)
      return LabelFault{row, fmt::format(", but {} wants numbers > 0. Hint: use .loss = loss::poisson() for counts and "
                                         "amounts that may be 0.",
                                         loss.name())};
  }
  return std::nullopt;
}

void Loss::check_labels(std::string_view where, std::span<const double> labels) const try {
  if (const std::optional<LabelFault> fault = find_label_fault(*this, labels))
    fail<DataError>("{}: label {} at row {}{}", where, labels[fault->row], fault->row, fault->why);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Loss::check_labels");
}

}  // namespace linden
