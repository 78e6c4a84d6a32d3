#include "cli/commands/held_out.hpp"

#include <linden/error.hpp>
#include <regex>

#include "base/fail.hpp"

namespace linden::cli {
namespace {

// A metric knows the number of a row, and the data where the row stands.
std::string with_places(const std::string& text, const Dataset& data) {
  static const std::regex number("at row ([0-9]+)");
  std::smatch found;
  if (!std::regex_search(text, found, number)) return text;
  return fmt::format("{}at {}{}", found.prefix().str(), data.where(std::stoll(found[1])), found.suffix().str());
}

// "metric::auc: all rows ... label 1. Hint: ..." without who says so.
std::string message_of(const Error& error, const std::string& name, const Dataset& data) {
  std::string text = error.what();
  if (const std::string who = "metric::" + name + ": "; text.starts_with(who)) text.erase(0, who.size());
  return with_places(text, data);
}

// Nor with what to do.
std::string reason(const Error& error, const std::string& name, const Dataset& data) {
  std::string text = message_of(error, name, data);
  text = text.substr(0, text.find(" Hint: "));
  if (text.ends_with('.')) text.pop_back();
  return text;
}

[[noreturn]] void refuse_metric(const Error& error, const std::string& name, const Dataset& data) {
  const std::string text = message_of(error, name, data);
  fail<ArgumentError>("--metrics {}: {}{}", name, text,
                      text.find(" Hint: ") == text.npos ? " Hint: leave it out of --metrics." : "");
}

}  // namespace

void check_metric(const Metric& metric, const MetricInput& input, const Dataset& data) {
  try {
    metric.evaluate(input);
  } catch (const UndefinedMetric&) {
  } catch (const Error& error) {
    refuse_metric(error, metric.name(), data);
  }
}

std::vector<Metric> metrics_by_name(const std::vector<std::string>& names) {
  std::vector<Metric> metrics;
  for (const std::string& name : names) {
    const Metric& added = metrics.emplace_back(metric::by_name(name));
    for (std::size_t i = 0; i + 1 < metrics.size(); ++i)
      if (metrics[i].name() == added.name())
        fail<ArgumentError>("--metrics {}: {}. Hint: leave one out.", fmt::join(names, ","),
                            names[i] == name ? fmt::format("{} is there twice", name)
                                             : fmt::format("{} and {} are one metric", names[i], name));
  }
  return metrics;
}

std::vector<MetricResult> metrics_of(const AnyModel& model, const Dataset& data, int threads,
                                     const std::vector<Metric>& asked, Misfit misfit) {
  const MetricInput input = judged(model, data, {.threads = threads});
  const std::vector<Metric> metrics =
      asked.empty() ? metric::defaults(std::visit([](const auto& m) { return m.loss(); }, model)) : asked;
  std::vector<MetricResult> results;
  for (const Metric& metric : metrics) {
    try {
      results.push_back({metric.name(), metric.evaluate(input), ""});
    } catch (const UndefinedMetric& error) {
      results.push_back({metric.name(), std::nullopt, reason(error, metric.name(), data)});
    } catch (const Error& error) {
      if (!asked.empty() && misfit == Misfit::refused) refuse_metric(error, metric.name(), data);
      results.push_back({metric.name(), std::nullopt, reason(error, metric.name(), data)});
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
