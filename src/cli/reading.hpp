// Data files on the command line: the options that describe them, and reading them.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>
#include <vector>

#include "cli/any_model.hpp"

namespace linden::cli {

struct ReadOptions {
  std::string event, weight, trials, group, exposure, format, delimiter, decimal = ".";
  bool no_header = false, zero_based = false, drop_unlabelled = false, skip_groups = false;
  int features = 0;
  std::vector<std::string> label, offset, drop, categorical, missing;
  std::string memory, cache;  // of data that is larger than memory
  int threads = 0;
  FilePart part = {};  // of the file, where several processes share it
};

/// --data, which may also stand alone.
void add_data_option(CLI::App& command, std::string& data, const std::string& meaning);
/// --metrics.
void add_metrics_option(CLI::App& command, std::vector<std::string>& metrics);
/// --event, --weight, --group, --skip-groups and --drop-unlabelled, for files that have a label; `otherwise` says which
/// weights there are without --weight, or nothing.
void add_label_options(CLI::App& command, ReadOptions& options, const std::string& otherwise = "");
/// --trials; `otherwise` likewise.
void add_trials_option(CLI::App& command, ReadOptions& options, const std::string& otherwise = "");
/// --label of labelled rows for a trained model.
void add_known_label_option(CLI::App& command, ReadOptions& options);
/// --offset; `otherwise` says where offsets are without it, or nothing.
void add_offset_option(CLI::App& command, ReadOptions& options, const std::string& otherwise);
/// --data with --label, --exposure, --drop, --categorical, --features, and the options above: data to train on.
void add_training_options(CLI::App& command, std::string& data, ReadOptions& options);
/// --memory and --cache, for commands that train one model.
void add_memory_options(CLI::App& command, ReadOptions& options);
/// --format, --no-header, --delimiter, --decimal, --missing, --zero-based, --threads.
void add_format_options(CLI::App& command, ReadOptions& options);
/// --device.
void add_device_option(CLI::App& command, std::string& device);

/// Throws ArgumentError for an option about CSV where none of the files is CSV, or about libsvm where none is libsvm.
void check_formats(const ReadOptions& options, const std::vector<std::string>& files);

/// CSV or libsvm, by --format, ending or content. libsvm takes its label from the line. Several files by a pattern, as
/// Dataset::from_files has it; with --memory they are read by that. With --trials labels are shares.
Dataset read_training(const std::string& path, const ReadOptions& options);

/// A model of this library or another, whatever its format; what there is to say of it goes to stderr.
AnyModel read_model(const std::string& path);

/// Data by a schema: its features and, with `with_label`, its label, which must be there; what training alone is told
/// (columns to drop, categories) is the schema's.
Dataset read_by(Schema schema, const std::string& path, ReadOptions options, bool with_label);
/// These with the column of weights that a linear model was trained with, where they name none: for its training rows.
ReadOptions as_trained(const AnyModel& model, ReadOptions options);
/// Data for a trained model, by its schema. Labels of a linear model that was trained on successes of trials are shares
/// of the trials here, too.
Dataset read_for(const AnyModel& model, const std::string& path, const ReadOptions& options, bool with_label);

/// Appends the remarks that are not there yet.
void add_new(std::vector<std::string>& remarks, const std::vector<std::string>& more);
/// What reading and fitting found that the user would want to know, one line each on stderr.
void print_remarks(const std::vector<std::string>& remarks);

/// From now on, what the library chose because it was left unset goes to `report`.
void report_choices(std::FILE* report);

/// "auto", "cpu" or "cuda"; what auto is goes to `report`.
Device device_of(const std::string& name, std::FILE* report);

/// Whether a name of a device is that of several: "cuda:all", "cuda:0,cuda:1".
bool is_several_devices(const std::string& name);
/// These, all of which are GPUs.
std::vector<Device> devices_of(const std::string& names);

}  // namespace linden::cli
