// Early stopping: remembers the best round of each metric that it watches, ends when patience runs out, keeps the
// rounds up to the best.
#include <algorithm>
#include <cmath>
#include <linden/callback.hpp>
#include <memory>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"

namespace linden {
namespace {

struct Best {
  double value = 0;
  int round = -1;
};

const MetricValue& watched(const Round& round, const std::string& name) try {
  if (round.metrics.empty())
    fail<ArgumentError>("early_stopping: there is nothing to watch. Hint: pass a validation set, FitOptions::valid.");
  if (name.empty()) return round.metrics.front();
  std::vector<std::string> names;
  for (const MetricValue& metric : round.metrics) {
    if (metric.name == name) return metric;
    names.push_back(metric.name);
  }
  fail<ArgumentError>("early_stopping: no metric \"{}\". {}Metrics: {}.", name, did_you_mean(name, names),
                      listing(names));
} catch (const std::bad_alloc&) {
  fail_out_of_memory("early_stopping");
}

using Watched = std::vector<Best>;

// The metric whose best round is kept. Of all that are watched the one that improved last; of any the one that ends
// training, or, where the rounds run out, the first.
const Best& decisive(const Watched& all, bool any, int patience, int round) {
  const auto is_done = [&](const Best& best) { return round - best.round >= patience; };
  if (!any) return *std::ranges::max_element(all, {}, &Best::round);
  const auto ends = std::ranges::find_if(all, is_done);
  return ends == all.end() ? all.front() : *ends;
}

}  // namespace

Callback early_stopping(const EarlyStopping& options) try {
  if (options.patience < 1)
    fail<ArgumentError>("EarlyStopping.patience is {}; it must be 1 or more.", options.patience);
  if (!(options.min_delta >= 0))
    fail<ArgumentError>("EarlyStopping.min_delta is {}; it must be >= 0.", options.min_delta);
  if (!options.metrics.empty() && !options.metric.empty())
    fail<ArgumentError>("EarlyStopping.metric is \"{}\", and EarlyStopping.metrics has more. Hint: name it there.",
                        options.metric);
  if (options.any && options.metrics.size() < 2)
    fail<ArgumentError>("EarlyStopping.any is for several metrics. Hint: name them, EarlyStopping.metrics.");
  const std::vector<std::string> names = options.metrics.empty() ? std::vector{options.metric} : options.metrics;
  return [options, names, all = std::make_shared<Watched>(names.size())](const Round& round) {
    if (round.index == 0) std::ranges::fill(*all, Best{});  // a new fit
    for (std::size_t i = 0; i < names.size(); ++i) {
      const MetricValue& metric = watched(round, names[i]);
      Best& best = (*all)[i];
      const double gain = metric.higher_is_better ? metric.value - best.value : best.value - metric.value;
      if (!std::isnan(metric.value) && (best.round < 0 || gain > options.min_delta)) best = {metric.value, round.index};
    }
    const Best& best = decisive(*all, options.any, options.patience, round.index);
    if (round.index - best.round < options.patience && round.index + 1 < round.rounds) return Signal::proceed();
    return best.round < 0 ? Signal::stop() : Signal::stop_and_keep(best.round + 1);
  };
} catch (const std::bad_alloc&) {
  fail_out_of_memory("early_stopping");
}

}  // namespace linden
