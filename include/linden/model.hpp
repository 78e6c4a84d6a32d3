// A model of either family, for programs that load whatever they are given.
//
//     AnyModel model = load_model("model.json");
//     Tensor p = std::visit([&](const auto& m) { return m.predict(test); }, model);
//     if (const auto* boosted = std::get_if<BoostedModel>(&model)) std::cout << boosted->rounds() << " rounds\n";
#pragma once

#include <filesystem>
#include <iosfwd>
#include <linden/boosting.hpp>
#include <linden/error.hpp>
#include <linden/export.hpp>
#include <linden/linear.hpp>
#include <linden/metric.hpp>
#include <linden/options.hpp>
#include <string_view>
#include <variant>

namespace linden {

using AnyModel = std::variant<BoostedModel, LinearModel>;

/// Reads a model of either family. Throws FileError when it is not one, or anything in it is not as save wrote it.
LINDEN_API AnyModel load_model(const std::filesystem::path& path);
/// From a stream, as load(std::istream&) of the families.
LINDEN_API AnyModel load_model(std::istream& in);
/// From what to_string() gave.
LINDEN_API AnyModel model_from_string(std::string_view text);

/// What the model predicts, whatever its family.
LINDEN_API Tensor predict(const AnyModel& model, const Dataset& data, const PredictOptions& options = {});

/// What metrics look at: predictions and scores of labelled rows, their labels as the model counts them, their weights
/// and groups. Of the options rounds, threads and the device count. Throws DataError for data that does not fit.
LINDEN_API MetricInput judged(const AnyModel& model, const Dataset& data, const PredictOptions& options = {});

}  // namespace linden
