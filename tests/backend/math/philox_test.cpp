// Philox4x32-10 against the known answers published with Random123, and what is made of it.
#include "backend/math/philox.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <set>

namespace linden {
namespace {

std::array<std::uint32_t, 4> words(PhiloxCounter counter) {
  return {counter.word[0], counter.word[1], counter.word[2], counter.word[3]};
}

TEST(Philox, GivesTheKnownAnswers) {
  using Words = std::array<std::uint32_t, 4>;
  EXPECT_EQ(words(philox4x32({{0, 0, 0, 0}}, {{0, 0}})), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(words(philox4x32({{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}}, {{0xffffffff, 0xffffffff}})),
            (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(words(philox4x32({{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}}, {{0xa4093822, 0x299f31d0}})),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Philox, EveryPartOfTheAddressOfADrawMatters) {
  const std::set<std::uint64_t> bits = {random_bits(0, Draw::split, 0, 0),          random_bits(1, Draw::split, 0, 0),
                                        random_bits(1ull << 32, Draw::split, 0, 0), random_bits(0, Draw::rows, 0, 0),
                                        random_bits(0, Draw::split, 1, 0),          random_bits(0, Draw::split, 0, 1),
                                        random_bits(0, Draw::split, 0, 1ull << 32)};
  EXPECT_EQ(bits.size(), 7u);
  EXPECT_EQ(random_bits(0, Draw::split, 0, 5), random_bits(0, Draw::split, 0, 5));
}

TEST(Philox, BitsAreFair) {
  std::array<int, 64> ones{};
  constexpr int draws = 10000;
  for (int i = 0; i < draws; ++i) {
    const std::uint64_t bits = random_bits(7, Draw::rows, 3, static_cast<std::uint64_t>(i));
    for (int b = 0; b < 64; ++b) ones[static_cast<std::size_t>(b)] += static_cast<int>(bits >> b & 1);
  }
  for (const int count : ones) EXPECT_NEAR(count, draws / 2, 250);  // five standard deviations
}

}  // namespace
}  // namespace linden
