// Reductions on the device have the CPU's bytes: every op and dtype, along and down, few and many elements, strides.
#include "cpu/tasks.hpp"
#include "cuda/device.hpp"

namespace linden::cuda_test {
namespace {

using Sizes = std::vector<std::int64_t>;

struct Shape {
  Sizes kept, reduced, out, in;  // sizes; strides of the output, and of the input (kept ones, then reduced)
};

std::size_t elements_of(const Sizes& sizes, const std::int64_t* strides) {
  std::int64_t last = 0;
  for (std::size_t i = 0; i < sizes.size(); ++i) last += (sizes[i] > 0 ? sizes[i] - 1 : 0) * strides[i];
  return static_cast<std::size_t>(last) + 1;
}

class CudaReduce : public DeviceTest {
 protected:
  template <class T, class Out>
  void check_op(ReduceOp op, const Shape& shape, DType dtype, std::vector<T> in) {
    SCOPED_TRACE("op " + std::to_string(static_cast<int>(op)) + " of " + name_of(dtype));
    ReduceTask task;
    task.op = op;
    task.kept = static_cast<std::int32_t>(shape.kept.size());
    task.reduced = static_cast<std::int32_t>(shape.reduced.size());
    std::copy(shape.kept.begin(), shape.kept.end(), task.sizes);
    std::copy(shape.reduced.begin(), shape.reduced.end(), task.sizes + task.kept);
    std::vector<Out> out(elements_of(shape.kept, shape.out.data()), Out(9));
    const auto device_in = upload(in);
    const auto device_out = upload(out);
    task.in = test::operand(in, dtype, shape.in);
    task.out = test::operand(out, dtype_of<Out>, shape.out);
    cpu_backend().tensor.reduce(cpu(), task);
    task.in.data = device_in.data();
    task.out.data = device_out.data();
    device_backend().tensor.reduce(context(), task);
    test::expect_same(download(device_out), out);
  }

  template <class T>
  void check_dtype(const Shape& shape, DType dtype, const std::vector<T>& values) {
    using Total = std::conditional_t<std::is_floating_point_v<T>, T, std::int64_t>;
    check_op<T, Total>(ReduceOp::sum, shape, dtype, values);
    check_op<T, Total>(ReduceOp::product, shape, dtype, values);
    check_op<T, T>(ReduceOp::maximum, shape, dtype, values);
    check_op<T, T>(ReduceOp::minimum, shape, dtype, values);
  }

  std::size_t elements(const Shape& shape) const {
    Sizes sizes = shape.kept;
    sizes.insert(sizes.end(), shape.reduced.begin(), shape.reduced.end());
    return elements_of(sizes, shape.in.data());
  }

  void check_all(const Shape& shape) {
    const std::size_t count = elements(shape);
    check_dtype(shape, DType::f32, test::numbers<float>(count, -1.9, 2));
    check_dtype(shape, DType::f64, test::numbers<double>(count, -1.9, 2));
    check_dtype(shape, DType::i32, test::numbers<std::int32_t>(count, -2e9, 2e9));
    check_dtype(shape, DType::u8, test::numbers<std::uint8_t>(count, 0, 255.9));
  }

  void check_sums(const Shape& shape) {
    const std::size_t count = elements(shape);
    check_op<float, float>(ReduceOp::sum, shape, DType::f32, test::numbers<float>(count, -3, 5));
    check_op<double, double>(ReduceOp::sum, shape, DType::f64, test::numbers<double>(count, -3, 5));
  }
};

TEST_F(CudaReduce, FoldsEverything) {
  for (const std::int64_t n : {0, 1, 7, 8, 31, 255, 256, 300, 1025}) {
    SCOPED_TRACE(n);
    if (n > 0) check_all({{}, {n}, {}, {1}});
    if (n == 0) check_sums({{}, {n}, {}, {1}});
  }
}

TEST_F(CudaReduce, JoinsChunks) {
  for (const std::int64_t n : {4096, 4097, 8300, 20001}) check_sums({{}, {n}, {}, {1}});
  check_dtype({{}, {9000}, {}, {1}}, DType::i64, test::numbers<std::int64_t>(9000, -9e18, 9e18));
}

TEST_F(CudaReduce, JoinsBlocksOfChunks) {
  // More than 256 chunks: a block has two of them.
  check_op<float, float>(ReduceOp::sum, {{}, {257 * 4096 + 5}, {}, {1}}, DType::f32,
                         test::numbers<float>(257 * 4096 + 5, -3, 5));
}

TEST_F(CudaReduce, FoldsRows) {
  for (const std::int64_t m : {2, 3, 9, 33, 100, 260}) check_all({{21}, {m}, {1}, {m, 1}});
  check_sums({{70}, {17}, {1}, {17, 1}});
  check_sums({{3}, {5000}, {2}, {5000, 1}});
  check_sums({{70}, {4500}, {1}, {0, 1}});  // each position by one group of lanes, chunk after chunk
  check_sums({{4200}, {256}, {1}, {0, 1}});
}

TEST_F(CudaReduce, FoldsColumns) {
  for (const std::int64_t m : {2, 3, 33, 65}) check_all({{m}, {40}, {1}, {1, m}});
  for (const std::int64_t m : {3, 40})
    for (const std::int64_t n : {1, 5, 129, 600, 1100}) check_sums({{m}, {n}, {1}, {1, m}});
  check_sums({{600}, {9}, {1}, {1, 600}});
  check_sums({{1100}, {530}, {1}, {1, 1100}});
  check_sums({{2, 5}, {700}, {5, 1}, {3500, 1, 5}});
}

TEST_F(CudaReduce, FollowsStrides) {
  check_all({{}, {300}, {}, {3}});
  check_sums({{}, {50, 20}, {}, {40, 2}});
  check_sums({{}, {90, 100}, {}, {128, 1}});
  check_sums({{7, 5}, {3, 4}, {5, 1}, {60, 4, 20, 1}});
  check_sums({{3, 4}, {7, 5}, {4, 1}, {20, 1, 60, 4}});
  check_sums({{20}, {30}, {3}, {2, 40}});
  check_sums({{20}, {30}, {1}, {0, 1}});
  check_sums({{20}, {30}, {1}, {1, 0}});
  check_sums({{6}, {13, 60}, {1}, {1, 420, 7}});
}

TEST_F(CudaReduce, KeepsNanAndSignsOfZeros) {
  for (const bool special : {false, true})
    for (const Shape& shape :
         {Shape{{}, {700}, {}, {1}}, Shape{{7}, {100}, {1}, {100, 1}}, Shape{{7}, {100}, {1}, {1, 7}}}) {
      std::vector<float> values = test::numbers<float>(700, -3, 5, special);
      if (!special)
        for (std::size_t i = 0; i < values.size(); ++i) values[i] = i % 3 == 0 ? -0.0f : 0.0f;
      check_dtype(shape, DType::f32, values);
    }
}

TEST_F(CudaReduce, GivesTheNeutralElementWhereNothingIsReduced) {
  check_sums({{3}, {0}, {1}, {0, 1}});
  check_sums({{3}, {0}, {1}, {1, 3}});
  check_sums({{3}, {4, 0}, {1}, {0, 0, 1}});
  check_sums({{0}, {4}, {1}, {4, 1}});
  check_sums({{0}, {4}, {1}, {1, 4}});
}

}  // namespace
}  // namespace linden::cuda_test
