// Where Linden's own remarks go: one hook, silent by default. The library never prints by itself.
//
//     set_log([](LogLevel level, std::string_view message) { std::cerr << message << '\n'; });
#pragma once

#include <functional>
#include <linden/export.hpp>
#include <string_view>

namespace linden {

enum class LogLevel { debug, info, warning };

using LogHook = std::function<void(LogLevel, std::string_view)>;

/// Sends every remark to `hook`, from any thread, and from several at a time; an empty hook silences them again. The
/// hook may itself set the hook, and call whatever logs.
LINDEN_API void set_log(LogHook hook);

}  // namespace linden
