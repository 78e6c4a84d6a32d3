// What held-out rows must be, so that no metric is found wanting after the work.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/fail.hpp"
#include "cli/train/train.hpp"

namespace linden::cli {
namespace {

std::string name_of(const Dataset& data, double label) {
  return data.classes().empty() ? fmt::format("{}", label) : data.classes()[static_cast<std::size_t>(label)];
}

// The classes that the model will have, by name, with their numbers.
std::map<std::string, double> classes_of(const Dataset& train, const Loss& loss) {
  std::vector<std::string> names = train.classes();
  if (names.empty()) {
    const auto labels = train.label().span<const double>();
    std::set<double> numbers(labels.begin(), labels.end());
    const auto is_counted = [&](double label) {
      return label >= 0 && label < loss.classes() && label == std::floor(label);
    };
    if (std::ranges::all_of(numbers, is_counted))  // "0" is a class of logistic though all rows are of class 1
      for (int k = 0; k < loss.classes(); ++k) numbers.insert(k);
    for (const double number : numbers) names.push_back(name_of(train, number));
  }
  std::map<std::string, double> classes;
  for (std::size_t k = 0; k < names.size(); ++k) classes.emplace(names[k], static_cast<double>(k));
  return classes;
}

// The labels as the model will count them.
Tensor labels_of(const Dataset& data, const std::map<std::string, double>& classes) {
  const auto labels = data.label().span<const double>();
  std::map<double, double> numbers;  // a name is looked up once
  std::vector<double> values;
  for (std::size_t row = 0; row < labels.size(); ++row) {
    auto known = numbers.find(labels[row]);
    if (known == numbers.end()) {
      const auto found = classes.find(name_of(data, labels[row]));
      if (found == classes.end())
        fail<DataError>("--valid: the label is {} at {}, which is no class of the training data.",
                        name_of(data, labels[row]), data.where(static_cast<std::int64_t>(row)));
      known = numbers.emplace(labels[row], found->second).first;
    }
    values.push_back(known->second);
  }
  return Tensor::copy_of(values);
}

}  // namespace

void check_held_out(const TrainArguments& args, const TrainingInput& input, const Loss& loss) {
  const bool has_classes = loss.label_kind() == LabelKind::classes;
  // Training says so; of several labels it does in its first round.
  if (input.train.label().rank() == 2 || (!has_classes && !input.train.classes().empty())) return;
  const std::map<std::string, double> classes =
      has_classes ? classes_of(input.train, loss) : std::map<std::string, double>();
  const auto check = [&](const Dataset& data) {
    const Tensor labels = has_classes ? labels_of(data, classes) : data.label();
    const bool of_all_classes = has_classes && loss.outputs() != 1;
    const std::int64_t columns = of_all_classes ? std::ssize(classes) : loss.outputs();
    const Shape shape = columns == 1 ? Shape{data.rows()} : Shape{data.rows(), columns};
    const MetricInput guess{.prediction = Tensor::full(shape, of_all_classes ? 1 / static_cast<double>(columns) : 0.5),
                            .score = Tensor::zeros(shape),
                            .label = labels,
                            .weight = data.weight(),
                            .groups = data.groups(),
                            .link = loss.link()};
    for (const Metric& metric : input.metrics) check_metric(metric, guess, data);
  };
  for (const HeldOut& held_out : input.valid) check(held_out.rows);
  if (args.train_metrics && !input.metrics.empty()) check(input.train);
}

}  // namespace linden::cli
