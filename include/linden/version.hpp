// The library's version, in one place: CMake and pkg-config read these three numbers from here.
#pragma once

#include <linden/export.hpp>

#define LINDEN_VERSION_MAJOR 0
#define LINDEN_VERSION_MINOR 1
#define LINDEN_VERSION_PATCH 0

namespace linden {

/// The version of the library that the program is linked to, such as "0.1.0". It can differ from the
/// macros above when a shared library was replaced after the program was compiled.
LINDEN_API const char* version() noexcept;

}  // namespace linden
