// How good a model of numbers is: actual against predicted, residuals, calibration of means and of quantiles, gain.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "inspection/sample.hpp"
#include "loss/distribution.hpp"
#include "loss/quantile_functions.hpp"
#include "report/measures/bins.hpp"
#include "report/measures/curves.hpp"
#include "report/sections/sections.hpp"

namespace linden::reporting {
namespace {

constexpr std::size_t most_dots = 1200;

// One predicted number a row beside the one that came.
struct Pairs {
  std::vector<double> predictions, labels;
  std::span<const double> weights;
  std::string label;
};

// The 0.5th and the 99.5th percentile, or the ends of few values.
Range middle_range(std::vector<double> values) {
  std::erase_if(values, [](double value) { return !std::isfinite(value); });
  if (values.empty()) return {0, 1};
  std::ranges::sort(values);
  const double tail = values.size() > 400 ? 0.005 : 0;
  return nice_range(sorted_quantile(values, tail), sorted_quantile(values, 1 - tail));
}

// Each n-th row, so that there are few enough to draw.
std::vector<Point> drawn(const Pairs& rows, const auto& point_of) {
  std::vector<Point> points;
  const std::size_t each = (rows.labels.size() + most_dots - 1) / most_dots;
  for (std::size_t row = 0; row < rows.labels.size(); row += each) points.push_back(point_of(row));
  return points;
}

void add_actual(Page& page, const Pairs& rows) {
  std::vector<double> both = rows.predictions;
  both.insert(both.end(), rows.labels.begin(), rows.labels.end());
  const Range range = middle_range(both);
  const std::string said = fmt::format("Each dot is a row{}. On the line {} is what was predicted.",
                                       rows.labels.size() > most_dots ? " (some of them)" : "", rows.label);
  Chart chart("Actual against predicted", said, {.title = "predicted " + rows.label, .range = range},
              {.title = "actual " + rows.label, .range = range});
  chart.dots(drawn(rows, [&](std::size_t row) { return Point{rows.predictions[row], rows.labels[row]}; }), 0);
  chart.guide({range.low, range.low}, {range.high, range.high}, "as predicted");
  page.figure(chart.svg(), "Actual against predicted", said);
}

void add_residuals(Page& page, const Pairs& rows) {
  std::vector<double> residuals;
  for (std::size_t row = 0; row < rows.labels.size(); ++row)
    residuals.push_back(rows.labels[row] - rows.predictions[row]);
  const Range across = middle_range(rows.predictions), up = middle_range(residuals);
  std::string said =
      "Residuals are actual less predicted. A model that has learnt all there is leaves a band about 0 without a "
      "shape.";
  Chart chart("Residuals", said, {.title = "predicted " + rows.label, .range = across},
              {.title = "residual", .range = up});
  chart.dots(drawn(rows, [&](std::size_t row) { return Point{rows.predictions[row], residuals[row]}; }), 0);
  chart.guide({across.low, 0}, {across.high, 0});
  page.figure(chart.svg(), "Residuals", said);

  const Histogram bins = histogram(residuals, rows.weights, 40, true);
  const double mean = mean_of(residuals, rows.weights);
  said = fmt::format(
      "How residuals are spread. Their mean is {}: about 0 where predictions are neither too high nor too low on the "
      "whole.",
      number(mean));
  Chart spread("Distribution of residuals", said,
               {.title = "residual", .range = {bins.edges.front(), bins.edges.back()}},
               {.title = "share of rows", .range = nice_range(0, *std::ranges::max_element(bins.shares))});
  for (std::size_t i = 0; i < bins.shares.size(); ++i)
    spread.column(bins.edges[i], bins.edges[i + 1], bins.shares[i], 0);
  page.figure(spread.svg(), "Distribution of residuals", said);

  const double deviation = deviation_of(residuals, {}, mean);
  if (!(deviation > 0)) return;
  std::vector<double> sorted = residuals;
  std::ranges::sort(sorted);
  std::vector<Point> points;
  const std::size_t shown = std::min<std::size_t>(sorted.size(), 200);
  double most = 0;
  for (std::size_t i = 0; i < shown; ++i) {
    const double level = (static_cast<double>(i) + 0.5) / static_cast<double>(shown);
    points.push_back({normal_quantile(level), (sorted_quantile(sorted, level) - mean) / deviation});
    most = std::max(most, std::abs(points.back().y));
  }
  most = std::max(3.0, std::min(most, 12.0));
  said =
      "Quantiles of the residuals, in deviations, against those of a normal distribution: on the line they are alike; "
      "ends that bend away are errors larger than normal.";
  Chart normal("QQ plot of residuals", said, {.title = "normal quantile", .range = {-3, 3}},
               {.title = "quantile of residuals", .range = nice_range(-most, most)});
  normal.guide({-3, -3}, {3, 3}, "normal");
  normal.dots(points, 0);
  page.figure(normal.svg(), "QQ plot of residuals", said);
}

void add_means(Page& page, const Pairs& rows) {
  const std::vector<PredictionBin> bins = by_prediction(rows.predictions, rows.labels, rows.weights, 10);
  std::vector<Point> middle, low, high;
  double least = bins.front().prediction, most = least;
  for (const PredictionBin& bin : bins) {
    middle.push_back({bin.prediction, bin.label});
    low.push_back({bin.prediction, bin.label - 2 * bin.error});
    high.push_back({bin.prediction, bin.label + 2 * bin.error});
    least = std::min({least, bin.prediction, low.back().y});
    most = std::max({most, bin.prediction, high.back().y});
  }
  const Range range = nice_range(least, most);
  const std::string said =
      "Rows in ten parts by their prediction: the mean that was predicted and the mean that came. The band is two "
      "standard errors.";
  Chart chart("Calibration", said, {.title = "mean predicted " + rows.label, .range = range},
              {.title = "mean actual", .range = range});
  chart.band(low, high, 0);
  chart.guide({range.low, range.low}, {range.high, range.high}, "as predicted");
  chart.line(middle, 0, "came");
  chart.dots(middle, 0);
  page.figure(chart.svg(), "Calibration", said);
}

void add_gain(Page& page, const Pairs& rows) {
  double total = 0, weight = 0;
  for (std::size_t row = 0; row < rows.labels.size(); ++row) {
    if (rows.labels[row] < 0) return;  // shares of a sum want amounts
    const double w = rows.weights.empty() ? 1 : rows.weights[row];
    total += w * rows.labels[row];
    weight += w;
  }
  if (!(total > 0)) return;
  const Curve curve = cumulative_gain(rows.predictions, rows.labels, rows.weights);
  const double own = cumulative_gain(rows.labels, rows.labels, rows.weights).area;
  const std::string said = fmt::format(
      "The share of all {} that rows of the highest predictions have. The model has {} of what the best order would "
      "gain over chance.",
      rows.label, percent((curve.area - 0.5) / (own - 0.5)));
  Chart chart("Cumulative gain", said, {.title = "share of the rows, highest predictions first", .range = {0, 1}},
              {.title = "share of " + rows.label, .range = {0, 1}});
  chart.guide({0, 0}, {1, 1}, "chance");
  chart.line(thinned(cumulative_gain(rows.labels, rows.labels, rows.weights).points, 0.004), 2, "best possible");
  chart.line(thinned(curve.points, 0.004), 0, "model");
  page.figure(chart.svg(), "Cumulative gain", said);

  const std::vector<PredictionBin> bins = by_prediction(rows.predictions, rows.labels, rows.weights, 10);
  const double mean = total / weight;
  double most = 1;
  for (const PredictionBin& bin : bins) most = std::max(most, bin.label / mean);
  const std::string lift = "How many times the mean of all rows each tenth of them has, the highest predictions first.";
  Chart lifts("Lift", lift, {.title = "tenth of the rows", .range = {0, static_cast<double>(bins.size())}},
              {.title = "times the mean", .range = nice_range(0, most)});
  for (std::size_t i = 0; i < bins.size(); ++i)
    lifts.column(static_cast<double>(i) + 0.08, static_cast<double>(i) + 0.98, bins[bins.size() - 1 - i].label / mean,
                 0);
  lifts.guide({0, 1}, {static_cast<double>(bins.size()), 1}, "as in all rows");
  page.figure(lifts.svg(), "Lift", lift);
}

// Levels and the share of labels that lie below the quantiles of each.
void add_coverage(Page& page, const std::vector<Point>& points, const std::string& label) {
  const std::string said = fmt::format(
      "The share of rows whose {} lies below the quantile that was predicted for each level. On the line they agree.",
      label);
  Chart chart("Coverage of quantiles", said, {.title = "level", .range = {0, 1}},
              {.title = "share below", .range = {0, 1}});
  chart.guide({0, 0}, {1, 1}, "as predicted");
  chart.line(points, 0, "came");
  chart.dots(points, 0);
  page.figure(chart.svg(), "Coverage of quantiles", said);
}

double share_below(std::span<const double> labels, std::span<const double> weights, const auto& quantile_of) {
  double below = 0, total = 0;
  for (std::size_t row = 0; row < labels.size(); ++row) {
    const double weight = weights.empty() ? 1 : weights[row];
    below += labels[row] <= quantile_of(row) ? weight : 0;
    total += weight;
  }
  return below / total;
}

std::vector<Point> coverage(const Subject& subject, std::span<const double> labels) {
  std::vector<Point> points;
  const Loss loss = subject.loss();
  const std::vector<LossParameter> parameters = loss.parameters();
  if (loss.link() == Link::sorted && std::ssize(parameters) == subject.outputs()) {
    for (std::size_t k = 0; k < parameters.size(); ++k) {
      const std::vector<double> quantiles = subject.predictions(k);
      points.push_back({parameters[k].value,
                        share_below(labels, subject.weights(), [&](std::size_t row) { return quantiles[row]; })});
    }
  } else if (is_of_distribution(loss.link())) {
    PredictOptions options{.threads = subject.options.threads, .device = subject.options.device};
    for (int i = 1; i < 20; ++i) options.quantiles.push_back(i / 20.0);
    const Tensor quantiles = predict(subject.model, subject.data, options);
    const auto all = quantiles.span<const double>();
    for (std::size_t k = 0; k < options.quantiles.size(); ++k)
      points.push_back({options.quantiles[k], share_below(labels, subject.weights(), [&](std::size_t row) {
                          return all[row * options.quantiles.size() + k];
                        })});
  }
  return points;
}

}  // namespace

void add_numbers(Page& page, const Subject& subject) {
  page.section("How good it is");
  const auto all = subject.judged.label.span<const double>();
  const auto labels = static_cast<std::size_t>(subject.judged.label.rank() == 2 ? subject.judged.label.size(1) : 1);
  const std::vector<std::string> names =
      std::visit([](const auto& one) { return one.schema().label_names; }, subject.model);
  const bool is_sorted = subject.loss().link() == Link::sorted;
  constexpr std::size_t most_labels = 4;
  for (std::size_t k = 0; k < std::min(labels, most_labels); ++k) {
    Pairs rows{subject.predictions(labels > 1  ? k
                                   : is_sorted ? static_cast<std::size_t>(subject.outputs()) / 2
                                               : 0),
               {},
               subject.weights(),
               k < names.size() && !names[k].empty() ? names[k] : subject.label()};
    for (std::size_t i = k; i < all.size(); i += labels) rows.labels.push_back(all[i]);
    if (labels > 1) page.heading(rows.label);
    if (is_sorted) page.paragraph("The figures are of the level in the middle.");
    add_actual(page, rows);
    add_residuals(page, rows);
    add_means(page, rows);
    add_gain(page, rows);
    if (labels == 1)
      if (const std::vector<Point> points = coverage(subject, rows.labels); !points.empty())
        add_coverage(page, points, rows.label);
  }
  if (labels > most_labels)
    page.paragraph(fmt::format("There are {} labels a row; the first {} are shown.", labels, most_labels));
}

}  // namespace linden::reporting
