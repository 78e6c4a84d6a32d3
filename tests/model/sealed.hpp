// The document of a model file: its seal taken off, and put on again after a change.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace linden {

inline constexpr std::string_view seal_opening = ",\"checksum\":\"";

inline std::string opened(const std::string& file) { return file.substr(0, file.rfind(seal_opening)) + "}"; }

inline std::string sealed(std::string text) {
  text.pop_back();
  std::uint64_t hash = 14695981039346656037u;  // FNV-1a
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  return text + fmt::format("{}{:016x}\"}}\n", seal_opening, hash);
}

}  // namespace linden
