// Why a model says what it says: the score of a row as a sum of what each feature adds to it (SHAP values).
//
//     Explanation why = explain(model, test);                          // any model of trees
//     Explanation against = explain(model, test, {.background = train});  // any model, against rows of your own
//     Tensor values = why.values;        // [rows, features]: age adds 0.4, income takes 0.1 away
//     double constant = why.constant[0];  // what all rows have in common; with the values of a row it is its score
//
// A feature's value is the mean of what knowing it changes, over all orders in which features become known. What is not
// known yet is averaged over a background, in one of two ways:
//
//   - without a background (trees alone): by the training rows that came to each side of a split. These are the
//     values of XGBoost's pred_contribs, and with .by_rows those of LightGBM's pred_contrib.
//   - with one: by its rows, each of which lends its values of the features that are not known (the interventional
//     values of Python's shap). 1,000 rows take two to three times as long as 100, as many of them go the same ways.
//
// Both are exact. Scores are those before the link (Output::score): log odds of logistic, say.
#pragma once

#include <linden/data.hpp>
#include <linden/device.hpp>
#include <linden/export.hpp>
#include <linden/model.hpp>
#include <linden/tensor.hpp>
#include <optional>
#include <string>
#include <vector>

namespace linden {

struct ExplainOptions {
  /// Rows that stand for what is not known, weighed by their weights; a label is not read. A linear model needs one.
  std::optional<Dataset> background = {};
  bool interactions = false;      ///< whether Explanation::interactions are wanted, too
  bool by_rows = false;           ///< without a background: whether sides of splits weigh by their training rows, as in
                                  ///< LightGBM, and not by the sums of their curvatures, as in XGBoost
  int rounds = 0;                 ///< of a boosted model: explain only the first rounds; 0: all
  int threads = 0;                ///< 0: all cores. Results are the same bytes for any number
  Device device = Device::cpu();  ///< a GPU explains trees
};

/// The scores of rows, taken apart. K is the number of outputs.
struct Explanation {
  std::vector<std::string> names;  ///< of the features, as feature_names() of the model
  Tensor values;                   ///< f64 [rows, features], or [rows, K, features] for K > 1 outputs
  std::vector<double> constant;    ///< [K]: the mean score of the background. A row's values and the constant sum to
                                   ///< its score; where the model was fitted with an offset, less the row's offset
  /// With ExplainOptions::interactions f64 [rows, features, features], or [rows, K, features, features]: what two
  /// features do together, half of it in each of their two places, and what a feature does alone in the diagonal. A
  /// feature's row sums to its value (the convention of XGBoost's pred_interactions). Else an empty tensor.
  Tensor interactions;
};

/// Columns are found by name, as BoostedModel::predict does. Columns that a model derives of categories (target
/// statistics) count as features of their own, whose values are shared equally among those that they come from. A
/// linear leaf's slope counts from its centre, the mean of the leaf's rows: that is where a feature without a
/// background is while it is not known. A node that no training row came to counts both of its sides alike.
///
/// Throws DataError as predict does, and for a background without rows or with weights that sum to nothing;
/// ArgumentError for trees that do not say how many rows came to their nodes, where there is no background, for trees
/// of more than 1,024 levels, and for .rounds out of range.
LINDEN_API Explanation explain(const BoostedModel& model, const Dataset& data, const ExplainOptions& options = {});

/// A feature adds weight * (value - mean in the background); nothing interacts. Throws DataError as predict does;
/// ArgumentError without a background, for a model keeps no means, and for .rounds and .by_rows; DeviceError for a GPU.
LINDEN_API Explanation explain(const LinearModel& model, const Dataset& data, const ExplainOptions& options);

/// Either of them.
LINDEN_API Explanation explain(const AnyModel& model, const Dataset& data, const ExplainOptions& options = {});

}  // namespace linden
