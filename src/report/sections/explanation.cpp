// What features add to the scores of single rows: SHAP values, all features in one figure and the first ones each by
// itself.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <linden/explain.hpp>
#include <numeric>

#include "inspection/feature_column.hpp"
#include "inspection/sample.hpp"
#include "report/sections/sections.hpp"
#include "report/svg/chart.hpp"

namespace linden::reporting {
namespace {

constexpr std::int64_t most_rows = 400, background_rows = 200;
constexpr std::size_t most_features = 15, single_features = 6, most_values = 20'000;

// The values of one output, [features][rows].
using Values = std::vector<std::vector<double>>;

Values of_output(const Explanation& explanation, std::size_t outputs, std::size_t output) {
  const auto all = explanation.values.span<const double>();
  const std::size_t features = explanation.names.size(), rows = all.size() / (features * outputs);
  Values values(features, std::vector<double>(rows));
  for (std::size_t row = 0; row < rows; ++row)
    for (std::size_t f = 0; f < features; ++f) values[f][row] = all[(row * outputs + output) * features + f];
  return values;
}

double mean_size(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += std::abs(value) / static_cast<double>(values.size());
  return sum;
}

// 0 .. heats - 1 by the rank of each value among all of them; -1 where it is missing.
std::vector<int> heats_of(const std::vector<double>& values) {
  std::vector<double> sorted;
  for (const double value : values)
    if (!std::isnan(value)) sorted.push_back(value);
  std::ranges::sort(sorted);
  std::vector<int> found;
  for (const double value : values) {
    const auto below = std::ranges::lower_bound(sorted, value) - sorted.begin();
    const auto upto = std::ranges::upper_bound(sorted, value) - sorted.begin();
    found.push_back(std::isnan(value) ? -1
                                      : static_cast<int>(std::min<std::ptrdiff_t>(
                                            heats - 1, (below + upto) * heats / (2 * std::ssize(sorted)))));
  }
  return found;
}

// Dots of one line side by side where they would lie upon one another: from -0.38 to 0.38 about `line`.
std::vector<Point> swarm(const std::vector<double>& values, Range range, double line) {
  constexpr int columns = 90;
  std::vector<int> stacked(columns + 1);
  std::vector<Point> points;
  for (const double value : values) {
    const double share = range.high > range.low ? (value - range.low) / (range.high - range.low) : 0.5;
    int& height = stacked[static_cast<std::size_t>(std::clamp(share, 0.0, 1.0) * columns)];
    const double step = 0.06 * ((height + 1) / 2) * (height % 2 == 0 ? 1 : -1);  // 0, -1, 1, -2, 2, ...
    ++height;
    points.push_back({value, line + std::remainder(step, 0.76)});
  }
  return points;
}

void add_swarm(Page& page, const Values& values, const std::vector<FeatureColumn>& columns,
               std::span<const std::size_t> order, const std::string& of) {
  AxisOptions names;
  Range range{0, 0};
  for (std::size_t line = 0; line < order.size(); ++line) {
    names.categories.push_back(columns[line].name());
    for (const double value : values[order[line]]) range = {std::min(range.low, value), std::max(range.high, value)};
  }
  range = nice_range(range.low, range.high);
  const std::string said = fmt::format(
      "Each dot is a row: how far a feature moves its score{}, up to the right and down to the left, from what all "
      "rows "
      "have in common. Colours say whether the feature's own value is low or high; those of categories have one "
      "colour.",
      of);
  Chart chart("SHAP values", said, {.title = "added to the score", .range = range}, names);
  std::vector<std::vector<Point>> by_heat(heats);
  std::vector<Point> plain;
  for (std::size_t line = 0; line < order.size(); ++line) {
    const FeatureColumn& column = columns[line];
    const std::vector<Point> points = swarm(values[order[line]], range, static_cast<double>(line));
    const std::vector<int> heat = heats_of(column.values());
    for (std::size_t row = 0; row < points.size(); ++row)
      (column.is_categorical() || heat[row] < 0 ? plain : by_heat[static_cast<std::size_t>(heat[row])])
          .push_back(points[row]);
  }
  chart.guide({0, -0.5}, {0, static_cast<double>(order.size()) - 0.5});
  chart.dots(plain, 2, plain.empty() ? "" : "categories, missing");
  for (int heat = 0; heat < heats; ++heat)
    chart.heat_dots(by_heat[static_cast<std::size_t>(heat)], heat,
                    heat == 0           ? "low value"
                    : heat == heats - 1 ? "high value"
                                        : "");
  page.figure(chart.svg(), "SHAP values", said);
}

// A feature's values against what they add.
void add_single(Page& page, const std::vector<double>& values, const FeatureColumn& column) {
  Range up{0, 0};
  for (const double value : values) up = {std::min(up.low, value), std::max(up.high, value)};
  up = nice_range(up.low, up.high);
  const std::string name = column.name(), title = "SHAP values of " + name;
  std::vector<Point> points;
  if (column.is_categorical()) {
    const std::string said = fmt::format("What each category of {} adds to the scores of rows that have it.", name);
    AxisOptions names;
    std::vector<std::pair<double, std::vector<double>>> categories;
    for (std::size_t code = 0; code < column.categories().size(); ++code) {
      std::vector<double> own;
      for (std::size_t row = 0; row < values.size(); ++row)
        if (column.values()[row] == static_cast<double>(code)) own.push_back(values[row]);
      if (!own.empty()) categories.emplace_back(static_cast<double>(code), std::move(own));
    }
    std::ranges::stable_sort(categories, std::greater<>(), [](const auto& one) { return one.second.size(); });
    if (categories.size() > most_features) categories.resize(most_features);
    for (std::size_t line = 0; line < categories.size(); ++line) {
      names.categories.push_back(column.categories()[static_cast<std::size_t>(categories[line].first)]);
      for (const Point& point : swarm(categories[line].second, up, static_cast<double>(line))) points.push_back(point);
    }
    if (points.empty()) return;
    Chart chart(title, said, {.title = "added to the score", .range = up}, names);
    chart.guide({0, -0.5}, {0, static_cast<double>(names.categories.size()) - 0.5});
    chart.dots(points, 0);
    return page.figure(chart.svg(), title, said);
  }
  std::vector<double> known;
  for (std::size_t row = 0; row < values.size(); ++row)
    if (!std::isnan(column.values()[row])) {
      points.push_back({column.values()[row], values[row]});
      known.push_back(column.values()[row]);
    }
  if (known.empty()) return;
  const auto [low, high] = std::ranges::minmax(known);
  const Range across = low < high ? Range{low, high} : nice_range(low, high);
  const std::string said = fmt::format(
      "What {} adds to the score, by its value. Where dots of one value are spread, it matters what the other features "
      "are.",
      name);
  Chart chart(title, said, {.title = name, .range = across}, {.title = "added to the score", .range = up});
  chart.guide({across.low, 0}, {across.high, 0});
  chart.dots(points, 0);
  page.figure(chart.svg(), title, said);
}

}  // namespace

void add_explanation(Page& page, const Subject& subject) {
  const std::size_t features = schema_of(subject.model).feature_names.size();
  if (features * static_cast<std::size_t>(subject.outputs()) > most_values) return;  // too many to hold for each row
  const Dataset rows = taken(subject.sample, sampled_rows(subject.sample, most_rows, subject.options.seed));
  ExplainOptions options{.threads = subject.options.threads, .device = subject.options.device};
  if (subject.linear() != nullptr) {
    options.device = Device::cpu();  // where linear models are explained
    const Dataset& other = subject.options.train ? *subject.options.train : subject.data;
    options.background = taken(other, sampled_rows(other, background_rows, subject.options.seed));
  }
  page.section("What it says of single rows");
  Explanation explanation;
  try {
    explanation = explain(subject.model, rows, options);
  } catch (const ArgumentError& error) {  // trees that do not know how many rows came to their nodes
    return page.paragraph(error.what());
  }
  const auto outputs = static_cast<std::size_t>(subject.outputs());
  std::size_t output = 0;  // of several classes the most frequent one
  if (outputs > 1 && is_of_classes(subject) && subject.judged.label.rank() == 1) {
    std::vector<std::int64_t> count(outputs);
    for (const double label : subject.judged.label.span<const double>()) ++count[static_cast<std::size_t>(label)];
    output = static_cast<std::size_t>(std::ranges::max_element(count) - count.begin());
  }
  const std::string of = outputs == 1 ? ""
                         : is_of_classes(subject) && subject.judged.label.rank() == 1
                             ? fmt::format(" of {}", subject.class_name(output))
                             : fmt::format(" of output {}", output);
  page.paragraph(
      fmt::format("The score of a row is the sum of what its features add and of {}, which all rows have in common. "
                  "These are exact Shapley values of {} rows.",
                  number(explanation.constant[output]), rows.rows()));
  const Values values = of_output(explanation, outputs, output);
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::vector<double> sizes;
  for (const std::vector<double>& one : values) sizes.push_back(mean_size(one));
  std::ranges::stable_sort(order, std::greater<>(), [&](std::size_t f) { return sizes[f]; });
  std::erase_if(order, [&](std::size_t f) { return sizes[f] == 0; });
  if (order.size() > most_features) order.resize(most_features);
  if (order.empty()) return page.paragraph("No feature adds anything.");
  std::vector<FeatureColumn> columns;  // in that order
  for (const std::size_t f : order) columns.emplace_back("report", subject.model, rows, static_cast<int>(f));
  add_swarm(page, values, columns, order, of);
  const std::size_t shown =
      std::min({order.size(), single_features, static_cast<std::size_t>(subject.options.features)});
  for (std::size_t i = 0; i < shown; ++i) add_single(page, values[order[i]], columns[i]);
}

}  // namespace linden::reporting
