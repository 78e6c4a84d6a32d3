// The front door of both families: what training data is refused for before any work, in the same words, and what a
// model keeps of it. `where` is the function that the user called.
#pragma once

#include <linden/data.hpp>
#include <linden/loss.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/labels.hpp"
#include "model/features/model_schema.hpp"

namespace linden {

/// Throws DataError for data without rows or features, and where all weights are zero. `features`: how many there are,
/// where `train` has the rows of several ranks.
void check_training_data(std::string_view where, const Dataset& train, int features);
inline void check_training_data(std::string_view where, const Dataset& train) {
  check_training_data(where, train, train.features());
}

/// The labels as the loss counts them, for a loss that can be trained on these rows. Throws DataError when there are
/// none or the loss does not take them, ArgumentError for a loss that lacks what training asks of it.
Labels checked_labels(std::string_view where, const Dataset& train, const Loss& loss);

/// Throws DataError for a loss of groups where the data has none.
void check_groups(std::string_view where, const Loss& loss, const Dataset& data);

/// [rows], or empty where all are one.
std::span<const double> weights_of(const Dataset& train);

/// What a model of these features keeps, all of them numbers so far. Throws DataError for a name that its file could
/// not hold.
ModelSchema schema_of(std::string_view where, const Dataset& train, const Labels& labels,
                      std::vector<std::string> feature_names);

}  // namespace linden
