// What a BoostedModel is made of. Immutable once trained or loaded; shared by copies of the model.
#pragma once

#include <linden/boosting.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "boosting/categories/statistics_table.hpp"
#include "boosting/model/config/config.hpp"
#include "boosting/predict/byte_forest.hpp"
#include "boosting/predict/forest.hpp"
#include "boosting/predict/row_forest.hpp"
#include "loss/survival/risk_order.hpp"
#include "model/features/model_schema.hpp"

namespace linden {

/// The layout for single rows, made when the first of them is predicted. A copy makes its own.
class LazyRowForest {
 public:
  LazyRowForest() : made_(std::make_unique<Made>()) {}
  LazyRowForest(const LazyRowForest&) : LazyRowForest() {}
  LazyRowForest(LazyRowForest&&) noexcept = default;
  LazyRowForest& operator=(LazyRowForest&&) noexcept = default;

  /// All trees of `forest`, which is the same one in all calls. Any number of threads may call it.
  const RowForest& of(const Forest& forest) const {
    std::call_once(made_->once, [&] { made_->rows = RowForest(forest); });
    return made_->rows;
  }

 private:
  struct Made {
    std::once_flag once;
    RowForest rows;
  };
  std::unique_ptr<Made> made_;
};

/// Its schema has kinds and categories of all features.
struct BoostedModel::State : ModelSchema {
  BoostingConfig config;                   ///< with the loss's number of classes settled
  bool has_config = true;                  ///< false for a model made elsewhere: then `config` is its loss, and no more
  std::vector<std::vector<int>> groups;    ///< one list a feature (category_groups.hpp); empty: none shares
  TargetStatistics statistics;             ///< of categories; their columns have numbers behind those of features
  std::vector<DerivedFeature> derived;     ///< the same, named
  std::vector<double> initial_score;       ///< one an output
  std::optional<BaselineHazard> baseline;  ///< of Cox's loss
  std::vector<Tree> trees;                 ///< each adds to one output, in turn, or every one to all; a round may have
                                           ///< several for each output, one turn after the other
  bool absent_missing = false;             ///< whether what sparse rows lack is missing to trees, not 0 (XGBoost's)
  std::vector<double> position_biases;     ///< one a place of a group, of rankings that learnt them
  std::vector<std::vector<MetricValue>> history;
  bool saves_history = false;  ///< whether files have `history`
  std::vector<std::string> warnings;
  double seconds_binning = 0, seconds_training = 0;
  Forest forest;             ///< made from `trees`
  LazyRowForest row_forest;  ///< made from `forest`
  LazyByteForest byte_forest;

  /// Lays the trees out for prediction, where that is not done; `threads`: 0 takes all cores.
  void finish_forest(int threads = 1) {
    if (forest.trees() == static_cast<std::int32_t>(trees.size())) return;
    forest = Forest(trees, categories, groups, threads);
    row_forest = {};
    byte_forest = {};
  }

  /// Sets `statistics`, and names their columns.
  void set_statistics(TargetStatistics all);
  /// Drops the tables that no tree uses, and numbers the columns of the others anew.
  void drop_unused_statistics();
  /// How many columns trees may split by: features of the data, and derived ones.
  int columns() const noexcept { return static_cast<int>(feature_names.size() + derived.size()); }
  /// By number, as TreeNode::feature has it.
  const std::string& column_name(int column) const {
    const auto c = static_cast<std::size_t>(column);
    return c < feature_names.size() ? feature_names[c] : derived[c - feature_names.size()].name;
  }

  int outputs() const noexcept { return static_cast<int>(initial_score.size()); }
  /// Whether a tree adds to all outputs: those there are, or those that the configuration asks for.
  bool adds_to_all() const noexcept {
    if (!trees.empty()) return trees.front().output == Tree::all_outputs;
    return has_config && has_shared_trees(config, outputs());
  }
  int trees_a_round() const noexcept {
    return (adds_to_all() ? 1 : outputs()) * (has_config ? config.mode.parallel_trees : 1);
  }
  bool is_forest() const noexcept { return has_config && config.mode.kind == Mode::forest; }
};

}  // namespace linden
