#include "tensor/device_context.hpp"

#include <linden/threads.hpp>
#include <utility>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"

namespace linden {

struct Threads::Scope {
  explicit Scope(int threads) : workers(threads), cpu{workers}, gpu{workers} {}

  Workers workers;
  Context cpu, gpu;
  Scope* before = nullptr;
};

namespace {

thread_local Threads::Scope* current_scope = nullptr;

Threads::Scope& scope() {
  if (current_scope) return *current_scope;
  return or_out_of_memory("Threads", []() -> Threads::Scope& {
    thread_local Threads::Scope all_cores(0);
    return all_cores;
  });
}

}  // namespace

Threads::Threads(int threads) {
  if (threads < 0) fail<ArgumentError>("Threads: {} threads. Hint: 0 takes all cores.", threads);
  scope_ = or_out_of_memory("Threads", [&] { return std::make_unique<Scope>(threads); });
  scope_->before = std::exchange(current_scope, scope_.get());
}
Threads::~Threads() { current_scope = scope_->before; }

int Threads::current() { return scope().workers.threads(); }

Context& tensor_context(const Device& device) {
  Threads::Scope& here = scope();
  if (device.kind() == Device::Kind::cpu) return here.cpu;
  here.gpu.stream = tensor_stream_of(device);
  return here.gpu;
}

}  // namespace linden
