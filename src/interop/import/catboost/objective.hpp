// CatBoost's loss functions as losses.
#pragma once

#include <linden/loss.hpp>

#include "interop/document/value.hpp"

namespace linden::catboost {

/// Of the root of a model's document, whose rows have so many scores. What is not known of the loss, or is none of
/// ours, is its name with the link of CatBoost's predictions.
Loss loss_of(const Place& root, int outputs);

/// The names of classes; none where they are not told.
std::vector<std::string> classes_of(const Place& root);

}  // namespace linden::catboost
