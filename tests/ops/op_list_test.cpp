// One test for every elementwise op, folded over UnaryOps and BinaryOps: values against an independent reference, first
// and second derivatives against differences, broadcast, strided, empty, NaN and infinite inputs, f32 and f64, and the
// same op on dual numbers.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <linden/autograd.hpp>
#include <linden/ops.hpp>
#include <vector>

#include "op_references.hpp"

namespace linden {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

template <class Op>
constexpr bool is_polygamma = std::is_same_v<Op, Polygamma>;

/// `count` numbers spread over the op's domain, in an order that is not ascending.
template <class Op>
Tensor samples(std::int64_t count, int salt = 0) {
  Tensor t = Tensor::empty({count});
  double where = 0.37 + 0.11 * salt;
  for (double& x : t.span<double>()) {
    where += 0.6180339887498949;
    where -= std::floor(where);
    x = Op::info.low + where * (Op::info.high - Op::info.low);
  }
  return t;
}

/// The order of polygamma is whole.
template <class Op>
Tensor first_operand(std::int64_t count) {
  Tensor t = samples<Op>(count);
  return is_polygamma<Op> ? round(t) : t;
}

double at(const Tensor& t, std::int64_t i) { return t.to_vector<double>()[static_cast<std::size_t>(i)]; }

void expect_close(const char* name, double got, Long expected, double tolerance, double x) {
  if (std::isnan(expected)) {
    EXPECT_TRUE(std::isnan(got)) << name << " of " << x << " is " << got;
  } else if (std::isinf(expected)) {
    EXPECT_EQ(got, static_cast<double>(expected)) << name << " of " << x;
  } else {
    EXPECT_NEAR(got, static_cast<double>(expected), tolerance * (1 + std::abs(static_cast<double>(expected))))
        << name << " of " << x;
  }
}

// pow and what is built from sums of many terms carry a few roundings more than one.
template <class Op>
constexpr double tolerance_of(DType dtype) {
  return dtype == DType::f32 ? 4e-7 : 4e-15;
}

template <class Op>
void check_dtypes() {
  using R = Reference<Op>;
  const bool is_predicate = Op::info.kind == OpKind::predicate;
  for (const DType dtype : {DType::f32, DType::f64}) {
    const Tensor x = cast(samples<Op>(1000), dtype);
    const Tensor y = R::op(x);
    EXPECT_EQ(y.dtype(), is_predicate ? DType::boolean : dtype) << Op::info.name;
    for (std::int64_t i = 0; i < x.elements(); ++i)
      expect_close(Op::info.name, at(y, i), R::value(at(x, i)), tolerance_of<Op>(dtype), at(x, i));
  }
  for (const DType dtype : {DType::i32, DType::i64, DType::u8, DType::boolean}) {
    const Tensor x = cast(cast(samples<Op>(20), DType::i32), dtype);
    const Tensor y = R::op(x);
    const DType own = dtype == DType::i64 ? DType::i64 : DType::i32;
    EXPECT_EQ(y.dtype(), is_predicate                          ? DType::boolean
                         : Op::info.kind == OpKind::arithmetic ? own
                                                               : DType::f64)
        << Op::info.name;
    for (std::int64_t i = 0; i < x.elements(); ++i)
      if (!std::is_same_v<Op, Digamma> || at(x, i) != 0)  // a pole: special_test.cpp
        expect_close(Op::info.name, at(y, i), R::value(at(x, i)), 4e-15, at(x, i));
  }
}

template <class Op>
void check_binary_dtypes() {
  using R = Reference<Op>;
  const bool is_predicate = Op::info.kind == OpKind::predicate;
  for (const DType dtype : {DType::f32, DType::f64}) {
    const Tensor a = cast(first_operand<Op>(1000), dtype), b = cast(samples<Op>(1000, 1), dtype);
    const Tensor y = R::op(a, b);
    EXPECT_EQ(y.dtype(), is_predicate ? DType::boolean : dtype) << Op::info.name;
    for (std::int64_t i = 0; i < a.elements(); ++i)
      expect_close(Op::info.name, at(y, i), R::value(at(a, i), at(b, i)), tolerance_of<Op>(dtype), at(a, i));
    EXPECT_EQ(R::op(a, 2.0).dtype(), y.dtype()) << Op::info.name << ": a number gives way";
    EXPECT_EQ(R::op(2, b).dtype(), y.dtype()) << Op::info.name << ": a number gives way";
  }
  const Tensor a = cast(first_operand<Op>(20), DType::i32), b = cast(samples<Op>(20, 1), DType::i64);
  const bool stays = Op::info.kind == OpKind::arithmetic;
  EXPECT_EQ(R::op(a, b).dtype(), is_predicate ? DType::boolean : stays ? DType::i64 : DType::f64) << Op::info.name;
}

/// Every layout gives what the dense one gives.
template <class Op>
void check_layouts() {
  using R = Reference<Op>;
  const Tensor dense = samples<Op>(60).reshape({5, 12});
  const Tensor expected = R::op(dense);
  const auto expect_equal = [&](const Tensor& got, const char* what) {
    ASSERT_EQ(got.shape(), expected.shape()) << Op::info.name << what;
    for (std::int64_t i = 0; i < 60; ++i)
      EXPECT_EQ(at(got.reshape({60}), i), at(expected.reshape({60}), i)) << Op::info.name << what;
  };
  expect_equal(R::op(dense.transpose(0, 1).contiguous().transpose(0, 1)), " transposed");
  Tensor wide = Tensor::zeros({5, 24});
  assign(wide.slice(1, 0, 24, 2), dense);
  expect_equal(R::op(wide.slice(1, 0, 24, 2)), " strided");
  EXPECT_EQ(R::op(Tensor::empty({3, 0})).shape(), (Shape{3, 0})) << Op::info.name;
  EXPECT_EQ(R::op(dense.select(0, 0).select(0, 0)).rank(), 0) << Op::info.name;
}

template <class Op>
void check_binary_layouts() {
  using R = Reference<Op>;
  const Tensor a = first_operand<Op>(60).reshape({5, 12}), b = samples<Op>(60, 1).reshape({5, 12});
  const Tensor row = samples<Op>(12, 2), column = samples<Op>(5, 3).unsqueeze(1), one = samples<Op>(1, 4);
  const auto expect_equal = [&](const Tensor& got, const Tensor& left, const Tensor& right, const char* what) {
    ASSERT_EQ(got.shape(), (Shape{5, 12})) << Op::info.name << what;
    const Tensor x = left.broadcast_to({5, 12}).contiguous().reshape({60});
    const Tensor y = right.broadcast_to({5, 12}).contiguous().reshape({60});
    for (std::int64_t i = 0; i < 60; ++i)
      EXPECT_EQ(at(got.reshape({60}), i), at(R::op(x, y), i)) << Op::info.name << what;
  };
  expect_equal(R::op(a, row), a, row, " row");
  expect_equal(R::op(a, column), a, column, " column");
  expect_equal(R::op(a, one), a, one, " one");
  expect_equal(R::op(a.transpose(0, 1).contiguous().transpose(0, 1), b), a, b, " transposed");
  EXPECT_EQ(R::op(Tensor::empty({0, 4}), Tensor::empty({4})).shape(), (Shape{0, 4})) << Op::info.name;
}

template <class Op>
void check_specials() {
  using R = Reference<Op>;
  for (const double x : {nan, infinity, -infinity, 0.0, -0.0}) {
    if (std::is_same_v<Op, Digamma> && (x == 0 || x == -infinity)) continue;  // poles: special_test.cpp
    if (std::is_same_v<Op, Digamma> && std::isinf(x)) continue;               // the reference's recurrence ends there
    for (const DType dtype : {DType::f32, DType::f64})
      expect_close(Op::info.name, R::op(Tensor::full({3}, x, dtype)).select(0, 1).item(), R::value(x),
                   tolerance_of<Op>(dtype), x);
  }
}

template <class Op>
void check_binary_specials() {
  using R = Reference<Op>;
  if (is_polygamma<Op>) return;  // special_test.cpp
  for (const double a : {nan, infinity, -infinity, 0.0, 1.0, -2.0})
    for (const double b : {nan, infinity, -infinity, 0.0, 3.0})
      for (const DType dtype : {DType::f32, DType::f64})
        expect_close(Op::info.name, R::op(Tensor::full({3}, a, dtype), Tensor::full({3}, b, dtype)).select(0, 1).item(),
                     R::value(a, b), tolerance_of<Op>(dtype), a);
}

template <class Op>
constexpr bool has_derivative = Op::info.kind == OpKind::floating || Op::info.kind == OpKind::arithmetic;

template <class Op>
void check_derivatives() {
  using R = Reference<Op>;
  const Tensor x = samples<Op>(6).reshape({2, 3});
  if constexpr (!has_derivative<Op>) {
    EXPECT_FALSE(R::op(x.detach().set_requires_grad()).requires_grad()) << Op::info.name;
  } else {
    const GradientCheck check = check_gradients([](const std::vector<Tensor>& v) { return R::op(v[0]); }, {x});
    EXPECT_TRUE(check.passed) << Op::info.name << ": " << check.message;
    // The tape, dual numbers and Tangents read one slope: their numbers agree.
    for (std::int64_t i = 0; i < x.elements(); ++i) {
      const double value = at(x.reshape({6}), i);
      const Dual dual = lift<Op>(variable(value));
      const Tensor v = Tensor(value).set_requires_grad();
      const Tensor first = grad(R::op(v), {v}, {.create_graph = true})[0];
      EXPECT_EQ(dual.value, Op::value(value)) << Op::info.name;
      EXPECT_NEAR(dual.first, first.item(), 1e-15 * std::abs(dual.first)) << Op::info.name;
      const double second = first.requires_grad() ? grad(first, {v})[0].item() : 0;
      EXPECT_NEAR(dual.second, second, 1e-14 * (1 + std::abs(dual.second))) << Op::info.name;
    }
  }
}

template <class Op>
void check_binary_derivatives() {
  using R = Reference<Op>;
  const Tensor a = first_operand<Op>(6).reshape({2, 3}), b = samples<Op>(3, 1);
  if constexpr (!has_derivative<Op>) {
    EXPECT_FALSE(R::op(a.detach().set_requires_grad(), b).requires_grad()) << Op::info.name;
  } else if constexpr (is_polygamma<Op>) {
    const GradientCheck check = check_gradients([&](const std::vector<Tensor>& v) { return R::op(a, v[0]); }, {b});
    EXPECT_TRUE(check.passed) << Op::info.name << ": " << check.message;
  } else {
    const GradientCheck check = check_gradients([](const std::vector<Tensor>& v) { return R::op(v[0], v[1]); }, {a, b});
    EXPECT_TRUE(check.passed) << Op::info.name << ": " << check.message;
    for (std::int64_t i = 0; i < 3; ++i) {
      // Along a line through both operands, and with either held.
      const double x = at(a.reshape({6}), i), y = at(b, i);
      const Tensor t = Tensor(0.0).set_requires_grad();
      const auto along = [&](double to_a, double to_b) {
        const Tensor first = grad(R::op(x + to_a * t, y + to_b * t), {t}, {.create_graph = true})[0];
        return std::pair(first.item(), first.requires_grad() ? grad(first, {t})[0].item() : 0.0);
      };
      const auto expect_dual = [&](const Dual& dual, std::pair<double, double> tape) {
        EXPECT_NEAR(dual.first, tape.first, 1e-14 * (1 + std::abs(tape.first))) << Op::info.name;
        EXPECT_NEAR(dual.second, tape.second, 1e-13 * (1 + std::abs(tape.second))) << Op::info.name;
      };
      expect_dual(lift<Op>(Line{x, 0.7}, Line{y, -0.3}), along(0.7, -0.3));
      expect_dual(lift<Op>(Line{x, 1.0}, y), along(1, 0));
      expect_dual(lift<Op>(x, Line{y, 1.0}), along(0, 1));
    }
  }
}

template <class... Ops>
void check_all_unary(OpList<Ops...>) {
  ((check_dtypes<Ops>(), check_layouts<Ops>(), check_specials<Ops>(), check_derivatives<Ops>()), ...);
}

template <class... Ops>
void check_all_binary(OpList<Ops...>) {
  ((check_binary_dtypes<Ops>(), check_binary_layouts<Ops>(), check_binary_specials<Ops>(),
    check_binary_derivatives<Ops>()),
   ...);
}

TEST(OpList, EveryUnaryOpIsRightEverywhere) { check_all_unary(UnaryOps()); }
TEST(OpList, EveryBinaryOpIsRightEverywhere) { check_all_binary(BinaryOps()); }

}  // namespace
}  // namespace linden
