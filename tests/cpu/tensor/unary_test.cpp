// Every unary op against its own value() on single elements: what vectors, strides and threads must not change.
#include "backend/math/scalar_ops.hpp"
#include "cpu/tasks.hpp"

namespace linden {
namespace {

using test::elementwise;
using test::everywhere;
using test::expect_same;
using test::numbers;
using test::operand;

template <class Op, class T>
using Result = decltype(Op::value(T()));

/// Booleans as the bytes they are in memory (std::vector<bool> is something else).
template <class R>
using Stored = std::conditional_t<std::is_same_v<R, bool>, std::uint8_t, R>;

template <class Op, class T>
void check(const std::vector<std::int64_t>& sizes, const std::vector<std::int64_t>& out_strides,
           const std::vector<std::int64_t>& in_strides, std::size_t memory) {
  using Out = Stored<Result<Op, T>>;
  SCOPED_TRACE(std::string(Op::info.name) + " of " + name_of(dtype_of<T>));
  std::vector<T> in = numbers<T>(memory, Op::info.low, Op::info.high, true);
  std::vector<Out> wanted(memory, Out(7));
  test::each_position(sizes, {out_strides, in_strides}, [&](const std::vector<std::int64_t>& at) {
    wanted[static_cast<std::size_t>(at[0])] = Out(Op::value(in[static_cast<std::size_t>(at[1])]));
  });
  auto task = elementwise<2>(sizes);
  everywhere([&](const TensorKernels& kernels, Context& context) {
    std::vector<Out> out(memory, Out(7));
    task.operand[0] = operand(out, dtype_of<Result<Op, T>>, out_strides);
    task.operand[1] = operand(in, in_strides);
    kernels.unary(context, op_number<Op>(UnaryOps()), task);
    expect_same(out, wanted);
  });
}

template <class Visitor, class... Ops>
void each_op(OpList<Ops...>, const Visitor& visitor) {
  (visitor(Ops()), ...);
}

/// Every op with every dtype that it takes.
template <class Check>
void each_loop(const Check& check_loop) {
  each_op(UnaryOps(), [&]<class Op>(Op op) {
    check_loop(op, float());
    check_loop(op, double());
    if constexpr (Op::info.kind == OpKind::arithmetic || Op::info.kind == OpKind::predicate) {
      check_loop(op, std::int32_t());
      check_loop(op, std::int64_t());
    }
  });
}

TEST(UnaryKernel, GivesEveryElementOfEverySizeItsValue) {
  each_loop([]<class Op, class T>(Op, T) {
    for (const std::int64_t size : test::odd_sizes) check<Op, T>({size}, {1}, {1}, static_cast<std::size_t>(size) + 3);
  });
}

TEST(UnaryKernel, TakesOneElementWithoutDimensions) {
  each_loop([]<class Op, class T>(Op, T) { check<Op, T>({}, {}, {}, 2); });
}

TEST(UnaryKernel, FollowsStrides) {
  each_loop([]<class Op, class T>(Op, T) {
    check<Op, T>({300}, {1}, {3}, 1000);
    check<Op, T>({300}, {2}, {1}, 1000);
    check<Op, T>({300}, {3}, {2}, 1000);
    check<Op, T>({300}, {1}, {0}, 1000);
    check<Op, T>({20, 17}, {17, 1}, {1, 20}, 400);
    check<Op, T>({4, 5, 3, 7}, {105, 21, 7, 1}, {0, 1, 40, 5}, 420);
  });
}

TEST(UnaryKernel, SharesLargeWorkAmongThreads) {
  each_op(UnaryOps(), []<class Op>(Op) {
    check<Op, float>({70001}, {1}, {1}, 70001);
    check<Op, double>({301, 3, 101}, {303, 101, 1}, {303, 1, 3}, 301 * 303);
  });
}

TEST(UnaryKernel, WorksInPlace) {
  everywhere([&](const TensorKernels& kernels, Context& context) {
    std::vector<float> values = numbers<float>(100000, -3, 3), wanted = values;
    for (float& value : wanted) value = value * value;
    auto task = elementwise<2>({100000});
    task.operand[0] = task.operand[1] = operand(values, {1});
    kernels.unary(context, op_number<Square>(UnaryOps()), task);
    expect_same(values, wanted);
  });
}

TEST(UnaryKernel, DoesNothingToNoElements) {
  std::vector<float> values{5};
  auto task = elementwise<2>({3, 0});
  task.operand[0] = task.operand[1] = operand(values, {0, 1});
  everywhere([&](const TensorKernels& kernels, Context& context) {
    kernels.unary(context, op_number<Neg>(UnaryOps()), task);
    EXPECT_EQ(values[0], 5);
  });
}

}  // namespace
}  // namespace linden
