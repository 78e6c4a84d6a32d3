// copy: conversions between all dtypes against a plain reference in long double, strides, and transposed tiles.
#include "cpu/tasks.hpp"

namespace linden {
namespace {

using test::elementwise;
using test::everywhere;
using test::expect_same;
using test::numbers;
using test::operand;
using Strides = std::vector<std::int64_t>;

/// Boolean in memory.
struct Boolean {
  std::uint8_t byte;
  auto operator+() const { return +byte; }
  bool operator!=(Boolean other) const { return byte != other.byte; }
};

template <class T>
constexpr DType dtype = [] {
  if constexpr (std::is_same_v<T, Boolean>)
    return DType::boolean;
  else
    return dtype_of<T>;
}();

template <class T>
long double exact(T x) {
  if constexpr (std::is_same_v<T, Boolean>)
    return x.byte;
  else
    return static_cast<long double>(x);
}

template <class To>
To reference(long double x) {
  if constexpr (std::is_same_v<To, Boolean>) {
    return {x != 0};
  } else if constexpr (std::is_floating_point_v<To>) {
    return static_cast<To>(x);
  } else {
    using limits = std::numeric_limits<To>;
    if (x != x) return 0;
    if (x < static_cast<long double>(limits::min())) return limits::min();
    if (x > static_cast<long double>(limits::max())) return limits::max();
    return static_cast<To>(x);
  }
}

template <class T>
std::vector<T> inputs(std::size_t count) {
  if constexpr (std::is_same_v<T, Boolean>) {
    std::vector<T> values(count);
    for (std::size_t i = 0; i < count; ++i) values[i] = {static_cast<std::uint8_t>(i % 3 == 0)};
    return values;
  } else {
    std::vector<T> values = numbers<T>(count, std::is_unsigned_v<T> ? 0 : -300, 255, true);
    if constexpr (!std::is_unsigned_v<T>) {
      const double list[] = {
          0.5,           -0.5, 254.9, 255,    255.1,   256, 2147483647.0,   2147483648.0, 4294967296.0, -2147483648.0,
          -2147483649.0, 1e10, -1e10, 0x1p62, -0x1p63, 0,   2147483646.999, 16777217,     0x1p53,       1e-300,
          0x1.fffffep62};
      using limits = std::numeric_limits<T>;
      for (std::size_t i = 0; 3 * i + 1 < count; ++i) {
        const double x = list[i % std::size(list)];
        if (std::is_floating_point_v<T> ||
            (x >= static_cast<double>(limits::min()) && x < -static_cast<double>(limits::min())))
          values[3 * i + 1] = static_cast<T>(x);
      }
      if (std::is_floating_point_v<T> && count > 30) {
        values[2] = static_cast<T>(0x1p63);
        values[5] = static_cast<T>(-0x1p64);
        values[8] = static_cast<T>(0x1p64);
      } else if (count > 30) {
        values[2] = limits::max();
        values[5] = limits::min();
      }
    }
    return values;
  }
}

template <class To, class From>
void check(const std::vector<std::int64_t>& sizes, const Strides& out_strides, const Strides& in_strides,
           std::size_t memory) {
  SCOPED_TRACE(std::string(name_of(dtype<From>)) + " to " + name_of(dtype<To>));
  std::vector<From> in = inputs<From>(memory);
  std::vector<To> wanted(memory, To{1});
  test::each_position(sizes, {out_strides, in_strides}, [&](const std::vector<std::int64_t>& at) {
    wanted[static_cast<std::size_t>(at[0])] = reference<To>(exact(in[static_cast<std::size_t>(at[1])]));
  });
  auto task = elementwise<2>(sizes);
  everywhere([&](const TensorKernels& kernels, Context& context) {
    std::vector<To> out(memory, To{1});
    task.operand[0] = operand(out, dtype<To>, out_strides);
    task.operand[1] = operand(in, dtype<From>, in_strides);
    kernels.copy(context, task);
    expect_same(out, wanted);
  });
}

template <class Check>
void each_pair(const Check& check_pair) {
  const auto to = [&]<class From>(From from) {
    check_pair(float(), from);
    check_pair(double(), from);
    check_pair(std::int32_t(), from);
    check_pair(std::int64_t(), from);
    check_pair(std::uint8_t(), from);
    check_pair(Boolean{}, from);
  };
  to(float());
  to(double());
  to(std::int32_t());
  to(std::int64_t());
  to(std::uint8_t());
  to(Boolean{});
}

TEST(CopyKernel, ConvertsBetweenAllDtypes) {
  each_pair([]<class To, class From>(To, From) {
    check<To, From>({}, {}, {}, 1);
    for (const std::int64_t size : test::odd_sizes)
      check<To, From>({size}, {1}, {1}, static_cast<std::size_t>(size) + 3);
  });
}

TEST(CopyKernel, FollowsStrides) {
  each_pair([]<class To, class From>(To, From) {
    check<To, From>({300}, {3}, {2}, 1000);
    check<To, From>({300}, {1}, {0}, 1000);
    check<To, From>({20, 17}, {20, 1}, {0, 3}, 400);
    check<To, From>({4, 5, 3, 7}, {105, 21, 7, 1}, {0, 1, 40, 5}, 420);
  });
}

TEST(CopyKernel, TransposesInTiles) {
  each_pair([]<class To, class From>(To, From) {
    for (const std::int64_t n : {2, 7, 8, 9, 16, 33})
      for (const std::int64_t m : {3, 8, 17, 64, 65})
        check<To, From>({n, m}, {m, 1}, {1, n}, static_cast<std::size_t>(n * m));
    check<To, From>({9, 5, 20}, {100, 20, 1}, {1, 180, 9}, 900);  // dense along the first of three
    check<To, From>({300, 257}, {257, 1}, {1, 300}, 300 * 257);
    check<To, From>({3, 20011}, {20011, 1}, {1, 3}, 3 * 20011);
  });
}

TEST(CopyKernel, KeepsTheBitsOfNumbersOfTheSameDtype) {
  std::vector<float> in{-0.0f, std::bit_cast<float>(0x7fc12345u), std::bit_cast<float>(0x7f812345u), 1e-45f}, out(4);
  auto task = elementwise<2>({4});
  everywhere([&](const TensorKernels& kernels, Context& context) {
    task.operand[0] = operand(out, {1});
    task.operand[1] = operand(in, {1});
    kernels.copy(context, task);
    EXPECT_EQ(std::memcmp(in.data(), out.data(), 16), 0);
  });
}

TEST(CopyKernel, DoesNothingToNoElements) {
  std::vector<float> in{5}, out{4};
  auto task = elementwise<2>({4, 0, 2});
  task.operand[0] = operand(out, {0, 2, 1});
  task.operand[1] = operand(in, {0, 1, 2});
  everywhere([&](const TensorKernels& kernels, Context& context) {
    kernels.copy(context, task);
    EXPECT_EQ(out[0], 4);
  });
}

}  // namespace
}  // namespace linden
