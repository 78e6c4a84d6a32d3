// Arrays of a block of memory: one after another, aligned, measured before there is memory.
#include "backend/layout.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace linden {
namespace {

struct Arrays {
  explicit Arrays(void* memory) {
    Layout layout(memory);
    layout.place(bytes, 1);
    layout.place(nothing, 0);
    layout.place(numbers, 33);
    layout.place(last, 32);
    size = layout.bytes();
  }
  char* bytes;
  int* nothing;
  double *numbers, *last;
  std::int64_t size;
};

TEST(Layout, ArraysFollowEachOtherAtMultiplesOf256Bytes) {
  const Arrays measured(nullptr);
  EXPECT_EQ(measured.size, 256 + 512 + 256);
  EXPECT_EQ(measured.bytes, nullptr);
  EXPECT_EQ(measured.last, nullptr);
  std::vector<char> memory(static_cast<std::size_t>(measured.size));
  const Arrays placed(memory.data());
  const auto offset = [&](const void* array) { return static_cast<const char*>(array) - memory.data(); };
  EXPECT_EQ(offset(placed.bytes), 0);
  EXPECT_EQ(offset(placed.nothing), 256);
  EXPECT_EQ(offset(placed.numbers), 256);
  EXPECT_EQ(offset(placed.last), 768);
  EXPECT_EQ(placed.size, measured.size);
}

}  // namespace
}  // namespace linden
