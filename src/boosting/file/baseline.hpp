// The hazard that all rows have in common, in the file of a model of Cox's loss.
#pragma once

#include <linden/loss.hpp>

#include "json/reader.hpp"
#include "json/writer.hpp"
#include "loss/survival/risk_order.hpp"

namespace linden {

/// The member "baseline".
void write_baseline(JsonWriter& json, const BaselineHazard& baseline);
/// Its value. Throws FileError where anything is not as write_baseline wrote it, or does not go with the loss.
BaselineHazard read_baseline(JsonReader& json, const Loss& loss);

}  // namespace linden
