#include "cli/reading.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <linden/error.hpp>
#include <linden/interop.hpp>
#include <linden/log.hpp>
#include <linden/statistics.hpp>

#include "base/fail.hpp"
#include "data/dataset/builder.hpp"
#include "data/files/pattern.hpp"
#include "cli/options.hpp"
#include "cli/words.hpp"
#include "linear/model.hpp"

namespace linden::cli {
namespace {

// Whether its first lines can be looked at and then read again.
bool is_regular_file(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error);
}

bool is_libsvm(const std::string& path, const std::string& format) {
  if (format == "libsvm" || format == "csv") return format == "libsvm";
  if (!format.empty()) fail<ArgumentError>("--format is \"{}\"; it must be csv or libsvm.", format);
  std::error_code error;
  const bool is_there = path != "-" && std::filesystem::exists(path, error);
  if (!is_there || std::filesystem::is_directory(path, error)) return false;  // the reader says so
  return is_regular_file(path) && looks_like_libsvm(path);
}

// Refuses an option about the other format than that of the file.
[[noreturn]] void refuse_format(const char* option, const std::string& path, bool is_libsvm) {
  fail<ArgumentError>("{} is for {} files, and {} is {}. Hint: leave it out, or --format {}.", option,
                      is_libsvm ? "CSV" : "libsvm", path, is_libsvm ? "libsvm" : "CSV", is_libsvm ? "csv" : "libsvm");
}

char delimiter_of(const std::string& asked) {
  if (asked.empty()) return 0;  // guessed
  if (asked == "\\t" || asked == "tab") return '\t';
  if (asked.size() != 1) fail<ArgumentError>("--delimiter is \"{}\"; it must be one character (or tab).", asked);
  return asked[0];
}

char decimal_of(const std::string& asked) {
  if (asked != "." && asked != ",") fail<ArgumentError>("--decimal is \"{}\"; it must be . or a comma.", asked);
  return asked[0];
}

// What has a use of its own cannot be left out.
void check_dropped(const ReadOptions& options) {
  const auto check = [&](const char* option, const std::string& name) {
    if (!name.empty() && std::ranges::find(options.drop, name) != options.drop.end())
      fail<ArgumentError>("{0} {1}: --drop leaves it out. Hint: not in --drop; {0} takes it from the features.", option,
                          name);
  };
  check("--event", options.event);
  check("--weight", options.weight);
  check("--trials", options.trials);
  check("--group", options.group);
  check("--exposure", options.exposure);
  for (const std::string& name : options.offset) check("--offset", name);
}

CsvOptions csv_options(const ReadOptions& options) {
  check_dropped(options);
  CsvOptions csv;
  csv.label = options.label;
  csv.event = options.event;
  csv.weight = options.weight;
  csv.group = options.group;
  csv.offset = options.offset;
  csv.header = !options.no_header;
  csv.delimiter = delimiter_of(options.delimiter);
  csv.decimal = decimal_of(options.decimal);
  csv.drop = options.drop;
  csv.categorical = options.categorical;
  csv.threads = options.threads;
  csv.missing = options.missing;
  csv.drop_unlabelled = options.drop_unlabelled;
  csv.part = options.part;
  return csv;
}

LibsvmOptions libsvm_options(const ReadOptions& options) {
  LibsvmOptions libsvm;
  if (options.zero_based) libsvm.zero_based = true;  // else the file tells
  libsvm.drop_unlabelled = options.drop_unlabelled;
  libsvm.skip_groups = options.skip_groups;
  libsvm.threads = options.threads;
  libsvm.part = options.part;
  return libsvm;
}

// Labels that count successes, of as many trials as the column says, as shares and weights (with_trials); without the
// column.
Dataset of_trials(const Dataset& data, const std::string& column) {
  if (column.empty() || data.features() == 0) return data;
  if (const std::vector<std::string> names = data.feature_names(); std::ranges::find(names, column) == names.end())
    fail<ArgumentError>("--trials {}: no column is called so. {}Columns: {}.", column, did_you_mean(column, names),
                        listing(names));
  const Column trials = data.column(column);
  if (trials.categorical)
    fail<DataError>("--trials {}: the column has words, and trials are numbers. Hint: another column.", column);
  DatasetBuilder::State state = DatasetBuilder::state(with_trials(data.without({column}), NumberList(trials.values)));
  state.trials_name = column;
  state.weight_name = DatasetBuilder::state(data).weight_name;  // of what trials are multiplied by
  return DatasetBuilder::make(std::move(state));
}

std::string or_else(const std::string& otherwise) { return otherwise.empty() ? "" : " (default: " + otherwise + ")"; }

}  // namespace

