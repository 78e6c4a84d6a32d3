// What programs look like: equal operations once, slots used again, inputs and derivatives noted.
#include "fuse/program_builder.hpp"

#include "autograd/obstacle.hpp"
#include "autograd/traced.hpp"
#include "backend/math/scalar_ops.hpp"
#include "ops/tensors.hpp"

namespace linden {
namespace {

template <class F>
TracedProgram traced(const F& f, int arguments) {
  const TapeScope scope(TapeMode::trace);
  std::vector<Tensor> xs;
  for (int i = 0; i < arguments; ++i) xs.push_back(traced_argument(scattered({3}, i), i));
  const std::vector<Tensor> results = f(xs);
  return fused_program(results, {3});
}

using Xs = const std::vector<Tensor>&;
using Many = std::vector<Tensor>;

TEST(FusedProgram, KeepsEqualOperationsOnce) {
  const TracedProgram t = traced([](Xs x) { return Many{exp(x[0]) + exp(x[0]) * 2.0 + 2.0}; }, 1);
  EXPECT_EQ(t.program.instructions, 4);
  EXPECT_EQ(t.program.constants, 1);
  EXPECT_EQ(t.program.inputs, 1);
}

TEST(FusedProgram, UsesSlotsAgain) {
  const TracedProgram chain = traced(
      [](Xs x) {
        Tensor y = x[0];
        for (int i = 0; i < 20; ++i) y = exp(y);
        return Many{y};
      },
      1);
  EXPECT_EQ(chain.program.instructions, 20);
  EXPECT_EQ(chain.program.slots, 2);  // what is read and what is written are apart
  for (std::int32_t i = 0; i < 20; ++i) {
    const FusedInstruction& in = chain.program.instruction[static_cast<std::size_t>(i)];
    EXPECT_NE(in.out, in.a);
  }
  EXPECT_EQ(chain.program.instruction[19].out, 0);
  EXPECT_EQ(chain.program.slot_bytes, 8);
}

TEST(FusedProgram, KnowsWhatItReadsAndWhatMovesIt) {
  const TracedProgram t = traced(
      [](Xs x) {
        return Many{where(x[0] > 0.0, x[2], floor(x[3])), x[2] + cast(cast(x[0], DType::i32), DType::f64)};
      },
      4);
  EXPECT_EQ(t.inputs, (std::vector<std::int32_t>{0, 2, 3}));
  EXPECT_EQ(t.moves, (std::vector<std::uint32_t>{4, 4}));
  EXPECT_EQ(t.program.results, 2);
}

TEST(FusedProgram, EveryResultHasAnInstructionOfItsOwn) {
  const TracedProgram t = traced(
      [](Xs x) {
        const Tensor y = exp(x[0]);
        return Many{y, y, x[0], y + 1.0};
      },
      1);
  EXPECT_EQ(t.program.instructions, 4);  // exp, a sum and two copies
  std::vector<int> written(5);
  for (std::int32_t i = 0; i < 4; ++i)
    ++written[static_cast<std::size_t>(t.program.instruction[static_cast<std::size_t>(i)].out)];
  EXPECT_EQ(written, (std::vector<int>{1, 1, 1, 1, 0}));
}

TEST(FusedProgram, HasRoomForSomeOperands) {
  EXPECT_THROW(traced(
                   [](Xs x) {
                     Many all;
                     for (int i = 0; i < 16; ++i) all.push_back(x[0] * double(i % 8) + (i < 8 ? 0.0 : 1.0));
                     return all;
                   },
                   1),
               Obstacle);
}

}  // namespace
}  // namespace linden
