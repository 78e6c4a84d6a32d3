// where on the GPU against the CPU, for every dtype and layout.
#include "cuda/tensor/elementwise.hpp"

namespace linden::cuda_test {
namespace {

class CudaWhere : public OnDeviceElementwise {
 protected:
  template <class T>
  void check(DType dtype) {
    const DType in[] = {DType::boolean, dtype, dtype};
    const auto all = layouts<4>();
    for (std::size_t i = 0; i < all.size(); ++i) {
      const auto seed = static_cast<unsigned>(i);
      std::vector<std::uint8_t> mask = varied<std::uint8_t>(all[i].extent(1), seed);
      for (std::uint8_t& value : mask) value &= 1;
      EXPECT_TRUE(same_on_both<T>(
          all[i], dtype, in,
          [](const TensorKernels& kernels, Context& context, const ElementwiseTask<4>& task) {
            kernels.where(context, task);
          },
          mask, varied<T>(all[i].extent(2), seed + 100), varied<T>(all[i].extent(3), seed + 200)))
          << place("where", i);
    }
  }
};

TEST_F(CudaWhere, ChoosesAsTheCpu) {
  check<float>(DType::f32);
  check<double>(DType::f64);
  check<std::int32_t>(DType::i32);
  check<std::int64_t>(DType::i64);
  check<std::uint8_t>(DType::u8);
  check<std::uint8_t>(DType::boolean);
}

}  // namespace
}  // namespace linden::cuda_test
