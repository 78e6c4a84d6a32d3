// Files as NumPy and safetensors write them: tests/golden/tensor_files.py made them.
#pragma once

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

namespace linden {

inline std::string golden(const std::string& name) {
  static const nlohmann::json files =
      nlohmann::json::parse(std::ifstream(std::filesystem::path(LINDEN_SOURCE_DIR) / "tests/golden/tensor_files.json"));
  const std::string& digits = files.at(name).get_ref<const std::string&>();
  std::string bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2)
    bytes += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
  return bytes;
}

}  // namespace linden
