// One function for each format that a model is written in. All of them throw ArgumentError for what the format cannot
// say.
#pragma once

#include <linden/export_model.hpp>
#include <string>
#include <string_view>

#include "base/fail.hpp"
#include "boosting/model/model.hpp"
#include "linear/model.hpp"

namespace linden::exporting {

/// What is asked for, for the messages, too.
struct Request {
  ExportFormat format;
  const ExportOptions& options;
};

[[noreturn]] inline void refuse(const Request& request, std::string_view reason) {
  fail<ArgumentError>("export_model: {} cannot hold this model: {}", name_of(request.format), reason);
}

std::string to_xgboost(const Request& request, const BoostedModel::State& model);
std::string to_lightgbm(const Request& request, const BoostedModel::State& model);
std::string to_onnx(const Request& request, const BoostedModel::State& model);
std::string to_onnx(const Request& request, const LinearModel::State& model);
std::string to_liblinear(const Request& request, const LinearModel::State& model);
std::string to_csv(const Request& request, const LinearModel::State& model);
std::string to_source(const Request& request, const BoostedModel::State& model);
std::string to_source(const Request& request, const LinearModel::State& model);

}  // namespace linden::exporting
