#include "cli/held_out.hpp"

#include <linden/error.hpp>

namespace linden::cli {
namespace {

// "metric::auc: all rows ... label 1. Hint: ..." without who says so and what to do.
std::string reason(const Error& error, const std::string& name) {
  std::string text = error.what();
  if (const std::string who = "metric::" + name + ": "; text.starts_with(who)) text.erase(0, who.size());
  text = text.substr(0, text.find(" Hint: "));
  if (text.ends_with('.')) text.pop_back();
  return text;
}

}  // namespace

std::vector<Metric> metrics_by_name(const std::vector<std::string>& names) {
  std::vector<Metric> metrics;
  for (const std::string& name : names) metrics.push_back(metric::by_name(name));
  return metrics;
}

std::vector<MetricResult> metrics_of(const AnyModel& model, const Dataset& data, int threads,
                                     const std::vector<Metric>& asked, Misfit misfit) {
  const Tensor prediction = predict(model, data, Output::prediction, threads, Device::cpu());
  const Tensor label = std::visit([&](const auto& m) { return m.labels_of(data); }, model);
  const std::vector<Metric> metrics =
      asked.empty() ? metric::defaults(std::visit([](const auto& m) { return m.loss(); }, model)) : asked;
  std::vector<MetricResult> results;
  for (const Metric& metric : metrics) {
    try {
      results.push_back({metric.name(), metric.evaluate(prediction, label, data.weight()), ""});
    } catch (const UndefinedMetric& error) {
      results.push_back({metric.name(), std::nullopt, reason(error, metric.name())});
    } catch (const Error& error) {
      if (!asked.empty() && misfit == Misfit::refused) throw;
      results.push_back({metric.name(), std::nullopt, reason(error, metric.name())});
    }
  }
  return results;
}

Json to_json(const std::vector<MetricResult>& metrics) {
  Json values = Json::object();
  for (const MetricResult& metric : metrics) values[metric.name] = metric.value ? Json(*metric.value) : Json();
  return values;
}

}  // namespace linden::cli
