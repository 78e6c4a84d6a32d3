// How training went, round by round: from the model's history, or else by asking it for its first rounds.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "report/sections/sections.hpp"
#include "report/svg/chart.hpp"

namespace linden::reporting {
namespace {

constexpr std::size_t most_points = 200;
constexpr int asked_rounds = 25;
constexpr std::size_t most_sets = 6;

// A metric of several sets of rows.
struct MetricLines {
  bool higher_is_better = false;
  std::vector<std::pair<std::string, std::vector<Point>>> sets;
};

void draw(Page& page, const std::string& metric, const MetricLines& lines, int kept, int trained) {
  Range range{1e300, -1e300};
  std::size_t all = 0;
  double last = 0;
  for (const auto& [set, points] : lines.sets)
    for (const Point& point : points) {
      if (!std::isfinite(point.y)) continue;
      range = {std::min(range.low, point.y), std::max(range.high, point.y)};
      last = std::max(last, point.x);
      ++all;
    }
  if (all == 0) return;
  std::string said =
      fmt::format("{} after each round, {} is better.", metric, lines.higher_is_better ? "higher" : "lower");
  if (kept < trained) said += fmt::format(" {} rounds were trained, and the first {} kept.", trained, kept);
  Chart chart("Training: " + metric, said, {.title = "round", .range = {0, std::max(last, 1.0)}},
              {.title = metric, .range = nice_range(range.low, range.high)});
  for (std::size_t i = 0; i < std::min(most_sets, lines.sets.size()); ++i) {
    std::vector<Point> points;
    const std::size_t each = (lines.sets[i].second.size() + most_points - 1) / most_points;
    for (std::size_t p = 0; p < lines.sets[i].second.size(); ++p)
      if (p % each == 0 || p + 1 == lines.sets[i].second.size()) points.push_back(lines.sets[i].second[p]);
    chart.line(points, static_cast<int>(i), lines.sets[i].first);
  }
  if (kept < trained) chart.mark(kept, "kept");
  page.figure(chart.svg(), metric, said);
}

// "2024 auc" is auc of the set 2024; a name without a set is that of the one validation set.
std::pair<std::string, std::string> set_and_metric(const std::string& name) {
  const std::size_t space = name.rfind(' ');
  return space == name.npos
             ? std::pair<std::string, std::string>{"validation", name}
             : std::pair{name.substr(0, space) == "train" ? "training" : name.substr(0, space), name.substr(space + 1)};
}

void add_history(Page& page, const BoostedModel& model) {
  std::vector<std::string> order;
  std::map<std::string, MetricLines> lines;
  const auto& history = model.history();
  for (std::size_t round = 0; round < history.size(); ++round)
    for (const MetricValue& value : history[round]) {
      const auto [set, metric] = set_and_metric(value.name);
      if (!lines.contains(metric)) order.push_back(metric);
      MetricLines& of = lines[metric];
      of.higher_is_better = value.higher_is_better;
      auto place = std::ranges::find(of.sets, set, &std::pair<std::string, std::vector<Point>>::first);
      if (place == of.sets.end()) place = of.sets.insert(of.sets.end(), {set, {}});
      place->second.push_back({static_cast<double>(round + 1), value.value});
    }
  for (const std::string& metric : order)
    draw(page, metric, lines[metric], model.rounds(), static_cast<int>(history.size()));
}

void add_asked(Page& page, const Subject& subject, const BoostedModel& model) {
  const std::vector<Metric> metrics = metric::defaults(subject.loss());
  std::vector<std::vector<Point>> points(metrics.size());
  int last = 0;
  for (int i = 1; i <= asked_rounds; ++i) {
    const int rounds = std::max(
        1, static_cast<int>(std::llround(std::pow(static_cast<double>(i) / asked_rounds, 1.5) * model.rounds())));
    if (rounds == last) continue;
    last = rounds;
    const MetricInput input =
        judged(subject.model, subject.sample,
               {.rounds = rounds, .threads = subject.options.threads, .device = subject.options.device});
    for (std::size_t m = 0; m < metrics.size(); ++m) try {
        points[m].push_back({static_cast<double>(rounds), metrics[m].evaluate(input)});
      } catch (const Error&) {  // undefined on these rows
      }
  }
  for (std::size_t m = 0; m < metrics.size(); ++m)
    if (points[m].size() > 1)
      draw(page, metrics[m].name(), {metrics[m].higher_is_better(), {{"rows of this report", points[m]}}},
           model.rounds(), model.rounds());
}

}  // namespace

void add_training(Page& page, const Subject& subject) {
  const BoostedModel* const model = subject.boosted();
  if (model == nullptr || model->rounds() == 0) return;
  page.section("How training went");
  if (!model->history().empty()) return add_history(page, *model);
  page.paragraph(
      fmt::format("The model has no history of its training (--save-history keeps it in files). The curves are of its "
                  "first rounds on {} rows of this report.",
                  subject.sample.rows()));
  add_asked(page, subject, *model);
}

}  // namespace linden::reporting
