// linden explain: what each feature adds to the scores of a data file's rows, as CSV.
#include <fmt/format.h>

#include <algorithm>
#include <linden/explain.hpp>
#include <memory>

#include "base/csv_field.hpp"
#include "base/fail.hpp"
#include "cli/any_model.hpp"
#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "cli/paths.hpp"
#include "cli/reading.hpp"

namespace linden::cli {
namespace {

struct ExplainArguments {
  ReadOptions read;
  std::string model, data, background, out = "-", device = "cpu";
  bool interactions = false, by_rows = false;
  int rounds = 0;
};

// A column of the file: a feature, or what two do together, both halves of it.
struct Part {
  std::string name;
  std::size_t first, second;
};

std::vector<Part> singles(const Explanation& found) {
  std::vector<Part> parts;
  for (std::size_t f = 0; f < found.names.size(); ++f) parts.push_back({found.names[f], f, f});
  return parts;
}

// Each feature alone, then the pairs that do anything together in any row.
std::vector<Part> pairs(const Explanation& found) {
  std::vector<Part> parts = singles(found);
  const std::size_t features = parts.size();
  const std::span<const double> all = found.interactions.span<double>();
  std::vector<bool> interact(features * features);
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i] != 0) interact[i % interact.size()] = true;
  for (std::size_t f = 0; f < features; ++f)
    for (std::size_t g = f + 1; g < features; ++g)
      if (interact[f * features + g]) parts.push_back({found.names[f] + " & " + found.names[g], f, g});
  return parts;
}

std::string text_of(const AnyModel& model, const Explanation& found, const Tensor& offset) {
  const bool together = found.interactions.elements() > 0;
  const std::vector<Part> parts = together ? pairs(found) : singles(found);
  const std::size_t features = found.names.size(), outputs = found.constant.size();
  fmt::memory_buffer text;
  const auto line = std::back_inserter(text);
  for (std::size_t p = 0; p <= parts.size(); ++p)
    fmt::format_to(line, "{}{}", p == 0 ? "" : ",",
                   fmt::join(output_columns(model, p < parts.size() ? parts[p].name : "constant"), ","));
  const std::span<const double> values = (together ? found.interactions : found.values).span<double>();
  const std::size_t width = together ? features * features : features;
  const std::int64_t rows = found.values.size(0);
  for (std::size_t row = 0; row < static_cast<std::size_t>(rows); ++row) {
    for (std::size_t p = 0; p <= parts.size(); ++p)
      for (std::size_t k = 0; k < outputs; ++k) {
        double value = found.constant[k];
        if (p < parts.size()) {
          const double* const own = values.data() + (row * outputs + k) * width;
          const auto [name, f, g] = parts[p];
          value = !together ? own[f] : f == g ? own[f * features + f] : own[f * features + g] + own[g * features + f];
        } else if (offset.elements() > 0) {
          value += offset.data<double>()[row * outputs + k];
        }
        fmt::format_to(line, "{}{}", p + k == 0 ? "\n" : ",", value);
      }
  }
  return fmt::to_string(text) + '\n';
}

std::string run(const ExplainArguments& args) {
  const Device device = device_of(args.device, report_stream(args.out));
  const AnyModel model = read_model(args.model);
  const Dataset data = read_for(model, args.data, args.read, false);
  print_remarks(data.remarks());
  ExplainOptions options{.interactions = args.interactions,
                         .by_rows = args.by_rows,
                         .rounds = args.rounds,
                         .threads = args.read.threads,
                         .device = device};
  if (!args.background.empty()) {
    options.background = read_for(model, args.background, args.read, false);
    print_remarks(options.background->remarks());
  }
  const bool has_offset = std::visit([](const auto& m) { return m.has_offset(); }, model);
  return text_of(model, explain(model, data, options), has_offset ? data.offset() : Tensor());
}

}  // namespace

void add_explain(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "explain",
      "What each feature adds to the score of each row (SHAP values): a column a feature, and a constant one.");
  auto args = std::make_shared<ExplainArguments>();
  command->add_option("--model", args->model, "a model file")->required();
  add_data_option(*command, args->data, "the rows to explain: columns are found by name");
  command->add_option(
      "--background", args->background,
      "rows that stand for what is not known; without it, for boosted models, the training rows as they came to the "
      "sides of splits");
  command->add_flag("--interactions", args->interactions,
                    "also what each two features do together: a column \"age & income\" for each pair that does "
                    "anything; those of single features have what is left");
  command->add_flag("--by-rows", args->by_rows,
                    "without --background: sides of splits weigh by the number of their training rows, as in LightGBM, "
                    "not by the sums of their curvatures, as in XGBoost");
  command->add_option("--rounds", args->rounds, "of a boosted model: explain only its first rounds (default: all)")
      ->check(whole_number(0, 2'147'483'647, "all"));
  command->add_option("--out", args->out,
                      "the file to write (default: -, standard output); compressed if it ends in .gz");
  add_device_option(*command, args->device);
  add_offset_option(*command, args->read, "those that the model was trained with");
  add_format_options(*command, args->read);
  command->callback([args] {
    check_paths({{"--model", args->model}, {"--data", args->data}, {"--background", args->background}},
                {{"--out", args->out}});
    std::vector<std::string> files{args->data};
    if (!args->background.empty()) files.push_back(args->background);
    check_formats(args->read, files);
    write_result(args->out, run(*args));
  });
}

}  // namespace linden::cli
