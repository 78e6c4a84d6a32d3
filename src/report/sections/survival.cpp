// How good predicted survival curves are: against Kaplan and Meier's of the same rows, by risk, and over time.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "report/measures/bins.hpp"
#include "report/sections/sections.hpp"
#include "report/svg/chart.hpp"

namespace linden::reporting {
namespace {

constexpr std::size_t points_of_time = 40, risk_groups = 4, tenths = 10;

// Rows, their curves [rows, times], and the bounds of their times [rows, 2].
struct Curves {
  std::vector<double> times;
  Tensor survival;
  std::span<const double> bounds;
  std::span<const double> weights;

  std::size_t rows() const { return bounds.size() / 2; }
  double at(std::size_t row, std::size_t time) const { return survival.data<double>()[row * times.size() + time]; }
  double weight(std::size_t row) const { return weights.empty() ? 1 : weights[row]; }
};

std::vector<double> mean_curve(const Curves& curves, const std::vector<std::size_t>& rows) {
  std::vector<double> mean(curves.times.size());
  double total = 0;
  for (const std::size_t row : rows) {
    total += curves.weight(row);
    for (std::size_t t = 0; t < mean.size(); ++t) mean[t] += curves.weight(row) * curves.at(row, t);
  }
  for (double& value : mean) value /= total;
  return mean;
}

std::vector<double> observed_curve(const Curves& curves, const std::vector<std::size_t>& rows) {
  std::vector<double> bounds, weights;
  for (const std::size_t row : rows) {
    bounds.insert(bounds.end(), {curves.bounds[2 * row], curves.bounds[2 * row + 1]});
    weights.push_back(curves.weight(row));
  }
  return kaplan_meier(Tensor::copy_of(bounds, {static_cast<std::int64_t>(rows.size()), 2}), curves.times,
                      Tensor::copy_of(weights));
}

std::vector<Point> points_of(const Curves& curves, const std::vector<double>& values) {
  std::vector<Point> points{{0, 1}};
  for (std::size_t t = 0; t < values.size(); ++t) points.push_back({curves.times[t], values[t]});
  return points;
}

// Rows by predicted survival at a time, the lowest first, in parts of nearly the same number.
std::vector<std::vector<std::size_t>> parts_by_risk(const Curves& curves, std::size_t time, std::size_t parts) {
  std::vector<std::size_t> order(curves.rows());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t row) { return curves.at(row, time); });
  std::vector<std::vector<std::size_t>> found;
  for (std::size_t p = 0; p < parts; ++p) {
    const std::size_t from = p * order.size() / parts, to = (p + 1) * order.size() / parts;
    if (from < to)
      found.emplace_back(order.begin() + static_cast<std::ptrdiff_t>(from),
                         order.begin() + static_cast<std::ptrdiff_t>(to));
  }
  return found;
}

void add_groups(Page& page, const Curves& curves) {
  const std::size_t middle = curves.times.size() / 2;
  const auto groups = parts_by_risk(curves, middle, risk_groups);
  const std::string said =
      "Rows in four parts by predicted risk: broken lines are what the model predicts on average, dots what came "
      "(Kaplan and Meier). Where both agree, the model can be trusted for rows of every risk.";
  Chart chart("Survival by predicted risk", said, {.title = "time", .range = nice_range(0, curves.times.back())},
              {.title = "share without the event", .range = {0, 1}});
  static constexpr const char* names[] = {"highest risk", "higher", "lower", "lowest risk"};
  for (std::size_t g = 0; g < groups.size(); ++g) {
    chart.line(points_of(curves, mean_curve(curves, groups[g])), static_cast<int>(g),
               groups.size() == risk_groups ? names[g] : "");
    std::vector<Point> observed = points_of(curves, observed_curve(curves, groups[g]));
    std::vector<Point> some;
    for (std::size_t i = 0; i < observed.size(); i += 3) some.push_back(observed[i]);
    chart.dots(some, static_cast<int>(g));
  }
  page.figure(chart.svg(), "Survival by predicted risk", said);
}

void add_all(Page& page, const Curves& curves) {
  std::vector<std::size_t> all(curves.rows());
  std::iota(all.begin(), all.end(), std::size_t{0});
  const std::string said = "The mean of the predicted curves, and the curve of the rows themselves (Kaplan and Meier).";
  Chart chart("Survival of all rows", said, {.title = "time", .range = nice_range(0, curves.times.back())},
              {.title = "share without the event", .range = {0, 1}});
  chart.line(points_of(curves, mean_curve(curves, all)), 0, "predicted");
  chart.line(points_of(curves, observed_curve(curves, all)), 1, "came");
  page.figure(chart.svg(), "Survival of all rows", said);
}

