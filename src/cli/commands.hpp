// The program's commands. Each adds itself to the command line and runs when it is the one asked for.
#pragma once

#include <CLI/CLI.hpp>

namespace linden::cli {

void add_train(CLI::App& app);
void add_predict(CLI::App& app);
void add_evaluate(CLI::App& app);
void add_explain(CLI::App& app);
void add_inspect(CLI::App& app);
void add_summary(CLI::App& app);
void add_importance(CLI::App& app);
void add_dependence(CLI::App& app);
void add_neighbours(CLI::App& app);
void add_report(CLI::App& app);
void add_convert(CLI::App& app);
void add_cv(CLI::App& app);
void add_tune(CLI::App& app);
void add_path(CLI::App& app);
void add_diff(CLI::App& app);
void add_merge(CLI::App& app);
void add_refit(CLI::App& app);

}  // namespace linden::cli
