// The model that a fit begins with: it knows its columns, classes, categories and configuration, and has no trees yet.
#pragma once

#include <linden/boosting.hpp>
#include <memory>

#include "boosting/model/model.hpp"
#include "model/labels.hpp"

namespace linden {

/// Throws DataError for a name that its file could not hold. Its first scores and groups of categories are left empty.
std::shared_ptr<BoostedModel::State> blank_model(const Dataset& train, const BoostingConfig& config,
                                                 const Labels& labels, bool saves_history);

}  // namespace linden
