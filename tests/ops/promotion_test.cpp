#include "ops/promotion.hpp"

#include <gtest/gtest.h>

#include "ops/tensors.hpp"

namespace linden {
namespace {

constexpr DType all[] = {DType::f32, DType::f64, DType::i32, DType::i64, DType::u8, DType::boolean};

TEST(Promotion, FollowsTheTable) {
  constexpr DType f32 = DType::f32, f64 = DType::f64, i32 = DType::i32, i64 = DType::i64;
  constexpr DType expected[6][6] = {{f32, f64, f32, f32, f32, f32}, {f64, f64, f64, f64, f64, f64},
                                    {f32, f64, i32, i64, i32, i32}, {f32, f64, i64, i64, i64, i64},
                                    {f32, f64, i32, i64, i32, i32}, {f32, f64, i32, i64, i32, i32}};
  for (int a = 0; a < 6; ++a)
    for (int b = 0; b < 6; ++b) {
      const Tensor x = Tensor::full({2}, 1, all[a]), y = Tensor::full({2}, 1, all[b]);
      EXPECT_EQ((x + y).dtype(), expected[a][b]) << name_of(all[a]) << " " << name_of(all[b]);
      expect_equal(x + y, {2, 2}, {2});
      EXPECT_EQ((x == y).dtype(), DType::boolean);
      const DType divided = is_floating(expected[a][b]) ? expected[a][b] : f64;
      EXPECT_EQ((x / y).dtype(), divided);
    }
}

TEST(Promotion, NumbersGiveWay) {
  for (const DType dtype : all) {
    const Tensor x = Tensor::full({2}, 1, dtype);
    const DType counted = dtype == DType::u8 || dtype == DType::boolean ? DType::i32 : dtype;
    EXPECT_EQ((x * 2).dtype(), counted);
    EXPECT_EQ((2 * x).dtype(), counted);
    EXPECT_EQ((x * 2.0).dtype(), is_floating(dtype) ? dtype : DType::f64);
    EXPECT_EQ((0.5F - x).dtype(), is_floating(dtype) ? dtype : DType::f64);
    expect_equal(x * 2.5, {2.5, 2.5}, {2});
    expect_equal(x < 1.5, {1, 1}, {2});
  }
  EXPECT_EQ((Tensor(1.0) * Tensor(2)).dtype(), DType::f64);
  // A scalar tensor is no number.
  EXPECT_EQ((Tensor::ones({2}, DType::f32) * Tensor::ones({})).dtype(), DType::f64);
}

TEST(Promotion, FunctionsTakeWholeNumbersAsF64) {
  for (const DType dtype : all) {
    const Tensor x = Tensor::full({2}, 1, dtype);
    EXPECT_EQ(exp(x).dtype(), is_floating(dtype) ? dtype : DType::f64);
    EXPECT_EQ(abs(x).dtype(), dtype == DType::u8 || dtype == DType::boolean ? DType::i32 : dtype);
    expect_near(exp(x), {std::exp(1.0), std::exp(1.0)}, 1e-6);
  }
}

}  // namespace
}  // namespace linden
