#include <gtest/gtest.h>

#include <linden/error.hpp>

#include "ops/tensors.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

TEST(InPlace, ChangesTheMemoryThatViewsShare) {
  Tensor x = of({1, 2, 3, 4}, {2, 2});
  const Tensor view = x.transpose(0, 1);
  x += of({10, 20});
  expect_equal(view, {11, 13, 22, 24}, {2, 2});
  x -= 1;
  x *= x;
  expect_equal(x, {100, 441, 144, 529}, {2, 2});
  x /= of({2, 3}, {2, 1});
  expect_equal(x, {50, 220.5, 48, 529.0 / 3}, {2, 2});
}

TEST(InPlace, WorksThroughStrides) {
  const Tensor base = Tensor::zeros({3, 4});
  Tensor column = base.select(1, 2);
  column += of({1, 2, 3});
  Tensor rows = base.slice(0, 0, 3, 2).transpose(0, 1);
  rows *= of({2, 5});
  expect_equal(base, {0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 15, 0}, {3, 4});
  assign(base.slice(1, 0, 2), of({7, 8}));
  expect_equal(base, {7, 8, 2, 0, 7, 8, 2, 0, 7, 8, 15, 0}, {3, 4});
}

TEST(InPlace, OfWhatAnExpressionGives) {
  Tensor x = Tensor::zeros(2, 3);
  x[0] += 1;
  x[1] = Tensor::of({4.0, 5.0, 6.0});
  x[-1][0] = 7.0;
  x.slice(1, 1, 3) *= 2;
  x.transpose(0, 1)[2] -= Tensor::of({1.0, 2.0});
  expect_equal(x, {1, 2, 1, 7, 10, 10}, {2, 3});
  const Tensor row = x[0] /= 2;
  expect_equal(row, {0.5, 1, 0.5}, {3});
  expect_equal(x[0], {0.5, 1, 0.5}, {3});
}

// A view of a variable is on the tape, as the variable itself is.
TEST(InPlace, OfViewsOfVariables) {
  Tensor w = of({1, 2}).set_requires_grad();
  EXPECT_EQ(refusal<GraphError>([&] { w[0] += 1; }),
            "operator+=: the target of shape [] is on the tape. Hint: write a = a + b, or change it within NoGrad.");
  EXPECT_EQ(refusal<GraphError>([&] { w[0] = 1.0; }),
            "assign: the target of shape [] is on the tape. Hint: make a new tensor by where or concatenate, or "
            "change it within NoGrad.");
  const Tensor y = sum(square(w));
  {
    const NoGrad scope;
    w[0] += 1;
  }
  expect_equal(w, {2, 2}, {2});
  EXPECT_EQ(refusal<GraphError>([&] { backward(y); }),
            "backward: a value of shape [2] that \"square\" saved for its derivative was changed in place afterwards "
            "(version 1, saved at 0). Hint: change a clone(), or write x = x + y for x += y.");
}

TEST(InPlace, OverlappingValuesAreReadFirst) {
  const Tensor x = of({1, 2, 3, 4, 5});
  assign(x.slice(0, 1, 5), x.slice(0, 0, 4));
  expect_equal(x, {1, 1, 2, 3, 4}, {5});
  assign(x.slice(0, 0, 4), x.slice(0, 1, 5));
  expect_equal(x, {1, 2, 3, 4, 4}, {5});
  Tensor later = x.slice(0, 1, 5);
  later += x.slice(0, 0, 4);
  expect_equal(x, {1, 3, 5, 7, 8}, {5});
  Tensor all = x;
  all -= x.select(0, 4);  // an element of the target
  expect_equal(x, {-7, -5, -3, -1, 0}, {5});
  Tensor square = of({1, 2, 3, 4}, {2, 2});
  square += square.transpose(0, 1);
  expect_equal(square, {2, 5, 5, 8}, {2, 2});
  // The same memory in two tensors.
  std::vector<double> memory{1, 2, 3};
  Tensor a = Tensor::view_of(std::span(memory), {3});
  const Tensor b = Tensor::view_of(std::span(memory).subspan(0, 2), {2});
  Tensor tail = a.slice(0, 1, 3);
  tail += b;
  EXPECT_EQ(memory, (std::vector<double>{1, 3, 5}));
}

TEST(InPlace, OverlapOfLongTensors) {
  const std::int64_t n = 100000;
  const Tensor x = cast(arange(n + 1), DType::f64);
  Tensor head = x.slice(0, 0, n), tail = x.slice(0, 1, n + 1);
  tail -= head;
  EXPECT_EQ(min(tail).item(), 1);
  EXPECT_EQ(max(tail).item(), 1);
}

