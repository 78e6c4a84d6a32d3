#include "base/counted.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace linden {

TEST(Counted, OneIsSingular) {
  EXPECT_EQ(counted(1, "row"), "1 row");
  EXPECT_EQ(counted(std::size_t{1}, "class", "classes"), "1 class");
}

TEST(Counted, AllOthersArePlural) {
  EXPECT_EQ(counted(0, "row"), "0 rows");
  EXPECT_EQ(counted(std::int64_t{5'000'000'000}, "row"), "5000000000 rows");
  EXPECT_EQ(counted(2, "class", "classes"), "2 classes");
}

}  // namespace linden
