// Running sums on the device: the CPU's bytes for whole numbers, for short axes and for many lines; elsewhere a fixed
// order, close to the exact sums.
#include "cuda/tensor/axis_task.hpp"

namespace linden::cuda_test {
namespace {

class CudaCumulativeSum : public DeviceTest {
 protected:
  template <class T>
  std::vector<T> on_device(const AxisShape& shape, const std::vector<T>& in) {
    AxisTask<2> task = axis_task<2>(shape);
    const auto device_in = upload(in);
    const auto device_out = upload(std::vector<T>(in.size()));
    for (Operand& operand : task.operand) operand.dtype = dtype_of<T>;
    task.operand[0].data = device_out.data();
    task.operand[1].data = device_in.data();
    device_backend().tensor.cumulative_sum(context(), task);
    return download(device_out);
  }
  template <class T>
  std::vector<T> on_cpu(const AxisShape& shape, std::vector<T> in) {
    AxisTask<2> task = axis_task<2>(shape);
    std::vector<T> out(in.size());
    for (Operand& operand : task.operand) operand.dtype = dtype_of<T>;
    task.operand[0].data = out.data();
    task.operand[1].data = in.data();
    cpu_backend().tensor.cumulative_sum(cpu(), task);
    return out;
  }
  template <class T>
  void check(const AxisShape& shape, const std::vector<T>& in) {
    SCOPED_TRACE(std::string(name_of(dtype_of<T>)) + ": " + std::to_string(shape.length) + " of " +
                 std::to_string(shape.lines()) + " lines");
    test::expect_same(on_device(shape, in), on_cpu(shape, in));
  }
  void check_whole(const AxisShape& shape) {
    check(shape, test::numbers<std::int32_t>(shape.room(), -2e9, 2e9));
    check(shape, test::numbers<std::int64_t>(shape.room(), -9e18, 9e18));
    check(shape, test::numbers<std::uint8_t>(shape.room(), 0, 255));
  }
  void check_floating(const AxisShape& shape) {
    check(shape, test::numbers<float>(shape.room(), -3, 5, true));
    check(shape, test::numbers<double>(shape.room(), -3, 5));
  }
};

TEST_F(CudaCumulativeSum, ShortAxesHaveTheBytesOfTheCpu) {
  for (const std::int64_t n : {1, 2, 31, 33, 100}) {
    check_floating(rows(70, n));
    check_floating(columns(70, n));
    check_whole(rows(5, n));
  }
  check_floating(rows(1, 1024));
  check_floating({{3, 4}, {1000, 2}, 50, 9});
}

TEST_F(CudaCumulativeSum, ManyLinesHaveTheBytesOfTheCpu) {
  check(columns(4100, 1030), test::numbers<float>(4100 * 1030, -3, 5));
}

TEST_F(CudaCumulativeSum, LongAxesOfWholeNumbers) {
  for (const AxisShape& shape : {rows(1, 5000), rows(3, 2100), columns(3, 1100), AxisShape{{}, {}, 2500, 3}})
    check_whole(shape);
}

TEST_F(CudaCumulativeSum, LongAxesAreCloseAndAlwaysTheSame) {
  for (const AxisShape& shape : {rows(1, 9000), rows(2, 2100), columns(3, 1100)}) {
    const std::vector<double> in = test::numbers<double>(shape.room(), -3, 5);
    const std::vector<double> got = on_device(shape, in), wanted = on_cpu(shape, in);
    for (std::size_t i = 0; i < got.size(); ++i) ASSERT_NEAR(got[i], wanted[i], 1e-14 * 3 * double(shape.length)) << i;
    test::expect_same(on_device(shape, in), got);
    const std::vector<float> narrow = test::numbers<float>(shape.room(), 0, 5);
    const std::vector<float> got_narrow = on_device(shape, narrow), wanted_narrow = on_cpu(shape, narrow);
    for (std::size_t i = 0; i < got.size(); ++i)
      ASSERT_NEAR(got_narrow[i], wanted_narrow[i], 1.2e-7f * wanted_narrow[i]) << i;
  }
}

TEST_F(CudaCumulativeSum, InfinityHarmsOnlyWhatFollows) {
  for (const AxisShape& shape : {rows(1, 5000), columns(2, 1500)}) {
    std::vector<double> in(shape.room(), 1.0);
    in[2001] = -std::numeric_limits<double>::infinity();
    check(shape, in);
    in[2500] = std::numeric_limits<double>::infinity();
    check(shape, in);
  }
}

TEST_F(CudaCumulativeSum, DoesNothingWithoutElements) {
  check_floating({{0}, {5}, 5, 1});
  check_floating({{5}, {1}, 0, 1});
}

}  // namespace
}  // namespace linden::cuda_test
