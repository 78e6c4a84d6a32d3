// The document of a model file: its seal taken off, and put on again after a change. The same of binary files.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/hash/sha256.hpp"

namespace linden {

inline std::string opened(const std::string& file) {
  const std::size_t seal = file.rfind(",\"sha256\":\""), old_seal = file.rfind(",\"checksum\":\"");
  return file.substr(0, seal == std::string::npos ? old_seal : seal) + "}";
}

inline std::string sealed(std::string text) {
  text.pop_back();
  Sha256 hash;
  hash.add(text);
  return text + fmt::format(",\"sha256\":\"{}\"}}\n", hash.hex());
}

/// As versions did that knew no SHA-256.
inline std::string sealed_of_old(std::string text) {
  text.pop_back();
  std::uint64_t hash = 14695981039346656037u;  // FNV-1a
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  return text + fmt::format(",\"checksum\":\"{:016x}\"}}\n", hash);
}

inline constexpr std::size_t binary_head = 16, binary_seal = 32;

/// The packed document of a binary file.
inline std::string document_of(const std::string& file) {
  return file.substr(binary_head, file.size() - binary_head - binary_seal);
}

/// The binary file of a packed document.
inline std::string binary_of(const std::string& document) {
  std::string file = "\x89LINDEN\x01";
  for (int i = 0; i < 8; ++i) file += static_cast<char>(document.size() >> (8 * i));
  file += document;
  Sha256 hash;
  hash.add(file);
  for (const unsigned char byte : hash.digest()) file += static_cast<char>(byte);
  return file;
}

}  // namespace linden
