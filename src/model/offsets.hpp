// Offsets: what rows bring to their scores, checked and in the order in which scores stand.
#pragma once

#include <linden/data.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "model/features/model_schema.hpp"

namespace linden {

/// The offsets of training rows, [outputs, rows]; empty where there are none. Throws DataError, opening with `where`,
/// unless there is one for each output, and for one that is too large to train with.
std::vector<double> training_offsets(std::string_view where, const Dataset& train, int outputs);

/// Those of rows that a model is to predict: empty where it was fitted without. Throws DataError where the rows have
/// none and the model wants them, or the other way round.
std::vector<double> known_offsets(std::string_view where, const Dataset& data, const ModelSchema& model);

/// The same for one row, whose offset a caller passes. Throws ArgumentError.
void check_row_offset(std::string_view where, std::size_t offsets, const ModelSchema& model);

/// What a model keeps of them: a name for each, "" where it has none.
std::vector<std::string> names_of_offsets(const Dataset& train);

}  // namespace linden
