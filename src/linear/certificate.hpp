// A certificate as JSON, in model files and reports.
#pragma once

#include <linden/linear.hpp>
#include <span>
#include <string>

#include "model/json_reader.hpp"

namespace linden {

Json certificate_to_json(const Certificate& certificate, bool with_seconds);

/// A certificate without seconds, of a model with these features. Throws FileError where anything in it is not as
/// certificate_to_json wrote it.
Certificate certificate_from_json(const JsonReader& json, std::span<const std::string> features);

}  // namespace linden
