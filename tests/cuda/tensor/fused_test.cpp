// Fused programs on the GPU against the CPU, for every op, dtype and layout.
#include "backend/math/scalar_ops.hpp"
#include "cuda/tensor/elementwise.hpp"

namespace linden::cuda_test {
namespace {

using Code = FusedInstruction::Code;

class CudaFused : public OnDeviceElementwise {
 protected:
  /// A program of one instruction, whose first two inputs are of the dtype that it reads.
  static FusedProgram one(Code code, std::int32_t op, DType from, DType to, std::int32_t inputs) {
    FusedProgram p;
    p.inputs = inputs, p.instructions = 1;
    p.dtype[0] = to;
    for (std::int32_t i = 1; i <= inputs; ++i) p.dtype[static_cast<std::size_t>(i)] = from;
    if (code == Code::where) p.dtype[1] = DType::boolean;
    p.instruction[0] = {code, from, to, static_cast<std::int16_t>(op), 0, 1, 2, 3};
    return p;
  }

  template <int operands>
  static FusedTask widened(const ElementwiseTask<operands>& task) {
    FusedTask wide;
    wide.rank = task.rank;
    for (std::int32_t d = 0; d < task.rank; ++d) wide.sizes[d] = task.sizes[d];
    for (int o = 0; o < operands; ++o) wide.operand[o] = task.operand[o];
    return wide;
  }

  template <class Out, class... In>
  void check(const std::string& what, const FusedProgram& p, const Layout<1 + sizeof...(In)>& layout,
             const std::vector<In>&... in) {
    EXPECT_TRUE(same_on_both<Out>(
        layout, p.dtype[0], p.dtype.data() + 1,
        [&](const TensorKernels& kernels, Context& context, const auto& task) {
          kernels.fused(context, p, widened(task));
        },
        in...))
        << what;
  }

  template <class R>
  using Stored = std::conditional_t<std::is_same_v<R, bool>, std::uint8_t, R>;
  template <class R>
  static constexpr DType stored = std::is_same_v<R, bool> ? DType::boolean : dtype_of<Stored<R>>;

  template <class Op, class T>
  void check_unary() {
    if constexpr (std::is_floating_point_v<T> || Op::info.kind == OpKind::arithmetic ||
                  Op::info.kind == OpKind::predicate) {
      using R = decltype(Op::value(T()));
      check<Stored<R>>(Op::info.name, one(Code::unary, op_number<Op>(UnaryOps()), dtype_of<T>, stored<R>, 1), line<2>(),
                       varied<T>(300, 1));
    }
  }
  template <class Op, class T>
  void check_binary() {
    if constexpr (std::is_floating_point_v<T> || Op::info.kind == OpKind::arithmetic ||
                  Op::info.kind == OpKind::predicate) {
      using R = decltype(Op::value(T(), T()));
      check<Stored<R>>(Op::info.name, one(Code::binary, op_number<Op>(BinaryOps()), dtype_of<T>, stored<R>, 2),
                       line<3>(), varied<T>(300, 1), varied<T>(300, 2));
    }
  }
  template <class T, class... Ops>
  void check_unary_ops(OpList<Ops...>) {
    (check_unary<Ops, T>(), ...);
  }
  template <class T, class... Ops>
  void check_binary_ops(OpList<Ops...>) {
    (check_binary<Ops, T>(), ...);
  }

  template <int operands>
  static Layout<operands> line() {
    Layout<operands> layout;
    layout.sizes = {300};
    for (auto& strides : layout.strides) strides = {1};
    return layout;
  }
};

TEST_F(CudaFused, EveryOpHasTheCpusBits) {
  check_unary_ops<float>(UnaryOps());
  check_unary_ops<double>(UnaryOps());
  check_unary_ops<std::int32_t>(UnaryOps());
  check_unary_ops<std::int64_t>(UnaryOps());
  check_binary_ops<float>(BinaryOps());
  check_binary_ops<double>(BinaryOps());
  check_binary_ops<std::int32_t>(BinaryOps());
  check_binary_ops<std::int64_t>(BinaryOps());
}

TEST_F(CudaFused, CastsAsTheCpu) {
  const auto from = [&]<class From>(From, DType dtype) {
    const auto to = [&]<class To>(To, DType out) {
      std::vector<From> values = varied<From>(300, 4);
      if (dtype == DType::boolean)
        for (From& value : values) value = From(value != From(0));
      check<To>(std::string(name_of(dtype)) + " to " + name_of(out), one(Code::cast, 0, dtype, out, 1), line<2>(),
                values);
    };
    to(float(), DType::f32), to(double(), DType::f64), to(std::int32_t(), DType::i32), to(std::int64_t(), DType::i64);
    to(std::uint8_t(), DType::u8), to(std::uint8_t(), DType::boolean);
  };
  from(float(), DType::f32), from(double(), DType::f64), from(std::int32_t(), DType::i32);
  from(std::int64_t(), DType::i64), from(std::uint8_t(), DType::u8), from(std::uint8_t(), DType::boolean);
}

/// (where(mask, x, 0.5) * y) + where(...), with a slot that is used again.
TEST_F(CudaFused, ProgramsFollowEveryLayout) {
  FusedProgram p;
  p.inputs = 3, p.constants = 1, p.slots = 2, p.instructions = 3, p.slot_bytes = 4;
  p.dtype = {DType::f32, DType::boolean, DType::f32, DType::f32};
  const float half = 0.5F;
  std::memcpy(&p.constant[0], &half, sizeof half);
  const auto add = static_cast<std::int16_t>(op_number<Add>(BinaryOps()));
  const auto product = static_cast<std::int16_t>(op_number<Mul>(BinaryOps()));
  p.instruction[0] = {Code::where, DType::f32, DType::f32, 0, 5, 1, 2, 4};
  p.instruction[1] = {Code::binary, DType::f32, DType::f32, product, 6, 5, 3, 0};
  p.instruction[2] = {Code::binary, DType::f32, DType::f32, add, 0, 6, 5, 0};
  const auto all = layouts<4>();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto seed = static_cast<unsigned>(i);
    std::vector<std::uint8_t> mask = varied<std::uint8_t>(all[i].extent(1), seed);
    for (std::uint8_t& value : mask) value &= 1;
    check<float>(place("program", i), p, all[i], mask, varied<float>(all[i].extent(2), seed + 1),
                 varied<float>(all[i].extent(3), seed + 2));
  }
}

}  // namespace
}  // namespace linden::cuda_test
