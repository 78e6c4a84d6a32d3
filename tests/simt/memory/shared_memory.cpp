// Shared memory of resident blocks: places, guards, descriptions.
#include "simt/memory/shared_memory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "simt/executor.hpp"
#include "simt/memory/region.hpp"
#include "simt/report.hpp"

namespace linden::simt {
namespace {

constexpr std::size_t guard = 256;
constexpr unsigned char guard_byte = 0xa5;

struct Variable {
  const SharedKey* key;      // null: the dynamic memory
  std::size_t start, bytes;  // in the arena
  const char* name() const { return key != nullptr ? key->name : "dynamic"; }
  std::size_t end() const { return start + bytes; }
};

std::vector<Variable> layout;  // of the kernel that runs; the dynamic memory first
std::size_t opened[arenas];    // how many of them each resident block has
std::size_t static_bytes = 0;

unsigned char* arena(std::size_t slot) { return region().base + slot * arena_size; }

// Guards are written and read by the executor alone.
__attribute__((no_sanitize("address"))) void fill_guard(unsigned char* to) {
  for (std::size_t i = 0; i < guard; ++i) static_cast<volatile unsigned char*>(to)[i] = guard_byte;
}
__attribute__((no_sanitize("address"))) bool guard_holds(const unsigned char* at) {
  for (std::size_t i = 0; i < guard; ++i)
    if (static_cast<const volatile unsigned char*>(at)[i] != guard_byte) return false;
  return true;
}

// Where the guard behind a variable begins: close behind it in bytes; the region's states begin at words.
void open_next(unsigned slot) {
  const Variable& variable = layout[opened[slot]++];
  fill_guard(arena(slot) + variable.end());
  region().open(slot * arena_size + variable.start, variable.bytes);
}

std::size_t place_after(std::size_t end) { return (end + guard + 127) / 128 * 128; }

void close_arena(unsigned slot) {
  for (std::size_t i = 0; i < opened[slot]; ++i) region().close(slot * arena_size + layout[i].start, layout[i].bytes);
  opened[slot] = 0;
}

}  // namespace

void start_shared_layout(std::size_t dynamic_bytes) {
  layout.assign(1, {nullptr, 512, dynamic_bytes});
  static_bytes = 0;
}

void start_shared_memory(Block& block) {
  close_arena(block.slot);
  fill_guard(arena(block.slot) + layout[0].start - guard);
  open_next(block.slot);
}

void end_shared_memory(Block& block) {
  const unsigned char* const mine = arena(block.slot);
  const auto broken = [&](const char* side, const Variable& variable) {
    compose(fmt::format("block {}: something wrote {} the shared memory '{}' of {} bytes", text(block.index), side,
                        variable.name(), variable.bytes));
  };
  if (!guard_holds(mine + layout[0].start - guard)) return broken("before", layout[0]);
  for (std::size_t i = 0; i < opened[block.slot]; ++i)
    if (!guard_holds(mine + layout[i].end())) return broken("behind", layout[i]);
}

void close_shared_memory() {
  for (unsigned slot = 0; slot < arenas; ++slot) close_arena(slot);
}

void* shared_variable(const SharedKey& key, std::size_t size, std::size_t alignment, Site site) {
  const unsigned slot = current->block->slot;
  std::size_t number = 1;
  while (number < layout.size() && layout[number].key != &key) ++number;
  if (number == layout.size()) {
    static_bytes += size;
    if (static_bytes > max_static_shared_memory || static_bytes + layout[0].bytes > max_shared_memory)
      report([&] {
        return fmt::format(
            "'{}' at {} brings shared memory to {} static and {} dynamic bytes; a block has at most {} and {} in all",
            key.name, text(site), static_bytes, layout[0].bytes, max_static_shared_memory, max_shared_memory);
      });
    if (alignment > 128)
      report([&] { return fmt::format("'{}' at {} wants an alignment over 128 bytes", key.name, text(site)); });
    layout.push_back({&key, place_after(layout.back().end()), size});
  }
  while (opened[slot] <= number) open_next(slot);
  return arena(slot) + layout[number].start;
}

void* dynamic_shared() { return arena(current->block->slot) + layout[0].start; }

bool in_arena_of(const Block& block, std::size_t offset) { return offset / arena_size == block.slot; }

std::string describe_shared(std::size_t offset) {
  const std::size_t place = offset % arena_size;
  const Variable* nearest = &layout[0];
  for (const Variable& variable : layout)
    if (variable.start <= place && variable.start >= nearest->start) nearest = &variable;
  return fmt::format("shared '{}' byte {} of {}", nearest->name(),
                     std::ptrdiff_t(place) - std::ptrdiff_t(nearest->start), nearest->bytes);
}

}  // namespace linden::simt
