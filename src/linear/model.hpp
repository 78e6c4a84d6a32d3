// What a LinearModel is made of. Immutable once fitted or loaded; shared by copies of the model.
#pragma once

#include <linden/linear.hpp>
#include <string>
#include <vector>

#include "model/model_schema.hpp"

namespace linden {

struct LinearModel::State : ModelSchema {
  LinearConfig config;            ///< with the loss's number of classes settled
  std::vector<double> weights;    ///< [outputs, features], in the units of the data
  std::vector<double> intercept;  ///< [outputs]
  Certificate certificate;
  std::vector<std::string> warnings;  ///< of the fit; not in files

  int outputs() const noexcept { return static_cast<int>(intercept.size()); }
};

}  // namespace linden
