// What training has in common for all families of models: its arguments, the data, the metrics and the report.
#pragma once

#include <cstdio>
#include <linden/checkpoint.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/fields.hpp"
#include "cli/commands/held_out.hpp"
#include "cli/options.hpp"
#include "cli/saving.hpp"
#include "cli/reading.hpp"

namespace linden::cli {

struct TrainArguments {
  ReadOptions read;
  std::string data, start, out, json, checkpoint, device = "auto", family = "boosted";
  std::vector<std::string> valid, metrics;
  std::vector<Assignment> set;
  int patience = 0;
  int checkpoint_every = 0;    ///< 0: as the library has it
  int epochs = 1;              ///< passes over the rows, of online models
  double ranks_timeout = 300;  ///< seconds to wait for a rank that does not come
  bool train_metrics = false, save_history = false, firth = false, resume = false;

  /// Where what is said goes: the model, or its metrics, may go to standard output.
  std::FILE* report() const { return report_stream(json == "-" ? json : out); }
};

/// What is asked for, and a word on whether there is one to go on from.
Checkpoint checkpoint_of(const TrainArguments& args);

void train_boosted(const TrainArguments& args);
void train_linear(const TrainArguments& args);
void train_online(const TrainArguments& args);

/// Seconds on a clock that only moves forward.
double now();

/// Rows that are held out of training, with the name that they are reported by.
struct HeldOut {
  std::string name;
  Dataset rows;
};

/// Device and data of a training, after the files to be written were found writable.
struct TrainingInput {
  explicit TrainingInput(const TrainArguments& args);

  Device device = Device::cpu();
  std::vector<Device> devices;  ///< several GPUs, of which `device` is the first; empty: that one
  BoostedModel start;           ///< to go on from, or empty
  Dataset train;
  std::vector<HeldOut> valid;
  std::vector<Metric> metrics;       ///< those that were asked for
  std::vector<std::string> remarks;  ///< of all files, each once
  double seconds_read = 0;
};

/// Refuses, before the work, held-out rows of a class that is not in the training data (DataError) and metrics that do
/// not take the labels (ArgumentError).
void check_held_out(const TrainArguments& args, const TrainingInput& input, const Loss& loss);

/// Prints which loss the label has chosen, and why.
void print_chosen(std::FILE* report, const Loss& loss, const Dataset& train);

/// The loss that was asked for, else the one that the label suggests, which is then printed. Throws as
/// check_held_out does.
Loss chosen_loss(const TrainArguments& args, const Loss& asked, const TrainingInput& input);

/// Writes the model where --out says, or, where that fails after all, elsewhere.
template <class Model>
void write_model(const Model& model, const TrainArguments& args) {
  if (is_standard_output(args.out))
    write_result(args.out, model.to_string());
  else
    save_or_rescue(args.out, [&](const std::filesystem::path& path) { model.save(path); });
}

/// What the training rows are called among those that are held out.
inline constexpr const char* training_rows = "train";

/// Prints the metrics of the held-out rows, and of the training rows with --train-metrics. Returns them for the report:
/// an object, of objects by name if there is more than one held-out file.
Json report_metrics(const TrainArguments& args, const TrainingInput& input, const AnyModel& model);

/// Writes --json, if it is wanted.
void write_report(const TrainArguments& args, const Json& report);

}  // namespace linden::cli
