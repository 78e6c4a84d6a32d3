// What `linden inspect` prints of each family.
#pragma once

#include <fmt/format.h>

#include <linden/boosting.hpp>
#include <linden/linear.hpp>

#include "model/stated_fields.hpp"

namespace linden::cli {

constexpr std::size_t most_features = 20;  ///< that are listed without --all

/// The lines that both families have: label, classes, features.
template <class Model>
void print_names(const Model& model) {
  const std::vector<std::string> labels = model.schema().label_names;
  fmt::print("label       {}\n", fmt::join(labels, ", "));
  if (!model.classes().empty()) fmt::print("classes     {}\n", fmt::join(model.classes(), ", "));
  fmt::print("features    {}\n", model.feature_names().size());
  if (model.has_offset()) {
    const std::vector<std::string> names = model.schema().offset_names;
    fmt::print("offset      {}\n", names.empty() ? "one for each score" : fmt::format("{}", fmt::join(names, ", ")));
  }
}

/// By what the model is known, in files of either format.
template <class Model>
void print_signature(const Model& model) {
  fmt::print("signature   sha256 {}\n", model.signature());
}

template <class Config>
void print_fields(const Config& config) {
  for (const FieldInfo& field : stated_fields(config)) fmt::print("  {:<17} {}\n", field.name, field.value);
}

/// Configuration, certificate and coefficients. Without `all` the first 20 features with a weight that is not 0.
void print_linear(const LinearModel& model, bool all);

}  // namespace linden::cli
