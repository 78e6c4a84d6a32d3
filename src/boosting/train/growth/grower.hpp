// Grower: what grows the trees of a round: a tree for each output (grove.hpp), or one for all (shared_tree.hpp).
#pragma once

#include <cstdint>
#include <linden/boosting.hpp>
#include <memory>
#include <vector>

#include "backend/backend.hpp"
#include "backend/tree/growth_rules.hpp"
#include "boosting/bins/bins.hpp"
#include "boosting/train/ensemble/ensemble.hpp"
#include "boosting/train/gradients/gradients.hpp"
#include "boosting/train/leaves/slope_fit.hpp"

namespace linden {

/// What the draws of a round come from (growth_rules.hpp).
struct RoundKeys {
  std::uint64_t always = 0;
  bool draws = false;  ///< whether trees draw anything

  std::uint64_t of_tree(int output) const { return draws ? tree_key(always, output) : 0; }
};

class Grower {
 public:
  Grower() = default;
  Grower(const Grower&) = delete;
  Grower& operator=(const Grower&) = delete;
  virtual ~Grower() = default;

  /// What the trees of a round have in common: rows, features, limits.
  virtual TreeInput& input() noexcept = 0;

  /// Grows the trees of a round and adds them to the ensemble. The gradients are those at the scores `from`.
  /// `is_scored`: these are the ensemble's own, and get the trees at once; else they stay what they are.
  virtual void grow_round(const Gradients& gradients, const Scores& from, bool is_scored, Ensemble& ensemble,
                          const RoundKeys& keys = {}) = 0;
};

/// The one that a configuration asks for. `renewals` without their scores, one an output: all or none have a level.
/// What is passed must outlive it, but for `config`.
std::unique_ptr<Grower> grower_of(const Backend& backend, Context& context, const std::vector<Cuts>& cuts,
                                  const Bins& bins, const BoostingConfig& config, std::vector<Renewal> renewals,
                                  const GrowthRules& rules, SlopeFit* slopes);

}  // namespace linden
