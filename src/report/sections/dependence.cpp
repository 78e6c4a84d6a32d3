// How predictions go with the most important features.
#include <fmt/format.h>

#include <linden/dependence.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "inspection/feature_column.hpp"
#include "report/sections/sections.hpp"
#include "report/svg/chart.hpp"

namespace linden::reporting {
namespace {

constexpr std::size_t faint_lines = 25;
constexpr std::int64_t most_rows = 1000;
constexpr std::size_t most_classes = 5;

// The outputs that are drawn: all of few, those of the most rows of many classes.
std::vector<std::size_t> drawn_outputs(const Subject& subject) {
  const auto outputs = static_cast<std::size_t>(subject.outputs());
  std::vector<std::size_t> all(outputs);
  std::iota(all.begin(), all.end(), std::size_t{0});
  if (subject.judged.link && (*subject.judged.link == Link::normal || *subject.judged.link == Link::log_normal ||
                              *subject.judged.link == Link::gamma))
    return {0};
  if (outputs <= most_classes) return all;
  std::vector<std::int64_t> rows(outputs);
  if (subject.judged.label.rank() == 1 && is_of_classes(subject))
    for (const double label : subject.judged.label.span<const double>()) ++rows[static_cast<std::size_t>(label)];
  std::ranges::stable_sort(all, std::greater<>(), [&](std::size_t k) { return rows[k]; });
  all.resize(most_classes);
  return all;
}

std::string output_name(const Subject& subject, std::size_t k) {
  if (subject.outputs() == 1) return "mean";
  const std::vector<LossParameter> parameters = subject.loss().parameters();
  if (subject.loss().link() == Link::sorted && k < parameters.size()) return "level " + number(parameters[k].value);
  const std::vector<std::string> labels =
      std::visit([](const auto& one) { return one.schema().label_names; }, subject.model);
  if (labels.size() == static_cast<std::size_t>(subject.outputs()) && labels.size() > 1) return labels[k];
  return is_of_classes(subject) ? subject.class_name(k) : fmt::format("output {}", k);
}

void extend(Range& range, double value) {
  if (!std::isfinite(value)) return;
  range.low = std::min(range.low, value);
  range.high = std::max(range.high, value);
}

std::string prediction_name(const Subject& subject) {
  if (is_of_times(subject)) return "prediction";
  return is_of_classes(subject) ? "probability" : is_of_groups(subject) ? "score" : "prediction of " + subject.label();
}

void add_one(Page& page, const Subject& subject, const std::string& name) {
  const DependenceOptions options{.max_rows = most_rows,
                                  .seed = subject.options.seed,
                                  .threads = subject.options.threads,
                                  .device = subject.options.device};
  const auto outputs = static_cast<std::size_t>(subject.outputs());
  const IndividualDependence each = individual_dependence(subject.model, subject.sample, name, options);
  const auto curves = each.curves.span<const double>();
  const std::size_t points = each.axis.values.size(), rows = each.rows.size();
  std::vector<double> means(points * outputs);
  for (std::size_t row = 0; row < rows; ++row)
    for (std::size_t i = 0; i < means.size(); ++i)
      means[i] += curves[row * means.size() + i] / static_cast<double>(rows);
  const std::vector<std::size_t> drawn = drawn_outputs(subject);
  const bool is_one = outputs == 1, is_categorical = each.axis.categorical;

  Range range{means[drawn[0]], means[drawn[0]]};
  for (std::size_t p = 0; p < points; ++p)
    for (const std::size_t k : drawn) extend(range, means[p * outputs + k]);
  const Range of_means = range;
  std::vector<std::vector<Point>> faint;
  if (is_one && !is_categorical)
    for (std::size_t i = 0; i < std::min(faint_lines, rows); ++i) {
      const std::size_t row = i * rows / std::min(faint_lines, rows);
      faint.emplace_back();
      for (std::size_t p = 0; p < points; ++p) {
        faint.back().push_back({each.axis.values[p], curves[row * points + p]});
        extend(range, faint.back().back().y);
      }
    }
  // Rows far from the mean would press it flat.
  const double room = 3 * (of_means.high - of_means.low) + 1e-12;
  if (faint.empty() || range.high - range.low > 12 * (of_means.high - of_means.low))
    range = {std::max(range.low, of_means.low - room), std::min(range.high, of_means.high + room)};

  std::vector<Point> accumulated;
  if (is_one && !is_categorical && points > 1) {
    const Dependence effects = accumulated_effects(subject.model, subject.sample, name, options);
    const double shift = std::accumulate(subject.judged.prediction.span<const double>().begin(),
                                         subject.judged.prediction.span<const double>().end(), 0.0) /
                         static_cast<double>(subject.data.rows());
    for (std::size_t p = 0; p < effects.axis.values.size(); ++p) {
      accumulated.push_back({effects.axis.values[p], effects.values.data<double>()[p] + shift});
      extend(range, accumulated.back().y);
    }
  }
  if (is_categorical) {
    std::string said = fmt::format("The mean prediction if all rows had this value of {}.", name);
    if (!is_one) said += fmt::format(" Shown of {}.", output_name(subject, drawn[0]));
    Chart chart(
        "Dependence on " + name, said,
        {.title = prediction_name(subject), .range = nice_range(std::min(0.0, range.low), std::max(range.high, 0.0))},
        {.categories = each.axis.categories});
    for (std::size_t p = 0; p < points; ++p) chart.bar(static_cast<int>(p), means[p * outputs + drawn[0]], 0);
    return page.figure(chart.svg(), name, said);
  }
  std::string said = fmt::format("The mean prediction if all rows had this value of {}", name);
  said += is_one ? ", single rows (thin lines), and the effect added up where rows are (broken line)."
                 : ", one line an output.";
  const Range across = points > 1 ? Range{each.axis.values.front(), each.axis.values.back()}
                                  : nice_range(each.axis.values[0], each.axis.values[0]);
  Chart chart("Dependence on " + name, said, {.title = name, .range = across},
              {.title = prediction_name(subject), .range = nice_range(range.low, range.high)});
  for (const std::vector<Point>& line : faint) chart.faint_line(line);
  if (!accumulated.empty()) chart.line(accumulated, 1, "accumulated effect");
  for (std::size_t i = 0; i < drawn.size(); ++i) {
    std::vector<Point> line;
    for (std::size_t p = 0; p < points; ++p) line.push_back({each.axis.values[p], means[p * outputs + drawn[i]]});
    if (points == 1)
      chart.dots(line, is_one ? 0 : static_cast<int>(i), output_name(subject, drawn[i]));
    else
      chart.line(line, is_one ? 0 : static_cast<int>(i), output_name(subject, drawn[i]));
  }
  const FeatureColumn column("report", subject.model, subject.sample, each.axis.feature);
  chart.rug(column.values());
  page.figure(chart.svg(), name, said + " Strokes below are values that rows have.");
}

}  // namespace

void add_dependence(Page& page, const Subject& subject) {
  const std::size_t shown = std::min(subject.features.size(), static_cast<std::size_t>(subject.options.features));
  if (shown == 0) return;
  page.section("What it makes of them");
  page.paragraph("Each figure moves one feature through its values and leaves all others as they are.");
  for (std::size_t i = 0; i < shown; ++i) try {
      add_one(page, subject, subject.features[i]);
    } catch (const ArgumentError&) {  // missing in all rows
    }
}

}  // namespace linden::reporting
