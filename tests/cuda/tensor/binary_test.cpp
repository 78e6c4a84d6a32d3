// Every op of two operands on the GPU against the CPU, for every dtype and layout.
#include "backend/math/scalar_ops.hpp"
#include "cuda/tensor/elementwise.hpp"

namespace linden::cuda_test {
namespace {

class CudaBinary : public OnDeviceElementwise {
 protected:
  template <class Op, class T>
  void check() {
    using Result = decltype(Op::value(T(), T()));
    using Stored = std::conditional_t<std::is_same_v<Result, bool>, std::uint8_t, Result>;
    const DType in[] = {dtype_of<T>, dtype_of<T>}, out = std::is_same_v<Result, bool> ? DType::boolean : dtype_of<T>;
    const auto all = layouts<3>();
    for (std::size_t i = 0; i < all.size(); ++i) {
      const auto seed = static_cast<unsigned>(i);
      EXPECT_TRUE(same_on_both<Stored>(
          all[i], out, in,
          [](const TensorKernels& kernels, Context& context, const ElementwiseTask<3>& task) {
            kernels.binary(context, op_number<Op>(BinaryOps()), task);
          },
          varied<T>(all[i].extent(1), seed), varied<T>(all[i].extent(2), seed + 100)))
          << place(Op::info.name, i);
    }
  }

  template <class... Ops>
  void check_floating(OpList<Ops...>) {
    (check<Ops, float>(), ...);
    (check<Ops, double>(), ...);
  }
  template <class Op>
  void check_whole() {
    if constexpr (Op::info.kind == OpKind::arithmetic || Op::info.kind == OpKind::predicate) {
      check<Op, std::int32_t>();
      check<Op, std::int64_t>();
    }
  }
  template <class... Ops>
  void check_whole(OpList<Ops...>) {
    (check_whole<Ops>(), ...);
  }
};

TEST_F(CudaBinary, FloatingNumbersAreTheCpusBits) { check_floating(BinaryOps()); }
TEST_F(CudaBinary, WholeNumbersAreTheCpusBits) { check_whole(BinaryOps()); }

TEST_F(CudaBinary, AnInputMayBeTheOutput) {
  for (const int shared : {1, 2}) {
    std::vector<double> values = varied<double>(1027, 5), other = varied<double>(1027, 6);
    const DeviceArray<double> array = upload(values), other_array = upload(other);
    ElementwiseTask<3> task;
    task.rank = 1;
    task.sizes[0] = 1027;
    for (Operand& operand : task.operand) operand.strides[0] = 1;
    const auto run = [&](const Backend& backend, Context& where, double* own, double* of_other) {
      for (int o = 0; o < 3; ++o) task.operand[o].data = o == 3 - shared ? of_other : own;
      backend.tensor.binary(where, op_number<Sub>(BinaryOps()), task);
    };
    run(device_backend(), context(), array.data(), other_array.data());
    run(cpu_backend(), cpu(), values.data(), other.data());
    EXPECT_TRUE(same_values(download(array), values));
  }
}

}  // namespace
}  // namespace linden::cuda_test
