// scatter_add on the device has the CPU's bytes: lines walked by a thread, indices sorted, whole numbers that wrap.
#include "cuda/tensor/axis_task.hpp"

namespace linden::cuda_test {
namespace {

class CudaScatterAdd : public DeviceTest {
 protected:
  /// `shape` is that of the values, `to` that of the output; the index has the shape of the values or is shared.
  template <class T>
  void check(const AxisShape& shape, const AxisShape& to, bool is_shared) {
    SCOPED_TRACE(std::string(name_of(dtype_of<T>)) + ": " + std::to_string(shape.length) + " of " +
                 std::to_string(shape.lines()) + " lines" + (is_shared ? ", one index" : ""));
    const double most = std::is_same_v<T, std::int32_t> ? 2e9 : std::is_same_v<T, std::int64_t> ? 9e18 : 9;
    AxisTask<3> task = axis_task<3>(shape);
    std::vector<T> in = test::numbers<T>(shape.room(), -most, most), out = test::numbers<T>(to.room(), -most, most);
    std::vector<std::int64_t> index = test::numbers<std::int64_t>(
        is_shared ? static_cast<std::size_t>(shape.length) + 1 : shape.room(), 0, double(to.length) - 0.01);
    if (is_shared) {
      task.axis_stride[1] = 1;
      std::fill_n(task.operand[1].strides, max_rank, 0);
    }
    task.axis_stride[0] = to.step;
    std::copy(to.strides.begin(), to.strides.end(), task.operand[0].strides);
    for (Operand& operand : task.operand) operand.dtype = dtype_of<T>;
    task.operand[1].dtype = DType::i64;
    const auto device_in = upload(in), device_out = upload(out);
    const auto device_index = upload(index);
    task.operand[0].data = out.data();
    task.operand[1].data = index.data();
    task.operand[2].data = in.data();
    cpu_backend().tensor.scatter_add(cpu(), task);
    task.operand[0].data = device_out.data();
    task.operand[1].data = device_index.data();
    task.operand[2].data = device_in.data();
    device_backend().tensor.scatter_add(context(), task);
    test::expect_same(download(device_out), out);
  }
  void check_all(const AxisShape& shape, const AxisShape& to) {
    for (const bool is_shared : {false, true}) {
      check<float>(shape, to, is_shared);
      check<double>(shape, to, is_shared);
      check<std::int32_t>(shape, to, is_shared);
      check<std::int64_t>(shape, to, is_shared);
    }
  }
};

TEST_F(CudaScatterAdd, ShortLines) {
  for (const std::int64_t n : {1, 7, 64}) {
    check_all(rows(9, n), rows(9, 5));
    check_all(columns(9, n), columns(9, 5));
  }
}

TEST_F(CudaScatterAdd, LongLines) {
  check_all(rows(1, 3000), rows(1, 10));
  check_all(rows(1, 700), rows(1, 5000));
  check_all(rows(5, 300), rows(5, 7));
}

TEST_F(CudaScatterAdd, OneIndexForAllColumns) {
  check_all(columns(7, 500), columns(7, 30));
  check_all({{3, 5}, {1000, 1}, 200, 5}, {{3, 5}, {100, 1}, 20, 5});
}

TEST_F(CudaScatterAdd, TheIndexChangesAlongSomeDimensions) {
  // Dimensions 3 x 4, of which the index knows the second alone.
  AxisTask<3> task = axis_task<3>({{3, 4}, {400, 100}, 100, 1});
  std::vector<double> in = test::numbers<double>(1200, -3, 5), out = test::numbers<double>(3 * 4 * 6, -3, 5);
  std::vector<std::int64_t> index = test::numbers<std::int64_t>(400, 0, 5.9);
  task.operand[0].strides[0] = 24;
  task.operand[0].strides[1] = 6;
  task.operand[1].strides[0] = 0;
  const auto device_in = upload(in), device_out = upload(out);
  const auto device_index = upload(index);
  for (Operand& operand : task.operand) operand.dtype = DType::f64;
  task.operand[0].data = out.data();
  task.operand[1].data = index.data();
  task.operand[2].data = in.data();
  cpu_backend().tensor.scatter_add(cpu(), task);
  task.operand[0].data = device_out.data();
  task.operand[1].data = device_index.data();
  task.operand[2].data = device_in.data();
  device_backend().tensor.scatter_add(context(), task);
  test::expect_same(download(device_out), out);
}

TEST_F(CudaScatterAdd, DoesNothingWithoutElements) {
  check_all({{0}, {5}, 5, 1}, {{0}, {5}, 5, 1});
  check_all({{5}, {1}, 0, 5}, {{5}, {1}, 3, 5});
}

}  // namespace
}  // namespace linden::cuda_test
