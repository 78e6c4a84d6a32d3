#include "model/labels.hpp"

#include <algorithm>
#include <cmath>
#include <linden/options.hpp>

#include "base/counted.hpp"
#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "data/text/number.hpp"
#include "data/text/text_file.hpp"
#include "loss/check_labels.hpp"
#include "loss/custom.hpp"
#include "loss/definition.hpp"
#include "model/features/check_names.hpp"
#include "model/times.hpp"

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

// How messages call it: the label (column "price").
std::string called(const Dataset& data) {
  return data.label_name().empty() ? "the label" : fmt::format("the label (column \"{}\")", data.label_name());
}

// The first value of a label of text that is no number; the first of all where each is one.
std::string first_text(const Dataset& data) {
  const std::span<const double> label = data.label().span<const double>();
  const auto name = [&](double code) { return data.classes()[static_cast<std::size_t>(code)]; };
  const auto text = std::ranges::find_if(label, [&](double code) { return !parse_number(name(code)); });
  const auto row = text == label.end() ? std::ptrdiff_t{0} : text - label.begin();
  return fmt::format("{} at {}", shown(name(label[static_cast<std::size_t>(row)])), data.where(row));
}

int labels_a_row(const Dataset& data) { return data.label().rank() == 2 ? static_cast<int>(data.label().size(1)) : 1; }

[[noreturn]] void refuse_text(std::string_view where, const Dataset& data, const Loss& loss) {
  const auto classes = static_cast<std::ptrdiff_t>(data.classes().size());
  const bool is_slip =
      2 * std::ranges::count_if(data.classes(),
                                [](const std::string& name) { return parse_number(name).has_value(); }) >=
      classes;
  fail<DataError>("{}: {} is text ({}; {} in all), but {} wants numbers. Hint: {}.", where, called(data),
                  first_text(data), counted(classes, "class", "classes"), loss.name(),
                  is_slip ? "mend the field, or name it among the missing tokens and leave such rows out"
                          : fmt::format("use .loss = loss::{}", classes == 2 ? "logistic()" : "softmax()"));
}

[[noreturn]] void refuse_third_label(std::string_view where, const Dataset& data, std::size_t distinct_values,
                                     const Loss& loss) {
  const std::span<const double> values = data.label().span<const double>();
  std::vector<double> seen;
  for (std::size_t row = 0;; ++row) {
    if (std::find(seen.begin(), seen.end(), values[row]) != seen.end()) continue;
    seen.push_back(values[row]);
    if (seen.size() == 3)
      fail<DataError>(
          "{}: {} is {} at {}, a third class, but {} wants two. Hint: use .loss = loss::softmax() for {} classes, or "
          ".loss = loss::squared() for measurements.",
          where, called(data), values[row], data.where(static_cast<std::int64_t>(row)), loss.name(), distinct_values);
  }
}

// The classes of a numeric label: 0, 1, ... as they stand when the loss knows how many, else the distinct numbers.
std::vector<double> numeric_classes(std::string_view where, const Dataset& data, const Loss& loss) {
  const std::span<const double> values = data.label().span<const double>();
  const bool counted = loss.classes() > 0 && std::all_of(values.begin(), values.end(),
                                                         [&](double v) { return is_class_number(v, loss.classes()); });
  std::vector<double> classes;
  if (counted) {
    for (int k = 0; k < loss.classes(); ++k) classes.push_back(k);
    return classes;
  }
  classes = distinct(values);
  if (wants_two(loss) && classes.size() > 2) refuse_third_label(where, data, classes.size(), loss);
  return classes;
}

// As Loss::check_labels, with the place in the file.
void check_labels(std::string_view where, const Dataset& data, const Loss& loss) {
  const std::span<const double> labels = data.label().span<const double>();
  if (const std::optional<LabelFault> fault = find_label_fault(loss, labels))
    fail<DataError>("{}: {} is {} at {}{}", where, called(data), labels[fault->row],
                    data.where(static_cast<std::int64_t>(fault->row)), fault->why);
}

