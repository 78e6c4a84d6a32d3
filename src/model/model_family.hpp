// Which family of models a file holds, before it is loaded: for programs that take any.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace linden {

/// How every model file begins.
inline constexpr std::string_view model_opening = "{\"format\":\"linden model\"";

/// "boosted", "linear", as the first bytes of the file have it; "" where they have none. Nothing is checked: loading
/// does that, and says what is wrong.
std::string model_family(const std::filesystem::path& path);

}  // namespace linden
