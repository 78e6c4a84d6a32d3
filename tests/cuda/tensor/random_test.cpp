// Random numbers of the GPU against the CPU's: the same bytes for every kind, start and length.
#include "cuda/device.hpp"

namespace linden::cuda_test {
namespace {

class CudaRandom : public DeviceTest {
 protected:
  /// Draws `elements` numbers to memory that starts `start` elements behind an aligned address.
  template <class T>
  void check(RandomTask::Kind kind, DType dtype, std::uint64_t first, std::int64_t elements, std::int64_t start) {
    std::vector<T> wanted(static_cast<std::size_t>(start + elements + 3), T(7));
    const DeviceArray<T> array = upload(wanted);
    RandomTask task{.kind = kind, .dtype = dtype, .seed = 0x123456789abcdef, .first = first, .elements = elements};
    task.out = wanted.data() + start;
    cpu_backend().tensor.random(cpu(), task);
    task.out = array.data() + start;
    device_backend().tensor.random(context(), task);
    EXPECT_TRUE(same_bytes(download(array), wanted)) << "first " << first << ", elements " << elements;
  }

  void check_all(std::uint64_t first, std::int64_t elements, std::int64_t start) {
    using Kind = RandomTask::Kind;
    check<float>(Kind::uniform, DType::f32, first, elements, start);
    check<double>(Kind::uniform, DType::f64, first, elements, start);
    check<float>(Kind::normal, DType::f32, first, elements, start);
    check<double>(Kind::normal, DType::f64, first, elements, start);
    check<std::int64_t>(Kind::bits, DType::i64, first, elements, start);
  }
};

TEST_F(CudaRandom, NumbersAreTheCpusBytes) {
  for (const std::int64_t elements : {0, 1, 2, 3, 4, 5, 31, 1024, 3001}) check_all(0, elements, 0);
}

TEST_F(CudaRandom, AnyStartGivesTheSameSequence) {
  for (const std::uint64_t first :
       {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{3}, std::uint64_t{0xfffffffff}, std::uint64_t{1} << 62})
    for (const std::int64_t elements : {1, 6, 1021}) check_all(first, elements, 0);
}

TEST_F(CudaRandom, MemoryNeedNotBeAligned) {
  for (const std::int64_t start : {1, 2, 3}) check_all(0, 257, start);
}

}  // namespace
}  // namespace linden::cuda_test
