// Ensemble: the trees of a fit, what each of them weighs, and the scores that they give to the training rows and to
// every validation set.
//
// Scores follow the trees when they are asked for: what each row begins with, then the trees in their order, in double.
// As long as trees are only added they have the bytes that predict gives. Dropping trees, or giving them another
// weight, adds the difference: the bytes are the same on every device and on any number of threads, but the last bits
// may not be those of a sum without these trees. sum_again() makes them so.
//
// A forest is the mean of its rounds. Its scores stay sums, as trees are added, and are divided where they are read.
#pragma once

#include <cstddef>
#include <deque>
#include <linden/boosting.hpp>
#include <span>
#include <vector>

#include "backend/backend.hpp"
#include "boosting/bins/bins.hpp"
#include "boosting/train/ensemble/bin_forest.hpp"
#include "boosting/train/ensemble/raw_rows.hpp"
#include "boosting/train/ensemble/scores.hpp"

namespace linden {

class Ensemble {
 public:
  /// Without trees. `scores` are those of the training rows, which begin with `start`, one an output, and their
  /// offsets. `averaged`: how many trees a round of a forest has, 0 for a sum. `raw`: the training rows by their
  /// values, where trees may have linear leaves. What is passed must outlive the object, but for `scores` and `start`.
  Ensemble(const Backend& backend, Context& context, const std::vector<Cuts>& cuts, const Bins& bins, Scores scores,
           std::vector<double> start, std::size_t averaged = 0, RawRows* raw = nullptr);

  /// Keeps the scores of these rows, too, with offsets [outputs, rows], or without. Returns their number, for
  /// scores_of().
  std::size_t watch(const BinsView& bins, const BinPlaces& places, std::span<const double> offsets = {});
  std::size_t watch(RawRows& rows, std::span<const double> offsets = {});

  /// Of the training rows.
  const Scores& scores() { return scores_of(0); }
  const Scores& scores_of(std::size_t number);

  /// The scores that the model predicts for these rows, [outputs, rows]; good until they are asked for again.
  const double* predicted(std::size_t number);

  /// The same of an output as a tensor of the device; empty where they are not there as they are: of a forest.
  Tensor predicted_there(std::size_t number, std::int64_t output, const Device& device);

  std::size_t size() const noexcept { return trees_.size(); }
  /// The trees as they were added: their weights are not in their leaves.
  const std::vector<Tree>& added() const noexcept { return trees_; }
  double weight(std::size_t tree) const noexcept { return weights_[tree]; }

  /// Appends a tree of weight 1 that has just been grown: the scores of the training rows, up to date before, have it.
  void add_scored(Tree tree);
  /// Appends a tree of weight 1 that was grown from bins of the same cuts.
  void add(Tree tree);
  /// Takes out of all scores what these trees give, until they are scaled.
  void drop(std::span<const std::size_t> trees);
  /// Multiplies the weights of these trees. Where they had been dropped they count again.
  void scale(std::span<const std::size_t> trees, double factor);
  /// Takes back all that came after the first so many trees: other trees, and what these were scaled by since. Scores
  /// are not asked for any more.
  void keep_first(std::size_t trees);
  /// Sums all scores anew, in the order of the trees.
  void sum_again();

  /// All trees, dropped or not, their weights in the values of their leaves.
  std::vector<Tree> trees() const&;
  std::vector<Tree> trees() &&;

 private:
  struct ScoredRows {
    Scores scores;
    const BinsView* bins = nullptr;
    const BinPlaces* places = nullptr;
    RawRows* raw = nullptr;       // in place of bins, where trees may have linear leaves
    std::vector<double> counted;  // how often each tree is in the scores
    std::size_t settled = 0;      // trees before this one are in them as often as they are to be
  };

  // These trees were scaled when there were so many.
  struct Change {
    std::size_t size;
    std::vector<std::size_t> trees;
    double factor;
  };

  void count(std::size_t tree, double times);
  void settle(ScoredRows& rows);
  /// What each tree counts besides its weight.
  double share() const { return averaged_ == 0 ? 1 : static_cast<double>(averaged_) / static_cast<double>(size()); }

  const Backend& backend_;
  Context& context_;
  const std::vector<Cuts>& cuts_;
  const BinPlaces places_;  // of the training rows
  std::vector<double> start_;
  std::size_t averaged_;
  std::vector<Change> changes_;
  std::vector<double> mean_;  // what predicted() returned of a forest
  std::vector<Tree> trees_;
  std::vector<double> weights_;
  std::vector<double> wanted_;   // the weights, but 0 of trees that are dropped
  std::deque<ScoredRows> rows_;  // the training rows, then those that are watched
};

}  // namespace linden
