// Names that a model file could not hold are refused before the work.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace linden {

/// Throws DataError, opening with `where`, for the first name that is not UTF-8; `what` says what it names ("feature").
void check_names(std::string_view where, const char* what, std::span<const std::string> names);

}  // namespace linden
