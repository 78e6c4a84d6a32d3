// Losses in model files. Custom ones have their program by the names of its operations, so that it reads the same
// anywhere.
#pragma once

#include <linden/loss.hpp>

#include "json/reader.hpp"
#include "json/writer.hpp"

namespace linden {

/// {"name", "classes"}, the parameters of a built-in loss, and "custom" for one that is not built in.
void write_loss(JsonWriter& json, const Loss& loss);

/// Throws FileError when anything in it is not as write_loss wrote it.
Loss read_loss(JsonReader& json);

}  // namespace linden
