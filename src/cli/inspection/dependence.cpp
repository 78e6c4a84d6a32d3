// linden dependence: how predictions go with one feature or two, as CSV, one line a point.
#include <fmt/format.h>

#include <iterator>
#include <linden/dependence.hpp>
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

struct DependenceArguments {
  ReadOptions read;
  std::string model, data, kind = "partial", output = "prediction", out = "-", device = "cpu";
  std::vector<std::string> features;
  int points = 0;
  std::int64_t max_rows = 0;
  std::uint64_t seed = 0;
};

std::string point(const DependenceAxis& axis, std::size_t i) {
  return axis.categorical ? csv_field(axis.categories[i]) : fmt::format("{}", axis.values[i]);
}

// Lines "point...,value...", the values of one after the other.
class Lines {
 public:
  Lines(const std::vector<std::string>& names, const std::string& values) {
    for (const std::string& name : names) text_ += csv_field(name) + ',';
    text_ += values + '\n';
  }
  void add(const std::string& points, const double* values, std::size_t outputs) {
    fmt::format_to(std::back_inserter(text_), "{},{}\n", points, fmt::join(values, values + outputs, ","));
  }
  std::string text() && { return std::move(text_); }

 private:
  std::string text_;
};

std::string dependence(const DependenceArguments& args) {
  const Device device = device_of(args.device, report_stream(args.out));
  const AnyModel model = read_model(args.model);
  const Dataset data = read_for(model, args.data, args.read, false);
  print_remarks(data.remarks());
  const DependenceOptions options{.points = args.points,
                                  .output = args.output == "score" ? Output::score : Output::prediction,
                                  .max_rows = args.max_rows,
                                  .seed = args.seed,
                                  .threads = args.read.threads,
                                  .device = device};
  const auto outputs = static_cast<std::size_t>(std::visit([](const auto& one) { return one.outputs(); }, model));
  const std::string values = fmt::format("{}", fmt::join(output_columns(model, args.output), ","));
  const std::string& first = args.features[0];
  if (args.features.size() == 2) {
    const std::string& second = args.features[1];
    const JointDependence found = args.kind == "partial" ? partial_dependence(model, data, first, second, options)
                                                         : accumulated_effects(model, data, first, second, options);
    Lines lines({first, second}, values);
    const double* value = found.values.data<double>();
    for (std::size_t a = 0; a < found.first.values.size(); ++a)
      for (std::size_t b = 0; b < found.second.values.size(); ++b, value += outputs)
        lines.add(fmt::format("{},{}", point(found.first, a), point(found.second, b)), value, outputs);
    return std::move(lines).text();
  }
  if (args.kind == "individual") {
    const IndividualDependence found = individual_dependence(model, data, first, options);
    Lines lines({"row", first}, values);
    const double* value = found.curves.data<double>();
    for (const std::int64_t row : found.rows)
      for (std::size_t p = 0; p < found.axis.values.size(); ++p, value += outputs)
        lines.add(fmt::format("{},{}", row, point(found.axis, p)), value, outputs);
    return std::move(lines).text();
  }
  const Dependence found = args.kind == "partial" ? partial_dependence(model, data, first, options)
                                                  : accumulated_effects(model, data, first, options);
  Lines lines({first}, values);
  const double* value = found.values.data<double>();
  for (std::size_t p = 0; p < found.axis.values.size(); ++p, value += outputs)
    lines.add(point(found.axis, p), value, outputs);
  return std::move(lines).text();
}

void check_dependence(const DependenceArguments& args) {
  if (args.kind != "partial" && args.kind != "individual" && args.kind != "accumulated")
    fail<ArgumentError>("--kind is \"{}\"; it must be partial, individual or accumulated.", args.kind);
  if (args.output != "prediction" && args.output != "score")
    fail<ArgumentError>("--output is \"{}\"; it must be prediction or score.", args.output);
  if (args.features.size() > 2)
    fail<ArgumentError>("--feature names {} features. Hint: one, or two with a comma between them.",
                        args.features.size());
  if (args.features.size() == 2 && args.kind == "individual")
    fail<ArgumentError>("--kind individual is of one feature, and --feature names two.");
}

}  // namespace

void add_dependence(CLI::App& app) {
  CLI::App* command = app.add_subcommand("dependence", "How predictions go with one feature or two, as CSV.");
  auto args = std::make_shared<DependenceArguments>();
  command->add_option("--model", args->model, "a model file")->required();
  add_data_option(*command, args->data, "rows to look at: columns are found by name");
  add_names_option(*command, "--feature", args->features, "the feature, or two with a comma between them")->required();
  command
      ->add_option("--kind", args->kind,
                   "partial: the mean prediction when all rows have a value; individual: that of each row; "
                   "accumulated: effects added up where rows are, whose mean is 0")
      ->capture_default_str();
  command
      ->add_option("--points", args->points,
                   "values of a feature at most: quantiles, or the most frequent categories (default: 20, of two "
                   "features 10 each)")
      ->check(whole_number(2, 1000));
  command->add_option("--output", args->output, "prediction or score")->capture_default_str();
  command->add_option("--max-rows", args->max_rows, "rows to look at, drawn by --seed (default: all)")
      ->check(whole_number(1, 2'147'483'647));
  command->add_option("--seed", args->seed, "of that draw")->capture_default_str()->check(a_seed());
  command->add_option("--out", args->out,
                      "the file to write (default: -, standard output); compressed if it ends in .gz");
  add_device_option(*command, args->device);
  add_offset_option(*command, args->read, "those that the model was trained with");
  add_format_options(*command, args->read);
  command->callback([args] {
    check_dependence(*args);
    check_paths({{"--model", args->model}, {"--data", args->data}}, {{"--out", args->out}});
    check_formats(args->read, {args->data});
    write_result(args->out, dependence(*args));
  });
}

}  // namespace linden::cli
