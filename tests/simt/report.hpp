// Errors of kernels: composed where they are found, thrown on the host.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>

#include "simt/block.hpp"

namespace linden::simt {

/// "histogram.cu:24", without the folder.
std::string text(const Site& site);
/// The source line of a place in the program, from its debug information: "simt.hpp:45 (from histogram.cu:24)" for an
/// inlined call; "unknown line" if there is none.
std::string source_line(std::uintptr_t code);
/// "(8,0,0)".
std::string text(const uint3& index);
std::string thread_name(const Block& block, unsigned index);
/// Of the lanes of a mask: "lane 3" or "lanes 3, 4, 7".
std::string lanes_of(std::uint32_t mask);

/// Keeps "kernel: block (0,0,0) thread (1,0,0): what [seed 0]" for the host to throw.
void compose(const std::string& what);
/// Leaves the kernel for good. Nothing is unwound: whoever calls it owns nothing.
[[noreturn]] void leave();

/// Composes an error and leaves the kernel. A function makes the message: its strings are gone before the fiber is.
template <class Message>
[[noreturn]] void report(const Message& message) {
  compose(message());
  leave();
}

}  // namespace linden::simt