void add_calibration(Page& page, const Curves& curves) {
  const std::size_t places[] = {curves.times.size() / 4, curves.times.size() / 2, 3 * curves.times.size() / 4};
  const std::string said =
      "Rows in ten parts by the predicted probability of being without the event at three times, against the share "
      "that was (Kaplan and Meier). On the diagonal they agree.";
  Chart chart("Calibration by time", said, {.title = "predicted share without the event", .range = {0, 1}},
              {.title = "share that was", .range = {0, 1}});
  chart.guide({0, 0}, {1, 1});
  int series = 0;
  for (const std::size_t time : places) {
    std::vector<Point> points;
    for (const std::vector<std::size_t>& rows : parts_by_risk(curves, time, tenths))
      points.push_back({mean_curve(curves, rows)[time], observed_curve(curves, rows)[time]});
    chart.line(points, series, "time " + number(curves.times[time]));
    chart.dots(points, series++);
  }
  page.figure(chart.svg(), "Calibration by time", said);
}

void add_brier(Page& page, const Subject& subject, const Curves& curves) {
  std::vector<std::size_t> all(curves.rows());
  std::iota(all.begin(), all.end(), std::size_t{0});
  const std::vector<double> without = observed_curve(curves, all);
  std::vector<double> same;
  for (std::size_t row = 0; row < curves.rows(); ++row) same.insert(same.end(), without.begin(), without.end());
  try {
    const Tensor label = subject.judged.label;
    const BrierOptions options{.weight = subject.data.weight()};
    const std::vector<double> own = brier_scores(curves.survival, curves.times, label, options);
    const std::vector<double> other =
        brier_scores(Tensor::copy_of(same, curves.survival.shape()), curves.times, label, options);
    std::vector<Point> model, base;
    double most = 0;
    for (std::size_t t = 0; t < own.size(); ++t) {
      model.push_back({curves.times[t], own[t]});
      base.push_back({curves.times[t], other[t]});
      most = std::max({most, own[t], other[t]});
    }
    const std::string said =
        "The mean squared error of the predicted probabilities at each time, beside that of one curve for all rows. "
        "Lower is better; the gap is what the features tell.";
    Chart chart("Brier score over time", said, {.title = "time", .range = nice_range(0, curves.times.back())},
                {.title = "Brier score", .range = nice_range(0, most)});
    chart.line(base, 1, "one curve for all rows");
    chart.line(model, 0, "model");
    page.figure(chart.svg(), "Brier score over time", said);
  } catch (const UndefinedMetric&) {  // all rows were lost from sight before
  }
}

}  // namespace

void add_survival(Page& page, const Subject& subject) {
  page.section("How good it is");
  const BoostedModel* const model = subject.boosted();
  if (model == nullptr) return page.paragraph("There are survival curves of boosted models.");
  const auto bounds = subject.judged.label.span<const double>();
  std::vector<double> ends;
  bool has_intervals = false;
  for (std::size_t row = 0; row * 2 < bounds.size(); ++row) {
    if (bounds[2 * row] == bounds[2 * row + 1]) ends.push_back(bounds[2 * row]);
    has_intervals |= bounds[2 * row] < bounds[2 * row + 1] && std::isfinite(bounds[2 * row + 1]);
  }
  if (has_intervals)
    return page.paragraph(
        "Some times are known by two bounds alone, with which Kaplan and Meier's curve has nothing to say.");
  if (ends.size() < 2) return page.paragraph("These rows have no two events.");
  std::ranges::sort(ends);
  page.paragraph(fmt::format("{} of {} rows had their event; the others were lost from sight before.", ends.size(),
                             subject.data.rows()));
  Curves curves{{}, {}, bounds, subject.weights()};
  for (std::size_t i = 0; i < points_of_time; ++i) {
    const double time = sorted_quantile(ends, (static_cast<double>(i) + 0.5) / points_of_time * 0.95);
    if (curves.times.empty() || time > curves.times.back()) curves.times.push_back(time);
  }
  if (curves.times.size() < 4) return page.paragraph("The events come at too few times for curves.");
  try {
    curves.survival = model
                          ->survival(subject.data, curves.times,
                                     {.threads = subject.options.threads, .device = subject.options.device})
                          .reshape({subject.data.rows(), std::ssize(curves.times)});
  } catch (const ArgumentError& error) {  // a part of a model of Cox's, which has no hazard in common
    return page.paragraph(error.what());
  }
  add_all(page, curves);
  add_groups(page, curves);
  add_calibration(page, curves);
  add_brier(page, subject, curves);
}

}  // namespace linden::reporting
