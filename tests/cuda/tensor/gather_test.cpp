// Gathering on the device moves the CPU's bytes: every size of element, any axis, whole rows in 16 bytes at a time.
#include "cuda/tensor/axis_task.hpp"

namespace linden::cuda_test {
namespace {

class CudaGather : public DeviceTest {
 protected:
  /// `in` has `size` elements along the axis; the index has the output's shape, or is one for all lines.
  template <class T>
  void check(const AxisShape& shape, const AxisShape& from, bool is_shared, std::int64_t first = 0) {
    SCOPED_TRACE(std::string(name_of(dtype_of<T>)) + ": " + std::to_string(shape.length) + " of " +
                 std::to_string(shape.lines()) + " lines");
    AxisTask<3> task = axis_task<3>(shape);
    std::vector<T> in = test::numbers<T>(from.room() + static_cast<std::size_t>(first), 0, 255);
    std::vector<T> out(shape.room() + static_cast<std::size_t>(first));
    std::vector<std::int64_t> index = test::numbers<std::int64_t>(
        is_shared ? static_cast<std::size_t>(shape.length) + 1 : shape.room(), 0, double(from.length) - 0.01);
    if (is_shared) {
      task.axis_stride[1] = 1;
      std::fill_n(task.operand[1].strides, max_rank, 0);
    }
    task.axis_stride[2] = from.step;
    std::copy(from.strides.begin(), from.strides.end(), task.operand[2].strides);
    for (Operand& operand : task.operand) operand.dtype = dtype_of<T>;
    task.operand[1].dtype = DType::i64;
    const auto device_in = upload(in), device_out = upload(out);
    const auto device_index = upload(index);
    task.operand[0].data = out.data() + first;
    task.operand[1].data = index.data();
    task.operand[2].data = in.data() + first;
    cpu_backend().tensor.gather(cpu(), task);
    task.operand[0].data = device_out.data() + first;
    task.operand[1].data = device_index.data();
    task.operand[2].data = device_in.data() + first;
    device_backend().tensor.gather(context(), task);
    test::expect_same(download(device_out), out);
  }
  void check_all(const AxisShape& shape, const AxisShape& from) {
    for (const bool is_shared : {false, true}) {
      check<float>(shape, from, is_shared);
      check<std::int64_t>(shape, from, is_shared);
      check<std::uint8_t>(shape, from, is_shared);
    }
  }
};

TEST_F(CudaGather, AlongRows) {
  for (const std::int64_t n : {1, 5, 300}) check_all(rows(7, n), rows(7, 20));
  check_all(rows(1, 1000), rows(1, 33));
}

TEST_F(CudaGather, WholeRows) {
  for (const std::int64_t width : {3, 4, 16, 48, 100}) check_all(columns(width, 60), columns(width, 21));
  check<float>(columns(16, 60), columns(16, 21), true, 1);  // not aligned
}

TEST_F(CudaGather, MoreDimensions) {
  check_all({{3, 16}, {160, 1}, 10, 16}, {{3, 16}, {320, 1}, 20, 16});
  check_all({{3, 5}, {50, 1}, 10, 5}, {{3, 5}, {1, 60}, 20, 3});
}

TEST_F(CudaGather, DoesNothingWithoutElements) {
  check_all({{0}, {5}, 5, 1}, {{0}, {5}, 5, 1});
  check_all({{5}, {1}, 0, 5}, {{5}, {1}, 3, 5});
}

}  // namespace
}  // namespace linden::cuda_test
