// cross_validate: what is refused, the folds, and what the result is asked for.
#include <algorithm>
#include <cmath>
#include <linden/cross_validation.hpp>
#include <ostream>
#include <set>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "loss/definition.hpp"
#include "model/file/text_lines.hpp"
#include "selection/defaults.hpp"
#include "selection/validate.hpp"

namespace linden {
namespace {

constexpr const char* where = "cross_validate";

// Two digits and no exponent where that is not far from 1.
std::string two_digits(double value) {
  if (!(value >= 1e-4 && value < 1e7)) return fmt::format("{:.2g}", value);
  return fmt::format("{:.{}f}", value, std::max(0, 1 - static_cast<int>(std::floor(std::log10(value)))));
}

template <class Config>
auto cross_validated(const Dataset& data, Config config, const CrossValidationOptions& options) {
  return or_out_of_memory(where, [&] {
    config.check();
    check_options(where, options);
    if (!options.start.empty() && is_automatic(config.loss)) config.loss = options.start.loss();
    const SettledData settled = linden::settled(where, data, config.loss);
    config.loss = settled.loss;
    if constexpr (std::is_same_v<Config, BoostingConfig>)
      config = with_defaults(config, settled, {options.device, options.threads});
    PreparedFolds folds(where, settled.data, options.folds);
    return validate(where, folds, config, options, Purpose::report);
  });
}

}  // namespace

void check_options(std::string_view caller, const CrossValidationOptions& options) {
  std::set<std::string> names;
  for (const Metric& metric : options.metrics)
    if (!names.insert(metric.name()).second)
      fail<ArgumentError>("{}: two of .metrics are called \"{}\". Hint: leave one out, or give it another name.",
                          caller, metric.name());
  for (std::size_t c = 0; c < options.callbacks.size(); ++c)
    if (!options.callbacks[c]) fail<ArgumentError>("{}: callback {} of .callbacks is empty.", caller, c);
}

BoostedCrossValidation cross_validate(const Dataset& data, const BoostingConfig& config,
                                      const CrossValidationOptions& options) {
  return cross_validated(data, config, options);
}

LinearCrossValidation cross_validate(const Dataset& data, const LinearConfig& config,
                                     const CrossValidationOptions& options) {
  return cross_validated(data, config, options);
}

const MetricCurve& CrossValidation::curve(std::string_view metric) const {
  std::vector<std::string> names;
  for (const MetricCurve& curve : curves) {
    if (curve.name == metric) return curve;
    names.push_back(curve.name);
  }
  fail<ArgumentError>("CrossValidation: no metric \"{}\". {}Metrics: {}.", metric, did_you_mean(metric, names),
                      listing(names));
}

const FoldSpread& CrossValidation::of(std::string_view metric) const {
  return curve(metric).spread.at(static_cast<std::size_t>(rounds) - 1);
}

std::ostream& operator<<(std::ostream& out, const CrossValidation& cv) {
  for (const MetricCurve& curve : cv.curves) {
    const auto last = static_cast<std::size_t>(cv.rounds) - 1;
    const FoldSpread& spread = curve.spread[last];
    std::vector<std::string> values;
    for (const double value : curve.values[last]) values.push_back(fmt::format("{:.4g}", value));
    out << text_line(
        curve.name, fmt::format("{:.6g} +- {} (deviation {}; folds {})", spread.mean, two_digits(spread.standard_error),
                                two_digits(spread.standard_deviation), listing(values, 5)));
  }
  return out;
}

}  // namespace linden
