// The version that this library was built as.
#include <linden/version.hpp>

#define LINDEN_TEXT_(x) #x
#define LINDEN_TEXT(x) LINDEN_TEXT_(x)

namespace linden {

const char* version() noexcept {
  return LINDEN_TEXT(LINDEN_VERSION_MAJOR) "." LINDEN_TEXT(LINDEN_VERSION_MINOR) "." LINDEN_TEXT(LINDEN_VERSION_PATCH);
}

}  // namespace linden
