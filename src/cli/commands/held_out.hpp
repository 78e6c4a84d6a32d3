// Metrics of a model on labelled data, as train and evaluate print them.
#pragma once

#include <fmt/format.h>

#include <linden/metric.hpp>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/any_model.hpp"

namespace linden::cli {

using Json = nlohmann::ordered_json;

/// A metric's value, or why it has none on these rows.
struct MetricResult {
  std::string name;
  std::optional<double> value;
  std::string why;  ///< empty with a value
};

std::vector<Metric> metrics_by_name(const std::vector<std::string>& names);

/// Throws ArgumentError where a metric does not take such predictions or labels, with the file and line of the row. A
/// metric that these rows leave undefined is no error.
void check_metric(const Metric& metric, const MetricInput& input, const Dataset& data);

/// Whether a metric that does not take the model's predictions or labels is refused, or reported as undefined.
enum class Misfit { refused, undefined };

/// The metrics, or, where none are given, those that go with the loss. A metric that is undefined on these rows is no
/// error, nor is one that does not fit but was not asked for.
std::vector<MetricResult> metrics_of(const AnyModel& model, const Dataset& data, int threads,
                                     const std::vector<Metric>& metrics, Misfit misfit);

/// One object: name and value, null where it is undefined.
Json to_json(const std::vector<MetricResult>& metrics);

}  // namespace linden::cli
