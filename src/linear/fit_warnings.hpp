// What a user would want to know of a linear fit, beside its certificate.
#pragma once

#include <linden/data.hpp>
#include <string>
#include <vector>

#include "linear/model.hpp"
#include "model/labels.hpp"

namespace linden {

/// `curvature`: the mean one of the loss where the fit ended. The remarks of the data come first.
std::vector<std::string> warnings_of(const Dataset& train, const Labels& labels, const LinearModel::State& model,
                                     double curvature);

}  // namespace linden
