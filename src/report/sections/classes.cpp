// How good a model of classes is: curves of ranked rows, calibration, confusion, lift.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/counted.hpp"
#include "report/measures/bins.hpp"
#include "report/measures/curves.hpp"
#include "report/sections/sections.hpp"

namespace linden::reporting {
namespace {

constexpr Range unit{0, 1};
constexpr double step = 0.004;         // between the points of a curve: a pixel
constexpr std::size_t most_lines = 6;  // in a figure
constexpr std::size_t most_classes = 30;

// Rows of two kinds, and the predicted probability that a row is of the second.
struct TwoClasses {
  std::vector<double> predictions, labels;
  std::span<const double> weights;
  std::string positive, negative;

  double weight(std::size_t row) const { return weights.empty() ? 1 : weights[row]; }
};

void add_roc(Page& page, const TwoClasses& rows) {
  const Curve curve = roc(rows.predictions, rows.labels, rows.weights);
  if (curve.points.empty()) return page.notice("All rows are of one class: there is nothing to tell apart.");
  const std::string said = fmt::format(
      "The area under the curve is {}: of a row of {} and one of {}, the first has the higher prediction in {} of all "
      "cases.",
      number(curve.area), rows.positive, rows.negative, percent(curve.area));
  Chart chart("ROC curve", said, {.title = fmt::format("share of {} let through", rows.negative), .range = unit},
              {.title = "share found", .range = unit});
  chart.guide({0, 0}, {1, 1}, "chance");
  chart.line(thinned(curve.points, step), 0, "model");
  page.figure(chart.svg(), "ROC curve", said);
}

void add_precision_recall(Page& page, const TwoClasses& rows, double base) {
  const Curve curve = precision_recall(rows.predictions, rows.labels, rows.weights);
  const std::string said = fmt::format(
      "Of the rows with the highest predictions, how many are {}, and how many of all {} are among them. The average "
      "precision is {}; chance has {}.",
      rows.positive, rows.positive, number(curve.area), number(base));
  Chart chart("Precision and recall", said, {.title = "recall: share found", .range = unit},
              {.title = "precision", .range = unit});
  chart.guide({0, base}, {1, base}, "chance");
  chart.line(thinned(curve.points, step), 0, "model");
  page.figure(chart.svg(), "Precision and recall", said);
}

void add_calibration(Page& page, const std::vector<double>& predictions, const std::vector<double>& labels,
                     std::span<const double> weights, const std::string& of) {
  const std::vector<PredictionBin> bins = by_prediction(predictions, labels, weights, 10);
  const double error = calibration_error(bins);
  const std::string said = fmt::format(
      "Rows in ten parts by their prediction: on the diagonal what is predicted with p comes in p of the cases. On "
      "average "
      "the two are {} apart.",
      percent(error));
  Chart chart("Calibration", said, {.title = "predicted probability", .range = unit},
              {.title = "share of " + of, .range = unit});
  std::vector<Point> low, high, middle;
  for (const PredictionBin& bin : bins) {
    middle.push_back({bin.prediction, bin.label});
    low.push_back({bin.prediction, bin.label - 2 * bin.error});
    high.push_back({bin.prediction, bin.label + 2 * bin.error});
  }
  chart.band(low, high, 0);
  chart.guide({0, 0}, {1, 1}, "as predicted");
  chart.line(middle, 0, "came");
  chart.dots(middle, 0);
  page.figure(chart.svg(), "Calibration", said + " The band is two standard errors.");
}

void add_predictions(Page& page, const TwoClasses& rows) {
  std::vector<double> kinds[2], weights[2];
  for (std::size_t row = 0; row < rows.labels.size(); ++row) {
    const std::size_t kind = rows.labels[row] > 0.5 ? 1 : 0;
    kinds[kind].push_back(rows.predictions[row]);
    weights[kind].push_back(rows.weight(row));
  }
  double most = 0;
  std::vector<Point> lines[2];
  for (const int kind : {0, 1}) {
    std::vector<double> ended = kinds[kind], weight = weights[kind];
    ended.insert(ended.end(), {0, 1});  // so that both have the same bins
    weight.insert(weight.end(), {0, 0});
    const Histogram found = histogram(ended, weight, 40);
    if (found.edges.size() < 41) return;
    for (std::size_t i = 0; i < found.shares.size(); ++i) {
      lines[kind].push_back({found.edges[i], found.shares[i]});
      lines[kind].push_back({found.edges[i + 1], found.shares[i]});
      most = std::max(most, found.shares[i]);
    }
  }
  const std::string said =
      "How predictions are spread in each class: the further the two are apart, the better the model tells them from "
      "one another.";
  Chart chart("Predictions by class", said, {.title = "predicted probability of " + rows.positive, .range = unit},
              {.title = "share of the class", .range = nice_range(0, most)});
  chart.line(lines[0], 0, rows.negative);
  chart.line(lines[1], 1, rows.positive);
  page.figure(chart.svg(), "Predictions by class", said);
}

void add_gain(Page& page, const TwoClasses& rows, double base) {
  const Curve curve = cumulative_gain(rows.predictions, rows.labels, rows.weights);
  if (curve.points.empty()) return;
  double tenth = 0;
  for (std::size_t i = 1; i < curve.points.size(); ++i)
    if (curve.points[i].x >= 0.1) {
      const Point &a = curve.points[i - 1], &b = curve.points[i];
      tenth = a.y + (b.y - a.y) * (0.1 - a.x) / (b.x - a.x);
      break;
    }
  const std::string said = fmt::format(
      "The tenth of the rows with the highest predictions has {} of all {}: {} times what a random tenth has.",
      percent(tenth), rows.positive, number(10 * tenth));
  Chart chart("Cumulative gain", said, {.title = "share of the rows, highest predictions first", .range = unit},
              {.title = "share found", .range = unit});
  chart.guide({0, 0}, {1, 1}, "chance");
  const Point best[] = {{0, 0}, {base, 1}, {1, 1}};
  chart.line(best, 2, "best possible");
  chart.line(thinned(curve.points, step), 0, "model");
  page.figure(chart.svg(), "Cumulative gain", said);

  const std::vector<PredictionBin> bins = by_prediction(rows.predictions, rows.labels, rows.weights, 10);
  double most = 1;
  for (const PredictionBin& bin : bins) most = std::max(most, bin.label / base);
  const std::string lift =
      "How many times as frequent it is in each tenth of the rows as in all, the highest predictions first.";
  Chart lifts("Lift", lift, {.title = "tenth of the rows", .range = {0, static_cast<double>(bins.size())}},
              {.title = "times the mean", .range = nice_range(0, most)});
  for (std::size_t i = 0; i < bins.size(); ++i)
    lifts.column(static_cast<double>(i) + 0.08, static_cast<double>(i) + 0.98, bins[bins.size() - 1 - i].label / base,
                 0);
  lifts.guide({0, 1}, {static_cast<double>(bins.size()), 1}, "as in all rows");
  page.figure(lifts.svg(), "Lift", lift);
}

// counts [labels, predictions] of K classes.
void add_confusion(Page& page, const std::vector<double>& counts, const std::vector<std::string>& names,
                   const std::string& rule) {
  const std::size_t k = names.size();
  double right = 0, total = 0;
  for (std::size_t i = 0; i < k * k; ++i) total += counts[i];
  for (std::size_t i = 0; i < k; ++i) right += counts[i * k + i];
  const std::string said = fmt::format(
      "Rows by their class (down) and the predicted one (across), {}. {} of them are on the diagonal, which is right. "
      "Colours are shares of a line.",
      rule, percent(right / total));
  Chart chart("Confusion matrix", said, {.title = "predicted", .categories = names},
              {.title = "", .categories = names});
  for (std::size_t row = 0; row < k; ++row) {
    double line = 0;
    for (std::size_t column = 0; column < k; ++column) line += counts[row * k + column];
    for (std::size_t column = 0; column < k; ++column) {
      const double count = counts[row * k + column];
      chart.cell(static_cast<int>(column), static_cast<int>(row), line > 0 ? count / line : 0,
                 k <= 10 ? number(std::round(count * 100) / 100) : "");
    }
  }
  page.figure(chart.svg(), "Confusion matrix", said);
}

void add_two(Page& page, const TwoClasses& rows) {
  double positive = 0, total = 0;
  std::vector<double> counts(4);
  for (std::size_t row = 0; row < rows.labels.size(); ++row) {
    positive += rows.weight(row) * rows.labels[row];
    total += rows.weight(row);
    counts[(rows.labels[row] > 0.5 ? 2u : 0u) + (rows.predictions[row] >= 0.5 ? 1u : 0u)] += rows.weight(row);
  }
  page.paragraph(fmt::format("{} of the rows are {}.", percent(positive / total), rows.positive));
  add_roc(page, rows);
  if (!(positive > 0 && positive < total)) return;
  add_precision_recall(page, rows, positive / total);
  add_calibration(page, rows.predictions, rows.labels, rows.weights, rows.positive);
  add_predictions(page, rows);
  add_confusion(page, counts, {rows.negative, rows.positive},
                "where a probability of a half and above counts as " + rows.positive);
  add_gain(page, rows, positive / total);
}

struct NamedCurve {
  std::string name;
  double rows;
  Curve curve;
};

// ROC curves of several classes or labels, those of the most rows, in one figure.
void add_curves(Page& page, std::vector<NamedCurve> curves, const std::string& of) {
  std::ranges::stable_sort(curves, std::greater<>(), &NamedCurve::rows);
  const std::string said =
      fmt::format("{} against all others{}. The area under each is in the table.", of,
                  curves.size() > most_lines ? fmt::format(", the {} most frequent ones", most_lines) : "");
  Chart chart("ROC curves", said, {.title = "share of others let through", .range = unit},
              {.title = "share found", .range = unit});
  chart.guide({0, 0}, {1, 1});
  for (std::size_t i = 0; i < std::min(most_lines, curves.size()); ++i)
    chart.line(thinned(curves[i].curve.points, step), static_cast<int>(i), curves[i].name);
  page.figure(chart.svg(), "ROC curves", said);
}

void add_many(Page& page, const Subject& subject) {
  const auto k = static_cast<std::size_t>(subject.outputs());
  const auto labels = subject.judged.label.span<const double>();
  const auto all = subject.judged.prediction.span<const double>();
  const auto weights = subject.weights();
  std::vector<double> counts(k * k), top, is_right;
  for (std::size_t row = 0; row < labels.size(); ++row) {
    const auto line = all.subspan(row * k, k);
    const auto best = static_cast<std::size_t>(std::ranges::max_element(line) - line.begin());
    const auto label = static_cast<std::size_t>(labels[row]);
    counts[label * k + best] += weights.empty() ? 1 : weights[row];
    top.push_back(line[best]);
    is_right.push_back(best == label ? 1 : 0);
  }
  std::vector<std::string> names;
  for (std::size_t c = 0; c < k; ++c) names.push_back(subject.class_name(c));
  if (k <= most_classes) add_confusion(page, counts, names, "the most probable one");
  add_calibration(page, top, is_right, weights, "right ones");
  std::vector<std::vector<std::string>> table;
  std::vector<NamedCurve> curves;
  for (std::size_t c = 0; c < k; ++c) {
    double rows = 0, predicted = 0;
    for (std::size_t other = 0; other < k; ++other) {
      rows += counts[c * k + other];
      predicted += counts[other * k + c];
    }
    std::vector<double> is_one;
    for (const double label : labels) is_one.push_back(label == static_cast<double>(c) ? 1 : 0);
    Curve curve = roc(subject.predictions(c), is_one, weights);
    const double hit = counts[c * k + c];
    table.push_back({names[c], number(rows), predicted > 0 ? percent(hit / predicted) : "not predicted",
                     rows > 0 ? percent(hit / rows) : "no rows",
                     rows + predicted > 0 ? number(2 * hit / (rows + predicted)) : "none", number(curve.area)});
    curves.push_back({names[c], rows, std::move(curve)});
  }
  add_curves(page, std::move(curves), "Each class");
  page.open_details(fmt::format("{} one by one", counted(k, "class", "classes")), k <= 12);
  page.table(
      {"class", "rows", "precision", "recall", "F1", "area under ROC"}, table,
      "Precision: of the rows predicted as it, how many are. Recall: of its rows, how many are predicted as it.");
  page.close_details();
}

void add_labels(Page& page, const Subject& subject) {
  const auto k = static_cast<std::size_t>(subject.judged.label.size(1));
  const auto labels = subject.judged.label.span<const double>();
  const std::vector<std::string> names =
      std::visit([](const auto& one) { return one.schema().label_names; }, subject.model);
  std::vector<std::vector<std::string>> table;
  std::vector<NamedCurve> curves;
  std::vector<double> all_predictions, all_labels, all_weights;
  for (std::size_t c = 0; c < k; ++c) {
    std::vector<double> column;
    double rows = 0;
    for (std::size_t row = 0; row * k < labels.size(); ++row) {
      column.push_back(labels[row * k + c]);
      rows += column.back() * (subject.weights().empty() ? 1 : subject.weights()[row]);
      if (!subject.weights().empty()) all_weights.push_back(subject.weights()[row]);
    }
    const std::vector<double> predictions = subject.predictions(c);
    Curve curve = roc(predictions, column, subject.weights());
    const std::string name = c < names.size() ? names[c] : fmt::format("label {}", c);
    table.push_back({name, number(rows), number(curve.area),
                     number(precision_recall(predictions, column, subject.weights()).area)});
    curves.push_back({name, rows, std::move(curve)});
    all_predictions.insert(all_predictions.end(), predictions.begin(), predictions.end());
    all_labels.insert(all_labels.end(), column.begin(), column.end());
  }
  add_curves(page, std::move(curves), "Each label");
  add_calibration(page, all_predictions, all_labels, all_weights, "labels that are 1");
  page.table({"label", "rows with 1", "area under ROC", "average precision"}, table, "Labels one by one");
}

}  // namespace

void add_classes(Page& page, const Subject& subject) {
  page.section("How good it is");
  if (subject.judged.label.rank() == 2) return add_labels(page, subject);
  if (subject.outputs() > 2) return add_many(page, subject);
  const auto labels = subject.judged.label.span<const double>();
  add_two(page, {subject.predictions(subject.outputs() == 2 ? 1 : 0),
                 {labels.begin(), labels.end()},
                 subject.weights(),
                 subject.class_name(1),
                 subject.class_name(0)});
}

}  // namespace linden::reporting
