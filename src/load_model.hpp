// Loading a model of either family from wherever its text comes.
#pragma once

#include <linden/model.hpp>

#include "model/file/model_text.hpp"

namespace linden {

/// As load_model of a path.
AnyModel load_model(const ModelSource& source);

}  // namespace linden
