// Which fields of a CSV text mean that a value is missing.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "data/text/fields.hpp"

namespace linden {

/// What is quoted is there, unless it is empty: programs that quote every field write "" for a missing one.
class MissingTokens {
 public:
  /// The caller's tokens, and the known ones unless `only_these`.
  MissingTokens(std::vector<std::string> tokens, bool only_these);

  /// Whether a field that begins with c can be a number and cannot be missing.
  bool plainly_number(char c) const noexcept { return plain_[static_cast<unsigned char>(c)]; }
  /// Whether the field is missing in any column.
  bool has(const CsvField& field) const noexcept;
  /// Whether it is missing among numbers, where words such as None are no category.
  bool has_among_numbers(const CsvField& field) const noexcept;

 private:
  std::vector<std::string> tokens_;
  std::array<bool, 256> plain_{}, starts_{};
  bool only_these_ = false;
  bool empty_ = false;
};

}  // namespace linden