void add_data_option(CLI::App& command, std::string& data, const std::string& meaning) {
  command.add_option("--data,data", data, meaning + "; - is standard input")->required();
}

void add_metrics_option(CLI::App& command, std::vector<std::string>& metrics) {
  command
      .add_option("--metrics", metrics,
                  fmt::format("comma-separated: {} (default: by the loss)", fmt::join(metric::names(), ", ")))
      ->delimiter(',')
      ->allow_extra_args(false);
}

void add_label_options(CLI::App& command, ReadOptions& options, const std::string& otherwise) {
  command.add_option("--event", options.event,
                     "CSV, of a label that is a time until an event: a column that says whether it came, 1 or 0 "
                     "(yes, no); --loss cox and aft take such labels");
  command.add_option("--weight", options.weight,
                     "CSV: a column of row weights, by name or number" + or_else(otherwise));
  command.add_option("--group", options.group,
                     "CSV: a column that says which rows are of one group (a query), which stand together; libsvm has "
                     "qid:7 behind the label");
  command.add_flag("--skip-groups", options.skip_groups, "libsvm: pass over qid: words, whose rows may then be apart");
  command.add_flag("--drop-unlabelled", options.drop_unlabelled, "leave out rows without a label, not refuse them");
}

void add_known_label_option(CLI::App& command, ReadOptions& options) {
  add_names_option(command, "--label", options.label,
                   "CSV: the column of the label, of a model that does not know its name (another library's)");
}

void add_offset_option(CLI::App& command, ReadOptions& options, const std::string& otherwise) {
  add_names_option(command, "--offset", options.offset,
                   "CSV: a column of offsets, which are added to scores before the link (of counts the logarithm of "
                   "the exposure), or one for each score, comma-separated" +
                       or_else(otherwise));
}

void add_trials_option(CLI::App& command, ReadOptions& options, const std::string& otherwise) {
  command.add_option("--trials", options.trials,
                     "of a linear model: the label counts successes, of as many trials as this column says; the loss "
                     "is cross_entropy" +
                         or_else(otherwise));
}

