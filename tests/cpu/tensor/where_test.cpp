// where: the chosen value as it is, for every dtype and any strides.
#include "cpu/tasks.hpp"

namespace linden {
namespace {

using test::elementwise;
using test::everywhere;
using test::expect_same;
using test::numbers;
using test::operand;
using Strides = std::vector<std::int64_t>;

/// T is how an element is stored: boolean as std::uint8_t.
template <class T>
void check(DType dtype, const std::vector<std::int64_t>& sizes, const std::vector<Strides>& strides,
           std::size_t memory) {
  SCOPED_TRACE(name_of(dtype));
  const bool is_boolean = dtype == DType::boolean;
  std::vector<T> a = numbers<T>(memory, 0, is_boolean ? 1.9 : 100, true, 1);
  std::vector<T> b = numbers<T>(memory, 0, is_boolean ? 1.9 : 100, true, 2);
  std::vector<std::uint8_t> mask = numbers<std::uint8_t>(memory, 0, 1.9, false, 3);
  std::vector<T> wanted(memory, T(1));
  test::each_position(sizes, strides, [&](const std::vector<std::int64_t>& signed_at) {
    const std::vector<std::size_t> at(signed_at.begin(), signed_at.end());
    wanted[at[0]] = mask[at[1]] ? a[at[2]] : b[at[3]];
  });
  auto task = elementwise<4>(sizes);
  everywhere([&](const TensorKernels& kernels, Context& context) {
    std::vector<T> out(memory, T(1));
    task.operand[0] = operand(out, dtype, strides[0]);
    task.operand[1] = operand(mask, DType::boolean, strides[1]);
    task.operand[2] = operand(a, dtype, strides[2]);
    task.operand[3] = operand(b, dtype, strides[3]);
    kernels.where(context, task);
    expect_same(out, wanted);
  });
}

void check_dtypes(const std::vector<std::int64_t>& sizes, const std::vector<Strides>& strides, std::size_t memory) {
  check<float>(DType::f32, sizes, strides, memory);
  check<double>(DType::f64, sizes, strides, memory);
  check<std::int32_t>(DType::i32, sizes, strides, memory);
  check<std::int64_t>(DType::i64, sizes, strides, memory);
  check<std::uint8_t>(DType::u8, sizes, strides, memory);
  check<std::uint8_t>(DType::boolean, sizes, strides, memory);
}

TEST(WhereKernel, ChoosesElementByElement) {
  check_dtypes({}, {{}, {}, {}, {}}, 1);
  for (const std::int64_t size : test::odd_sizes)
    check_dtypes({size}, {{1}, {1}, {1}, {1}}, static_cast<std::size_t>(size) + 3);
}

TEST(WhereKernel, RepeatsNumbersRowsAndColumns) {
  check_dtypes({333}, {{1}, {1}, {1}, {0}}, 400);
  check_dtypes({333}, {{1}, {1}, {0}, {1}}, 400);
  check_dtypes({333}, {{1}, {1}, {0}, {0}}, 400);
  check_dtypes({333}, {{1}, {0}, {1}, {1}}, 400);
  check_dtypes({11, 37}, {{37, 1}, {1, 0}, {0, 1}, {37, 1}}, 410);
}

TEST(WhereKernel, FollowsStridesOnAllThreads) {
  check_dtypes({300}, {{2}, {1}, {3}, {1}}, 1000);
  check_dtypes({31, 3, 801}, {{2403, 801, 1}, {2403, 1, 3}, {1, 31, 0}, {801, 24831, 1}}, 31 * 2403);
}

TEST(WhereKernel, DoesNothingToNoElements) {
  std::vector<std::uint8_t> value{1};
  auto task = elementwise<4>({0, 3});
  for (Operand& each : task.operand) each = operand(value, DType::boolean, {1, 1});
  everywhere([&](const TensorKernels& kernels, Context& context) {
    kernels.where(context, task);
    EXPECT_EQ(value[0], 1);
  });
}

}  // namespace
}  // namespace linden
