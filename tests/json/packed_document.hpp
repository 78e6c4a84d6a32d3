// Packed bytes as a document that a reader takes.
#pragma once

#include <memory>
#include <string>

#include "json/packed_bytes.hpp"

namespace linden {

inline PackedDocument packed_document(const std::string& bytes) {
  const auto owner = std::make_shared<const std::string>(bytes + std::string(packed_padding, '\0'));
  return {{owner, owner->data()}, bytes.size()};
}

}  // namespace linden
