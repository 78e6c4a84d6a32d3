// Custom losses in model files: their program by the names of its operations, so that it reads the same anywhere.
#pragma once

#include <linden/loss.hpp>

#include "model/json_reader.hpp"

namespace linden {

/// {"name", "classes"}, the parameters of a built-in loss, and "custom" for one that is not built in.
Json loss_to_json(const Loss& loss);

/// Throws FileError when anything in it is not as loss_to_json wrote it.
Loss loss_from_json(const JsonReader& json);

}  // namespace linden