// Weights, and what a row's weight makes of its label. The loss checks labels.
void check_sizes(std::string_view where, const Dataset& data, std::span<const double> labels) {
  const std::span<const double> weights = data.weight().span<const double>();
  const auto place = [&](std::size_t row) { return data.where(static_cast<std::int64_t>(row)); };
  for (std::size_t row = 0; row < weights.size(); ++row)
    if (weights[row] > largest_label)
      fail<DataError>("{}: weight {} at {}; {} at most is taken. Hint: divide all weights by one number.", where,
                      weights[row], place(row), largest_label);
  if (weights.empty()) return;
  for (std::size_t row = 0; row < labels.size(); ++row) {  // none of a label that is text
    const double size = std::abs(labels[row]);
    if (!(size <= largest_label) || !(size * weights[row] > largest_label)) continue;
    fail<DataError>(
        "{}: label {} at {} has weight {}; their product may be {} at most. Hint: divide all weights by one "
        "number.",
        where, labels[row], place(row), weights[row], largest_label);
  }
}

// Rows of several labels: numbers, or zeros and ones where the loss is one of two classes.
Labels several_labels(std::string_view where, const Dataset& data, const Loss& loss) {
  const int count = labels_a_row(data);
  Labels labels{.loss = of_labels(where, loss, count), .values = {}, .classes = {}};
  check_names(where, "label", data.label_names());
  const std::int64_t rows = data.rows();
  const double* const raw = data.label().data<const double>();
  const auto name = [&](int k) {
    return data.label_names().empty() ? fmt::format("label {}", k) : fmt::format("label \"{}\"", data.label_names()[k]);
  };
  for (int k = 0; k < count; ++k) {
    std::vector<double> one;
    for (std::int64_t row = 0; row < rows; ++row) one.push_back(raw[row * count + k]);
    if (const std::optional<LabelFault> fault = find_label_fault(of_output(labels.loss, k), one))
      fail<DataError>("{}: {} is {} at {}{}", where, name(k), one[fault->row],
                      data.where(static_cast<std::int64_t>(fault->row)), fault->why);
    check_sizes(where, data, one);
    labels.values.insert(labels.values.end(), one.begin(), one.end());
  }
  return labels;
}

}  // namespace

Tensor Labels::tensor() const {
  if (!uppers.empty()) return times_tensor(values, uppers);
  const std::int64_t count = loss.definition().labels, rows = std::ssize(values) / count;
  const Tensor by_label = Tensor::copy_of(std::span(values), {count, rows});
  return count == 1 ? by_label.select(0, 0) : by_label.transpose(0, 1).contiguous();
}

Labels training_labels(std::string_view where, const Dataset& data, const Loss& asked) {
  if (!data.has_label())
    fail<DataError>("{}: the data has no label. Hint: name its column, .label = \"...\", or pass one with the rows.",
                    where);
  check_names(where, "label", {&data.label_name(), 1});
  check_names(where, "class", data.classes());
  const Loss loss = is_automatic(asked) ? default_loss(data) : asked;
  if (is_of_times(loss)) {
    check_names(where, "label", data.label_names());
    Times times = times_of(where, data, loss);
    check_sizes(where, data, times.lower);
    return {loss, std::move(times.lower), {}, std::move(times.upper)};
  }
  if (data.has_event() && loss.label_kind() != LabelKind::times)
    fail<DataError>(
        "{}: the data has events, and loss {} takes no times. Hint: .loss = loss::cox() or loss::aft(), or leave "
        ".event out.",
        where, loss.name());
  if (labels_a_row(data) > 1) return several_labels(where, data, loss);
  Labels labels;
  labels.loss = loss;
  const std::span<const double> raw = data.label().span<const double>();
  labels.values.assign(raw.begin(), raw.end());
  const bool is_number = loss.label_kind() != LabelKind::classes;
  check_sizes(where, data, is_number ? raw : std::span<const double>{});
  if (loss.label_kind() != LabelKind::classes) {
    if (!data.classes().empty()) refuse_text(where, data, loss);
    check_labels(where, data, loss);
    labels.loss = settled(where, loss, labels.values);
    return labels;
  }
  if (!data.classes().empty()) {
    labels.classes = data.classes();
  } else {
    for (std::size_t row = 0; row < labels.values.size(); ++row)
      if (!std::isfinite(labels.values[row])) check_labels(where, data, loss);
    const std::vector<double> numbers = numeric_classes(where, data, loss);
    for (double& value : labels.values)
      value = static_cast<double>(std::lower_bound(numbers.begin(), numbers.end(), value) - numbers.begin());
    for (const double number : numbers) labels.classes.push_back(class_name(number));
  }
  const auto count = static_cast<int>(labels.classes.size());
  if (count < 2)
    fail<DataError>("{}: {} is {} in all rows, but {} wants two classes or more.", where, called(data),
                    labels.classes.at(0), loss.name());
  if (loss.classes() == 0) labels.loss = loss::by_name(loss.name(), {}, count);
  if (labels.loss.classes() < count) {
    if (wants_two(loss))
      fail<DataError>("{}: {} has {} classes ({}), but {} wants two. Hint: use .loss = loss::softmax().", where,
                      called(data), count, listing(labels.classes), loss.name());
    fail<DataError>("{}: {} has {} classes ({}), but {} was made for {}. Hint: use .classes = {}.", where, called(data),
                    count, listing(labels.classes), loss.name(), loss.classes(), count);
  }
  for (int k = count; k < labels.loss.classes(); ++k) labels.classes.push_back(class_name(k));
  labels.loss = settled(where, labels.loss, labels.values);
  return labels;
}

