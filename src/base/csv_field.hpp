// A field as CSV has it.
#pragma once

#include <string>

namespace linden {

/// In quotes where it needs them.
inline std::string csv_field(const std::string& field) {
  if (field.find_first_of(",\"\n\r") == std::string::npos) return field;
  std::string text = "\"";
  for (const char c : field) text += c == '"' ? std::string("\"\"") : std::string(1, c);
  return text + '"';
}

}  // namespace linden
