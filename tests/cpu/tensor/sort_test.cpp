// sort against std::stable_sort: all dtypes, both directions, ties, NaN, any axis, long and short.
#include <algorithm>
#include <numeric>

#include "cpu/tasks.hpp"

namespace linden {
namespace {

using test::everywhere;
using test::numbers;
using test::operand;

struct Shape {
  std::vector<std::int64_t> others, strides;
  std::int64_t length, step;
};

template <class T>
bool before(T a, T b, bool descending) {
  if (a != a || b != b) return a == a;  // a number before NaN; NaN before nothing
  return descending ? b < a : a < b;
}

template <class T>
void check(const Shape& shape, std::vector<T> in) {
  for (const bool descending : {false, true}) {
    SCOPED_TRACE(std::string(name_of(dtype_of<T>)) + (descending ? " descending " : " ascending ") +
                 std::to_string(shape.length));
    std::vector<T> wanted = in;
    std::vector<std::int64_t> wanted_indices(in.size(), -1), order(static_cast<std::size_t>(shape.length));
    test::each_position(shape.others, {shape.strides}, [&](const std::vector<std::int64_t>& at) {
      const auto element = [&](std::int64_t i) { return static_cast<std::size_t>(at[0] + i * shape.step); };
      std::iota(order.begin(), order.end(), 0);
      std::stable_sort(order.begin(), order.end(), [&](std::int64_t i, std::int64_t j) {
        const bool i_last = in[element(i)] != in[element(i)], j_last = in[element(j)] != in[element(j)];
        return (i_last || j_last) ? !i_last && j_last : before(in[element(i)], in[element(j)], descending);
      });
      for (std::int64_t i = 0; i < shape.length; ++i) {
        wanted[element(i)] = in[element(order[static_cast<std::size_t>(i)])];
        wanted_indices[element(i)] = order[static_cast<std::size_t>(i)];
      }
    });
    AxisTask<3> task;
    task.rank = static_cast<std::int32_t>(shape.others.size());
    for (std::size_t i = 0; i < shape.others.size(); ++i) task.sizes[i] = shape.others[i];
    task.length = shape.length;
    for (std::int64_t& step : task.axis_stride) step = shape.step;
    everywhere([&](const TensorKernels& kernels, Context& context) {
      std::vector<T> values(in.size());
      std::vector<std::int64_t> indices(in.size(), -1);
      task.operand[0] = operand(values, shape.strides);
      task.operand[1] = operand(indices, shape.strides);
      task.operand[2] = operand(in, shape.strides);
      std::vector<std::int64_t> scratch(
          static_cast<std::size_t>(sort_scratch(shape.length) * context.workers.threads() / 8));
      kernels.sort(context, descending, task, scratch.data());
      test::expect_same(values, wanted);
      test::expect_same(indices, wanted_indices);
    });
  }
}

void check_all(const Shape& shape, std::size_t memory) {
  check(shape, numbers<float>(memory, -20, 20, true));
  check(shape, numbers<double>(memory, -20, 20, true));
  check(shape, numbers<std::int32_t>(memory, -30, 30));
  check(shape, numbers<std::int64_t>(memory, -9e18, 9e18));
  check(shape, numbers<std::uint8_t>(memory, 0, 255.9));
}

TEST(SortKernel, SortsEveryDtypeOfEveryLength) {
  for (const std::int64_t n : test::odd_sizes) check_all({{}, {}, n, 1}, static_cast<std::size_t>(n));
}

TEST(SortKernel, SortsALongAxisWithAllThreads) {
  const std::size_t n = 66000;
  check_all({{}, {}, static_cast<std::int64_t>(n), 1}, n);
  check<float>({{2}, {1}, static_cast<std::int64_t>(n), 2}, numbers<float>(2 * n, -5, 5));
}

TEST(SortKernel, SortsAnyAxis) {
  check_all({{300}, {40}, 40, 1}, 12000);
  check_all({{40}, {1}, 300, 40}, 12000);
  check_all({{7, 5}, {60, 1}, 12, 5}, 420);
}

TEST(SortKernel, SortsBooleans) {
  everywhere([](const TensorKernels& kernels, Context& context) {
    std::uint8_t in[] = {1, 0, 1, 0, 0}, values[5];
    std::int64_t indices[5], scratch[5 * 32];
    AxisTask<3> task;
    task.length = 5;
    for (std::int64_t& step : task.axis_stride) step = 1;
    task.operand[0] = {values, DType::boolean, {}};
    task.operand[1] = {indices, DType::i64, {}};
    task.operand[2] = {in, DType::boolean, {}};
    kernels.sort(context, true, task, scratch);
    EXPECT_EQ(std::vector<int>(values, values + 5), (std::vector<int>{1, 1, 0, 0, 0}));
    EXPECT_EQ(std::vector<int>(indices, indices + 5), (std::vector<int>{0, 2, 1, 3, 4}));
  });
}

TEST(SortKernel, TakesNothing) {
  check_all({{3}, {1}, 0, 1}, 0);
  check_all({{0}, {1}, 5, 1}, 0);
}

TEST(SortKernel, KeepsExtremesAndSignsOfZero) {
  using limits = std::numeric_limits<std::int64_t>;
  check<std::int64_t>({{}, {}, 5, 1}, {limits::max(), limits::min(), -1, 0, limits::max()});
  check<double>({{}, {}, 6, 1}, {0.0, -0.0, 0.0, -0.0, -1e-320, 1e-320});
}

}  // namespace
}  // namespace linden
