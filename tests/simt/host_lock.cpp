#include "simt/host_lock.hpp"

#include <condition_variable>
#include <mutex>

namespace linden::simt {
namespace {

struct Door {
  std::recursive_mutex mutex;
  std::condition_variable_any left;
  long waiting = 0;
};

Door& door() {
  static Door the_door;
  return the_door;
}

}  // namespace

HostLock::HostLock() { door().mutex.lock(); }

HostLock::~HostLock() {
  const bool tell = door().waiting > 0;
  door().mutex.unlock();
  if (tell) door().left.notify_all();
}

bool HostLock::wait(std::chrono::seconds most) {
  ++door().waiting;
  const bool woken = door().left.wait_for(door().mutex, most) == std::cv_status::no_timeout;
  --door().waiting;
  return woken;
}

}  // namespace linden::simt
