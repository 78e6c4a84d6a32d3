// A certificate as JSON, in model files and reports.
#pragma once

#include <linden/linear.hpp>
#include <span>
#include <string>

#include "json/reader.hpp"
#include "json/writer.hpp"

namespace linden {

void write_certificate(JsonWriter& json, const Certificate& certificate, bool with_seconds);

/// That of weights which were not fitted here: everything about them is open.
Certificate imported_certificate();

/// A certificate without seconds, of a model with these features. Throws FileError where anything in it is not as
/// write_certificate wrote it.
Certificate read_certificate(JsonReader& json, std::span<const std::string> features);

}  // namespace linden
