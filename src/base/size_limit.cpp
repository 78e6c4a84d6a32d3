#include "base/size_limit.hpp"

#include <cerrno>
#include <ctime>

namespace linden {
namespace {

bool is_pending() noexcept {
  sigset_t pending;
  return sigpending(&pending) == 0 && sigismember(&pending, SIGXFSZ) == 1;
}

}  // namespace

SizeLimitIsAnError::SizeLimitIsAnError() noexcept : is_pending_(is_pending()) {
  sigemptyset(&signal_);
  sigaddset(&signal_, SIGXFSZ);
  pthread_sigmask(SIG_BLOCK, &signal_, &before_);
}

SizeLimitIsAnError::~SizeLimitIsAnError() {
  const int kept = errno;
  constexpr timespec now{};
  if (!is_pending_ && is_pending()) sigtimedwait(&signal_, nullptr, &now);
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  errno = kept;
}

}  // namespace linden
