#include "model/class_weights.hpp"

#include <algorithm>
#include <string>

#include "base/fail.hpp"
#include "loss/check_labels.hpp"
#include "loss/definition.hpp"
#include "loss/exact_sum.hpp"

namespace linden {
namespace {

int set_fields(const ClassWeights& classes) {
  return int{classes.balanced} + int{classes.positive != 1} + int{!classes.by_class.empty()};
}

void check(const char* where, const ClassWeights& classes, const Labels& labels) {
  if (set_fields(classes) > 1)
    fail<ArgumentError>(
        "{}: .class_weights.balanced, .class_weights.positive and .class_weights.by_class each say what classes weigh, "
        "and more than one is set. Hint: one of them.",
        where);
  if (labels.loss.definition().labels > 1)
    fail<ArgumentError>(
        "{}: .class_weights are for one label a row, and the data has {}. Hint: leave them out, or weigh rows.", where,
        labels.loss.definition().labels);
  if (labels.classes.empty())
    fail<ArgumentError>(
        "{}: .class_weights are for labels that are classes, and those of loss \"{}\" are numbers. Hint: leave them "
        "out, "
        "or a loss of classes, .loss = loss::logistic() or loss::softmax().",
        where, labels.loss.name());
  if (classes.positive != 1 && labels.classes.size() != 2)
    fail<ArgumentError>(
        "{}: .class_weights.positive = {} is for two classes, and the label has {} ({}). Hint: .class_weights.by_class "
        "names each.",
        where, classes.positive, labels.classes.size(), listing(labels.classes));
  for (const auto& [name, weight] : classes.by_class)
    if (std::ranges::find(labels.classes, name) == labels.classes.end())
      fail<ArgumentError>("{}: .class_weights.by_class has \"{}\", which is no class of the label. {}Classes: {}.",
                          where, name, did_you_mean(name, labels.classes), listing(labels.classes));
}

double weight_of(std::span<const double> weights, std::size_t row) { return weights.empty() ? 1.0 : weights[row]; }

// Exact sums, so that the order of rows does not show.
std::vector<double> balanced(const Labels& labels, std::span<const double> weights) {
  std::vector<ExactSum> sums(labels.classes.size());
  ExactSum all;
  for (std::size_t row = 0; row < labels.values.size(); ++row) {
    sums[static_cast<std::size_t>(labels.values[row])].add(weight_of(weights, row));
    all.add(weight_of(weights, row));
  }
  const auto present =
      static_cast<double>(std::ranges::count_if(sums, [](const ExactSum& s) { return s.value() > 0; }));
  std::vector<double> by_class;
  for (const ExactSum& sum : sums) by_class.push_back(sum.value() > 0 ? all.value() / (present * sum.value()) : 1);
  return by_class;
}

std::vector<double> weights_by_class(const ClassWeights& classes, const Labels& labels,
                                     std::span<const double> weights) {
  if (classes.balanced) return balanced(labels, weights);
  std::vector<double> by_class(labels.classes.size(), 1);
  if (classes.positive != 1) by_class[1] = classes.positive;
  for (const auto& [name, weight] : classes.by_class)
    by_class[static_cast<std::size_t>(std::ranges::find(labels.classes, name) - labels.classes.begin())] = weight;
  return by_class;
}

}  // namespace

void add_class_weights(FieldTable<ClassWeights>& group) {
  group
      .add_choice<bool>("balanced", &ClassWeights::balanced, {{"true", true}, {"false", false}},
                        "whether all classes weigh alike")
      .add_number("positive", &ClassWeights::positive, {.low_open = true}, "what rows of class 1 of two weigh")
      .add_classes("by_class", &ClassWeights::by_class, {.low_open = true}, "what rows of a class weigh, by its name");
}

RowWeights::RowWeights(const char* where, const ClassWeights& classes, const Labels& labels,
                       std::span<const double> weights)
    : weights_(weights) {
  if (set_fields(classes) == 0) return;
  check(where, classes, labels);
  const std::vector<double> by_class = weights_by_class(classes, labels, weights);
  products_.reserve(labels.values.size());
  for (std::size_t row = 0; row < labels.values.size(); ++row) {
    const auto k = static_cast<std::size_t>(labels.values[row]);
    const double weight = weight_of(weights, row), product = weight * by_class[k];
    if (!(product <= largest_label) || (product == 0 && weight > 0))
      fail<DataError>(
          "{}: a row of weight {} is of class \"{}\", which .class_weights give {}; their product may be 0 for no row, "
          "and "
          "{} at most.",
          where, weight, labels.classes[k], by_class[k], largest_label);
    products_.push_back(product);
  }
}

}  // namespace linden