void add_training_options(CLI::App& command, std::string& data, ReadOptions& options) {
  add_data_option(command, data,
                  "training data: CSV or libsvm; or several files by a pattern, 'part-*.csv', one below the other");
  add_names_option(command, "--label", options.label,
                   "CSV: the column to predict, by its name, or by its number: -1 is the last, and with --no-header 0 "
                   "the first; several, comma-separated, are several labels a row, each with a score of its own");
  add_label_options(command, options);
  add_offset_option(command, options, "");
  command.add_option("--exposure", options.exposure,
                     "CSV, of linear models of counts and rates: a column whose logarithm is added to scores, in "
                     "predictions too");
  add_names_option(command, "--drop", options.drop,
                   "columns to leave out, comma-separated; a name with a comma in it stands in double quotes");
  add_names_option(command, "--categorical", options.categorical,
                   "columns to take as categories though they hold numbers, comma-separated");
  command
      .add_option("--features", options.features,
                  "libsvm: how many columns there are (default: the largest index in the file)")
      ->check(whole_number(1, 2'147'483'647));
}

void add_format_options(CLI::App& command, ReadOptions& options) {
  command.add_option("--format", options.format, "csv or libsvm (default: by ending, then by the first lines)");
  command.add_flag("--no-header", options.no_header, "CSV: the first line is data; columns are numbered from 0");
  command.add_option(
      "--delimiter", options.delimiter,
      "CSV, between fields: one character, or tab (default: whichever of tab, ; | and , divides the first lines)");
  command.add_option("--decimal", options.decimal, "CSV, in numbers: . or ,")->capture_default_str();
  command
      .add_option("--missing", options.missing,
                  "CSV: tokens for missing values beside the usual ones (empty, NA, NULL, and others), comma-separated")
      ->delimiter(',')
      ->allow_extra_args(false);
  command.add_flag("--zero-based", options.zero_based, "libsvm: indices start at 0 (default: if one is 0)");
  command.add_option("--threads", options.threads, "threads (default: all cores)")
      ->check(whole_number(0, 1 << 16, "all cores"));
}

void add_device_option(CLI::App& command, std::string& device) {
  command.add_option("--device", device, "auto, cpu, cuda or cuda:1, the GPU of that number")->capture_default_str();
}

void add_memory_options(CLI::App& command, ReadOptions& options) {
  command.add_option(
      "--memory", options.memory,
      "CSV that is larger than memory: what reading and training may take, such as 4GB; rows are kept on "
      "disk");
  command.add_option(
      "--cache", options.cache,
      "with --memory: the folder where rows are kept, for later runs, too (default: linden-cache, in that "
      "of temporary files)");
}

namespace {

Dataset read_file(const std::string& path, const ReadOptions& options) {
  if (is_libsvm(path, options.format)) {
    if (!options.label.empty())
      fail<ArgumentError>(
          "--label {}: {} is a libsvm file, whose label is the first number of a line. Hint: leave --label out, or "
          "--format csv.",
          fmt::join(options.label, ","), path);
    if (!options.drop.empty()) refuse_format("--drop", path, true);
    if (!options.categorical.empty()) refuse_format("--categorical", path, true);
    LibsvmOptions libsvm = libsvm_options(options);
    libsvm.features = options.features;
    return Dataset::from_libsvm(path, libsvm);
  }
  if (options.features > 0) refuse_format("--features", path, false);
  if (options.label.empty())
    fail<ArgumentError>(
        "--label is missing: which column of {} is to be predicted? Hint: --label NAME, or its number from 0 with "
        "--no-header; -1 is the last.",
        path);
  return Dataset::from_csv(path, csv_options(options));
}

// "4GB", "512MiB", "16777216".
std::int64_t bytes_of(const std::string& size) {
  constexpr std::pair<std::string_view, double> units[] = {
      {"", 1},      {"B", 1},        {"KB", 1e3},     {"MB", 1e6},     {"GB", 1e9},
      {"TB", 1e12}, {"KiB", 0x1p10}, {"MiB", 0x1p20}, {"GiB", 0x1p30}, {"TiB", 0x1p40}};
  double number = 0;
  const auto [end, error] = std::from_chars(size.data(), size.data() + size.size(), number);
  const std::string_view unit(end, static_cast<std::size_t>(size.data() + size.size() - end));
  const auto* const found = std::ranges::find(units, unit, [](const auto& known) { return known.first; });
  if (error != std::errc() || found == std::end(units) || !(number > 0) || number * found->second > 0x1p60)
    fail<ArgumentError>("--memory is \"{}\"; it must be a size such as 4GB, 512MB or 2GiB.", size);
  return static_cast<std::int64_t>(number * found->second);
}

Dataset read_columns(const std::string& path, const ReadOptions& options) {
  if (options.memory.empty()) {
    if (!options.cache.empty()) fail<ArgumentError>("--cache is of --memory. Hint: leave it out, or --memory 4GB.");
    if (!is_pattern(path)) return read_file(path, options);
    std::vector<Dataset> parts;
    for (const std::filesystem::path& file : files_of(path, fmt::format("--data {}", path)))
      parts.push_back(read_file(file.string(), options));
    return Dataset::concat(parts);
  }
  FilesOptions files;
  files.memory = bytes_of(options.memory);
  files.cache = options.cache;
  for (const std::filesystem::path& file : files_of(path, fmt::format("--data {}", path)))
    if (is_libsvm(file.string(), options.format)) refuse_format("--memory", file.string(), true);
  if (options.label.empty()) return read_file(path, options);  // which says what is missing
  files.csv = csv_options(options);
  return Dataset::from_files(path, files);
}

}  // namespace

Dataset read_training(const std::string& path, const ReadOptions& options) {
  return of_trials(read_columns(path, options), options.trials);
}

void check_formats(const ReadOptions& options, const std::vector<std::string>& files) {
  const auto libsvm =
      std::ranges::count_if(files, [&](const std::string& file) { return is_libsvm(file, options.format); });
  const auto refuse_if = [&](bool is_given, const char* option) {
    if (is_given) refuse_format(option, files[0], libsvm > 0);
  };
  if (libsvm == std::ssize(files)) {
    refuse_if(!options.event.empty(), "--event");
    refuse_if(!options.weight.empty(), "--weight");
    refuse_if(!options.group.empty(), "--group");
    refuse_if(!options.offset.empty(), "--offset");
    refuse_if(options.no_header, "--no-header");
    refuse_if(!options.delimiter.empty(), "--delimiter");
    refuse_if(!options.missing.empty(), "--missing");
  }
  if (libsvm == 0) refuse_if(options.zero_based, "--zero-based");
  if (libsvm == 0) refuse_if(options.skip_groups, "--skip-groups");
}

AnyModel read_model(const std::string& path) {
  AnyModel model = import_model(path);
  print_remarks(std::visit([](const auto& m) { return m.warnings(); }, model));
  return model;
}

Dataset read_by(Schema schema, const std::string& path, ReadOptions options, bool with_label) {
  if (!with_label) options.trials.clear();
  if (!options.trials.empty() &&
      std::ranges::find(schema.features, options.trials, &Schema::Feature::name) == schema.features.end())
    schema.features.push_back({.name = options.trials});
  if (is_libsvm(path, options.format)) {
    LibsvmOptions libsvm = libsvm_options(options);
    libsvm.skip_groups |= !with_label;
    return of_trials(Dataset::from_libsvm(path, schema, libsvm), options.trials);
  }
  if (!with_label)
    options.label.clear();
  else if (!schema.label_names.empty())
    options.label = schema.label_names;
  if (!with_label) schema.label_names.clear(), schema.event_name.clear(), schema.group_name.clear();
  options.drop.clear();
  options.categorical.clear();
  return of_trials(Dataset::from_csv(path, schema, csv_options(options)), options.trials);
}

ReadOptions as_trained(const AnyModel& model, ReadOptions options) {
  if (const auto* const linear = std::get_if<LinearModel>(&model); linear != nullptr && options.weight.empty())
    options.weight = linear->state().weight_column;
  return options;
}

Dataset read_for(const AnyModel& any, const std::string& path, const ReadOptions& given, bool with_label) {
  ReadOptions options = given;
  return std::visit(
      [&](const auto& model) {
        if constexpr (std::is_same_v<std::decay_t<decltype(model)>, LinearModel>)
          if (options.trials.empty()) options.trials = model.state().trials_column;
        if (!options.trials.empty() && model.loss().label_kind() != LabelKind::share)
          fail<ArgumentError>(
              "--trials {}: the model's loss is {}, and shares of trials go with cross_entropy. Hint: leave it out.",
              options.trials, model.loss().name());
        return read_by(model.schema(), path, options, with_label);
      },
      any);
}

void add_new(std::vector<std::string>& remarks, const std::vector<std::string>& more) {
  for (const std::string& remark : more)
    if (std::ranges::find(remarks, remark) == remarks.end()) remarks.push_back(remark);
}

void print_remarks(const std::vector<std::string>& remarks) {
  for (const std::string& remark : remarks) fmt::print(stderr, "linden: {}\n", in_options(remark));
}

void report_choices(std::FILE* report) {
  set_log([report](LogLevel, std::string_view remark) { fmt::print(report, "defaults    {}\n", remark); });
}

namespace {

// "cuda", or "cuda:1".
Device gpu_of(std::string_view name, const std::string& whole) {
  constexpr std::string_view numbered = "cuda:";
  if (name == "cuda") return Device::cuda(0);
  const std::string_view digits = name.starts_with(numbered) ? name.substr(numbered.size()) : std::string_view();
  int index = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
  if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size() || index < 0)
    fail<ArgumentError>("--device is \"{}\"; it must be auto, cpu, cuda or cuda:1, the GPU of that number.", whole);
  return Device::cuda(index);
}

}  // namespace

bool is_several_devices(const std::string& name) { return name == "cuda:all" || name.find(',') != name.npos; }

std::vector<Device> devices_of(const std::string& names) {
  if (names == "cuda:all") return Device::all_cuda();
  std::vector<Device> devices;
  for (std::size_t begin = 0; begin <= names.size();) {
    const std::size_t end = std::min(names.find(',', begin), names.size());
    devices.push_back(gpu_of(std::string_view(names).substr(begin, end - begin), names));
    begin = end + 1;
  }
  return devices;
}

Device device_of(const std::string& name, std::FILE* report) {
  if (is_several_devices(name))
    fail<ArgumentError>(
        "--device is \"{}\": only the training of boosted trees takes several GPUs. Hint: --device cuda.", name);
  if (name == "cpu") return Device::cpu();
  if (name != "auto") return gpu_of(name, name);
  const Device best = Device::best();
  const std::string why = cuda_unavailable_reason();
  fmt::print(report, "device      {}{}\n", best.name(), why.empty() ? "" : fmt::format(" ({})", why));
  return best;
}

}  // namespace linden::cli
