// Early stopping: remembers the best round of one metric, ends when patience runs out, keeps the rounds up to the best.
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

}  // namespace

Callback early_stopping(const EarlyStopping& options) try {
  if (options.patience < 1)
    fail<ArgumentError>("EarlyStopping.patience is {}; it must be 1 or more.", options.patience);
  if (!(options.min_delta >= 0))
    fail<ArgumentError>("EarlyStopping.min_delta is {}; it must be >= 0.", options.min_delta);
  return [options, best = std::make_shared<Best>()](const Round& round) {
    if (round.index == 0) *best = Best{};  // a new fit
    const MetricValue& metric = watched(round, options.metric);
    const double gain = metric.higher_is_better ? metric.value - best->value : best->value - metric.value;
    if (!std::isnan(metric.value) && (best->round < 0 || gain > options.min_delta)) *best = {metric.value, round.index};
    if (round.index - best->round < options.patience && round.index + 1 < round.rounds) return Signal::proceed();
    return best->round < 0 ? Signal::stop() : Signal::stop_and_keep(best->round + 1);
  };
} catch (const std::bad_alloc&) {
  fail_out_of_memory("early_stopping");
}

}  // namespace linden
