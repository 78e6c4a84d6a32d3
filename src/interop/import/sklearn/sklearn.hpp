// Models of scikit-learn, as tools/sklearn_to_json.py writes them: GradientBoosting and HistGradientBoosting, of
// numbers and of classes.
#pragma once

#include <memory>
#include <string_view>

#include "boosting/model/model.hpp"

namespace linden {

/// Whether a file that begins so is one of that script's.
bool looks_like_sklearn(std::string_view head);

/// Scores have scikit-learn's bits; but those of its exponential loss are twice its own, for which the link is that of
/// probabilities. Rows of GradientBoosting are rounded to float, as there. Throws FileError for what is no such file.
std::shared_ptr<const BoostedModel::State> read_sklearn(std::string_view bytes);

}  // namespace linden
