// What other libraries call the settings, losses and metrics that stand here too.
// docs/from_other_libraries.md has the same names in its tables; a test compares them.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace linden {

/// A name elsewhere and the one here. A name that means several things elsewhere has several entries.
struct OtherName {
  std::string_view theirs, ours;
};

std::span<const OtherName> other_boosting_fields();
std::span<const OtherName> other_linear_fields();
std::span<const OtherName> other_growths();    ///< values of BoostingConfig::growth
std::span<const OtherName> other_samplings();  ///< values of RowSampling::kind
std::span<const OtherName> other_modes();      ///< values of TrainingMode::kind
std::span<const OtherName> other_losses();
std::span<const OtherName> other_metrics();

/// "Here that is l1 or loss.level." where `names` has the name, else "".
std::string here_that_is(std::string_view name, std::span<const OtherName> names);

/// What a message suggests for a name that is none of `known`: what another library calls so, else the nearest one;
/// with a blank behind it, or "".
std::string suggestion(std::string_view name, std::span<const OtherName> names, std::span<const std::string> known);

}  // namespace linden
