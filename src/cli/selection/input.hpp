// What cv and tune have in common: their arguments, the data with its folds, and the loss.
#pragma once

#include <CLI/CLI.hpp>
#include <linden/cross_validation.hpp>
#include <string>
#include <vector>

#include "cli/fields.hpp"
#include "cli/paths.hpp"
#include "cli/reading.hpp"
#include "cli/selection/fold_options.hpp"

namespace linden::cli {

struct SelectionArguments {
  ReadOptions read;
  FoldArguments folds;
  std::string data, device = "auto", family = "boosted";
  std::vector<std::string> metrics;
  std::vector<Assignment> set;
  int patience = 0;
  bool train_metrics = false;
};

/// The options for these, as linden train has them, and those of folds.
void add_selection_options(CLI::App& command, SelectionArguments& args);

/// Whether --model is linear; throws ArgumentError for what is no family, and for --patience with linear models.
bool is_linear(const SelectionArguments& args);

/// Device, data and folds, after the files to be written were found writable.
struct SelectionInput {
  SelectionInput(const SelectionArguments& args, const std::vector<Path>& written, std::FILE* report);

  Dataset data;
  CrossValidationOptions options;  ///< without callbacks
  double seconds_read = 0;
};

/// The loss that was asked for, else the one that the label suggests, which is then printed.
Loss loss_for(const SelectionInput& input, const Loss& asked, std::FILE* report);

}  // namespace linden::cli
