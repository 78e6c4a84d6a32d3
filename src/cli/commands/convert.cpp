// linden convert: a model of any format that is read, in a format that is written.
#include <fmt/format.h>

#include <algorithm>
#include <linden/export_model.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/fail.hpp"
#include "cli/commands.hpp"
#include "cli/paths.hpp"
#include "cli/reading.hpp"
#include "cli/saving.hpp"
#include "data/text/text_file.hpp"

namespace linden::cli {
namespace {

struct Format {
  const char* ending;                    ///< of files that are in it where --format does not say: ".json"; or ""
  std::optional<ExportFormat> exported;  ///< none: this library's own

  ModelFormat own = ModelFormat::json;

  std::string name() const {
    return exported ? name_of(*exported) : own == ModelFormat::json ? "linden" : "linden_binary";
  }
};

constexpr Format formats[] = {
    {".json", std::nullopt},          {".linden", std::nullopt, ModelFormat::binary},
    {"", ExportFormat::xgboost_json}, {".ubj", ExportFormat::xgboost_ubjson},
    {".txt", ExportFormat::lightgbm}, {".onnx", ExportFormat::onnx},
    {"", ExportFormat::liblinear},    {".csv", ExportFormat::csv},
    {".hpp", ExportFormat::cpp},      {".h", ExportFormat::c},
};

std::string names() {
  std::vector<std::string> names;
  for (const Format& format : formats) {
    names.push_back(format.name());
    if (*format.ending != '\0') names.back() += fmt::format(" (*{})", format.ending);
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

const Format& format_for(const std::string& asked, const std::string& path) {
  if (asked.empty()) {
    const std::string ending = ending_of(path);
    const auto found =
        std::ranges::find_if(formats, [&](const Format& one) { return !ending.empty() && ending == one.ending; });
    if (found != std::end(formats)) return *found;
    fail<ArgumentError>("{}: the ending names no format that is written. Hint: --format, one of {}.", path, names());
  }
  const auto found = std::ranges::find_if(formats, [&](const Format& one) { return asked == one.name(); });
  if (found != std::end(formats)) return *found;
  fail<ArgumentError>("--format is \"{}\"; it must be one of {}.", asked, names());
}

struct ConvertArguments {
  std::string in, out, format, name;
  bool scores = false;
};

void run_convert(const ConvertArguments& args) {
  const Format& format = format_for(args.format, args.out);
  if (!format.exported && (args.scores || !args.name.empty()))
    fail<ArgumentError>("{} is for other libraries' formats. Hint: leave it out, or --format.",
                        args.scores ? "--scores" : "--name");
  check_paths({{"--model", args.in}}, {{"--out", args.out}});
  const AnyModel model = read_model(args.in);
  if (!format.exported) return std::visit([&](const auto& m) { m.save(args.out, format.own); }, model);
  ExportOptions options{.scores = args.scores};
  if (!args.name.empty()) options.name = args.name;
  export_model(model, args.out, *format.exported, options);
}

}  // namespace

void add_convert(CLI::App& app) {
  CLI::App* command = app.add_subcommand("convert", "A model in another format: from other libraries, or for them.");
  auto args = std::make_shared<ConvertArguments>();
  command
      ->add_option("--model,model", args->in,
                   "a model file of this library, of XGBoost, LightGBM, CatBoost or LIBLINEAR, compressed by gzip or "
                   "not; its format is found "
                   "by its content")
      ->required();
  command->add_option("--out,out", args->out, "the file to write")->required();
  command->add_option("--format", args->format, fmt::format("{} (default: by the ending of --out)", names()));
  command->add_option("--name", args->name,
                      "cpp: the namespace; c: what all names begin with; onnx: the name of the graph (default: model)");
  command->add_flag("--scores", args->scores, "other formats: write scores, without the link");
  command->callback([args] { run_convert(*args); });
}

}  // namespace linden::cli
