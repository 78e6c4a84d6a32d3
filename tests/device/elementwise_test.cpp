// Every op of UnaryOps and BinaryOps on the GPU: the CPU's bytes, for all dtypes and layouts, with numbers of C++
// beside tensors, and derivatives of both orders.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <linden/autograd.hpp>
#include <linden/ops.hpp>

#include "device/gpu.hpp"
#include "ops/op_references.hpp"
#include "ops/tensors.hpp"

namespace linden::device_test {
namespace {

class ElementwiseOnGpu : public OnGpu {};

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

template <class Op>
constexpr bool is_polygamma = std::is_same_v<Op, Polygamma>;

/// Numbers spread over the op's domain.
template <class Op>
Tensor samples(const Shape& shape, int salt = 0, DType dtype = DType::f64) {
  Tensor t = Tensor::empty(shape);
  double at = 0.37 + 0.11 * salt;
  for (double& x : t.span<double>()) {
    at = std::fmod(at + 0.6180339887498949, 1.0);
    x = Op::info.low + at * (Op::info.high - Op::info.low);
  }
  return cast(t, dtype);
}

/// The order of polygamma is whole.
template <class Op>
Tensor first_operand(const Shape& shape, DType dtype = DType::f64) {
  const Tensor t = samples<Op>(shape, 0, dtype);
  return is_polygamma<Op> ? round(t) : t;
}

template <class Op>
void check_values(const Device& gpu) {
  const Computation op = [](const std::vector<Tensor>& x) { return Reference<Op>::op(x[0]); };
  for (const DType dtype : {DType::f32, DType::f64})
    expect_same_layouts(Op::info.name, gpu, op, {samples<Op>({17, 19}, 0, dtype)});
  for (const DType dtype : {DType::i32, DType::i64, DType::u8, DType::boolean})
    expect_same(Op::info.name, gpu, op, {cast(samples<Op>({20}, 0, DType::i32), dtype)});
  expect_same(Op::info.name, gpu, op, {of({nan, infinity, -infinity, 0.0, -0.0, 1e300, -1e-300})});
  expect_same(Op::info.name, gpu, op, {Tensor::empty({3, 0})});
  expect_same(Op::info.name, gpu, op, {samples<Op>({})});
}

template <class Op>
void check_binary_values(const Device& gpu) {
  using R = Reference<Op>;
  const Computation op = [](const std::vector<Tensor>& x) { return R::op(x[0], x[1]); };
  for (const DType dtype : {DType::f32, DType::f64}) {
    const Tensor a = first_operand<Op>({13, 21}, dtype), b = samples<Op>({13, 21}, 1, dtype);
    expect_same_layouts(Op::info.name, gpu, op, {a, b});
    expect_same(Op::info.name, gpu, op, {a, b.select(0, 2)});
    expect_same(Op::info.name, gpu, op, {a.slice(1, 0, 1), b});
  }
  expect_same(Op::info.name, gpu, op,
              {first_operand<Op>({20}, DType::i32), cast(samples<Op>({20}, 1, DType::i64), DType::f32)});
  // Numbers of C++ go along to the device.
  const Tensor a = first_operand<Op>({9}), b = samples<Op>({9}, 1);
  expect_same(Op::info.name, gpu, [](const auto& x) { return R::op(x[0], 2.0); }, {a});
  expect_same(Op::info.name, gpu, [](const auto& x) { return R::op(2, x[0]); }, {b});
  expect_same(Op::info.name, gpu, [](const auto& x) { return R::op(x[0], 2.5); }, {cast(a, DType::i32)});
}

/// The gradient of a weighted sum and the derivative of that along a direction: elementwise, so that all bytes agree
/// but for sums over broadcast dimensions.
template <class F>
void check_derivatives(const char* name, const Device& gpu, const F& f, const std::vector<Tensor>& xs) {
  const auto derivatives = [&](bool second) {
    return [&f, second](const std::vector<Tensor>& inputs) {
      std::vector<Tensor> at;
      for (const Tensor& x : inputs) at.push_back(x.detach().set_requires_grad());
      const Tensor y = f(at);
      const Tensor weights = (arange(y.elements(), DType::f64, y.device()) * 0.3 - 0.5).reshape(y.shape());
      const std::vector<Tensor> g = grad(y, at, weights, {.create_graph = true});
      Tensor total = Tensor::zeros({1}, DType::f64, y.device());
      for (std::size_t i = 0; i < g.size(); ++i) {
        if (second && !g[i].requires_grad()) continue;
        const std::vector<Tensor> turned =
            second ? grad(g[i], at, Tensor::full(g[i].shape(), 0.7, DType::f64, y.device()), {.retain_graph = true})
                   : std::vector<Tensor>{g[i]};
        for (const Tensor& t : turned) total = concatenate({total, t.detach().reshape({-1})});
      }
      return total;
    };
  };
  expect_same(std::string(name) + ", first derivative", gpu, derivatives(false), xs, {1e-13});
  expect_same(std::string(name) + ", second derivative", gpu, derivatives(true), xs, {1e-12});
}

template <class Op>
void check_unary_derivatives(const Device& gpu) {
  if constexpr (Op::info.kind == OpKind::floating || Op::info.kind == OpKind::arithmetic)
    check_derivatives(Op::info.name, gpu, [](const std::vector<Tensor>& x) { return Reference<Op>::op(x[0]); },
                      {samples<Op>({7})});
}

template <class Op>
void check_binary_derivatives(const Device& gpu) {
  const Tensor a = first_operand<Op>({2, 3}), b = samples<Op>({3}, 1);
  if constexpr (is_polygamma<Op>)
    check_derivatives(
        Op::info.name, gpu,
        [](const std::vector<Tensor>& x) { return polygamma(Tensor::full({3}, 2, DType::f64, x[0].device()), x[0]); },
        {b});
  else if constexpr (Op::info.kind == OpKind::floating || Op::info.kind == OpKind::arithmetic)
    check_derivatives(Op::info.name, gpu, [](const std::vector<Tensor>& x) { return Reference<Op>::op(x[0], x[1]); },
                      {a, b});
}

template <class... Ops>
void check_all_unary(OpList<Ops...>, const Device& gpu) {
  ((check_values<Ops>(gpu), check_unary_derivatives<Ops>(gpu)), ...);
}
template <class... Ops>
void check_all_binary(OpList<Ops...>, const Device& gpu) {
  ((check_binary_values<Ops>(gpu), check_binary_derivatives<Ops>(gpu)), ...);
}

TEST_F(ElementwiseOnGpu, EveryUnaryOp) { check_all_unary(UnaryOps(), gpu()); }
TEST_F(ElementwiseOnGpu, EveryBinaryOp) { check_all_binary(BinaryOps(), gpu()); }

TEST_F(ElementwiseOnGpu, Where) {
  const Tensor mask = scattered({5, 6}) > 0, a = scattered({5, 6}, 1), b = scattered({6}, 2);
  expect_same("where", gpu(), [](const auto& x) { return where(x[0], x[1], x[2]); }, {mask, a, b});
  expect_same("where, a number", gpu(), [](const auto& x) { return where(x[0], x[1], 0.5); }, {mask, a});
  expect_same("where, two numbers", gpu(), [](const auto& x) { return where(x[0], 1, -1.5); }, {mask});
  expect_same("where, a mask of C++", gpu(), [](const auto& x) { return where(true, x[0], x[1]); }, {a, b});
  expect_same("clamp", gpu(), [](const auto& x) { return clamp(x[0], -0.5, 0.75); }, {a});
}

TEST_F(ElementwiseOnGpu, CastsBetweenAllDtypes) {
  constexpr DType dtypes[] = {DType::f32, DType::f64, DType::i32, DType::i64, DType::u8, DType::boolean};
  const Tensor x = of({0, 1, -1, 2.75, -2.75, 255, 256, 3e9, -3e9, 1e19, nan, infinity, -infinity});
  for (const DType from : dtypes)
    for (const DType to : dtypes)
      expect_same(std::string(name_of(from)) + " to " + name_of(to), gpu(),
                  [to](const auto& v) { return cast(v[0], to); }, {cast(x, from)});
}

TEST_F(ElementwiseOnGpu, InPlace) {
  const Tensor x = scattered({4, 6}), row = scattered({6}, 1);
  const auto changed = [](const auto& change) {
    return [change](const std::vector<Tensor>& v) {
      Tensor t = v[0].clone();
      change(t, v[1]);
      return t;
    };
  };
  expect_same("+=", gpu(), changed([](Tensor& t, const Tensor& r) { t += r; }), {x, row});
  expect_same("-=", gpu(), changed([](Tensor& t, const Tensor& r) { t -= r * 2; }), {x, row});
  expect_same("*=", gpu(), changed([](Tensor& t, const Tensor&) { t *= 3; }), {x, row});
  expect_same("/=", gpu(), changed([](Tensor& t, const Tensor&) { t /= 3; }), {x, row});
  expect_same("/= f32", gpu(), changed([](Tensor& t, const Tensor& r) { t /= r; }), {cast(x, DType::f32), row});
  expect_same("assign", gpu(), changed([](Tensor& t, const Tensor& r) { assign(t, r); }), {x, row});
  expect_same("assign a number", gpu(), changed([](Tensor& t, const Tensor&) { assign(t.select(1, 3), 5); }), {x, row});
  expect_same("overlap", gpu(), changed([](Tensor& t, const Tensor&) { assign(t.slice(0, 1, 4), t.slice(0, 0, 3)); }),
              {x, row});
}

}  // namespace
}  // namespace linden::device_test
