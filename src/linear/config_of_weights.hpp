// Penalties and constraints of weights together, as fields of a configuration: which there are, and what goes with
// them.
#pragma once

#include <linden/linear.hpp>

#include "model/config_fields.hpp"

namespace linden {

/// Ridge with a matrix and SLOPE, as fields.
void add_penalties_of_weights(FieldTable<ColumnPenalties>& group);

/// Throws ArgumentError where one of them is not as it must be, or goes with nothing else that the configuration has.
void check_weights(const LinearConfig& config);

}  // namespace linden
