// How exactly rows tell the weights of a linear model: intervals by the sandwich estimate, which trusts no assumption
// about the spread of labels.
#pragma once

#include <linden/data.hpp>
#include <linden/linear.hpp>
#include <string>
#include <vector>

namespace linden::reporting {

/// Standard errors of the weights and intercepts, or why there are none.
struct WeightErrors {
  std::vector<double> weights;    ///< [outputs, features]; 0 for a weight that the fit left at 0 as a sum of others
  std::vector<double> intercept;  ///< [outputs]
  std::string why_none;           ///< a sentence; empty where there are errors
};

/// Those of statistics() by Covariance::hc0, where weights say how precise rows are. They are those of each output by
/// itself, which outputs of a softmax are not; penalties and bounds move weights, and losses with corners have no
/// curvature: they leave no such estimate.
WeightErrors weight_errors(const LinearModel& model, const Dataset& rows, int threads);

}  // namespace linden::reporting
