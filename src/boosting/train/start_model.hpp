// StartModel: what a fit begins with: nothing, or a model that it goes on from.
//
// A fit that goes on takes the first scores and classes of its start, and for the scores that its rows begin with those
// that the start predicts. Its own trees, cut points and groups of categories are those of its own data until the end,
// when the trees of the start come before them.
#pragma once

#include <linden/boosting.hpp>
#include <memory>
#include <span>
#include <vector>

#include "boosting/bins/counted_rows.hpp"
#include "boosting/model/model.hpp"
#include "boosting/train/ensemble/scores.hpp"
#include "model/labels.hpp"

namespace linden {

class StartModel {
 public:
  /// `model` may be empty, and must outlive the object. Throws ArgumentError for a configuration that does not go with
  /// it.
  StartModel(const BoostedModel& model, const BoostingConfig& config);

  bool is_empty() const noexcept { return model_.empty(); }
  /// The loss to train with: the configuration's, or the start's where that is automatic.
  const Loss& loss() const noexcept { return loss_; }
  /// The labels of the training rows. Throws DataError for those that the loss, or the start, does not know.
  Labels labels(const CountedRows& rows) const;
  /// Throws ArgumentError where the model that is to be, still without trees, differs from the start. Then takes its
  /// first scores, and counts its rounds among those of the configuration.
  void begin(BoostedModel::State& model, std::span<const double> weights, const Labels& labels,
             std::span<const double> offsets, Workers& workers) const;

  /// Rounds of the start.
  int rounds() const { return is_empty() ? 0 : model_.rounds(); }
  std::span<const Tree> trees() const { return is_empty() ? std::span<const Tree>() : model_.trees(); }
  /// The scores that rows begin with, [outputs, rows], by the start's trees; empty without a start.
  std::vector<double> scores(const Dataset& rows, const FitOptions& options) const;
  /// Puts the trees of the start before those of the fit.
  void prepend_to(BoostedModel::State& model) const;

 private:
  const BoostedModel& model_;
  Loss loss_;
};

}  // namespace linden
