#include "base/log.hpp"

#include <memory>
#include <mutex>
#include <utility>
#include "base/out_of_memory.hpp"

namespace linden {
namespace {

struct Sink {
  std::mutex mutex;
  std::shared_ptr<const LogHook> hook;
};

Sink& sink() {
  static Sink instance;
  return instance;
}

}  // namespace

void set_log(LogHook hook) try {
  auto next = hook ? std::make_shared<const LogHook>(std::move(hook)) : nullptr;
  const std::lock_guard lock(sink().mutex);
  sink().hook.swap(next);  // the old hook is destroyed after the lock is given back
} catch (const std::bad_alloc&) {
  fail_out_of_memory("set_log");
}

// The hook runs without the lock: it may log, and set the hook.
void log(LogLevel level, std::string_view message) {
  std::shared_ptr<const LogHook> hook;
  {
    const std::lock_guard lock(sink().mutex);
    hook = sink().hook;
  }
  if (hook) (*hook)(level, message);
}

}  // namespace linden
