// Reductions against long double sums and plain loops: every dtype, layouts along and down, and few or many elements;
// the order itself in the same bytes for all levels and threads.
#include "cpu/tasks.hpp"

namespace linden {
namespace {

using test::everywhere;
using test::numbers;
using test::operand;
using Strides = std::vector<std::int64_t>;

constexpr ReduceOp all_ops[] = {ReduceOp::sum, ReduceOp::product, ReduceOp::maximum, ReduceOp::minimum};

struct Shape {
  std::vector<std::int64_t> kept, reduced;  // sizes
  Strides out, in;                          // in: kept strides, then reduced ones
  std::size_t memory;
};

ReduceTask task_of(ReduceOp op, const Shape& shape) {
  ReduceTask task;
  task.op = op;
  task.kept = static_cast<std::int32_t>(shape.kept.size());
  task.reduced = static_cast<std::int32_t>(shape.reduced.size());
  for (std::size_t i = 0; i < shape.kept.size(); ++i) task.sizes[i] = shape.kept[i];
  for (std::size_t i = 0; i < shape.reduced.size(); ++i) task.sizes[shape.kept.size() + i] = shape.reduced[i];
  return task;
}

/// The folded values, position by position of the kept dimensions, and the sum of magnitudes for error bounds.
struct Reference {
  std::vector<std::int64_t> places;
  std::vector<long double> values, magnitudes;
};

template <class T>
Reference reference(ReduceOp op, const Shape& shape, const std::vector<T>& in) {
  Reference result;
  const std::size_t kept = shape.kept.size();
  const Strides outer(shape.in.begin(), shape.in.begin() + static_cast<std::ptrdiff_t>(kept));
  const Strides inner(shape.in.begin() + static_cast<std::ptrdiff_t>(kept), shape.in.end());
  test::each_position(shape.kept, {shape.out, outer}, [&](const std::vector<std::int64_t>& at) {
    long double value = op == ReduceOp::product ? 1 : 0, magnitude = 0;
    auto wrapped = static_cast<std::uint64_t>(value);
    bool first = true;
    test::each_position(shape.reduced, {inner}, [&](const std::vector<std::int64_t>& offset) {
      const T element = in[static_cast<std::size_t>(at[1] + offset[0])];
      const long double x = element;
      magnitude += std::abs(x);
      if (op == ReduceOp::sum || op == ReduceOp::product) {
        const bool sum = op == ReduceOp::sum;
        value = sum ? value + x : value * x;
        if constexpr (std::is_integral_v<T>)
          wrapped = sum ? wrapped + static_cast<std::uint64_t>(element) : wrapped * static_cast<std::uint64_t>(element);
      } else if (first || (value == value && (x != x || (op == ReduceOp::maximum ? x > value : x < value)))) {
        value = x;
      }
      first = false;
    });
    if (std::is_integral_v<T> && (op == ReduceOp::sum || op == ReduceOp::product))
      value = static_cast<std::int64_t>(wrapped);
    result.places.push_back(at[0]);
    result.values.push_back(value);
    result.magnitudes.push_back(magnitude);
  });
  return result;
}

/// T is how an element is stored; Out what the result has.
template <class T, class Out>
void check(ReduceOp op, const Shape& shape, DType dtype, DType out_dtype, const std::vector<T>& values) {
  SCOPED_TRACE(std::string("op ") + std::to_string(static_cast<int>(op)) + " of " + name_of(dtype));
  std::vector<T> in = values;
  const Reference wanted = reference(op, shape, in);
  ReduceTask task = task_of(op, shape);
  std::int64_t room = 1;
  for (const std::int64_t place : wanted.places) room = std::max(room, place + 1);
  std::vector<Out> first;
  everywhere([&](const TensorKernels& kernels, Context& context) {
    std::vector<Out> out(static_cast<std::size_t>(room), Out(9));
    task.in = operand(in, dtype, shape.in);
    task.out = operand(out, out_dtype, shape.out);
    kernels.reduce(context, task);
    if (first.empty()) first = out;
    test::expect_same(out, first);
    for (std::size_t i = 0; i < wanted.places.size(); ++i) {
      const auto got = static_cast<long double>(out[static_cast<std::size_t>(wanted.places[i])]);
      const long double value = wanted.values[i];
      if (value != value) {
        ASSERT_TRUE(got != got) << i;
      } else if (!std::is_floating_point_v<Out> || op == ReduceOp::maximum || op == ReduceOp::minimum ||
                 std::isinf(value)) {
        ASSERT_EQ(got, value) << i;
      } else {
        const long double unit = std::is_same_v<Out, float> ? 0x1p-24L : 0x1p-53L;
        // Lanes add up few numbers each; every factor may cost a rounding.
        const long double bound = op == ReduceOp::sum ? 16 * wanted.magnitudes[i] : std::abs(value) * shape.memory;
        ASSERT_NEAR(got, value, unit * (bound + 4 * std::abs(value))) << i;
      }
    }
  });
}

template <class T>
std::vector<T> near_one(std::size_t count) {
  std::vector<T> values = numbers<T>(count, 0.999, 1.001);
  return values;
}

void check_all(const Shape& shape) {
  for (const ReduceOp op : all_ops) {
    const bool product = op == ReduceOp::product, extreme = op == ReduceOp::maximum || op == ReduceOp::minimum;
    check<float, float>(op, shape, DType::f32, DType::f32,
                        product ? near_one<float>(shape.memory) : numbers<float>(shape.memory, -3, 5));
    check<double, double>(op, shape, DType::f64, DType::f64,
                          product ? near_one<double>(shape.memory) : numbers<double>(shape.memory, -3, 5));
    std::vector<std::int32_t> whole = numbers<std::int32_t>(shape.memory, -2e9, 2e9);
    if (product)
      for (std::int32_t& value : whole) value |= 1;
    const std::vector<std::int64_t> wide(whole.begin(), whole.end());
    const std::vector<std::uint8_t> bytes = numbers<std::uint8_t>(shape.memory, product ? 1 : 0, 255.9);
    const std::vector<std::uint8_t> flags = numbers<std::uint8_t>(shape.memory, 0, 1.9);
    if (extreme) {
      check<std::int32_t, std::int32_t>(op, shape, DType::i32, DType::i32, whole);
      check<std::int64_t, std::int64_t>(op, shape, DType::i64, DType::i64, wide);
      check<std::uint8_t, std::uint8_t>(op, shape, DType::u8, DType::u8, bytes);
      check<std::uint8_t, std::uint8_t>(op, shape, DType::boolean, DType::boolean, flags);
    } else {
      check<std::int32_t, std::int64_t>(op, shape, DType::i32, DType::i64, whole);
      check<std::int64_t, std::int64_t>(op, shape, DType::i64, DType::i64, wide);
      check<std::uint8_t, std::int64_t>(op, shape, DType::u8, DType::i64, bytes);
      check<std::uint8_t, std::int64_t>(op, shape, DType::boolean, DType::i64, flags);
    }
  }
}

std::size_t area(std::int64_t n, std::int64_t m) { return static_cast<std::size_t>(n * m); }

TEST(ReduceKernel, FoldsEverything) {
  for (const std::int64_t n : test::odd_sizes) check_all({{}, {n}, {}, {1}, area(n, 1)});
  for (const std::int64_t n : {4095, 4096, 4097, 8191, 40000}) check_all({{}, {n}, {}, {1}, area(n, 1)});
}

TEST(ReduceKernel, PutsChunksOfLongRunsTogetherInBlocks) {
  const Shape shape{{}, {1100000}, {}, {1}, 1100000}, strided{{}, {1100, 1000}, {}, {1000, 1}, 1100000};
  for (const ReduceOp op : {ReduceOp::sum, ReduceOp::maximum}) {
    check<float, float>(op, shape, DType::f32, DType::f32, numbers<float>(shape.memory, -3, 5));
    check<double, double>(op, strided, DType::f64, DType::f64, numbers<double>(shape.memory, -3, 5));
  }
}

TEST(ReduceKernel, FoldsRows) {
  for (const std::int64_t m : {2, 3, 7, 8, 31, 100, 255, 256, 300, 4097})
    check_all({{
                   21,
               },
               {m},
               {1},
               {m, 1},
               area(21, m)});
  check_all({{5000}, {17}, {1}, {17, 1}, area(5000, 17)});
  check_all({{3}, {70000}, {2}, {70000, 1}, area(3, 70000)});
}

TEST(ReduceKernel, FoldsColumns) {
  for (const std::int64_t m : {2, 3, 7, 8, 31, 33, 65, 511, 512, 513, 1200})
    for (const std::int64_t n : {2, 5, 129, 400}) check_all({{m}, {n}, {1}, {1, m}, area(n, m)});
  check_all({{3}, {40001}, {1}, {1, 3}, area(40001, 3)});
  check_all({{100}, {3001}, {1}, {1, 100}, area(3001, 100)});
  check_all({{9000}, {11}, {1}, {1, 9000}, area(9000, 11)});
}

TEST(ReduceKernel, FollowsStrides) {
  check_all({{}, {300}, {}, {3}, 900});
  check_all({{}, {50, 20}, {}, {40, 2}, 2000});
  check_all({{}, {90, 100}, {}, {128, 1}, 90 * 128});        // runs that are not neighbours
  check_all({{7, 5}, {3, 4}, {5, 1}, {60, 4, 20, 1}, 420});  // dimensions 0 and 2 of four
  check_all({{3, 4}, {7, 5}, {4, 1}, {20, 1, 60, 4}, 420});  // dimensions 1 and 3 of four
  check_all({{20}, {30}, {3}, {2, 40}, 1200});               // every second column
  check_all({{20}, {30}, {1}, {0, 1}, 30});
  check_all({{20}, {30}, {1}, {1, 0}, 20});
}

TEST(ReduceKernel, GivesTheNeutralElementWhereNothingIsReduced) {
  std::vector<double> in{5}, out;
  for (const Shape& shape : {Shape{{}, {0}, {}, {1}, 1}, Shape{{3}, {0}, {1}, {0, 1}, 1},
                             Shape{{3}, {0}, {1}, {1, 3}, 1}, Shape{{3}, {4, 0}, {1}, {0, 0, 1}, 1}})
    everywhere([&](const TensorKernels& kernels, Context& context) {
      for (const bool product : {false, true}) {
        ReduceTask task = task_of(product ? ReduceOp::product : ReduceOp::sum, shape);
        const std::size_t kept = shape.kept.empty() ? 1 : 3;
        out.assign(kept, 9);
        task.in = operand(in, shape.in);
        task.out = operand(out, shape.out);
        kernels.reduce(context, task);
        EXPECT_EQ(out, std::vector<double>(kept, product ? 1.0 : 0.0));
      }
    });
}

TEST(ReduceKernel, DoesNothingWhereNothingIsKept) {
  std::vector<double> in{5}, out{9};
  for (const Shape& shape : {Shape{{0}, {4}, {1}, {4, 1}, 1}, Shape{{0}, {4}, {1}, {1, 4}, 1}})
    everywhere([&](const TensorKernels& kernels, Context& context) {
      ReduceTask task = task_of(ReduceOp::sum, shape);
      task.in = operand(in, shape.in);
      task.out = operand(out, shape.out);
      kernels.reduce(context, task);
      EXPECT_EQ(out[0], 9);
    });
}

template <class T>
void check_special_values() {
  const T infinity = std::numeric_limits<T>::infinity(), nan = std::numeric_limits<T>::quiet_NaN();
  const DType dtype = dtype_of<T>;
  for (const std::int64_t n : {1, 3, 9, 40, 300, 5000, 70000})
    for (const std::int64_t at : {std::int64_t(0), n / 3, n - 1})
      for (const T special : {nan, infinity, -infinity})
        for (const ReduceOp op : {ReduceOp::sum, ReduceOp::maximum, ReduceOp::minimum}) {
          std::vector<T> values = numbers<T>(area(n, 1), -3, 5);
          values[static_cast<std::size_t>(at)] = special;
          check<T, T>(op, {{}, {n}, {}, {1}, values.size()}, dtype, dtype, values);
          if (n > 5000) continue;
          values.resize(area(n, 2), T(-1));  // the same down one of two columns and along one of two rows
          check<T, T>(op, {{2}, {n}, {1}, {1, 2}, values.size()}, dtype, dtype, values);
          check<T, T>(op, {{2}, {n}, {1}, {n, 1}, values.size()}, dtype, dtype, values);
        }
}

TEST(ReduceKernel, PropagatesNanAndInfinities) {
  check_special_values<float>();
  check_special_values<double>();
}

TEST(ReduceKernel, FindsTheMaximumOfNothingButInfinities) {
  const float infinity = std::numeric_limits<float>::infinity();
  for (const ReduceOp op : {ReduceOp::maximum, ReduceOp::minimum})
    for (const float value : {infinity, -infinity})
      check<float, float>(op, {{}, {1000}, {}, {1}, 1000}, DType::f32, DType::f32, std::vector<float>(1000, value));
}

TEST(ReduceKernel, SumsFloatsFarBetterThanOneByOne) {
  const std::size_t n = 10000000;
  std::vector<float> in = numbers<float>(n, 0, 1), out(1);
  long double exact = 0;
  float naive = 0;
  for (const float x : in) {
    exact += x;
    naive += x;
  }
  ReduceTask task = task_of(ReduceOp::sum, {{}, {static_cast<std::int64_t>(n)}, {}, {1}, n});
  task.in = operand(in, {1});
  task.out = operand(out, {});
  Workers workers(2);
  Context context{workers};
  cpu_tensor_kernels().reduce(context, task);
  EXPECT_NEAR(out[0], static_cast<double>(exact), 0.5) << "half a unit in the last place of the result is 0.25";
  EXPECT_GT(std::abs(naive - exact), 20);
}

TEST(ReduceKernel, WrapsSumsOfWholeNumbers) {
  std::vector<std::int64_t> in{INT64_MAX, 1, 1}, out(1);
  ReduceTask task = task_of(ReduceOp::sum, {{}, {3}, {}, {1}, 3});
  everywhere([&](const TensorKernels& kernels, Context& context) {
    task.in = operand(in, {1});
    task.out = operand(out, {});
    kernels.reduce(context, task);
    EXPECT_EQ(out[0], INT64_MIN + 1);
  });
}

}  // namespace
}  // namespace linden
