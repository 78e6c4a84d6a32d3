// Which sanitizer watches this build: g++ says it by a macro, clang by a feature.
#pragma once

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LINDEN_ASAN
#endif
#if __has_feature(thread_sanitizer)
#define LINDEN_TSAN
#endif
#endif

#ifdef __SANITIZE_ADDRESS__
#define LINDEN_ASAN
#endif
#ifdef __SANITIZE_THREAD__
#define LINDEN_TSAN
#endif

namespace linden {

/// How often a test draws: sanitizers slow each trial down tenfold, and see all there is to see in a few.
constexpr int trials(int count) {
#if defined(LINDEN_ASAN) || defined(LINDEN_TSAN)
  return count / 5 + 1;
#else
  return count;
#endif
}

}  // namespace linden
