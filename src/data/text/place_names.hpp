// Names that say no more than where a column stands, whole numbers: files without a header have them, and libsvm, and
// models of other libraries that know no names.
#pragma once

#include <charconv>
#include <cstdint>
#include <string_view>

namespace linden {

/// Whether the names of all entries, `name_of(entry)`, are such, ascending: columns may then be taken in their order.
template <class Range, class NameOf>
bool are_place_names(const Range& range, const NameOf& name_of) {
  std::int64_t last = -1;
  for (const auto& entry : range) {
    const std::string_view name = name_of(entry);
    std::int64_t number = -1;
    const auto [stop, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (error != std::errc() || stop != name.data() + name.size() || number <= last) return false;
    last = number;
  }
  return last >= 0;
}

}  // namespace linden
