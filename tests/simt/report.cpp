// Words for errors of kernels, and the way out of a kernel.
#include "simt/report.hpp"

#include <dlfcn.h>
#include <unistd.h>

#include <bit>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "simt/executor.hpp"

namespace linden::simt {

std::string text(const Site& site) {
  return fmt::format("{}:{}", std::filesystem::path(site.file).filename().string(), site.line);
}

std::string source_line(std::uintptr_t code) {
  Dl_info image{};
  if (dladdr(reinterpret_cast<void*>(code), &image) == 0) return "unknown line";
  const std::uintptr_t base = reinterpret_cast<std::uintptr_t>(image.dli_fbase);
  // A return address stands behind the call; one byte before it is still the call's line. -i: inlined calls, inmost
  // first.
  const std::string command = fmt::format("addr2line -i -e /proc/{}/exe {:#x} 2>/dev/null", getpid(), code - 1 - base);
  std::FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return "unknown line";
  std::string found, caller;
  for (char line[4096]; std::fgets(line, sizeof(line), pipe) != nullptr;) {  // "/folder/file:line (discriminator 3)"
    const std::string place = std::filesystem::path(std::string(line, std::strcspn(line, " \n"))).filename().string();
    if (place.starts_with('?')) continue;
    if (found.empty()) found = place;
    if (caller.empty() && place.find(".cu:") != place.npos) caller = place;
  }
  pclose(pipe);
  if (found.empty()) return "unknown line";
  return caller.empty() || caller == found ? found : fmt::format("{} (from {})", found, caller);
}

std::string text(const uint3& index) { return fmt::format("({},{},{})", index.x, index.y, index.z); }

std::string thread_name(const Block& block, unsigned index) { return text(block.lanes[index].thread); }

std::string lanes_of(std::uint32_t mask) {
  std::string names = std::has_single_bit(mask) ? "lane" : "lanes";
  for (char separator = ' '; mask != 0; mask &= mask - 1, separator = ',')
    names += fmt::format("{}{}{}", separator, separator == ',' ? " " : "", std::countr_zero(mask));
  return names;
}

void compose(const std::string& what) {
  executor.error = fmt::format("{}: ", executor.kernel->name);
  if (current != nullptr)
    executor.error += fmt::format("block {} thread {}: ", text(current->block->index), text(current->thread));
  executor.error += fmt::format("{} [seed {}]", what, executor.seed);
}

void leave() {
  Lane& lane = *current;
  current = nullptr;
  switch_fiber(lane.fiber, executor.host, true);
  __builtin_unreachable();
}

}  // namespace linden::simt
