// cumulative_sum against plain loops: f32 in double, whole numbers that wrap, any axis.
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
  std::int64_t length, out_step, in_step;
  std::size_t memory;
};

template <class T, class Sum>
void check(const Shape& shape, std::vector<T> in) {
  SCOPED_TRACE(name_of(dtype_of<T>));
  std::vector<T> wanted(shape.memory, T(9));
  test::each_position(shape.others, {shape.out, shape.in}, [&](const std::vector<std::int64_t>& at) {
    Sum sum = 0;
    for (std::int64_t i = 0; i < shape.length; ++i) {
      sum += static_cast<Sum>(in[static_cast<std::size_t>(at[1] + i * shape.in_step)]);
      wanted[static_cast<std::size_t>(at[0] + i * shape.out_step)] = static_cast<T>(sum);
    }
  });
  AxisTask<2> task;
  task.rank = static_cast<std::int32_t>(shape.others.size());
  for (std::size_t i = 0; i < shape.others.size(); ++i) task.sizes[i] = shape.others[i];
  task.length = shape.length;
  task.axis_stride[0] = shape.out_step;
  task.axis_stride[1] = shape.in_step;
  everywhere([&](const TensorKernels& kernels, Context& context) {
    std::vector<T> out(shape.memory, T(9));
    task.operand[0] = operand(out, shape.out);
    task.operand[1] = operand(in, shape.in);
    kernels.cumulative_sum(context, task);
    expect_same(out, wanted);
  });
}

void check_all(const Shape& shape) {
  check<float, double>(shape, numbers<float>(shape.memory, -3, 5));
  check<double, double>(shape, numbers<double>(shape.memory, -3, 5, true));
  check<std::int32_t, std::uint32_t>(shape, numbers<std::int32_t>(shape.memory, -2e9, 2e9));
  check<std::int64_t, std::uint64_t>(shape, numbers<std::int64_t>(shape.memory, -9e18, 9e18));
  check<std::uint8_t, std::uint32_t>(shape, numbers<std::uint8_t>(shape.memory, 0, 255.9));
}

std::size_t area(std::int64_t n, std::int64_t m) { return static_cast<std::size_t>(n * m); }

TEST(CumulativeSumKernel, RunsAlongADenseAxis) {
  for (const std::int64_t n : test::odd_sizes) check_all({{}, {}, {}, n, 1, 1, area(n, 1)});
  check_all({{}, {}, {}, 70001, 1, 1, 70001});
  check_all({{901}, {37}, {37}, 37, 1, 1, area(901, 37)});
}

TEST(CumulativeSumKernel, RunsDownColumns) {
  for (const std::int64_t m : {2, 9, 255, 257, 600}) check_all({{m}, {1}, {1}, 51, m, m, area(51, m)});
}

TEST(CumulativeSumKernel, FollowsStrides) {
  check_all({{}, {}, {}, 300, 2, 3, 900});
  check_all({{7, 5}, {60, 1}, {60, 1}, 12, 5, 5, 420});
  check_all({{20}, {2}, {1}, 30, 40, 20, 1200});
  check_all({{20}, {1}, {30}, 30, 20, 1, 600});
  check_all({{20}, {30}, {0}, 30, 1, 1, 600});
}

TEST(CumulativeSumKernel, WorksInPlace) {
  std::vector<double> values;
  AxisTask<2> task;
  task.length = 5;
  task.axis_stride[0] = task.axis_stride[1] = 1;
  everywhere([&](const TensorKernels& kernels, Context& context) {
    values = {1, 2, 3, 4, 5};
    task.operand[0] = task.operand[1] = operand(values, {});
    kernels.cumulative_sum(context, task);
    EXPECT_EQ(values, (std::vector<double>{1, 3, 6, 10, 15}));
  });
}

TEST(CumulativeSumKernel, DoesNothingToNoElements) {
  std::vector<float> value{5};
  AxisTask<2> task;
  task.rank = 1;
  task.operand[0] = task.operand[1] = operand(value, {1});
  everywhere([&](const TensorKernels& kernels, Context& context) {
    for (const std::int64_t length : {0, 4}) {
      task.length = length;
      task.sizes[0] = length == 0 ? 3 : 0;
      kernels.cumulative_sum(context, task);
      EXPECT_EQ(value[0], 5);
    }
  });
}

}  // namespace
}  // namespace linden