Tensor known_labels(std::string_view where, const Dataset& data, const Loss& loss,
                    const std::vector<std::string>& classes) {
  if (!data.has_label()) fail<DataError>("{}: the data has no label. Hint: name its column, .label = \"...\".", where);
  if (is_of_times(loss)) {
    const Times times = times_of(where, data, loss);
    return times_tensor(times.lower, times.upper);
  }
  const int count = loss.definition().labels;
  if (labels_a_row(data) != count)
    fail<DataError>("{}: the data has {}{}, but the model was trained on {}.", where,
                    counted(static_cast<std::size_t>(labels_a_row(data)), "label a row", "labels a row"),
                    data.label_names().size() < 2 ? "" : fmt::format(" ({})", listing(data.label_names())), count);
  const std::span<const double> raw = data.label().span<const double>();
  std::vector<double> values(raw.begin(), raw.end());
  if (classes.empty()) {
    if (!data.classes().empty())
      fail<DataError>("{}: {} is text ({}), but the model was trained on numbers.", where, called(data),
                      first_text(data));
    return Tensor::copy_of(std::span(values), data.label().shape());
  }
  for (std::size_t row = 0; row < values.size(); ++row) {
    const std::string name =
        data.classes().empty() ? class_name(values[row]) : data.classes()[static_cast<std::size_t>(values[row])];
    const auto found = std::find(classes.begin(), classes.end(), name);
    if (found == classes.end())
      fail<DataError>("{}: {} is {} at {}, which was no class in training. Classes: {}.", where, called(data),
                      shown(name), data.where(static_cast<std::int64_t>(row)), listing(classes));
    values[row] = static_cast<double>(found - classes.begin());
  }
  return Tensor::copy_of(std::span(values), {data.rows()});
}

Labels further_labels(std::string_view where, const Dataset& data, const Loss& loss,
                      const std::vector<std::string>& classes) {
  if (loss.label_kind() != LabelKind::classes || labels_a_row(data) > 1) return training_labels(where, data, loss);
  Labels labels{loss, known_labels(where, data, loss, classes).to_vector<double>(), classes, {}};
  check_names(where, "label", {&data.label_name(), 1});
  check_sizes(where, data, {});
  return labels;
}

Loss default_loss(const Dataset& data) try {
  if (!data.has_label()) fail<DataError>("default_loss: the data has no label.");
  if (!data.classes().empty()) return data.classes().size() == 2 ? loss::logistic() : loss::softmax();
  const std::span<const double> label = data.label().span<const double>();
  const auto count = static_cast<std::size_t>(labels_a_row(data));
  if (data.has_event()) return loss::cox();
  if (count == 2 && std::ranges::any_of(label, [](double y) { return std::isinf(y); })) return loss::aft();
  std::vector<double> values;  // rows of weight 0 say nothing
  for (std::size_t i = 0; i < label.size(); ++i)
    if (data.weight().elements() == 0 || data.weight().data<const double>()[i / count] > 0) values.push_back(label[i]);
  if (count > 1)
    return std::ranges::all_of(values, [](double y) { return y == 0 || y == 1; }) ? loss::logistic() : loss::squared();
  if (values.empty()) return loss::squared();
  const auto differs_from = [](double value) { return [value](double other) { return other != value; }; };
  const auto second = std::ranges::find_if(values, differs_from(values[0]));
  const bool is_constant = second == values.end();
  const auto is_third = [&](double value) { return value != values[0] && value != *second; };
  return is_constant || std::ranges::any_of(values, is_third) ? loss::squared() : loss::logistic();
} catch (const std::bad_alloc&) {
  fail_out_of_memory("default_loss");
}

}  // namespace linden
