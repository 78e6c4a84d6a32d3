// Dropout: what DART does before and after a round. Some of the rounds so far are taken out of the scores, the new
// trees are grown on what is left, and the weight of those that were out is shared with the new ones.
//
// Which rounds these are depends on the seed, the round and, where that is asked for, on the weights of the rounds.
#pragma once

#include <cstddef>
#include <linden/boosting.hpp>
#include <vector>

#include "boosting/train/ensemble/ensemble.hpp"

namespace linden {

class Dropout {
 public:
  /// `number` of a round: how many draws there were before it. What is passed must outlive the object.
  Dropout(const BoostingConfig& config, std::size_t trees_a_round)
      : mode_(config.mode), seed_(config.seed), trees_a_round_(trees_a_round) {}

  /// Takes rounds of the ensemble out of its scores; nothing unless the mode is dart.
  void before_round(int number, Ensemble& ensemble);
  /// Weighs them, and the trees that have been added since.
  void after_round(double learning_rate, Ensemble& ensemble);

 private:
  std::vector<std::size_t> drawn(int number, const Ensemble& ensemble) const;
  std::vector<std::size_t> trees_of(const std::vector<std::size_t>& rounds) const;

  const TrainingMode& mode_;
  std::uint64_t seed_;
  std::size_t trees_a_round_;
  std::vector<std::size_t> dropped_;  // rounds, ascending
  std::size_t size_ = 0;              // trees before the round
};

}  // namespace linden
