// Every binary op against its own value() on single elements: what vectors, strides and threads must not change.
#include "backend/math/scalar_ops.hpp"
#include "cpu/tasks.hpp"

namespace linden {
namespace {

using test::elementwise;
using test::everywhere;
using test::expect_same;
using test::numbers;
using test::operand;
using Strides = std::vector<std::int64_t>;

template <class Op, class T>
using Result = decltype(Op::value(T(), T()));
template <class R>
using Stored = std::conditional_t<std::is_same_v<R, bool>, std::uint8_t, R>;

template <class Op, class T>
void check(const std::vector<std::int64_t>& sizes, const Strides& out_strides, const Strides& a_strides,
           const Strides& b_strides, std::size_t memory) {
  using Out = Stored<Result<Op, T>>;
  SCOPED_TRACE(std::string(Op::info.name) + " of " + name_of(dtype_of<T>));
  std::vector<T> a = numbers<T>(memory, Op::info.low, Op::info.high, true, 1);
  std::vector<T> b = numbers<T>(memory, Op::info.low, Op::info.high, true, 2);
  for (std::size_t i = 0; i < memory; i += 5) b[i] = a[i];  // equal ones
  std::vector<Out> wanted(memory, Out(7));
  test::each_position(sizes, {out_strides, a_strides, b_strides}, [&](const std::vector<std::int64_t>& at) {
    wanted[static_cast<std::size_t>(at[0])] =
        Out(Op::value(a[static_cast<std::size_t>(at[1])], b[static_cast<std::size_t>(at[2])]));
  });
  auto task = elementwise<3>(sizes);
  everywhere([&](const TensorKernels& kernels, Context& context) {
    std::vector<Out> out(memory, Out(7));
    task.operand[0] = operand(out, dtype_of<Result<Op, T>>, out_strides);
    task.operand[1] = operand(a, a_strides);
    task.operand[2] = operand(b, b_strides);
    kernels.binary(context, op_number<Op>(BinaryOps()), task);
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
  each_op(BinaryOps(), [&]<class Op>(Op op) {
    check_loop(op, float());
    check_loop(op, double());
    if constexpr (Op::info.kind == OpKind::arithmetic || Op::info.kind == OpKind::predicate) {
      check_loop(op, std::int32_t());
      check_loop(op, std::int64_t());
    }
  });
}

TEST(BinaryKernel, GivesEveryElementOfEverySizeItsValue) {
  each_loop([]<class Op, class T>(Op, T) {
    for (const std::int64_t size : test::odd_sizes)
      check<Op, T>({size}, {1}, {1}, {1}, static_cast<std::size_t>(size) + 3);
  });
}

TEST(BinaryKernel, RepeatsNumbersRowsAndColumns) {
  each_loop([]<class Op, class T>(Op, T) {
    check<Op, T>({}, {}, {}, {}, 2);
    check<Op, T>({333}, {1}, {1}, {0}, 400);
    check<Op, T>({333}, {1}, {0}, {1}, 400);
    check<Op, T>({333}, {1}, {0}, {0}, 400);
    check<Op, T>({11, 37}, {37, 1}, {37, 1}, {0, 1}, 410);  // a row for all rows
    check<Op, T>({11, 37}, {37, 1}, {1, 0}, {37, 1}, 410);  // a column for all columns
    check<Op, T>({11, 37}, {37, 1}, {1, 0}, {0, 1}, 410);
  });
}

TEST(BinaryKernel, FollowsStrides) {
  each_loop([]<class Op, class T>(Op, T) {
    check<Op, T>({300}, {3}, {2}, {1}, 1000);
    check<Op, T>({20, 17}, {17, 1}, {1, 20}, {34, 2}, 800);
    check<Op, T>({4, 5, 3, 7}, {105, 21, 7, 1}, {0, 1, 40, 5}, {1, 4, 20, 0}, 420);
  });
}

TEST(BinaryKernel, SharesLargeWorkAmongThreads) {
  each_op(BinaryOps(), []<class Op>(Op) {
    check<Op, float>({70001}, {1}, {1}, {1}, 70001);
    check<Op, double>({1001, 71}, {71, 1}, {71, 1}, {0, 1}, 1001 * 71);
    check<Op, double>({31, 3, 801}, {2403, 801, 1}, {2403, 1, 3}, {1, 31, 0}, 31 * 2403);
  });
}

TEST(BinaryKernel, WorksInPlace) {
  everywhere([&](const TensorKernels& kernels, Context& context) {
    std::vector<double> a = numbers<double>(100000, -3, 3), b = numbers<double>(100000, -3, 3, true), wanted = a;
    for (std::size_t i = 0; i < wanted.size(); ++i) wanted[i] += b[i];
    auto task = elementwise<3>({100000});
    task.operand[0] = task.operand[1] = operand(a, {1});
    task.operand[2] = operand(b, {1});
    kernels.binary(context, op_number<Add>(BinaryOps()), task);
    expect_same(a, wanted);
  });
}

TEST(BinaryKernel, DoesNothingToNoElements) {
  std::vector<float> values{5};
  auto task = elementwise<3>({0});
  for (Operand& each : task.operand) each = operand(values, {1});
  everywhere([&](const TensorKernels& kernels, Context& context) {
    kernels.binary(context, op_number<Add>(BinaryOps()), task);
    EXPECT_EQ(values[0], 5);
  });
}

}  // namespace
}  // namespace linden
