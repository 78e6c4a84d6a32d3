#include "base/memory.hpp"

#include <gtest/gtest.h>

#include <linden/error.hpp>

namespace linden {
namespace {

TEST(Memory, IsZeroAndMoves) {
  Memory a(1 << 20);
  for (int i = 0; i < 1 << 20; i += 4096) EXPECT_EQ(a.as<char>()[i], 0);
  a.as<int>()[7] = 42;
  Memory b = std::move(a);
  EXPECT_EQ(b.as<int>()[7], 42);
  EXPECT_EQ(a.data(), nullptr);
}

TEST(Memory, OfNothingIsNothing) { EXPECT_EQ(Memory(0).data(), nullptr); }

TEST(Memory, SaysHowMuchWasWanted) {
  try {
    Memory(std::size_t{1} << 60);
    FAIL();
  } catch (const MemoryError& error) {
    EXPECT_STREQ(error.what(),
                 "1152921504606846976 bytes of memory are not to be had. Hint: use fewer rows, features or max_bins.");
  }
}

}  // namespace
}  // namespace linden
