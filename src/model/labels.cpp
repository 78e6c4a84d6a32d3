#include "model/labels.hpp"

#include <algorithm>
#include <cmath>
#include <linden/boosting.hpp>

#include "base/fail.hpp"
#include "loss/definition.hpp"

namespace linden {
namespace {

std::string class_name(double label) { return fmt::format("{}", label); }

std::vector<double> distinct(std::span<const double> values) {
  std::vector<double> result(values.begin(), values.end());
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

bool is_class_number(double value, int classes) { return value >= 0 && value < classes && value == std::floor(value); }

// Losses of two classes in one score.
bool wants_two(const Loss& loss) { return loss.classes() == 2 && loss.outputs() == 1; }

[[noreturn]] void refuse_third_label(std::string_view where, std::span<const double> values,
                                     std::size_t distinct_values, const Loss& loss) {
  std::vector<double> seen;
  for (std::size_t row = 0;; ++row) {
    if (std::find(seen.begin(), seen.end(), values[row]) != seen.end()) continue;
    seen.push_back(values[row]);
    if (seen.size() == 3)
      fail<DataError>(
          "{}: third label {} at row {}, but {} wants two. Hint: use .loss = loss::softmax({{.classes = {}}}).", where,
          values[row], row, loss.name(), distinct_values);
  }
}

// The classes of a numeric label: 0, 1, ... as they stand when the loss knows how many, else the distinct numbers.
std::vector<double> numeric_classes(std::string_view where, std::span<const double> values, const Loss& loss) {
  const bool counted = loss.classes() > 0 && std::all_of(values.begin(), values.end(),
                                                         [&](double v) { return is_class_number(v, loss.classes()); });
  std::vector<double> classes;
  if (counted) {
    for (int k = 0; k < loss.classes(); ++k) classes.push_back(k);
    return classes;
  }
  classes = distinct(values);
  if (wants_two(loss) && classes.size() > 2) refuse_third_label(where, values, classes.size(), loss);
  return classes;
}

}  // namespace

Labels training_labels(std::string_view where, const Dataset& data, const Loss& asked) {
  if (!data.has_label())
    fail<DataError>("{}: the data has no label. Hint: name its column, .label = \"...\", or pass one in RowOptions.",
                    where);
  const Loss loss = is_automatic(asked) ? default_loss(data) : asked;
  Labels labels;
  labels.loss = loss;
  const std::span<const double> raw = data.label().span<const double>();
  labels.values.assign(raw.begin(), raw.end());
  if (loss.label_kind() != LabelKind::classes) {
    if (!data.classes().empty())
      fail<DataError>("{}: the label is text (classes {}), but {} wants numbers. Hint: use .loss = loss::{}.", where,
                      listing(data.classes()), loss.name(), data.classes().size() == 2 ? "logistic()" : "softmax()");
    loss.check_labels(where, labels.values);
    return labels;
  }
  if (!data.classes().empty()) {
    labels.classes = data.classes();
  } else {
    for (std::size_t row = 0; row < labels.values.size(); ++row)
      if (!std::isfinite(labels.values[row])) loss.check_labels(where, labels.values);
    const std::vector<double> numbers = numeric_classes(where, raw, loss);
    for (double& value : labels.values)
      value = static_cast<double>(std::lower_bound(numbers.begin(), numbers.end(), value) - numbers.begin());
    for (const double number : numbers) labels.classes.push_back(class_name(number));
  }
  const auto count = static_cast<int>(labels.classes.size());
  if (count < 2)
    fail<DataError>("{}: all labels are {}, but {} wants two classes or more.", where, labels.classes.at(0),
                    loss.name());
  if (loss.classes() == 0) labels.loss = loss::softmax({.classes = count});
  if (labels.loss.classes() < count) {
    if (wants_two(loss))
      fail<DataError>("{}: the label has {} classes ({}), but {} wants two. Hint: use .loss = loss::softmax().", where,
                      count, listing(labels.classes), loss.name());
    fail<DataError>("{}: the label has {} classes ({}), but {} was made for {}. Hint: use .classes = {}.", where, count,
                    listing(labels.classes), loss.name(), loss.classes(), count);
  }
  for (int k = count; k < labels.loss.classes(); ++k) labels.classes.push_back(class_name(k));
  return labels;
}

std::vector<double> known_labels(std::string_view where, const Dataset& data, const std::vector<std::string>& classes) {
  if (!data.has_label()) fail<DataError>("{}: the data has no label. Hint: name its column, .label = \"...\".", where);
  const std::span<const double> raw = data.label().span<const double>();
  std::vector<double> values(raw.begin(), raw.end());
  if (classes.empty()) {
    if (!data.classes().empty())
      fail<DataError>("{}: the label is text (classes {}), but the model was trained on numbers.", where,
                      listing(data.classes()));
    return values;
  }
  for (std::size_t row = 0; row < values.size(); ++row) {
    const std::string name =
        data.classes().empty() ? class_name(values[row]) : data.classes()[static_cast<std::size_t>(values[row])];
    const auto found = std::find(classes.begin(), classes.end(), name);
    if (found == classes.end())
      fail<DataError>("{}: label \"{}\" at row {} is none of the model's classes. Classes: {}.", where, name, row,
                      listing(classes));
    values[row] = static_cast<double>(found - classes.begin());
  }
  return values;
}

Loss default_loss(const Dataset& data) {
  if (!data.has_label()) fail<DataError>("default_loss: the data has no label.");
  if (!data.classes().empty()) return data.classes().size() == 2 ? loss::logistic() : loss::softmax();
  const std::span<const double> values = data.label().span<const double>();
  const auto differs_from = [](double value) { return [value](double other) { return other != value; }; };
  const auto second = std::ranges::find_if(values, differs_from(values[0]));
  const bool is_constant = second == values.end();
  const auto is_third = [&](double value) { return value != values[0] && value != *second; };
  return is_constant || std::ranges::any_of(values, is_third) ? loss::squared() : loss::logistic();
}

}  // namespace linden
