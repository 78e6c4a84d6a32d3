// How files of this library are told from others.
#pragma once

#include <string_view>

namespace linden {

/// Every file begins so: write_model (model/file/envelope.hpp) writes this member first.
inline constexpr std::string_view linden_opening = "{\"format\":\"linden model\"";

inline bool is_linden_model(std::string_view bytes) { return bytes.starts_with(linden_opening); }

}  // namespace linden
