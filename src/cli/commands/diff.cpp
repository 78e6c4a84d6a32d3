// linden diff: what differs between two model files. As diff does, it ends with 0 where nothing does, with 1 where
// something does, and with 2 where it cannot tell.
#include <fmt/format.h>

#include <linden/model_text.hpp>
#include <memory>
#include <sstream>

#include "cli/command_line.hpp"
#include "cli/commands.hpp"
#include "cli/reading.hpp"
#include "cli/paths.hpp"

namespace linden::cli {
namespace {

struct DiffArguments {
  std::string first, second;
  bool quiet = false;
};

ModelDiff compared(const DiffArguments& args) {
  try {
    check_paths({{"--first", args.first}, {"--second", args.second}}, {});
    const AnyModel first = read_model(args.first);
    return diff(first, read_model(args.second));
  } catch (const Error& error) {
    throw UsageError(error.what());
  }
}

}  // namespace

void add_diff(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "diff", "What differs between two models. Exit code 0: nothing; 1: something; 2: they cannot be compared.");
  auto args = std::make_shared<DiffArguments>();
  command->add_option("--first,first", args->first, "a model file")->required();
  command->add_option("--second,second", args->second, "another one, of either family and format")->required();
  command->add_flag("--quiet", args->quiet, "print nothing: the exit code tells");
  command->callback([args] {
    const ModelDiff found = compared(*args);
    if (found.equal()) return;
    std::ostringstream lines;
    lines << found;
    if (!args->quiet) fmt::print("{}", lines.str());
    throw Ended{1};
  });
}

}  // namespace linden::cli
