// The library speaks to C++ programs: ".header = false", "BoostingConfig.rounds", "fit_boosted: ...". Whoever sits
// before the command line reads the same in the words of its options: "--no-header", "--rounds".
#pragma once

#include <string>
#include <string_view>

namespace linden::cli {

/// A message of the library in the words of the program. What stands in double quotes is the user's, and stays.
std::string in_options(std::string_view message);

/// How a field is spelt as an option: "learning_rate" is "--learning-rate".
std::string option_of(std::string_view field);

}  // namespace linden::cli
