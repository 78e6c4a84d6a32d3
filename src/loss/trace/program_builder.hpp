// From the nodes of a traced loss to instructions: one register for each element that a row has.
#pragma once

#include <cstdint>
#include <span>

#include "loss/trace/loss_terms.hpp"

namespace linden {

/// The program of the sum of these terms. `nodes` are all that they depend on, each before those that depend on it.
/// Throws Obstacle for what a row program cannot say.
RowProgram program_of(std::span<const Term> terms, std::span<const Node* const> nodes, const TraceOptions& options,
                      std::int64_t rows);

}  // namespace linden
