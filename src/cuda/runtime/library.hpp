// Libraries that are opened late: nothing links to them, and a program starts without them.
#pragma once

#include <dlfcn.h>

#include <span>
#include <string>

namespace linden::cuda {

inline std::string loader_error() {
  const char* text = dlerror();
  return text == nullptr ? "no reason given" : text;
}

template <class Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  return function != nullptr;
}

/// The first of these libraries that use(library, name) takes, which says why not, or is empty: those that the process
/// has loaded already come before the others, since two versions side by side may not get on. The reasons of all where
/// it takes none; else empty.
template <class Use>
std::string open_first(std::span<const char* const> names, const Use& use) {
  for (const char* name : names)
    if (void* const library = dlopen(name, RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD))
      if (use(library, name).empty()) return "";
  std::string reasons;
  for (const char* name : names) {
    void* const library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    const std::string why_not = library == nullptr ? loader_error() : use(library, name);
    if (why_not.empty()) return "";
    reasons += (reasons.empty() ? "" : "; ") + why_not;
  }
  return reasons;
}

}  // namespace linden::cuda
