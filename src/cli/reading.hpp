// Data files on the command line: the options that describe them, and reading them.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "cli/any_model.hpp"

namespace linden::cli {

struct ReadOptions {
  std::string label, weight;
  bool no_header = false;
  std::string delimiter;
  std::vector<std::string> drop, categorical, missing;
  int threads = 0;
};

/// --no-header, --delimiter, --missing, --threads.
void add_format_options(CLI::App& command, ReadOptions& options);

/// CSV or libsvm, by ending or content. libsvm takes its label from the line.
Dataset read_training(const std::string& path, const ReadOptions& options);

/// Data by a schema: its features and, with `with_label`, its label, which must be there; what training alone is told
/// (columns to drop, categories) is the schema's.
Dataset read_by(Schema schema, const std::string& path, ReadOptions options, bool with_label);
/// Data for a trained model, by its schema.
Dataset read_for(const AnyModel& model, const std::string& path, const ReadOptions& options, bool with_label);

/// "auto", "cpu" or "cuda".
Device device_of(const std::string& name);

}  // namespace linden::cli
