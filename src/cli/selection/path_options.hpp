// The strengths of a path on the command line.
#pragma once

#include <CLI/CLI.hpp>
#include <linden/linear_path.hpp>
#include <string>
#include <vector>

namespace linden::cli {

struct PathFields {
  std::vector<std::string> strengths;
  int count = 100, most_nonzero = 0;
  double least = 1e-3, l1_share = 1;
};

/// --strengths, --count, --least, --l1-share and --most-nonzero.
void add_path_options(CLI::App& command, PathFields& fields);

/// Throws ArgumentError for a strength that is no number.
LinearPathOptions path_options(const PathFields& fields);

}  // namespace linden::cli
