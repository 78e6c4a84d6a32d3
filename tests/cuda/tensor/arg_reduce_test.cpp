// The device finds the same positions as the CPU: along and down, long and short, with ties and NaN.
#include "cuda/tensor/axis_task.hpp"

namespace linden::cuda_test {
namespace {

class CudaArgReduce : public DeviceTest {
 protected:
  template <class T>
  void check(const AxisShape& shape, std::vector<T> in) {
    for (const bool largest : {true, false}) {
      AxisTask<2> task = axis_task<2>(shape);
      std::int64_t stride = 1;  // the output is dense
      for (std::size_t d = shape.others.size(); d-- > 0; stride *= shape.others[d]) task.operand[0].strides[d] = stride;
      std::vector<std::int64_t> out(static_cast<std::size_t>(shape.lines()), -1);
      const auto device_in = upload(in);
      const auto device_out = room<std::int64_t>(shape.lines());
      for (Operand& operand : task.operand) operand.dtype = dtype_of<T>;
      task.operand[0].dtype = DType::i64;
      task.operand[0].data = out.data();
      task.operand[1].data = in.data();
      cpu_backend().tensor.arg_reduce(cpu(), largest, task);
      task.operand[0].data = device_out.data();
      task.operand[1].data = device_in.data();
      device_backend().tensor.arg_reduce(context(), largest, task);
      test::expect_same(download(device_out), out);
    }
  }
  void check_all(const AxisShape& shape) {
    SCOPED_TRACE(std::to_string(shape.length) + " of " + std::to_string(shape.lines()) + " lines");
    check(shape, test::numbers<float>(shape.room(), -9, 9, true));
    check(shape, test::numbers<double>(shape.room(), -4, 4));
    check(shape, test::numbers<std::int32_t>(shape.room(), -3, 3));
    check(shape, test::numbers<std::int64_t>(shape.room(), -9e18, 9e18));
    check(shape, test::numbers<std::uint8_t>(shape.room(), 0, 3));
  }
};

TEST_F(CudaArgReduce, SearchesLines) {
  for (const std::int64_t n : {1, 2, 16, 17, 33, 300, 700}) check_all(rows(9, n));
  check_all(rows(1, 1000));
}

TEST_F(CudaArgReduce, SearchesDown) {
  for (const std::int64_t n : {1, 2, 17, 130}) check_all(columns(40, n));
}

TEST_F(CudaArgReduce, CutsLongLinesIntoSegments) {
  check_all(rows(1, 9000));
  check_all(rows(3, 4500));
  check_all(columns(3, 1500));
}

TEST_F(CudaArgReduce, FollowsStrides) {
  check_all({{4, 5}, {300, 2}, 20, 15});
  check_all({{3}, {500}, 100, 4});
}

TEST_F(CudaArgReduce, TakesTheFirstOfTiesAndOfNan) {
  for (const float value : {1.0f, std::nanf("")}) {
    std::vector<float> in(6000, value);
    in[0] = value == value ? 1.0f : 0.0f;
    check(rows(1, 6000), in);
    check(rows(6, 1000), in);
    check(columns(6, 1000), in);
  }
}

TEST_F(CudaArgReduce, DoesNothingWithoutLines) { check_all({{0}, {5}, 5, 1}); }

}  // namespace
}  // namespace linden::cuda_test
