// Names must be UTF-8: model files are JSON.
#pragma once

#include <string_view>

namespace linden {

/// Whether a text is well-formed UTF-8 (RFC 3629).
bool is_utf8(std::string_view text) noexcept;

}  // namespace linden
