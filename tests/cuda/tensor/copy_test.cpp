// copy on the GPU against the CPU, for every pair of dtypes and every layout, transposed copies, and the walks over
// elements that the elementwise kernels share.
#include "cuda/tensor/elementwise.hpp"
#include "cuda/tensor/walk.hpp"

namespace linden::cuda_test {
namespace {

class CudaCopy : public OnDeviceElementwise {
 protected:
  template <class To, class From>
  void check(DType to, DType from, const std::vector<Layout<2>>& all) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      std::vector<From> values = varied<From>(all[i].extent(1), static_cast<unsigned>(i));
      if constexpr (sizeof(From) == 1)
        for (From& value : values)
          if (from == DType::boolean) value &= 1;
      EXPECT_TRUE(same_on_both<To>(
          all[i], to, &from,
          [](const TensorKernels& kernels, Context& context, const ElementwiseTask<2>& task) {
            kernels.copy(context, task);
          },
          values))
          << place("dtype " + std::to_string(int(from)) + " to " + std::to_string(int(to)), i);
    }
  }

  template <class To>
  void check_to(DType to) {
    const auto all = layouts<2>();
    check<To, float>(to, DType::f32, all);
    check<To, double>(to, DType::f64, all);
    check<To, std::int32_t>(to, DType::i32, all);
    check<To, std::int64_t>(to, DType::i64, all);
    check<To, std::uint8_t>(to, DType::u8, all);
    check<To, std::uint8_t>(to, DType::boolean, all);
  }
};

TEST_F(CudaCopy, ConvertsToFloatingAsTheCpu) {
  check_to<float>(DType::f32);
  check_to<double>(DType::f64);
}

TEST_F(CudaCopy, ConvertsToWholeAsTheCpu) {
  check_to<std::int32_t>(DType::i32);
  check_to<std::int64_t>(DType::i64);
  check_to<std::uint8_t>(DType::u8);
  check_to<std::uint8_t>(DType::boolean);
}

TEST_F(CudaCopy, TransposesInTiles) {
  std::vector<Layout<2>> all;
  const auto add = [&](const std::vector<std::int64_t>& sizes, const std::vector<std::int64_t>& out,
                       const std::vector<std::int64_t>& in, std::int64_t out_start = 0) {
    all.push_back({sizes, {out, in}, {out_start, 0}});
  };
  add({16, 16}, {16, 1}, {1, 16});
  add({33, 65}, {65, 1}, {1, 33});
  add({70, 40}, {41, 1}, {1, 100}, 3);
  add({15, 40}, {40, 1}, {1, 15});                          // too narrow for tiles
  add({3, 20, 35}, {700, 35, 1}, {700, 1, 20});             // a batch
  add({20, 3, 35}, {105, 35, 1}, {1, 20, 60});              // the dense dimension comes first
  add({2, 17, 3, 33}, {1683, 99, 33, 1}, {561, 1, 0, 17});  // and a repeated one between
  check<float, float>(DType::f32, DType::f32, all);
  check<std::int64_t, std::int64_t>(DType::i64, DType::i64, all);
  check<std::uint8_t, std::uint8_t>(DType::u8, DType::u8, all);
}

TEST(CudaWalk, DivisorsAreExact) {
  const std::uint32_t most = (1u << 31) - 1;
  std::vector<std::uint32_t> numbers{0,  1,   2,     3,     5,     7,        10,       31,  32,
                                     33, 641, 65535, 65536, 65537, most / 2, most - 1, most};
  std::mt19937 random(1);
  for (int i = 0; i < 200; ++i) numbers.push_back(static_cast<std::uint32_t>(random() >> (1 + random() % 31)));
  for (const std::uint32_t divisor : numbers) {
    if (divisor == 0) continue;
    const cuda::Divisor by(divisor);
    for (const std::uint32_t dividend : numbers) ASSERT_EQ(by.quotient(dividend), dividend / divisor);
    for (std::uint64_t multiple = divisor; multiple <= most; multiple *= 3) {
      const auto dividend = static_cast<std::uint32_t>(multiple);
      ASSERT_EQ(by.quotient(dividend), dividend / divisor);
      ASSERT_EQ(by.quotient(dividend - 1), (dividend - 1) / divisor);
    }
  }
}

TEST(CudaWalk, PartsOfATaskCoverItOnce) {
  ElementwiseTask<2> task;
  task.rank = 3;
  std::vector<int> visits(3 * 50 * 70);
  std::vector<char> source(7 * visits.size());
  for (int d = 0; d < 3; ++d) {
    task.sizes[d] = std::vector<std::int64_t>{3, 50, 70}[static_cast<std::size_t>(d)];
    task.operand[0].strides[d] = std::vector<std::int64_t>{3500, 70, 1}[static_cast<std::size_t>(d)];
    task.operand[1].strides[d] = std::vector<std::int64_t>{3, 9, 450}[static_cast<std::size_t>(d)];
  }
  task.operand[0].data = visits.data();
  task.operand[1].data = source.data();
  const std::int64_t bytes[] = {sizeof(int), 1};
  for (const std::int64_t most : {7, 100, 1000, 100000}) {
    std::fill(visits.begin(), visits.end(), 0);
    cuda::each_part(task, bytes, most, [&](const ElementwiseTask<2>& part) {
      const auto walk = cuda::walk_over(part, bytes, 2);
      EXPECT_LE(walk.elements, most);
      for (std::uint32_t i = 0; i < walk.elements; ++i) {
        std::int64_t at[2];
        cuda::offsets_of(walk, i, at);
        int* const visit = static_cast<int*>(walk.data[0]) + at[0];
        ++*visit;
        // Both operands are at the same place of the whole.
        const std::int64_t place = visit - visits.data();
        EXPECT_EQ(static_cast<char*>(walk.data[1]) + at[1],
                  source.data() + place / 3500 * 3 + place % 3500 / 70 * 9 + place % 70 * 450);
      }
    });
    EXPECT_EQ(visits, std::vector<int>(visits.size(), 1));
  }
}

}  // namespace
}  // namespace linden::cuda_test
