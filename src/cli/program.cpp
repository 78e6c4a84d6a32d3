// linden: train, cross-validate, tune, predict, evaluate, inspect and more from the command line.
//
// Exit codes: 0; 1 for a refusal, with one message on stderr; 2 for a command line that does not parse. `linden diff`
// is as diff: 1 says that something differs, 2 is trouble of any kind.
#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <linden/linden.hpp>
#include <system_error>

#include "cli/command_line.hpp"
#include "cli/commands.hpp"
#include "cli/program.hpp"
#include "cli/saving.hpp"
#include "cli/words.hpp"

namespace {

int refuse(const std::exception& error, int code) {
  fmt::print(stderr, "linden: {}\n", linden::cli::in_options(error.what()));
  return code;
}

int run(int argc, char** argv) {
  CLI::App app("Gradient-boosted trees and linear models.", "linden");
  app.set_version_flag("--version", std::string("linden ") + linden::version());
  app.require_subcommand(1);
  linden::cli::add_train(app);
  linden::cli::add_cv(app);
  linden::cli::add_tune(app);
  linden::cli::add_path(app);
  linden::cli::add_predict(app);
  linden::cli::add_evaluate(app);
  linden::cli::add_explain(app);
  linden::cli::add_inspect(app);
  linden::cli::add_summary(app);
  linden::cli::add_diff(app);
  linden::cli::add_merge(app);
  linden::cli::add_refit(app);
  linden::cli::add_importance(app);
  linden::cli::add_dependence(app);
  linden::cli::add_neighbours(app);
  linden::cli::add_report(app);
  linden::cli::add_convert(app);
  try {
    linden::cli::check_command_line(app, argc, argv);
    app.parse(argc, argv);
    return 0;
  } catch (const linden::cli::Ended& end) {
    return end.code;
  } catch (const CLI::Success& error) {
    return app.exit(error);  // prints help, or the version
  } catch (const CLI::ParseError& error) {
    return refuse(error, 2);
  } catch (const linden::cli::UsageError& error) {
    return refuse(error, 2);
  } catch (const std::system_error& error) {
    return std::ferror(stdout) == 0 ? refuse(error, 1) : 1;  // what was printed is flushed, and that told, below
  } catch (const std::exception& error) {
    return refuse(error, 1);
  }
}

}  // namespace

int linden::cli::run_program(int argc, char** argv) {
  prepare_streams();
  return flush_streams(run(argc, argv));
}
