// Models of LIBLINEAR, which are text: a few settings, then the weights of a feature in each line.
#pragma once

#include <memory>
#include <string_view>

#include "linear/model.hpp"

namespace linden {

/// All its solvers: logistic regression, support vector classification and regression, and the one-class machine. Of
/// two classes the score is for the second in our order; more have a score each. Features are numbered from 1, as in
/// its data. Throws FileError with the line.
std::shared_ptr<const LinearModel::State> read_liblinear(std::string_view text);

}  // namespace linden
