// Rules: what a configuration says of the splits that trees may have, as kernels read it.
#pragma once

#include <linden/boosting.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backend/backend.hpp"
#include "backend/tree/tree_input.hpp"
#include "boosting/bins/bins.hpp"
#include "boosting/model/model.hpp"
#include "boosting/train/ensemble/ensemble.hpp"
#include "boosting/train/growth/grower.hpp"

namespace linden {

class Rules {
 public:
  /// `model` has everything but its trees. Throws ArgumentError for forced splits that are not of the kind of their
  /// feature, name a category that the data does not have, or go against the interactions. What is passed must outlive
  /// the object.
  Rules(const Backend& backend, Context& context, const BoostedModel::State& model, const std::vector<Cuts>& cuts,
        const Bins& bins);
  Rules(const Rules&) = delete;

  const GrowthRules& tables() const noexcept { return tables_; }
  /// The features of these trees, which come before those of the fit, cost nothing more.
  void count_as_used(std::span<const Tree> trees);
  /// Before the trees of a round: nor do those of earlier ones.
  void begin_round(const Ensemble& ensemble, TreeInput& tree);
  /// What the draws of a round come from.
  RoundKeys keys(int round) const;

  /// The weights of Bins::varying() in draws, or nothing where all are the same.
  const std::vector<double>& weights_of_varying() const noexcept { return weights_of_varying_; }
  /// The features of the view that every tree may split by, for some of its splits are forced.
  const std::vector<std::int32_t>& forced_features() const noexcept { return forced_features_; }

 private:
  std::vector<double> by_view(const FeatureValues& values, double otherwise, double (*join)(double, double)) const;
  void set_groups();
  void set_weights(const std::vector<Cuts>& cuts);
  void set_costs();
  void set_forced(const std::vector<Cuts>& cuts);
  std::int32_t add_forced(const std::vector<ForcedSplit>& splits, const std::vector<Cuts>& cuts);
  template <class T>
  const T* place(OnDevice<T>& array, const std::vector<T>& values) const;

  const Backend& backend_;
  Context& context_;
  const BoostedModel::State& model_;
  const Bins& bins_;
  std::vector<std::uint64_t> groups_;
  std::vector<double> weights_, costs_, gain_factors_, weights_of_varying_;
  std::vector<ForcedNode> forced_;
  std::vector<std::int32_t> forced_features_;
  std::size_t trees_seen_ = 0;
  OnDevice<std::uint64_t> device_groups_;
  OnDevice<double> device_weights_, device_costs_, device_gain_factors_;
  OnDevice<ForcedNode> device_forced_;
  GrowthRules tables_;
};

/// Throws ArgumentError for forced splits that are not of the kind of their feature, name a category that the data does
/// not have, or go against the interactions.
void check_forced_splits(const BoostedModel::State& model);

/// Throws ArgumentError, opening with `where`, for a tree of which some way has features that the model's interactions
/// keep apart. Trees split by features of the data alone.
void check_interactions(std::string_view where, const BoostedModel::State& model, std::span<const Tree> trees);

/// How many of the trees lack some of the forced splits; `model` has its trees.
std::int64_t trees_without_forced_splits(const BoostedModel::State& model);

}  // namespace linden
