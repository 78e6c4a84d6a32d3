// Checkpoints of a boosted fit. A fit that goes on goes over the rounds of its checkpoint as over its own, with trees,
// metrics and times that are known: so scores, dropout and callbacks are where they were, without a word about them in
// the file. What is drawn depends on the seed and the round alone.
#pragma once

#include <linden/boosting.hpp>
#include <span>
#include <vector>

#include "backend/tree/tree_input.hpp"
#include "boosting/file/history.hpp"
#include "boosting/model/model.hpp"
#include "boosting/train/ensemble/ensemble.hpp"
#include "boosting/train/progress.hpp"
#include "checkpoint/checkpoint_file.hpp"
#include "data/files/stored_table.hpp"

namespace linden {

/// What was learnt in some rounds beside their trees.
struct RoundsSoFar {
  std::vector<double> rates, seconds;  ///< one a round
  std::vector<GradientRange> start;    ///< of the first round's gradients, one an output
  /// Of a ranking that learns them: those that the next gradients are filled with, or, where `filled` is a round, those
  /// that its gradients were filled with.
  std::vector<double> biases;
  int filled = -1;  ///< the round whose gradients the next one takes as they are, in a forest; else -1

  int count() const noexcept { return static_cast<int>(rates.size()); }
};

class BoostedCheckpoints {
 public:
  /// Throws ArgumentError or FileError on all ranks, as CheckpointFile does. What is passed must outlive the object.
  BoostedCheckpoints(const Checkpoint& options, const Ranks& ranks) : file_("fit_boosted", "boosted", options, ranks) {}

  bool is_on() const noexcept { return file_.is_on(); }

  /// What must be as it was, once the model has its schema. `train` are this rank's rows, `whole` those of all, without
  /// features; `table`: null for rows in memory.
  void note(Facts settings, const Dataset& train, std::int64_t first, const Dataset& whole, const Labels& labels,
            std::span<const double> weights, std::span<const double> offsets, const StoredTable* table,
            const Progress& progress, const Ranks& ranks, Workers& workers);

  /// Takes up the rounds of the file, if the fit is to go on. `model` has all but its trees.
  void read(const BoostedModel::State& model, Progress& progress);

  /// The rounds that were taken up.
  const RoundsSoFar& past() const noexcept { return past_; }
  bool has(int round) const noexcept { return round < past_.count(); }
  /// Its metrics; none where no rows were judged.
  std::span<const MetricValue> metrics(int round) const {
    if (history_.empty()) return {};
    return history_[static_cast<std::size_t>(round)];
  }
  /// Adds the trees of a round that was taken up. Throws ArgumentError where it had another rate.
  void add_trees(int round, double rate, std::size_t trees_a_round, Ensemble& ensemble);

  bool is_due(int done) const noexcept { return file_.is_due(done); }
  void write(const BoostedModel::State& model, const Ensemble& ensemble, const Progress& progress,
             const RoundsSoFar& rounds) const;

 private:
  CheckpointFile file_;
  Facts facts_;
  RoundsSoFar past_;
  History history_;  // of the rounds that were taken up: of each, where there were rows to judge
  std::vector<Tree> trees_;
};

}  // namespace linden
