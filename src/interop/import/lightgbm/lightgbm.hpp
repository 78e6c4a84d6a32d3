// Models of LightGBM, versions 2 to 4 of its text, and what its dump_model writes as JSON.
#pragma once

#include <memory>
#include <string_view>

#include "boosting/model/model.hpp"

namespace linden {

/// Whether a file that begins so is one of LightGBM's.
bool looks_like_lightgbm(std::string_view head);

/// Scores have LightGBM's bits: the same leaves are added in the same order. But a random forest's leaves are divided
/// by the number of its rounds, not their sum, and with a `sigmoid` that is not 1 scores are as many times LightGBM's;
/// both round anew, and warnings() say so. Throws FileError for what is no such model or has no meaning here.
std::shared_ptr<const BoostedModel::State> read_lightgbm(std::string_view bytes);

}  // namespace linden
