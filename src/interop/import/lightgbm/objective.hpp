// LightGBM's objectives as losses.
#pragma once

#include <linden/loss.hpp>

#include "interop/import/lightgbm/source.hpp"

namespace linden::lightgbm {

struct Objective {
  Loss loss;
  double factor = 1;  ///< by which scores are multiplied, for our link to make LightGBM's predictions of them
};

/// Throws FileError for an objective whose predictions no link of ours makes.
Objective objective_of(const Source& source);

}  // namespace linden::lightgbm
