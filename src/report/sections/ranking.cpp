// How good the order of rows within their groups is.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "report/measures/bins.hpp"
#include "report/sections/sections.hpp"
#include "report/svg/chart.hpp"

namespace linden::reporting {
namespace {

constexpr int most_places = 20;

void add_ndcg_by_place(Page& page, const Subject& subject) {
  std::vector<Point> points;
  for (int at = 1; at <= most_places; ++at) try {
      points.push_back({static_cast<double>(at), metric::ndcg({.at = at}).evaluate(subject.judged)});
    } catch (const Error&) {
      return;
    }
  double least = 1;
  for (const Point& point : points) least = std::min(least, point.y);
  const std::string said = fmt::format(
      "NDCG when only the first places count: {} at one, {} at five, {} at ten. 1 is the best order there is.",
      number(points[0].y), number(points[4].y), number(points[9].y));
  Chart chart("NDCG by position", said, {.title = "places that count", .range = {0, most_places}},
              {.title = "NDCG", .range = nice_range(std::floor(least * 20 - 1) / 20, 1)});
  chart.line(points, 0);
  chart.dots(points, 0);
  page.figure(chart.svg(), "NDCG by position", said);
}

void add_label_by_place(Page& page, const Subject& subject) {
  const auto starts = subject.judged.groups.span<const std::int64_t>();
  const auto labels = subject.judged.label.span<const double>();
  const std::vector<double> predictions = subject.predictions();
  std::vector<double> sum(most_places), best(most_places), count(most_places);
  double mean = 0;
  for (std::size_t g = 0; g + 1 < starts.size(); ++g) {
    std::vector<std::size_t> order(static_cast<std::size_t>(starts[g + 1] - starts[g]));
    std::iota(order.begin(), order.end(), static_cast<std::size_t>(starts[g]));
    std::vector<double> ideal;
    for (const std::size_t row : order) ideal.push_back(labels[row]);
    std::ranges::sort(ideal, std::greater<>());
    std::ranges::stable_sort(order, std::greater<>(), [&](std::size_t row) { return predictions[row]; });
    for (std::size_t place = 0; place < std::min<std::size_t>(order.size(), most_places); ++place) {
      sum[place] += labels[order[place]];
      best[place] += ideal[place];
      ++count[place];
    }
  }
  for (const double label : labels) mean += label / static_cast<double>(labels.size());
  std::vector<Point> found, possible;
  double most = mean;
  for (std::size_t place = 0; place < most_places && count[place] > 0; ++place) {
    found.push_back({static_cast<double>(place + 1), sum[place] / count[place]});
    possible.push_back({static_cast<double>(place + 1), best[place] / count[place]});
    most = std::max({most, found.back().y, possible.back().y});
  }
  const std::string said = fmt::format(
      "The mean label of the rows that the model puts first, second, and so on. First ones have {}, all rows {}.",
      number(found[0].y), number(mean));
  Chart chart("Label by position", said, {.title = "place in its group", .range = {0, most_places}},
              {.title = "mean label", .range = nice_range(0, most)});
  chart.guide({0, mean}, {most_places, mean}, "any order");
  chart.line(possible, 2, "best possible");
  chart.line(found, 0, "model");
  page.figure(chart.svg(), "Label by position", said);
}

void add_ndcg_by_group(Page& page, const Subject& subject) {
  const auto starts = subject.judged.groups.span<const std::int64_t>();
  const auto labels = subject.judged.label.span<const double>();
  const std::vector<double> predictions = subject.predictions();
  const Metric ndcg = metric::ndcg({.at = 10});
  std::vector<double> values;
  std::size_t without = 0;
  for (std::size_t g = 0; g + 1 < starts.size(); ++g) {
    const auto first = static_cast<std::size_t>(starts[g]), size = static_cast<std::size_t>(starts[g + 1]) - first;
    const auto own = labels.subspan(first, size);
    if (std::ranges::all_of(own, [](double label) { return label == 0; })) {
      ++without;
      continue;
    }
    const std::int64_t group[] = {0, static_cast<std::int64_t>(size)};
    values.push_back(
        ndcg.evaluate({.prediction = Tensor::copy_of(std::span<const double>(predictions).subspan(first, size)),
                       .label = Tensor::copy_of(own),
                       .groups = Tensor::copy_of(std::span<const std::int64_t>(group))}));
  }
  if (values.empty()) return;
  values.insert(values.end(), {0, 1});
  std::vector<double> weights(values.size(), 1.0);
  weights[values.size() - 2] = weights.back() = 0;
  const Histogram bins = histogram(values, weights, 20);
  if (bins.edges.size() != 21) return;
  const std::string said =
      fmt::format("How NDCG at ten is spread over the groups{}.",
                  without > 0 ? fmt::format("; {} groups without a relevant row are left out", without) : "");
  Chart chart("NDCG by group", said, {.title = "NDCG at ten", .range = {0, 1}},
              {.title = "share of groups", .range = nice_range(0, *std::ranges::max_element(bins.shares))});
  for (std::size_t i = 0; i < bins.shares.size(); ++i)
    chart.column(bins.edges[i], bins.edges[i + 1], bins.shares[i], 0);
  page.figure(chart.svg(), "NDCG by group", said);
}

}  // namespace

void add_ranking(Page& page, const Subject& subject) {
  page.section("How good it is");
  page.paragraph(fmt::format("{} groups have {} rows.", subject.judged.groups.elements() - 1, subject.data.rows()));
  add_ndcg_by_place(page, subject);
  add_label_by_place(page, subject);
  add_ndcg_by_group(page, subject);
}

}  // namespace linden::reporting
