// Models that CatBoost saves as JSON.
#pragma once

#include <memory>
#include <string_view>

#include "boosting/model/model.hpp"

namespace linden {

/// Whether a file that begins so is one of CatBoost's.
bool looks_like_catboost(std::string_view head);

/// Trees, oblivious or not: values are rounded to floats and compared as CatBoost does, its statistics of categories
/// are target statistics here, and leaves are added in double, in its order. CatBoost adds the bias last, and here
/// scores start from it: where it is not 0, they agree to the rounding of a sum; so they do where a scale is not 1.
/// Throws FileError for what is no such model, and for categories of which the file has hashes and no names.
std::shared_ptr<const BoostedModel::State> read_catboost(std::string_view bytes);

}  // namespace linden
