// arg_reduce against a plain scan: ties, NaN, every dtype, axes along and across the dense dimension.
#include "cpu/tasks.hpp"

namespace linden {
namespace {

using test::everywhere;
using test::expect_same;
using test::numbers;
using test::operand;
using Strides = std::vector<std::int64_t>;

struct Shape {
  std::vector<std::int64_t> others;
  Strides out, in;
  std::int64_t length, step;
  std::size_t memory;
};

template <class T>
void check(const Shape& shape, DType dtype, std::vector<T> in) {
  SCOPED_TRACE(name_of(dtype));
  for (const bool largest : {true, false}) {
    std::size_t room = 1;
    test::each_position(shape.others, {shape.out}, [&](const std::vector<std::int64_t>& at) {
      room = std::max(room, static_cast<std::size_t>(at[0] + 1));
    });
    std::vector<std::int64_t> wanted(room, -1);
    test::each_position(shape.others, {shape.out, shape.in}, [&](const std::vector<std::int64_t>& at) {
      std::int64_t best = 0;
      const auto value = [&](std::int64_t i) { return in[static_cast<std::size_t>(at[1] + i * shape.step)]; };
      for (std::int64_t i = 1; i < shape.length; ++i) {
        const T x = value(i), b = value(best);
        if (b == b && (x != x || (largest ? x > b : x < b))) best = i;
      }
      wanted[static_cast<std::size_t>(at[0])] = best;
    });
    AxisTask<2> task;
    task.rank = static_cast<std::int32_t>(shape.others.size());
    for (std::size_t i = 0; i < shape.others.size(); ++i) task.sizes[i] = shape.others[i];
    task.length = shape.length;
    task.axis_stride[1] = shape.step;
    everywhere([&](const TensorKernels& kernels, Context& context) {
      std::vector<std::int64_t> out(room, -1);
      task.operand[0] = operand(out, shape.out);
      task.operand[1] = operand(in, dtype, shape.in);
      kernels.arg_reduce(context, largest, task);
      expect_same(out, wanted);
    });
  }
}

void check_all(const Shape& shape) {
  check(shape, DType::f32, numbers<float>(shape.memory, -3, 5));
  check(shape, DType::f64, numbers<double>(shape.memory, -3, 5));
  check(shape, DType::f64, numbers<double>(shape.memory, -3, 5, true));  // NaN among them
  check(shape, DType::i32, numbers<std::int32_t>(shape.memory, -9, 9));  // ties
  check(shape, DType::i64, numbers<std::int64_t>(shape.memory, -1e18, 1e18));
  check(shape, DType::u8, numbers<std::uint8_t>(shape.memory, 0, 255.9));
  check(shape, DType::boolean, numbers<std::uint8_t>(shape.memory, 0, 1.9));
}

std::size_t area(std::int64_t n, std::int64_t m) { return static_cast<std::size_t>(n * m); }

TEST(ArgReduceKernel, FindsTheFirstOfAll) {
  for (const std::int64_t n : test::odd_sizes) check_all({{}, {}, {}, n, 1, area(n, 1)});
  for (const std::int64_t n : {1023, 1024, 4097, 70001, 300000}) check_all({{}, {}, {}, n, 1, area(n, 1)});
  check_all({{}, {}, {}, 300, 3, 900});
}

TEST(ArgReduceKernel, FindsTheFirstInRowsAndColumns) {
  for (const std::int64_t m : {2, 9, 255, 257, 1100}) {
    check_all({{21}, {1}, {m}, m, 1, area(21, m)});
    check_all({{m}, {1}, {1}, 21, m, area(21, m)});
  }
  check_all({{3000}, {2}, {17}, 17, 1, area(3000, 17)});
  check_all({{300}, {1}, {1}, 401, 300, area(300, 401)});
}

TEST(ArgReduceKernel, FollowsStrides) {
  check_all({{7, 5}, {5, 1}, {60, 1}, 12, 5, 420});
  check_all({{6, 4}, {4, 1}, {1, 30}, 5, 6, 120});
  check_all({{20}, {1}, {2}, 30, 40, 1200});
  check_all({{20}, {1}, {0}, 30, 1, 30});
}

TEST(ArgReduceKernel, LetsTheFirstNanWin) {
  for (const std::int64_t at : {0, 5, 1500, 69999}) {
    std::vector<float> values = numbers<float>(70000, -3, 5);
    values[static_cast<std::size_t>(at)] = NAN;
    values[69999] = NAN;
    check({{}, {}, {}, 70000, 1, values.size()}, DType::f32, values);
    check({{2}, {1}, {1}, 35000, 2, values.size()}, DType::f32, values);
  }
}

TEST(ArgReduceKernel, TakesTheFirstOfEqualInfinitiesAndZeros) {
  std::vector<double> values(3000, -INFINITY);
  check({{}, {}, {}, 3000, 1, values.size()}, DType::f64, values);
  values.assign(3000, 0.0);
  values[0] = -0.0;
  check({{}, {}, {}, 3000, 1, values.size()}, DType::f64, values);
}

TEST(ArgReduceKernel, DoesNothingToNoPositions) {
  std::vector<std::int64_t> out{9};
  std::vector<float> in{5};
  AxisTask<2> task;
  task.rank = 1;
  task.length = 4;
  task.axis_stride[1] = 1;
  task.operand[0] = operand(out, {1});
  task.operand[1] = operand(in, {4});
  everywhere([&](const TensorKernels& kernels, Context& context) {
    kernels.arg_reduce(context, true, task);
    EXPECT_EQ(out[0], 9);
  });
}

}  // namespace
}  // namespace linden
