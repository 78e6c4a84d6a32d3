// Keys of floating-point numbers have their order, and give them back.
#include "backend/math/ordered_key.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace linden {
namespace {

template <class Float, class Key>
void check() {
  using Limits = std::numeric_limits<Float>;
  const std::vector<Float> ascending{-Limits::infinity(),
                                     -Limits::max(),
                                     Float(-1.5),
                                     Float(-1),
                                     -Limits::min(),
                                     -Limits::denorm_min(),
                                     0,
                                     Limits::denorm_min(),
                                     Limits::min(),
                                     Float(1),
                                     std::nextafter(Float(1), Float(2)),
                                     Limits::max(),
                                     Limits::infinity()};
  static_assert(std::is_same_v<decltype(ordered_key(Float(0))), Key>);
  static_assert(std::is_same_v<decltype(value_of_key(Key(0))), Float>);
  for (std::size_t i = 0; i + 1 < ascending.size(); ++i)
    EXPECT_LT(ordered_key(ascending[i]), ordered_key(ascending[i + 1])) << ascending[i];
  for (const Float v : ascending) EXPECT_EQ(value_of_key(ordered_key(v)), v);
  EXPECT_EQ(ordered_key(Float(-0.0)), ordered_key(Float(0.0)));
}

TEST(OrderedKey, HasTheOrderOfFloats) { check<float, std::uint32_t>(); }
TEST(OrderedKey, HasTheOrderOfDoubles) { check<double, std::uint64_t>(); }

}  // namespace
}  // namespace linden
