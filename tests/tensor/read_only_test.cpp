// Tensors that are handed out to be read: the same numbers, which nothing changes in place.
#include "tensor/read_only.hpp"

#include <gtest/gtest.h>

#include <linden/autograd.hpp>
#include <linden/error.hpp>
#include <linden/ops.hpp>

#include "refusal.hpp"

namespace linden {
namespace {

TEST(ReadOnly, IsAViewThatNothingChanges) {
  for (const DType dtype : {DType::f32, DType::f64, DType::i32, DType::i64, DType::u8, DType::boolean}) {
    Tensor mine = cast(Tensor::of({{0.0, 1.0, 0.0}, {1.0, 1.0, 0.0}}), dtype);
    for (const Tensor& part : {mine, mine.transpose(0, 1), mine.select(1, 1), mine.slice(1, 0, 3, 2)}) {
      Tensor read = read_only(part);
      EXPECT_EQ(read.to_vector<double>(), part.to_vector<double>());
      EXPECT_EQ(read.strides(), part.strides());
      EXPECT_TRUE(refusal<ArgumentError>([&] { assign(read, part); }).ends_with("Hint: change a clone()."));
      EXPECT_TRUE(refusal<ArgumentError>([&] { assign(read_only(read), part); }).ends_with("Hint: change a clone()."));
    }
    Tensor read = read_only(mine);
    assign(mine, Tensor::zeros({2, 3}, dtype));
    EXPECT_EQ(sum(cast(read, DType::f64)).item(), 0);  // its owner may still change it
  }
}

TEST(ReadOnly, KeepsItsMemoryAndLeavesTheTape) {
  Tensor read;
  {
    Tensor mine = Tensor::full({100}, 7.0);
    mine.set_requires_grad();
    read = read_only(mine);
  }
  EXPECT_FALSE(read.requires_grad());
  EXPECT_EQ(mean(read).item(), 7);
  EXPECT_EQ(read_only(Tensor()).elements(), 0);
  EXPECT_EQ(read_only(Tensor::zeros({0, 3})).shape(), (Shape{0, 3}));
}

}  // namespace
}  // namespace linden
