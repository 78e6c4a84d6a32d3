// How files of this library are told from others.
#pragma once

#include <string_view>

#include "model/file/packed_file.hpp"

namespace linden {

/// Every text begins so: write_model (model/file/envelope.hpp) writes this member first.
inline constexpr std::string_view linden_opening = "{\"format\":\"linden model\"";

/// JSON, or the packed form of it.
inline bool is_linden_model(std::string_view bytes) {
  return bytes.starts_with(linden_opening) ||
         (!bytes.empty() && is_packed_file(static_cast<unsigned char>(bytes.front())));
}

}  // namespace linden
