// Queues of work, one for each stream, and who may run next.
#include "simt/stream.hpp"

#include <algorithm>
#include <cstring>
#include <deque>
#include <linden/error.hpp>
#include <memory>
#include <random>
#include <vector>

#include "simt/executor.hpp"
#include "simt/host_lock.hpp"
#include "simt/memory/heap.hpp"
#include "simt/memory/host_access.hpp"
#include "simt/memory/region.hpp"

namespace linden::simt {

struct Event {
  std::size_t recorded = 0, happened = 0;  // how often
};

namespace {

struct Work {
  std::function<void()> run;
  const Event* needs = nullptr;  // and at least so often
  std::size_t times = 0;
  std::function<bool()> is_ready = {};  // by what other threads queue
};

constexpr std::chrono::seconds patience{60};  // with other threads

}  // namespace

struct Stream {
  std::deque<Work> queue;
  int device = 0;
};

namespace {

struct Device {
  Stream null_stream;
  std::vector<std::unique_ptr<Stream>> streams;
  std::vector<std::unique_ptr<Event>> events;
  std::minstd_rand random;
  int made = 0;
};

Device& device() {
  static Device the_device;
  return the_device;
}

Stream& of(Stream* stream) { return stream == nullptr ? device().null_stream : *stream; }

std::vector<Stream*> all_streams() {
  std::vector<Stream*> all{&device().null_stream};
  for (const auto& stream : device().streams) all.push_back(stream.get());
  if (seed() == 1) std::reverse(all.begin(), all.end());
  if (seed() > 1) std::shuffle(all.begin(), all.end(), device().random);
  return all;
}

bool can_run(const Stream& stream) {
  if (stream.queue.empty()) return false;
  const Work& next = stream.queue.front();
  return (next.needs == nullptr || next.needs->happened >= next.times) && (!next.is_ready || next.is_ready());
}

void run_one(Stream& stream) {
  const Work work = std::move(stream.queue.front());
  stream.queue.pop_front();
  if (!work.run) return;
  try {
    work.run();
  } catch (...) {
    for (Stream* each : all_streams()) each->queue.clear();
    for (const auto& event : device().events) event->happened = event->recorded;
    throw;
  }
}

// The work that a stream's first piece waits for, as far down as it goes.
bool run_one_elsewhere() {
  for (Stream* stream : all_streams())
    if (can_run(*stream)) {
      run_one(*stream);
      return true;
    }
  return false;
}

// Whether what other threads queue may help.
bool is_for_other_threads() {
  return std::ranges::any_of(
      all_streams(), [](const Stream* stream) { return !stream->queue.empty() && stream->queue.front().is_ready; });
}

template <class Done>
void run_until(HostLock& lock, Stream* wanted, const Done& done) {
  while (!done()) {
    bool ran = false;
    {
      const AsDevice as_device;
      do {
        const bool prefer_others = wanted == nullptr || (seed() > 1 && device().random() % 4 == 0);
        ran = !prefer_others && can_run(*wanted);
        if (ran)
          run_one(*wanted);
        else
          ran = run_one_elsewhere();
      } while (ran && !done());
    }
    if (!ran && !(is_for_other_threads() && lock.wait(patience)))
      throw DeviceError("synchronize: the streams wait for each other");
  }
}

template <class Thing>
void forget(std::vector<std::unique_ptr<Thing>>& all, const Thing* thing) {
  std::erase_if(all, [&](const auto& each) { return each.get() == thing; });
}

// Whether a range is the device's; then it must lie in one allocation.
bool is_device(const char* where, const void* address, std::size_t bytes) {
  if (!region().contains(address)) return false;
  check_range(where, address, bytes);
  return true;
}

}  // namespace

namespace {
thread_local int this_device = 0;
}
int current_device() { return this_device; }
void set_current_device(int device) { this_device = device; }
int device_of(const Stream* stream) { return stream == nullptr ? this_device : stream->device; }

int streams_made() {
  const HostLock lock;
  return device().made;
}
Stream* create_stream() {
  const HostLock lock;
  ++device().made;
  Stream* const made = device().streams.emplace_back(std::make_unique<Stream>()).get();
  made->device = this_device;
  return made;
}
void destroy_stream(Stream* stream) {
  synchronize(stream);
  const HostLock lock;
  forget(device().streams, stream);
}
Event* create_event() {
  const HostLock lock;
  return device().events.emplace_back(std::make_unique<Event>()).get();
}
void destroy_event(Event* event) {
  synchronize(event);
  const HostLock lock;
  forget(device().events, event);
}

void record(Event* event, Stream* stream) {
  const HostLock lock;
  const std::size_t times = ++event->recorded;
  of(stream).queue.push_back({[=] { event->happened = std::max(event->happened, times); }});
}
void wait_for(Stream* stream, Event* event) {
  const HostLock lock;
  of(stream).queue.push_back({{}, event, event->recorded});
}

void synchronize(Stream* stream) {
  HostLock lock;
  run_until(lock, &of(stream), [&] { return of(stream).queue.empty(); });
}
void synchronize(Event* event) {
  HostLock lock;
  run_until(lock, nullptr, [=] { return is_done(event); });
}
void synchronize_device() {
  HostLock lock;
  run_until(lock, nullptr, [] {
    const auto all = all_streams();
    return std::all_of(all.begin(), all.end(), [](const Stream* stream) { return stream->queue.empty(); });
  });
}
bool is_done(const Event* event) {
  const HostLock lock;
  return event->happened == event->recorded;
}

void copy_async(void* to, const void* from, std::size_t bytes, Stream* stream) {
  if (bytes == 0) return;
  const HostLock lock;
  const bool to_device = is_device("copy_async: to", to, bytes),
             from_device = is_device("copy_async: from", from, bytes);
  of(stream).queue.push_back({[=] {
    if (to_device) check_range("copy_async: to", to, bytes);  // it may have been freed since
    if (from_device) check_range("copy_async: from", from, bytes);
    std::memmove(to, from, bytes);
    if (to_device) region().mark_written(region().offset(to), bytes);
  }});
}

void fill_async(void* to, unsigned char byte, std::size_t bytes, Stream* stream) {
  if (bytes == 0) return;
  const HostLock lock;
  check_range("fill_async", to, bytes);
  of(stream).queue.push_back({[=] {
    check_range("fill_async", to, bytes);
    std::memset(to, byte, bytes);
    region().mark_written(region().offset(to), bytes);
  }});
}

void free_async(void* address, Stream* stream) {
  const HostLock lock;
  of(stream).queue.push_back({[=] { free(address); }});
}

void run_async(Stream* stream, std::function<void()> work) {
  const HostLock lock;
  of(stream).queue.push_back({std::move(work)});
}
void run_when(Stream* stream, std::function<bool()> is_ready, std::function<void()> work) {
  const HostLock lock;
  of(stream).queue.push_back({std::move(work), nullptr, 0, std::move(is_ready)});
}

void enqueue_kernel(Stream* stream, std::string_view name, const Shape& shape, void (*call)(const void* values),
                    const void* values, std::size_t bytes) {
  const auto* const first = static_cast<const unsigned char*>(values);
  run_async(stream, [kernel = Kernel{std::string(name), shape, call, {first, first + bytes}}] { run(kernel); });
}

void copy_values(void* to, const void* from, std::size_t bytes) { std::memcpy(to, from, bytes); }

}  // namespace linden::simt
