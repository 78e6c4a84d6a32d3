// Sorting on the device gives the CPU's values and indices: all dtypes, both directions, ties, NaN and zeros of either
// sign, any axis, lines sorted in shared memory and by the radix sort.
#include <linden/error.hpp>

#include "cuda/tensor/axis_task.hpp"
#include "refusal.hpp"

namespace linden::cuda_test {
namespace {

class CudaSort : public DeviceTest {
 protected:
  template <class T>
  void check(const AxisShape& shape, std::vector<T> in) {
    for (const bool descending : {false, true}) {
      SCOPED_TRACE(std::string(name_of(dtype_of<T>)) + (descending ? " descending " : " ascending ") +
                   std::to_string(shape.length));
      AxisTask<3> task = axis_task<3>(shape);
      std::vector<T> values(in.size());
      std::vector<std::int64_t> indices(in.size(), -1);
      const auto device_in = upload(in), device_values = upload(values);
      const auto device_indices = upload(indices);
      for (Operand& operand : task.operand) operand.dtype = dtype_of<T>;
      task.operand[1].dtype = DType::i64;
      task.operand[0].data = values.data();
      task.operand[1].data = indices.data();
      task.operand[2].data = in.data();
      std::vector<std::int64_t> scratch(
          static_cast<std::size_t>(sort_scratch(shape.length) * cpu().workers.threads() / 8));
      cpu_backend().tensor.sort(cpu(), descending, task, scratch.data());
      task.operand[0].data = device_values.data();
      task.operand[1].data = device_indices.data();
      task.operand[2].data = device_in.data();
      device_backend().tensor.sort(context(), descending, task, nullptr);
      test::expect_same(download(device_indices), indices);
      EXPECT_TRUE(std::memcmp(download(device_values).data(), values.data(), values.size() * sizeof(T)) == 0);
    }
  }
  void check_all(const AxisShape& shape) {
    check(shape, test::numbers<float>(shape.room(), -9, 9, true));
    check(shape, test::numbers<double>(shape.room(), -9, 9, true));
    check(shape, test::numbers<std::int32_t>(shape.room(), -9, 9));
    check(shape, test::numbers<std::int64_t>(shape.room(), -9e18, 9e18));
    check(shape, test::numbers<std::uint8_t>(shape.room(), 0, 255));
  }
};

TEST_F(CudaSort, ShortLines) {
  for (const std::int64_t n : {1, 2, 3, 32, 100}) check_all(rows(11, n));
  check_all(rows(1, 600));
}

TEST_F(CudaSort, TheLongestOfTheShortLines) { check(rows(1, 2048), test::numbers<float>(2048, -9, 9, true)); }

TEST_F(CudaSort, AnyAxis) {
  check_all(columns(70, 9));
  check_all({{4, 3}, {100, 1}, 20, 5});
}

TEST_F(CudaSort, LongLines) {
  check_all(rows(1, 2049));
  check(rows(1, 9000), test::numbers<float>(9000, -9, 9, true));
  check(rows(2, 2500), test::numbers<double>(5000, -9, 9));
  check(columns(3, 4100), test::numbers<std::int32_t>(3 * 4100, -2e9, 2e9));
}

TEST_F(CudaSort, ManyTies) {
  check(rows(1, 5000), std::vector<float>(5000, 7.0f));
  check(rows(1, 5000), test::numbers<std::uint8_t>(5000, 0, 1.9));
  check(rows(1, 5000), test::numbers<std::int64_t>(5000, 0, 300));
}

TEST_F(CudaSort, DoesNothingWithoutElements) {
  check_all({{0}, {5}, 5, 1});
  check_all({{5}, {1}, 0, 1});
}

TEST_F(CudaSort, RefusesMoreElementsThanItsPositionsName) {
  AxisTask<3> task = axis_task<3>({{}, {}, std::int64_t{1} << 32, 1});
  task.operand[2].dtype = DType::f32;
  EXPECT_EQ(refusal<DeviceError>([&] { device_backend().tensor.sort(context(), false, task, nullptr); }),
            "sort: 4294967296 elements along the axis, but a GPU takes at most 4294967295. Hint: do it on the CPU.");
}

}  // namespace
}  // namespace linden::cuda_test
