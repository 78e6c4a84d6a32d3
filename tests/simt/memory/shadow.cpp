// Bounds, reads before writes, and races; shadow.hpp has the outline.
#include "simt/memory/shadow.hpp"

#include <linden/error.hpp>

#include "simt/executor.hpp"
#include "simt/memory/heap.hpp"
#include "simt/order.hpp"
#include "simt/memory/region.hpp"
#include "simt/report.hpp"
#include "simt/memory/shared_memory.hpp"

extern "C" const char __executable_start, _end;  // of the linker: the program and its variables

namespace linden::simt {
namespace {

// One access to some bytes of a word. An instance of 0 is before every kernel.
struct Trace {
  std::uint32_t instance, time, code;  // code: from the start of the program
  std::uint16_t index : 10;
  std::uint16_t bytes : 4;
  bool atomic;
};

struct Cell {
  Trace write, read[2];
};

Cell* cells() {
  static Cell* const all = static_cast<Cell*>(reserve(region_size / 4 * sizeof(Cell)));
  return all;
}

bool is_write(Access access) { return access == Access::write || access == Access::atomic_write; }
bool is_atomic(Access access) { return access == Access::atomic_read || access == Access::atomic_write; }

std::string words(Access access, std::size_t bytes) {
  return fmt::format("{} of {} bytes", is_atomic(access) ? "atomic" : is_write(access) ? "write" : "read", bytes);
}

std::string describe(std::size_t offset) {
  return offset < heap_start ? describe_shared(offset) : describe_global(offset);
}

[[noreturn]] void report_race(const Trace& other, bool other_writes, const char* base, std::size_t offset,
                              std::size_t bytes, Access access, std::uintptr_t code) {
  const Block& mine = *current->block;
  const dim3& shape = executor.kernel->shape.block;
  const unsigned index = other.index;
  const uint3 thread{index % shape.x, index / shape.x % shape.y, index / shape.x / shape.y};
  const char* const kind = other.atomic ? "atomic" : other_writes ? "write" : "read";
  report([&] {
    return fmt::format("race: {}, {}, at {}, against the {} by thread {}{} at {}", words(access, bytes),
                       describe(offset), source_line(code), kind, text(thread),
                       other.instance == mine.instance ? "" : " of another block",
                       source_line(std::uintptr_t(base) + other.code));
  });
}

// Whether an access no longer matters. Shared memory that another block had before is new memory.
bool is_past(const Trace& other, bool shared) {
  return other.instance < executor.first_instance || (shared && other.instance != current->block->instance) ||
         is_ordered(other.instance, other.index, other.time, *current);
}

bool conflicts(const Trace& other, unsigned bytes, bool atomic, bool shared) {
  return (other.bytes & bytes) != 0 && !(other.atomic && atomic) && !is_past(other, shared);
}

// The same lane at the same time: what it touched comes together.
void keep(Trace& place, Trace now) {
  if (place.instance == now.instance && place.index == now.index && place.time == now.time &&
      place.atomic == now.atomic)
    now.bytes |= place.bytes;
  place = now;
}

void check_word(std::size_t word, unsigned mask, std::size_t bytes, Access access, std::uintptr_t code) {
  std::uint8_t& state = region().states[word];
  if ((state & mask) != mask)
    report([&] {
      return fmt::format("{} out of bounds, {}, at {}", words(access, bytes),
                         describe(word * 4 + unsigned(__builtin_ctz(mask))), source_line(code));
    });
  const bool writes = is_write(access), atomic = is_atomic(access), shared = word * 4 < heap_start;
  if ((!writes || atomic) && (state >> 4 & mask) != mask)
    report([&] {
      return fmt::format("{} before any write, {}, at {}", words(access, bytes),
                         describe(word * 4 + unsigned(__builtin_ctz(mask))), source_line(code));
    });
  Cell& cell = cells()[word];
  const char* const base = &__executable_start;
  if (conflicts(cell.write, mask, atomic, shared)) report_race(cell.write, true, base, word * 4, bytes, access, code);
  Trace now;
  now.instance = current->block->instance;
  now.time = current->time;
  now.code = std::uint32_t(code - std::uintptr_t(base));
  now.index = std::uint16_t(current->index & 1023);
  now.bytes = std::uint16_t(mask & 15);
  now.atomic = atomic;
  if (writes) {
    for (const Trace& read : cell.read)
      if (conflicts(read, mask, atomic, shared)) report_race(read, false, base, word * 4, bytes, access, code);
    keep(cell.write, now);
    state = std::uint8_t(state | mask << 4);
  } else {  // of two reads the past one goes; a lane's own is past
    keep(cell.read[is_past(cell.read[0], shared) ? 0 : 1], now);
  }
}

// What is not device memory: the lane's own stack is its own, tables of the program may be read.
void check_host_access(const char* address, std::size_t bytes, Access access, std::uintptr_t code) {
  const Fiber& own = current->fiber;
  if (address >= own.low && address + bytes <= own.low + own.size) return;
  if (address >= &__executable_start && address < &_end) {
    if (!is_write(access)) return;
    report(
        [&] { return fmt::format("{} to a variable of the program, at {}", words(access, bytes), source_line(code)); });
  }
  for (const Block& block : executor.slots)
    for (const Lane& lane : block.lanes)
      if (lane.fiber.low != nullptr && address >= lane.fiber.low && address < lane.fiber.low + lane.fiber.size)
        report([&] {
          return fmt::format("{} through a pointer to a local variable of another thread, at {}", words(access, bytes),
                             source_line(code));
        });
  report([&] {
    return fmt::format("{} through a {} pointer, at {}", words(access, bytes),
                       std::uintptr_t(address) < 4096 ? "null" : "host", source_line(code));
  });
}

}  // namespace

void check_access(const void* address, std::size_t bytes, Access access, std::uintptr_t code) {
  if (!region().contains(address)) return check_host_access(static_cast<const char*>(address), bytes, access, code);
  const std::size_t offset = region().offset(address), end = offset + bytes;
  if (offset < heap_start && !in_arena_of(*current->block, offset))
    report([&] {
      return fmt::format("{} of another block's {}, at {}", words(access, bytes), describe_shared(offset),
                         source_line(code));
    });
  for (std::size_t at = offset; at < end;) {
    const std::size_t word = at / 4, stop = end < word * 4 + 4 ? end : word * 4 + 4;
    const unsigned mask = ((1u << (stop - at)) - 1) << at % 4;
    check_word(word, mask, bytes, access, code);
    at = stop;
  }
  if (access == Access::write && offset >= heap_start) leave_unfenced(*current);
}

}  // namespace linden::simt
