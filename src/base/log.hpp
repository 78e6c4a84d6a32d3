// The library's side of log.hpp.
#pragma once

#include <linden/log.hpp>
#include <string_view>

namespace linden {

/// Hands a remark to the user's hook, if there is one.
void log(LogLevel level, std::string_view message);

}  // namespace linden
