// The configuration on the command line: every field is an option, "--rounds 500", and may be written "--set
// rounds=500".
#pragma once

#include <CLI/CLI.hpp>
#include <algorithm>
#include <linden/boosting.hpp>
#include <linden/linear.hpp>
#include <linden/online.hpp>
#include <string>
#include <vector>

namespace linden::cli {

/// A field that the command line sets.
struct Assignment {
  std::string written;  ///< "--rounds 500", "--set rounds=500"
  std::string field, value;
};

/// Adds --set, and an option for each field of all families; all append to `assignments`. The footer of the command
/// lists the fields.
void add_field_options(CLI::App& command, std::vector<Assignment>& assignments);

/// The configuration that assignments make. Throws ArgumentError for one that does not fit, for a field that is set
/// twice, and for one that the family, or the loss, does not have. `has_family`: whether the command has --model.
template <class Config>
Config configure(std::vector<Assignment> assignments, bool has_family = true);

extern template BoostingConfig configure(std::vector<Assignment>, bool);
extern template LinearConfig configure(std::vector<Assignment>, bool);
extern template OnlineConfig configure(std::vector<Assignment>, bool);

}  // namespace linden::cli
