#include "base/log.hpp"

#include <mutex>
#include <utility>

namespace linden {
namespace {

struct Sink {
  std::mutex mutex;
  LogHook hook;
};

Sink& sink() {
  static Sink instance;
  return instance;
}

}  // namespace

void set_log(LogHook hook) {
  const std::lock_guard lock(sink().mutex);
  sink().hook = std::move(hook);
}

void log(LogLevel level, std::string_view message) {
  const std::lock_guard lock(sink().mutex);
  if (sink().hook) sink().hook(level, message);
}

}  // namespace linden
