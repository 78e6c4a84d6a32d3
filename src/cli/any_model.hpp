// A model of either family, for commands that take both: std::visit([](const auto& model) { ... }, model).
#pragma once

#include <linden/model.hpp>

namespace linden::cli {

/// Predictions for a data set, whatever the family.
Tensor predict(const AnyModel& model, const Dataset& data, Output output, int threads, const Device& device);

}  // namespace linden::cli
