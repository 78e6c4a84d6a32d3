// Tree ensembles of ONNX, in whichever of their two forms: nodes, and leaves that add weights to targets.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "boosting/model/model.hpp"
#include "interop/import/onnx/graph.hpp"

namespace linden::onnx {

enum class Mode { leq, lt, gte, gt, eq, neq, member, leaf };

struct EnsembleNode {
  Mode mode = Mode::leaf;
  std::int64_t feature = 0;
  double split = 0;
  bool missing_is_true = false;
  std::int32_t if_true = 0, if_false = 0;                ///< places in the list
  std::vector<std::pair<std::int32_t, double>> weights;  ///< of a leaf: target and what it adds
  std::vector<double> members;                           ///< of a set
};

struct Ensemble {
  std::vector<EnsembleNode> nodes;
  std::vector<std::int32_t> roots;  ///< one a tree
  std::int64_t targets = 1;
  std::vector<double> base;  ///< one a target, or none
  std::string transform;     ///< NONE, LOGISTIC, SOFTMAX
  std::string aggregate;     ///< SUM, AVERAGE, MIN, MAX
};

/// TreeEnsembleRegressor and TreeEnsembleClassifier.
Ensemble ensemble_of_weights(const Operator& op);
/// TreeEnsemble.
Ensemble ensemble_of_leaves(const Operator& op);

/// Trees of ours. `width`: how many scores there are; where trees add to several, each to one, they come in rounds.
/// Sets features that are compared for equality alone to categories, which are named by their numbers. `bytes` is the
/// size of the file, out of proportion to which nothing is made.
void add_trees(const Ensemble& ensemble, bool is_double, std::size_t bytes, BoostedModel::State& state);

}  // namespace linden::onnx
