// Philox4x32-10 (Salmon, Moraes, Dror, Shaw, SC'11): a counter-based generator. A draw is a pure function of the seed,
// what it is for, and a position, so that any thread or device can make any draw at any time, with the same bits.
#pragma once

#include <cstdint>

#include "backend/math/host_device.hpp"

namespace linden {

/// What a draw is for. One seed serves them all; each use has a sequence of its own.
enum class Draw : std::uint32_t {
  split = 1,
  rows = 2,
  features = 3,
  bins = 4,
  tensor = 5,
  drop = 6,
  growth = 7,
  targets = 8,
  categories = 9
};

LINDEN_LEVEL_BEGIN

struct PhiloxCounter {
  std::uint32_t word[4];
};

struct PhiloxKey {
  std::uint32_t word[2];
};

/// 128 random bits for this counter under this key.
LINDEN_HD PhiloxCounter philox4x32(PhiloxCounter counter, PhiloxKey key) {
  std::uint32_t a = counter.word[0], b = counter.word[1], c = counter.word[2], d = counter.word[3];
  std::uint32_t k0 = key.word[0], k1 = key.word[1];
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p = std::uint64_t{0xD2511F53u} * a;
    const std::uint64_t q = std::uint64_t{0xCD9E8D57u} * c;
    a = static_cast<std::uint32_t>(q >> 32) ^ b ^ k0;
    c = static_cast<std::uint32_t>(p >> 32) ^ d ^ k1;
    b = static_cast<std::uint32_t>(q);
    d = static_cast<std::uint32_t>(p);
    k0 += 0x9E3779B9u;  // the golden ratio
    k1 += 0xBB67AE85u;  // the square root of 3, less 1
  }
  return {{a, b, c, d}};
}

/// 128 random bits: draw number `index` for this use in this round (a tree's number; 0 where there are no rounds).
LINDEN_HD PhiloxCounter random_words(std::uint64_t seed, Draw use, std::uint32_t round, std::uint64_t index) {
  return philox4x32({{static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32),
                      static_cast<std::uint32_t>(use), round}},
                    {{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}});
}

/// The first 64 of them.
LINDEN_HD std::uint64_t random_bits(std::uint64_t seed, Draw use, std::uint32_t round, std::uint64_t index) {
  const PhiloxCounter drawn = random_words(seed, use, round, index);
  return (std::uint64_t{drawn.word[1]} << 32) | drawn.word[0];
}

LINDEN_LEVEL_END
}  // namespace linden
