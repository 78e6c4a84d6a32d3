// gather against plain loops: element sizes, loop orders, rows copied whole, long loops cut.
#include "cpu/tasks.hpp"

namespace linden {
namespace {

using test::everywhere;
using test::numbers;
using test::operand;
using Strides = std::vector<std::int64_t>;

struct Shape {
  std::vector<std::int64_t> others;
  std::int64_t length, source_length;
  Strides out, index, in;
  std::int64_t out_step, index_step, in_step;
};

template <class T>
void check(const Shape& s) {
  std::size_t memory = static_cast<std::size_t>(2 * (s.length + s.source_length) + 8);
  for (const std::int64_t size : s.others) memory *= static_cast<std::size_t>(size);
  std::vector<T> in = numbers<T>(memory, 0, 100);
  std::vector<std::int64_t> index = numbers<std::int64_t>(memory, 0, static_cast<double>(s.source_length) - 0.01);
  std::vector<T> wanted(memory, T(1));
  test::each_position(s.others, {s.out, s.index, s.in}, [&](const Strides& at) {
    for (std::int64_t i = 0; i < s.length; ++i)
      wanted[at[0] + i * s.out_step] = in[at[2] + index[at[1] + i * s.index_step] * s.in_step];
  });
  AxisTask<3> task;
  task.rank = static_cast<std::int32_t>(s.others.size());
  for (std::size_t i = 0; i < s.others.size(); ++i) task.sizes[i] = s.others[i];
  task.length = s.length;
  task.axis_stride[0] = s.out_step, task.axis_stride[1] = s.index_step, task.axis_stride[2] = s.in_step;
  everywhere([&](const TensorKernels& kernels, Context& context) {
    std::vector<T> out(memory, T(1));
    task.operand[0] = operand(out, s.out);
    task.operand[1] = operand(index, s.index);
    task.operand[2] = operand(in, s.in);
    kernels.gather(context, task);
    test::expect_same(out, wanted);
  });
}

void check_all(const Shape& shape) {
  check<float>(shape);
  check<double>(shape);
  check<std::int32_t>(shape);
  check<std::int64_t>(shape);
  check<std::uint8_t>(shape);
}

TEST(GatherKernel, TakesElementsOfAVector) {
  for (const std::int64_t n : test::odd_sizes) check_all({{}, n, 17, {}, {}, {}, 1, 1, 1});
  check_all({{}, 70000, 500, {}, {}, {}, 1, 1, 1});
  check_all({{}, 100, 50, {}, {}, {}, 2, 1, 2});
}

TEST(GatherKernel, CopiesWholeRows) {
  check_all({{13}, 500, 40, {1}, {0}, {1}, 13, 1, 13});
  check_all({{9000}, 5, 4, {1}, {0}, {1}, 9000, 1, 9000});  // longer than a segment
  check_all({{13}, 500, 40, {2}, {0}, {1}, 26, 1, 13});
  check_all({{3, 13}, 50, 40, {650, 1}, {0, 0}, {520, 1}, 13, 1, 13});
}

TEST(GatherKernel, TakesAnIndexForEachElement) {
  check_all({{13}, 500, 40, {1}, {1}, {1}, 13, 13, 13});
  check_all({{500}, 13, 40, {13}, {13}, {40}, 1, 1, 1});
  check_all({{500}, 1, 3, {1}, {1}, {3}, 1, 1, 1});
  check_all({{4, 6}, 9, 7, {54, 9}, {9, 0}, {42, 7}, 1, 1, 1});
}

TEST(GatherKernel, TakesNothing) {
  check_all({{}, 0, 3, {}, {}, {}, 1, 1, 1});
  check_all({{0}, 4, 3, {1}, {1}, {1}, 1, 1, 1});
}

}  // namespace
}  // namespace linden
