// The scheduler: starts blocks, picks who runs next, notices when nobody can.
#include "simt/executor.hpp"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <linden/error.hpp>
#include <numeric>

#include "simt/memory/heap.hpp"
#include "simt/order.hpp"
#include "simt/report.hpp"
#include "simt/memory/shared_memory.hpp"

namespace linden::simt {

Executor executor;
constinit bool instrumented = false;
constinit thread_local Lane* current = nullptr;

namespace {

unsigned seed_of_environment() {
  const char* text = std::getenv("LINDEN_SIMT_SEED");
  return text == nullptr ? 0 : unsigned(std::strtoul(text, nullptr, 10));
}

unsigned chosen_seed = seed_of_environment();

unsigned random_below(unsigned limit) { return unsigned((std::uint64_t(executor.random()) * limit) >> 31); }

unsigned random_bit(std::uint32_t mask) {
  const unsigned turn = executor.random() & 31;
  return (unsigned(std::countr_zero(std::rotr(mask, int(turn)))) + turn) & 31;
}

// The next bit above `bit`, or below in reverse; -1 when there is none.
int bit_after(std::uint32_t mask, unsigned bit, bool reverse) {
  mask &= reverse ? (1u << bit) - 1 : ~(1u << bit) & ~((1u << bit) - 1);
  if (mask == 0) return -1;
  return reverse ? 31 - std::countl_zero(mask) : std::countr_zero(mask);
}
unsigned first_bit(std::uint32_t mask, bool reverse) {
  return unsigned(reverse ? 31 - std::countl_zero(mask) : std::countr_zero(mask));
}

// The lane to run after `after` (null: any). In order and in reverse it goes round, so that nobody starves; at random
// it stays in the warp for 16 steps on average, which keeps the caches warm.
Lane* pick(Lane* after) {
  const bool reverse = executor.seed == 1;
  unsigned slot = after != nullptr ? after->block->slot : 0;
  if (after != nullptr) {
    Block& block = *after->block;
    const unsigned warp = after->index / 32;
    const std::uint32_t ready = block.warps[warp].ready;
    if (executor.seed > 1) {
      if (ready != 0 && (executor.random() & 0xf0) != 0) return &block.lanes[warp * 32 + random_bit(ready)];
    } else {
      if (const int lane = bit_after(ready, after->number(), reverse); lane >= 0)
        return &block.lanes[warp * 32 + unsigned(lane)];
      if (const int other = bit_after(block.ready_warps, warp, reverse); other >= 0)
        return &block.lanes[unsigned(other) * 32 + first_bit(block.warps[unsigned(other)].ready, reverse)];
    }
    ++slot;
  }
  if (executor.seed > 1) slot = random_below(executor.resident);
  for (unsigned tried = 0; tried < executor.resident; ++tried, ++slot) {
    Block& block = executor.slots[slot % executor.resident];
    if (block.ready_warps == 0) continue;
    const bool random = executor.seed > 1;
    const unsigned warp = random ? random_bit(block.ready_warps) : first_bit(block.ready_warps, reverse);
    const std::uint32_t ready = block.warps[warp].ready;
    return &block.lanes[warp * 32 + (random ? random_bit(ready) : first_bit(ready, reverse))];
  }
  return nullptr;
}

inline __attribute__((always_inline)) void go_on(Lane& from, bool dying) {
  Lane* const next = pick(&from);
  if (next == &from) return;
  current = next;
  switch_fiber(from.fiber, next != nullptr ? next->fiber : executor.host, dying);
}

// The end of a lane: whoever waits for it waits in vain.
void exit_lane() {
  Lane& lane = *current;
  Block& block = *lane.block;
  Warp& warp = block.warp_of(lane);
  if (block.arrived > 0)
    report([&] {
      return fmt::format("returned while {} threads of the block wait at the barrier at {}", block.arrived,
                         text(block.site));
    });
  for (std::uint32_t rest = warp.meeting; rest != 0; rest &= rest - 1) {
    const Lane& other = block.lanes[lane.index / 32 * 32 + unsigned(std::countr_zero(rest))];
    if (other.mask >> lane.number() & 1)
      report([&] {
        return fmt::format("returned while lane {} waits for it at {} with the mask {:#010x}", other.number(),
                           text(other.site), other.mask);
      });
  }
  warp.exited |= 1u << lane.number();
  block.stop(lane);
  ++block.exited;
  executor.progress();
}

void enter_lane(boost::context::detail::transfer_t arrived) {
  arrive_first(executor.host, arrived);
  executor.kernel->call(executor.kernel->values.data());
  exit_lane();
  Lane& lane = *current;
  if (lane.block->exited == lane.block->threads) {  // the host starts another block in its place
    current = nullptr;
    switch_fiber(lane.fiber, executor.host, true);
  }
  go_on(lane, true);
  __builtin_unreachable();
}

void start_block(Block& block, unsigned slot, std::uint64_t number) {
  const Shape& shape = executor.kernel->shape;
  block.slot = slot;
  block.instance = executor.next_instance++;
  block.index = {unsigned(number % shape.grid.x), unsigned(number / shape.grid.x % shape.grid.y),
                 unsigned(number / shape.grid.x / shape.grid.y)};
  block.threads = shape.block.x * shape.block.y * shape.block.z;
  block.exited = block.arrived = 0;
  for (unsigned i = 0; i < block.threads; ++i) {
    Lane& lane = block.lanes[i];
    lane.block = &block;
    lane.index = i;
    lane.thread = {i % shape.block.x, i / shape.block.x % shape.block.y, i / shape.block.x / shape.block.y};
    start_fiber(lane.fiber, i + slot * 7, enter_lane);
  }
  for (unsigned warp = 0; warp < 32; ++warp) {
    const unsigned first = warp * 32;
    const unsigned lanes = block.threads <= first ? 0 : std::min(32u, block.threads - first);
    Warp& state = block.warps[warp];
    state.present = lanes == 32 ? ~0u : (1u << lanes) - 1;
    state.ready = state.meeting = state.barrier = state.exited = 0;
    if (lanes > 0) block.make_ready(warp, state.present);
  }
  if (instrumented) start_order(block);
  start_shared_memory(block);
  executor.progress();
}

// Nobody can run, and some have not returned: what the first of them waits for.
void compose_deadlock() {
  for (unsigned slot = 0; slot < executor.resident; ++slot) {
    Block& block = executor.slots[slot];
    for (unsigned i = 0; i < block.threads && block.exited < block.threads; ++i) {
      const Warp& warp = block.warps[i / 32];
      Lane& lane = block.lanes[i];
      if ((warp.meeting >> lane.number() & 1) == 0) continue;
      current = &lane;
      compose(
          fmt::format("waits at {} with the mask {:#010x} for lanes that wait elsewhere", text(lane.site), lane.mask));
      current = nullptr;
      return;
    }
  }
  compose("no thread can go on");
}

// Blocks in order, in reverse or shuffled.
std::vector<std::uint32_t> order_of_blocks(std::uint64_t count) {
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0u);
  if (executor.seed == 1) std::reverse(order.begin(), order.end());
  if (executor.seed > 1) std::shuffle(order.begin(), order.end(), executor.random);
  return order;
}

void run_blocks() {
  const Shape& shape = executor.kernel->shape;
  const auto order = order_of_blocks(std::uint64_t(shape.grid.x) * shape.grid.y * shape.grid.z);
  std::size_t started = 0, running = 0;
  while (executor.error.empty()) {
    for (unsigned slot = 0; slot < executor.resident; ++slot) {
      Block& block = executor.slots[slot];
      if (block.threads > 0 && block.exited == block.threads) {
        end_shared_memory(block);
        block.threads = 0;
        --running;
      }
      if (block.threads == 0 && started < order.size()) {
        start_block(block, slot, order[started++]);
        ++running;
      }
    }
    if (running == 0 || !executor.error.empty()) return;
    current = pick(nullptr);
    if (current == nullptr) return compose_deadlock();
    switch_fiber(executor.host, current->fiber);
  }
}

}  // namespace

