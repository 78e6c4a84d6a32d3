// Fused programs against the single kernels, one after the other over whole arrays.
#include "backend/math/scalar_ops.hpp"
#include "cpu/tasks.hpp"

namespace linden {
namespace {

using test::each_position;
using test::everywhere;
using test::expect_same;
using test::numbers;
using Code = FusedInstruction::Code;
using Strides = std::vector<std::int64_t>;

/// f32 x, f64 y, a mask: results (exp(x) as f64) * y where the mask, else 2.5, and whether that is above y.
FusedProgram program() {
  FusedProgram p;
  p.results = 2, p.inputs = 3, p.constants = 1, p.slots = 2, p.instructions = 5, p.slot_bytes = 8;
  p.dtype = {DType::f64, DType::boolean, DType::f32, DType::f64, DType::boolean};
  const double constant = 2.5;
  std::memcpy(&p.constant[0], &constant, sizeof constant);
  const std::int16_t out = 0, above = 1, x = 2, y = 3, mask = 4, number = 5, s = 6, t = 7;
  const auto exponential = static_cast<std::int16_t>(op_number<Exp>(UnaryOps()));
  const auto product = static_cast<std::int16_t>(op_number<Mul>(BinaryOps()));
  const auto greater = static_cast<std::int16_t>(op_number<Greater>(BinaryOps()));
  p.instruction[0] = {Code::unary, DType::f32, DType::f32, exponential, s, x, 0, 0};
  p.instruction[1] = {Code::cast, DType::f32, DType::f64, 0, t, s, 0, 0};
  p.instruction[2] = {Code::binary, DType::f64, DType::f64, product, s, t, y, 0};
  p.instruction[3] = {Code::where, DType::f64, DType::f64, 0, out, mask, s, number};
  p.instruction[4] = {Code::binary, DType::f64, DType::boolean, greater, above, out, y, 0};
  return p;
}

void check(const std::vector<std::int64_t>& sizes, const Strides& out_strides, const Strides& x_strides,
           const Strides& y_strides, const Strides& mask_strides, std::size_t memory) {
  std::vector<float> x = numbers<float>(memory, -3, 3, true, 1);
  std::vector<double> y = numbers<double>(memory, -3, 3, true, 2);
  std::vector<std::uint8_t> mask = numbers<std::uint8_t>(memory, 0, 1.9, false, 3);
  std::vector<double> wanted(memory, 7);
  std::vector<std::uint8_t> wanted_above(memory, 7);
  each_position(sizes, {out_strides, x_strides, y_strides, mask_strides},
                [&](const std::vector<std::int64_t>& signed_at) {
                  const std::vector<std::size_t> at(signed_at.begin(), signed_at.end());
                  wanted[at[0]] = mask[at[3]] ? static_cast<double>(math::exp(x[at[1]])) * y[at[2]] : 2.5;
                  wanted_above[at[0]] = wanted[at[0]] > y[at[2]];
                });
  const FusedProgram p = program();
  everywhere([&](const TensorKernels& kernels, Context& context) {
    std::vector<double> out(memory, 7);
    std::vector<std::uint8_t> above(memory, 7);
    auto task = test::elementwise<FusedProgram::most_operands>(sizes);
    task.operand[0] = test::operand(out, out_strides);
    task.operand[1] = test::operand(above, DType::boolean, out_strides);
    task.operand[2] = test::operand(x, x_strides);
    task.operand[3] = test::operand(y, y_strides);
    task.operand[4] = test::operand(mask, DType::boolean, mask_strides);
    kernels.fused(context, p, task);
    expect_same(out, wanted);
    expect_same(above, wanted_above);
  });
}

TEST(FusedKernel, GivesTheBytesOfTheSingleOnes) {
  check({}, {}, {}, {}, {}, 1);
  for (const std::int64_t size : test::odd_sizes) check({size}, {1}, {1}, {1}, {1}, static_cast<std::size_t>(size));
  check({20000}, {1}, {1}, {1}, {1}, 20000);
}

TEST(FusedKernel, RepeatsNumbersRowsAndColumns) {
  check({3000}, {1}, {1}, {0}, {1}, 3000);
  check({3000}, {1}, {0}, {1}, {0}, 3000);
  check({200, 3}, {3, 1}, {3, 1}, {0, 1}, {1, 0}, 600);
  check({7, 2000}, {2000, 1}, {0, 1}, {1, 0}, {2000, 1}, 14000);
}

TEST(FusedKernel, FollowsStrides) {
  check({300}, {2}, {3}, {1}, {2}, 1000);
  check({5, 4, 300}, {1200, 300, 1}, {1, 5, 20}, {1200, 300, 1}, {300, 0, 1}, 6000);
}

TEST(FusedKernel, StreamsWhatIsLarge) {
  // 22 bytes an element, of all operands together: from 20 MB on results go past the caches.
  check({1000, 1001}, {1001, 1}, {1001, 1}, {1001, 1}, {1001, 1}, 1001000);
}

TEST(FusedKernel, DoesNothingToNoElements) { check({0, 3}, {3, 1}, {3, 1}, {3, 1}, {3, 1}, 4); }

}  // namespace
}  // namespace linden
