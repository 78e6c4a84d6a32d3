// Files that would grow beyond the limit of the process (ulimit -f): an error of the call that writes, and no signal.
#pragma once

#include <csignal>

namespace linden {

/// While it lives, this thread's writes beyond the limit fail with EFBIG; the signal that would end the process is held
/// back and taken away again. Nothing of this is seen by other threads, or afterwards.
class SizeLimitIsAnError {
 public:
  SizeLimitIsAnError() noexcept;
  ~SizeLimitIsAnError();
  SizeLimitIsAnError(const SizeLimitIsAnError&) = delete;

 private:
  sigset_t signal_, before_;
  bool is_pending_;  // before
};

}  // namespace linden
