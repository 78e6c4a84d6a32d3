// Four lanes, so that no multiplication waits for the one before: each takes a word by steps that can be undone.
#include "base/hash/page_sum.hpp"

#include <bit>
#include <cstring>

namespace linden {
namespace {

constexpr std::uint64_t factor = 0x9e3779b97f4a7c15;

std::uint64_t step(std::uint64_t sum, std::uint64_t word) noexcept { return std::rotl((sum ^ word) * factor, 29); }

}  // namespace

std::uint64_t page_sum(const void* bytes, std::size_t count) noexcept {
  const auto* at = static_cast<const char*>(bytes);
  std::uint64_t lanes[4] = {1, 2, 3, 4}, words[4];
  std::size_t left = count;
  for (; left >= sizeof words; left -= sizeof words, at += sizeof words) {
    std::memcpy(words, at, sizeof words);
    for (int i = 0; i < 4; ++i) lanes[i] = step(lanes[i], words[i]);
  }
  std::memset(words, 0, sizeof words);
  if (left > 0) std::memcpy(words, at, left);
  std::uint64_t sum = count;
  for (int i = 0; i < 4; ++i) sum = step(sum, step(lanes[i], words[i]));
  sum ^= sum >> 32;
  return sum * factor;
}

}  // namespace linden
