// A model of either family, for commands that take both: std::visit([](const auto& model) { ... }, model).
#pragma once

#include <filesystem>
#include <linden/boosting.hpp>
#include <linden/linear.hpp>
#include <variant>

namespace linden::cli {

using AnyModel = std::variant<BoostedModel, LinearModel>;

/// Throws FileError as the family's own load does.
AnyModel load_model(const std::filesystem::path& path);

/// Predictions for a data set, whatever the family.
Tensor predict(const AnyModel& model, const Dataset& data, Output output, int threads, const Device& device);

}  // namespace linden::cli