TEST(InPlace, KeepsTheDtypeOfTheTarget) {
  Tensor narrow = of({1, 2}, DType::f32);
  narrow += of({0.5, 0.25});  // in f64, rounded
  EXPECT_EQ(narrow.dtype(), DType::f32);
  expect_equal(narrow, {1.5, 2.25}, {2});
  narrow += whole({1, 1});
  expect_equal(narrow, {2.5, 3.25}, {2});
  Tensor count = Tensor::zeros({2}, DType::i32);
  count += whole({3, 4});
  count += 1;
  count *= Tensor::ones({2}, DType::boolean);
  EXPECT_EQ(count.dtype(), DType::i32);
  expect_equal(count, {4, 5}, {2});
  Tensor byte = Tensor::full({1}, 250, DType::u8);
  byte += 10;
  expect_equal(byte, {255}, {1});
  Tensor mask = Tensor::zeros({2}, DType::boolean);
  assign(mask, of({1, 0}) == 1);
  expect_equal(mask, {1, 0}, {2});
  assign(mask.slice(0, 1, 2), true);
  expect_equal(mask, {1, 1}, {2});
  assign(narrow, 3);
  expect_equal(narrow, {3, 3}, {2});
}

TEST(InPlace, OfNothing) {
  Tensor x = Tensor::zeros({0, 3});
  x += Tensor::zeros({1, 3});
  assign(x, 2.0);
  EXPECT_EQ(x.shape(), Shape({0, 3}));
}

TEST(InPlace, NumbersStayNumbers) {
  Tensor x = Tensor::zeros({});
  x += 2.5;
  EXPECT_EQ(x.item(), 2.5);
}

TEST(InPlace, ChangesVariablesWithinNoGrad) {
  Tensor w = of({1, 2}).set_requires_grad();
  backward(sum(square(w)));
  {
    const NoGrad scope;
    w -= 0.5 * w.grad();
    assign(w.slice(0, 0, 1), 7.0);
  }
  EXPECT_TRUE(w.requires_grad());
  expect_equal(w, {7, 0}, {2});
}

TEST(InPlace, BackwardRefusesSavedValuesThatChanged) {
  Tensor x = of({1, 2}).set_requires_grad();
  Tensor factor = of({3, 4});
  const Tensor y = sum(x * factor);
  factor += 1;
  EXPECT_EQ(refusal<GraphError>([&] { backward(y); }),
            "backward: a value of shape [2] that \"mul\" saved for its derivative was changed in place afterwards "
            "(version 1, saved at 0). Hint: change a clone(), or write x = x + y for x += y.");
  const Tensor index = whole({1, 0});
  const Tensor z = sum(gather(x, 0, index));
  assign(index, whole({0, 0}));
  EXPECT_EQ(refusal<GraphError>([&] { backward(z); }),
            "backward: a value of shape [2] that \"gather\" saved for its derivative was changed in place afterwards "
            "(version 1, saved at 0). Hint: change a clone(), or write x = x + y for x += y.");
}

TEST(InPlace, SaysWhatDoesNotFit) {
  Tensor x = of({1, 2, 3});
  Tensor w = of({1, 2, 3}).set_requires_grad();
  EXPECT_EQ(refusal<GraphError>([&] { w += x; }),
            "operator+=: the target of shape [3] is on the tape. Hint: write a = a + b, or change it within NoGrad.");
  EXPECT_EQ(refusal<GraphError>([&] { assign(w * 2, x); }),
            "assign: the target of shape [3] is on the tape. Hint: make a new tensor by where or concatenate, or "
            "change it within NoGrad.");
  EXPECT_EQ(refusal<GraphError>([&] { x *= w; }),
            "operator*=: the values of shape [3] are on the tape and the target is not: their derivative would be "
            "lost. Hint: write a = a * b, or pass detach() of the values.");
  EXPECT_EQ(refusal<ShapeError>([&] {
              x += of({1, 2});
            }),
            "operator+=: values of shape [2] do not broadcast to the target's shape [3].");
  EXPECT_EQ(refusal<ShapeError>([&] {
              assign(x, of({1, 2, 3}, {3, 1}));
            }),
            "assign: values of shape [3, 1] do not broadcast to the target's shape [3].");
  Tensor i = whole({1, 2});
  EXPECT_EQ(refusal<DTypeError>([&] {
              i += of({1, 2});
            }),
            "operator+=: the result is f64, but the target is i64. Hint: cast(a + b, DType::i64) says how to convert.");
  EXPECT_EQ(refusal<DTypeError>([&] { i /= 2; }),
            "operator/=: the result is f64, but the target is i64. Hint: cast(a / b, DType::i64) says how to convert.");
  EXPECT_EQ(refusal<DTypeError>([&] { assign(i, 0.5); }),
            "assign: the result is f64, but the target is i64. Hint: cast(values, DType::i64) says how to convert.");
  Tensor mask = i > 1;
  EXPECT_EQ(refusal<DTypeError>([&] { assign(mask, i); }),
            "assign: the result is i64, but the target is bool. Hint: cast(values, DType::boolean) says how to "
            "convert.");
  Tensor repeated = of({1, 2}).broadcast_to({3, 2});
  EXPECT_EQ(refusal<ArgumentError>([&] { repeated -= 1; }),
            "operator-=: dimension 0 of the target of shape [3, 2] repeats the same memory (broadcast_to). Hint: "
            "change a clone().");
  expect_equal(x, {1, 2, 3}, {3});
}

}  // namespace
}  // namespace linden
