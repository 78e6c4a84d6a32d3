// What XGBoost minimised, as a loss of this library: ours where it is the same, else its name and link; and the scores
// that rows start from.
#pragma once

#include <linden/loss.hpp>
#include <string>
#include <vector>

#include "interop/import/xgboost/learner.hpp"

namespace linden::xgboost {

/// Throws FileError for an objective that is not known, and for one whose predictions no link makes.
Loss loss_of(const Learner& learner);

/// A loss that linear models take: the same, or its name and link.
Loss linear_loss_of(const Learner& learner);

/// One an output, in float as XGBoost has them: base scores are predictions, but for files before 1.0.
std::vector<double> initial_scores(const Learner& learner);

/// The names of the classes of a loss, as XGBoost counts them: "0", "1", ...; none for other labels.
std::vector<std::string> class_names(const Loss& loss);

}  // namespace linden::xgboost