void set_seed(unsigned seed) { chosen_seed = seed; }
unsigned seed() { return chosen_seed; }

void run(const Kernel& kernel) {
  executor.kernel = &kernel;
  executor.error.clear();
  executor.seed = chosen_seed;
  executor.random.seed(executor.seed * 2654435761u + 1);
  executor.resident = 1 + executor.seed % 4;
  executor.first_instance = executor.next_instance;
  executor.patience =
      100'000 + 64ull * executor.resident * kernel.shape.block.x * kernel.shape.block.y * kernel.shape.block.z;
  while (executor.slots.size() < executor.resident) executor.slots.emplace_back();
  for (Block& block : executor.slots) {
    block.threads = 0;
    block.ready_warps = 0;
  }
  if (instrumented) start_order();
  start_shared_layout(kernel.shape.shared);
  run_blocks();
  current = nullptr;
  if (executor.error.empty()) check_heap_guards();
  close_shared_memory();
  executor.kernel = nullptr;
  if (!executor.error.empty()) throw DeviceError(executor.error);
}

void pass_on() { go_on(*current, false); }

void pass_on_spinning(std::uintptr_t code) {
  if (++executor.idle > executor.patience)
    report([&] {
      return fmt::format("no progress: it reads a word again and again at {}, and no thread changes anything",
                         source_line(code));
    });
  go_on(*current, false);
}

void maybe_pass_on() {
  if (executor.seed > 1 && (executor.random() & 0x1e0) == 0) go_on(*current, false);
}

const char* why_not(const Shape& shape) {
  const auto& [grid, block, shared] = shape;
  if (std::uint64_t(block.x) * block.y * block.z > 1024 || block.x > 1024 || block.y > 1024 || block.z > 64)
    return "a block has at most 1024 threads, and 64 in z";
  if (block.x == 0 || block.y == 0 || block.z == 0) return "a block has at least one thread";
  if (grid.x == 0 || grid.y == 0 || grid.z == 0) return "a grid has at least one block";
  if (grid.x > 0x7fffffff || grid.y > 65535 || grid.z > 65535) return "a grid has at most 65535 blocks in y and z";
  if (shared > max_shared_memory) return "a block has at most 227 KB of shared memory";
  return nullptr;
}

uint3 thread_index() noexcept { return current->thread; }
uint3 block_index() noexcept { return current->block->index; }
uint3 block_shape() noexcept {
  const dim3& shape = executor.kernel->shape.block;
  return {shape.x, shape.y, shape.z};
}
uint3 grid_shape() noexcept {
  const dim3& shape = executor.kernel->shape.grid;
  return {shape.x, shape.y, shape.z};
}
unsigned lane_number() { return current->number(); }

}  // namespace linden::simt
