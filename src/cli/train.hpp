// What training has in common for all families of models: its arguments, the configuration from --set, the data, the
// metrics and the report.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <linden/error.hpp>
#include <linden/metric.hpp>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/any_model.hpp"
#include "cli/reading.hpp"

namespace linden::cli {

using Json = nlohmann::ordered_json;

struct TrainArguments {
  ReadOptions read;
  std::string data, valid, out, json, device = "auto", family = "boosted";
  std::vector<std::string> set;
  int patience = 0;
};

void train_boosted(const TrainArguments& args);
void train_linear(const TrainArguments& args);

/// Seconds on a clock that only moves forward.
double now();

inline bool names_loss(const std::string& assignment) { return assignment.starts_with("loss="); }

/// The configuration that the assignments of --set make.
template <class Config>
Config configure(const std::vector<std::string>& assignments) {
  Config config;
  // The loss first: its parameters may stand before it.
  std::vector<std::string> ordered = assignments;
  std::ranges::stable_partition(ordered, names_loss);
  for (const std::string& assignment : ordered) {
    const std::size_t equals = assignment.find('=');
    if (equals == std::string::npos) throw ArgumentError(fmt::format("--set {}: it must be field=value.", assignment));
    set_field(config, assignment.substr(0, equals), assignment.substr(equals + 1));
  }
  return config;
}

/// Device and data of a training, after the files to be written were found writable.
struct TrainingInput {
  explicit TrainingInput(const TrainArguments& args);

  Device device = Device::cpu();
  Dataset train;
  std::optional<Dataset> valid;
  double seconds_read = 0;
};

/// The loss that --set names, else the one that the label suggests, which is then printed.
Loss chosen_loss(const TrainArguments& args, const Loss& named, const Dataset& train);

/// Metrics of a model by its loss, or by these names.
Json metrics_of(const AnyModel& model, const Dataset& data, int threads, std::vector<Metric> metrics = {});

void print_held_out(const Json& metrics);

/// Writes --json, if it is wanted.
void write_report(const TrainArguments& args, const Json& report);

}  // namespace linden::cli
