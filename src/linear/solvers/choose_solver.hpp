// Which solver `automatic` takes: a model of what each would cost.
#pragma once

#include <linden/linear.hpp>
#include <string>

#include "linear/objective/objective.hpp"

namespace linden {

struct Choice {
  Solver solver = Solver::automatic;
  std::string why;
};

/// For a configuration whose solver is automatic; else that solver, "as asked".
Choice choose_solver(const LinearConfig& config, const Objective& objective);

}  // namespace linden
