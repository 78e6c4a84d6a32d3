// How rows are held out, on the command line.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <linden/data.hpp>
#include <string>
#include <vector>

namespace linden::cli {

struct FoldArguments {
  int count = 0;  ///< 0: 5
  int repeats = 1;
  std::uint64_t seed = 0;
  bool stratified = false, ordered = false;
  std::string groups, column, time;  ///< of columns
  int gap = 0, window = 0;
};

/// --folds, --stratified, --fold-groups, --fold-column, --time, --ordered, --gap, --window, --repeats, --fold-seed.
void add_fold_options(CLI::App& command, FoldArguments& args);

/// Throws ArgumentError for options that do not go together.
void check_fold_options(const FoldArguments& args);

/// Data without the columns that say how rows are held out, the folds, and what they are in words.
struct FoldedData {
  Dataset data;
  std::vector<Fold> folds;
  std::string words;
};

FoldedData folded(const Dataset& data, const FoldArguments& args);

}  // namespace linden::cli
