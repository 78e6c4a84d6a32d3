// What keeps a function of tensors from becoming a program: thrown while it is traced, and caught by who traces.
#pragma once

#include <fmt/format.h>

#include <string>
#include <utility>

namespace linden {

struct Obstacle {
  std::string reason;  ///< half a sentence
};

template <class... Args>
[[noreturn]] void obstacle(fmt::format_string<Args...> format, Args&&... args) {
  throw Obstacle{fmt::format(format, std::forward<Args>(args)...)};
}

}  // namespace linden
