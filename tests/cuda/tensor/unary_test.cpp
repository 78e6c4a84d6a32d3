// Every op of one operand on the GPU against the CPU, for every dtype and layout.
#include "backend/math/scalar_ops.hpp"
#include "cuda/tensor/elementwise.hpp"

namespace linden::cuda_test {
namespace {

class CudaUnary : public OnDeviceElementwise {
 protected:
  template <class Op, class T>
  void check() {
    using Result = decltype(Op::value(T()));
    using Stored = std::conditional_t<std::is_same_v<Result, bool>, std::uint8_t, Result>;
    const DType in = dtype_of<T>, out = std::is_same_v<Result, bool> ? DType::boolean : in;
    const auto all = layouts<2>();
    for (std::size_t i = 0; i < all.size(); ++i)
      EXPECT_TRUE(same_on_both<Stored>(
          all[i], out, &in,
          [](const TensorKernels& kernels, Context& context, const ElementwiseTask<2>& task) {
            kernels.unary(context, op_number<Op>(UnaryOps()), task);
          },
          varied<T>(all[i].extent(1), static_cast<unsigned>(i))))
          << place(Op::info.name, i);
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

TEST_F(CudaUnary, FloatingNumbersAreTheCpusBits) { check_floating(UnaryOps()); }
TEST_F(CudaUnary, WholeNumbersAreTheCpusBits) { check_whole(UnaryOps()); }

TEST_F(CudaUnary, TheInputMayBeTheOutput) {
  for (const std::int64_t count : {1, 1027}) {
    std::vector<float> values = varied<float>(count, 5);
    const DeviceArray<float> array = upload(values);
    ElementwiseTask<2> task;
    task.rank = 1;
    task.sizes[0] = count;
    for (Operand& operand : task.operand) {
      operand.dtype = DType::f32;
      operand.strides[0] = 1;
      operand.data = array.data();
    }
    device_backend().tensor.unary(context(), op_number<Exp>(UnaryOps()), task);
    for (Operand& operand : task.operand) operand.data = values.data();
    cpu_backend().tensor.unary(cpu(), op_number<Exp>(UnaryOps()), task);
    EXPECT_TRUE(same_values(download(array), values));
  }
}

}  // namespace
}  // namespace linden::cuda_test
