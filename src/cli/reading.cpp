#include "cli/reading.hpp"

#include <fmt/format.h>

#include <linden/error.hpp>

namespace linden::cli {
namespace {

char delimiter_of(const std::string& asked) {
  if (asked.empty()) return 0;  // guessed
  if (asked == "\\t" || asked == "tab") return '\t';
  if (asked.size() != 1)
    throw ArgumentError(fmt::format("--delimiter is \"{}\"; it must be one character (or tab).", asked));
  return asked[0];
}

CsvOptions csv_options(const ReadOptions& options) {
  CsvOptions csv;
  csv.label = options.label;
  csv.weight = options.weight;
  csv.header = !options.no_header;
  csv.delimiter = delimiter_of(options.delimiter);
  csv.drop = options.drop;
  csv.categorical = options.categorical;
  csv.threads = options.threads;
  csv.missing = options.missing;
  return csv;
}

}  // namespace

void add_format_options(CLI::App& command, ReadOptions& options) {
  command.add_flag("--no-header", options.no_header, "the first line is data; columns are numbered from 0");
  command.add_option(
      "--delimiter", options.delimiter,
      "between fields: one character, or tab (default: whichever of tab, ; | and , divides the first lines)");
  command
      .add_option("--missing", options.missing,
                  "tokens for missing values beside the usual ones (empty, NA, NULL, and others), comma-separated")
      ->delimiter(',');
  command.add_option("--threads", options.threads, "threads (default: all cores)")->check(CLI::Range(0, 1 << 16));
}

Dataset read_training(const std::string& path, const ReadOptions& options) {
  if (looks_like_libsvm(path)) {
    if (!options.label.empty())
      throw ArgumentError(fmt::format(
          "--label {}: {} is a libsvm file, whose label is the first number of a line. Hint: leave --label out.",
          options.label, path));
    return Dataset::from_libsvm(path, {.threads = options.threads});
  }
  if (options.label.empty())
    throw ArgumentError(
        fmt::format("--label is missing: which column of {} is to be predicted? Hint: --label NAME, or its number from "
                    "0 with --no-header.",
                    path));
  return Dataset::from_csv(path, csv_options(options));
}

Dataset read_by(Schema schema, const std::string& path, ReadOptions options, bool with_label) {
  if (looks_like_libsvm(path)) return Dataset::from_libsvm(path, schema, {.threads = options.threads});
  options.label = with_label ? schema.label_name : "";
  if (!with_label) schema.label_name.clear();
  options.drop.clear();
  options.categorical.clear();
  return Dataset::from_csv(path, schema, csv_options(options));
}

Dataset read_for(const AnyModel& model, const std::string& path, const ReadOptions& options, bool with_label) {
  return read_by(std::visit([](const auto& m) { return m.schema(); }, model), path, options, with_label);
}

Device device_of(const std::string& name) {
  if (name == "cpu") return Device::cpu();
  if (name == "cuda") return Device::cuda(0);
  if (name == "auto") {
    const Device best = Device::best();
    const std::string why = cuda_unavailable_reason();
    fmt::print("device      {}{}\n", best.name(), why.empty() ? "" : fmt::format(" ({})", why));
    return best;
  }
  throw ArgumentError(fmt::format("--device is \"{}\"; it must be auto, cpu or cuda.", name));
}

}  // namespace linden::cli
