// scatter_add against plain loops, to the bit: the order along the axis is fixed.
#include "cpu/tasks.hpp"

namespace linden {
namespace {

using test::everywhere;
using test::numbers;
using test::operand;
using Strides = std::vector<std::int64_t>;

struct Shape {
  std::vector<std::int64_t> others;
  std::int64_t length, target_length;
  Strides out, index, in;
  std::int64_t out_step, index_step, in_step;
};

template <class T, class Sum>
void check(const Shape& s, double largest) {
  SCOPED_TRACE(name_of(dtype_of<T>));
  std::size_t memory = static_cast<std::size_t>(2 * (s.length + s.target_length) + 8);
  for (const std::int64_t size : s.others) memory *= static_cast<std::size_t>(size);
  std::vector<T> in = numbers<T>(memory, -largest, largest);
  const std::vector<T> start = numbers<T>(memory, -1, 1, false, 2);
  std::vector<std::int64_t> index = numbers<std::int64_t>(memory, 0, static_cast<double>(s.target_length) - 0.01);
  std::vector<T> wanted = start;
  test::each_position(s.others, {s.out, s.index, s.in}, [&](const Strides& at) {
    for (std::int64_t i = 0; i < s.length; ++i) {
      T& sum = wanted[at[0] + index[at[1] + i * s.index_step] * s.out_step];
      sum = static_cast<T>(static_cast<Sum>(sum) + static_cast<Sum>(in[at[2] + i * s.in_step]));
    }
  });
  AxisTask<3> task;
  task.rank = static_cast<std::int32_t>(s.others.size());
  for (std::size_t i = 0; i < s.others.size(); ++i) task.sizes[i] = s.others[i];
  task.length = s.length;
  task.axis_stride[0] = s.out_step, task.axis_stride[1] = s.index_step, task.axis_stride[2] = s.in_step;
  everywhere([&](const TensorKernels& kernels, Context& context) {
    std::vector<T> out = start;
    task.operand[0] = operand(out, s.out);
    task.operand[1] = operand(index, s.index);
    task.operand[2] = operand(in, s.in);
    kernels.scatter_add(context, task);
    test::expect_same(out, wanted);
  });
}

void check_all(const Shape& shape) {
  check<float, float>(shape, 1);
  check<double, double>(shape, 1);
  check<std::int32_t, std::uint32_t>(shape, 2e9);  // wraps around
  check<std::int64_t, std::uint64_t>(shape, 9e18);
}

TEST(ScatterAddKernel, AddsToAVectorInOrder) {
  for (const std::int64_t n : test::odd_sizes) check_all({{}, n, 17, {}, {}, {}, 1, 1, 1});
  check_all({{}, 70000, 3, {}, {}, {}, 1, 1, 1});
}

TEST(ScatterAddKernel, AddsWholeRows) {
  check_all({{13}, 500, 40, {1}, {0}, {1}, 13, 1, 13});
  check_all({{100}, 2000, 40, {1}, {0}, {1}, 100, 1, 100});  // cut into segments
  check_all({{13}, 500, 40, {2}, {0}, {1}, 26, 1, 13});
  check_all({{3, 13}, 50, 40, {520, 1}, {0, 0}, {650, 1}, 13, 1, 13});
}

TEST(ScatterAddKernel, AddsByAnIndexForEachElement) {
  check_all({{13}, 500, 40, {1}, {1}, {1}, 13, 13, 13});
  check_all({{500}, 130, 40, {40}, {130}, {130}, 1, 1, 1});
  check_all({{4, 6}, 9, 7, {42, 7}, {9, 0}, {54, 9}, 1, 1, 1});
}

TEST(ScatterAddKernel, AddsNothing) {
  check_all({{}, 0, 3, {}, {}, {}, 1, 1, 1});
  check_all({{0}, 4, 3, {1}, {1}, {1}, 1, 1, 1});
}

}  // namespace
}  // namespace linden
