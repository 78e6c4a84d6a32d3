// The configuration on the command line: every field is an option, "--rounds 500", and may be written "--set
// rounds=500".
#pragma once

#include <CLI/CLI.hpp>
#include <algorithm>
#include <linden/boosting.hpp>
#include <linden/error.hpp>
#include <linden/linear.hpp>
#include <string>
#include <vector>

namespace linden::cli {

/// Adds --set, and an option for each field of both families; all append "field=value" to `assignments`. The footer of
/// the command lists the fields.
void add_field_options(CLI::App& command, std::vector<std::string>& assignments);

/// The configuration that assignments make. Throws ArgumentError for one that does not fit.
template <class Config>
Config configure(std::vector<std::string> assignments);

extern template BoostingConfig configure(std::vector<std::string>);
extern template LinearConfig configure(std::vector<std::string>);

}  // namespace linden::cli
