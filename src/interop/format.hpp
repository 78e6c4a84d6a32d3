// Which formats of models are known, and how each is told by its content.
#pragma once

#include <linden/model.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace linden {

/// What is looked at to tell a format: the bytes and, of a JSON object, the names of its members.
struct Opening {
  std::string_view bytes;
  std::vector<std::string> members = {};

  explicit Opening(std::string_view bytes);

  bool begins_with(std::string_view text) const { return bytes.starts_with(text); }
  bool has_member(std::string_view name) const;
};

struct KnownFormat {
  const char* name;  ///< as messages list it: "XGBoost (JSON)"
  bool (*recognises)(const Opening&);
  /// Throws Error, which says what is wrong, without the file's name.
  AnyModel (*read)(std::string_view bytes);
};

/// All of them; the first that recognises a file reads it.
std::span<const KnownFormat> known_formats();

/// What is told from others and not read.
struct RefusedFormat {
  bool (*recognises)(std::string_view bytes);
  const char* reason;
};

std::span<const RefusedFormat> refused_formats();

}  // namespace linden
