// Planted bugs: the checking build finds each one and names kernel, block, thread and line.
#include <gtest/gtest.h>

#include <fstream>
#include <linden/error.hpp>

#include "refusal.hpp"
#include "simt/memory/device_array.hpp"
#include "simt/executor.hpp"
#include "simt/kernels/planted.hpp"

namespace linden::simt_test {
namespace {

// "planted.cu:17" for the line with this comment.
std::string line_of(const std::string& bug) {
  std::ifstream source(LINDEN_SOURCE_DIR "/tests/simt/kernels/planted.cu");
  std::string line;
  for (int number = 1; std::getline(source, line); ++number)
    if (line.ends_with("// bug: " + bug)) return "planted.cu:" + std::to_string(number);
  ADD_FAILURE() << "no line with the bug " << bug;
  return {};
}

std::string found_with(unsigned* words, Planted bug, unsigned seed) {
  simt::set_seed(seed);
  const DeviceArray<float> values(std::vector<float>(32, 3e10f));
  const std::string message = refusal<DeviceError>([&] {
    run_planted(bug, words, values.data());
    simt::synchronize_device();
  });
  simt::set_seed(0);
  return message;
}

std::string found(Planted bug, unsigned seed = 0) {
  const auto words = DeviceArray<unsigned>::zeros(64);
  return found_with(words.data(), bug, seed);
}

// The message up to the place, which is that of a marked line.
std::string expected(const std::string& kernel_to_what, const std::string& bug, const std::string& rest = "") {
  return kernel_to_what + line_of(bug) + rest + " [seed 0]";
}

TEST(Planted, MissingBarrier) {
  EXPECT_EQ(found(Planted::missing_barrier), expected("missing_barrier: block (0,0,0) thread (0,0,0): read of 4 bytes "
                                                      "before any write, shared 'cells' byte 252 of 256, at ",
                                                      "read too early"));
}

TEST(Planted, MissingSecondBarrier) {
  EXPECT_EQ(found(Planted::missing_second_barrier),
            expected("missing_second_barrier: block (0,0,0) thread (32,0,0): race: read of 4 bytes, shared 'cells' "
                     "byte 124 of 256, at ",
                     "still read", ", against the write by thread (31,0,0) at " + line_of("written again")));
}

TEST(Planted, MissingWarpBarrier) {
  EXPECT_EQ(found(Planted::missing_warp_barrier),
            expected("missing_warp_barrier: block (0,0,0) thread (0,0,0): race: read of 4 bytes, shared 'cells' byte 4 "
                     "of 128, at ",
                     "lane reads", ", against the write by thread (1,0,0) at " + line_of("lane writes")));
}

TEST(Planted, DivergentBarrier) {
  EXPECT_EQ(found(Planted::divergent_barrier),
            expected("divergent_barrier: block (0,0,0) thread (20,0,0): divergent barrier: it waits at ", "others",
                     " while 20 threads of the block wait at " + line_of("some")));
}

TEST(Planted, EarlyReturn) {
  EXPECT_EQ(
      found(Planted::early_return),
      expected(
          "early_return: block (0,0,0) thread (40,0,0): returned while 40 threads of the block wait at the barrier at ",
          "barrier after a return"));
}

TEST(Planted, GlobalPastTheEnd) {
  EXPECT_EQ(
      found(Planted::global_past_end),
      expected(
          "global_past_end: block (0,0,0) thread (63,0,0): write of 4 bytes out of bounds, global byte 256 of 256, at ",
          "global past the end"));
}

TEST(Planted, SharedPastTheEnd) {
  EXPECT_EQ(found(Planted::shared_past_end), expected("shared_past_end: block (0,0,0) thread (63,0,0): read of 4 bytes "
                                                      "out of bounds, shared 'cells' byte 256 of 256, at ",
                                                      "shared past the end"));
}

TEST(Planted, FarPastTheEnd) {
  EXPECT_EQ(found(Planted::dynamic_far_past_end),
            expected("dynamic_far_past_end: block (0,0,0) thread (3,0,0): write of 4 bytes out of bounds, shared "
                     "'dynamic' byte 4352 of 256, at ",
                     "4 KB past the end"));
}

TEST(Planted, UnwrittenShared) {
  EXPECT_EQ(found(Planted::unwritten_shared), expected("unwritten_shared: block (0,0,0) thread (63,0,0): read of 4 "
                                                       "bytes before any write, shared 'cells' byte 252 of 256, at ",
                                                       "reads what nobody wrote"));
}

TEST(Planted, BadMask) {
  EXPECT_EQ(found(Planted::bad_mask),
            expected("bad_mask: block (0,0,0) thread (16,0,0): returned while lane 0 waits for it at ", "half a warp",
                     " with the mask 0xffffffff"));
}

TEST(Planted, MaskWithoutCaller) {
  EXPECT_EQ(found(Planted::mask_without_caller),
            expected("mask_without_caller: block (0,0,0) thread (16,0,0): the mask 0x0000ffff at ",
                     "lane 16 is not in the mask", " does not name the calling lane 16"));
}

TEST(Planted, MasksDiffer) {
  EXPECT_EQ(found(Planted::masks_differ),
            expected("masks_differ: block (0,0,0) thread (5,0,0): lanes differ: the mask 0x0000ffff at ",
                     "lane 5 has another mask",
                     ", but lane 0 waits with 0xffffffff at " + line_of("lane 5 has another mask")));
}

TEST(Planted, ReadsLaneOutside) {
  EXPECT_EQ(found(Planted::reads_lane_outside),
            expected("reads_lane_outside: block (0,0,0) thread (0,0,0): the shuffle at ", "lane 20 does not shuffle",
                     " reads lane 20, which its mask 0x0000ffff does not name"));
}

TEST(Planted, PlainAdd) {
  EXPECT_EQ(found(Planted::plain_add),
            expected("plain_add: block (0,0,0) thread (1,0,0): race: read of 4 bytes, global byte 0 of 256, at ",
                     "plus instead of atomicAdd",
                     ", against the write by thread (0,0,0) at " + line_of("plus instead of atomicAdd")));
}

TEST(Planted, PlainAddShared) {
  EXPECT_EQ(
      found(Planted::plain_add_shared),
      expected("plain_add_shared: block (0,0,0) thread (1,0,0): race: read of 4 bytes, shared 'sum' byte 0 of 4, at ",
               "plus in shared memory",
               ", against the write by thread (0,0,0) at " + line_of("plus in shared memory")));
}

TEST(Planted, MissingFence) {
  EXPECT_EQ(found(Planted::missing_fence),
            expected("missing_fence: block (1,0,0) thread (0,0,0): race: read of 4 bytes, global byte 8 of 256, at ",
                     "reads the other block's",
                     ", against the write by thread (0,0,0) of another block at " + line_of("no fence behind it")));
}

TEST(Planted, WaitsForEver) {
  EXPECT_EQ(found(Planted::waits_for_ever),
            expected("waits_for_ever: block (0,0,0) thread (0,0,0): no progress: it reads a word again and again at ",
                     "nobody sets it", ", and no thread changes anything"));
}

TEST(Planted, WritesProgramVariable) {
  EXPECT_EQ(
      found(Planted::writes_program_variable),
      expected(
          "writes_program_variable: block (0,0,0) thread (9,0,0): write of 4 bytes to a variable of the program, at ",
          "a variable of the program"));
}

TEST(Planted, ShiftsTooFar) {
  EXPECT_EQ(found(Planted::shifts_too_far),
            expected("shifts_too_far: block (0,0,0) thread (31,0,0): shift by more bits than there are, at ", "by 32"));
}

TEST(Planted, FloatTooLarge) {
  EXPECT_EQ(found(Planted::float_too_large),
            expected("float_too_large: block (0,0,0) thread (0,0,0): conversion of a number that does not fit, at ",
                     "3e10 is no int"));
}

TEST(Planted, Misaligned) {
  const std::string message = found(Planted::misaligned);
  EXPECT_EQ(message.substr(0, 74), "misaligned: block (0,0,0) thread (0,0,0): misaligned address, at simt.hpp:")
      << message;
  EXPECT_TRUE(message.ends_with(" (from " + line_of("not a multiple of 16") + ") [seed 0]")) << message;
}

TEST(Planted, BarrierInHalfAWarp) {
  EXPECT_EQ(
      found(Planted::barrier_in_half_a_warp),
      expected("barrier_in_half_a_warp: block (0,0,0) thread (2,0,0): the mask 0xffffffff at ",
               "the others at a warp barrier",
               " names lanes 0, 1, waiting at the barrier of the block at " + line_of("two lanes at the barrier")));
}

TEST(Planted, MaskBeyondTheBlock) {
  EXPECT_EQ(found(Planted::mask_beyond_block),
            expected("mask_beyond_block: block (0,0,0) thread (0,0,0): the mask 0xffffffff at ",
                     "the block has 30 lanes", " names lanes 30, 31, which the block does not have"));
}

TEST(Planted, MaskOfAReturnedLane) {
  EXPECT_EQ(found(Planted::mask_of_returned),
            expected("mask_of_returned: block (0,0,0) thread (1,0,0): the mask 0xffffffff at ", "lane 0 is gone",
                     " names lane 0, which has returned"));
}

TEST(Planted, LanesInACircle) {
  EXPECT_EQ(found(Planted::circle), expected("circle: block (0,0,0) thread (0,0,0): waits at ", "a circle",
                                             " with the mask 0x00000003 for lanes that wait elsewhere"));
}

TEST(Planted, LocalOfAnotherThread) {
  EXPECT_EQ(found(Planted::local_of_another),
            expected("local_of_another: block (0,0,0) thread (1,0,0): read of 4 bytes through a pointer to a local "
                     "variable of another thread, at ",
                     "thread 0's local variable"));
}

TEST(Planted, MisalignedAtomic) {
  EXPECT_EQ(found(Planted::misaligned_atomic),
            expected("misaligned_atomic: block (0,0,0) thread (0,0,0): atomic on a misaligned address, at ",
                     "not a multiple of 8"));
}

TEST(Planted, TooMuchStaticShared) {
  EXPECT_EQ(
      found(Planted::too_much_static_shared),
      expected(
          "too_much_static_shared: block (0,0,0) thread (0,0,0): 'cells' at ", "48 KB and 4 bytes",
          " brings shared memory to 49156 static and 0 dynamic bytes; a block has at most 49152 and 232448 in all"));
}

TEST(Planted, NullPointer) {
  EXPECT_EQ(found_with(nullptr, Planted::through_pointer, 0),
            expected("through_pointer: block (0,0,0) thread (0,0,0): write of 4 bytes through a null pointer, at ",
                     "through the pointer"));
}

TEST(Planted, HostPointer) {
  std::vector<unsigned> host(64);
  EXPECT_EQ(found_with(host.data(), Planted::through_pointer, 0),
            expected("through_pointer: block (0,0,0) thread (0,0,0): write of 4 bytes through a host pointer, at ",
                     "through the pointer"));
}

TEST(Planted, FreedMemory) {
  unsigned* const freed = DeviceArray<unsigned>(64).data();
  EXPECT_EQ(found_with(freed, Planted::through_pointer, 0),
            expected("through_pointer: block (0,0,0) thread (0,0,0): write of 4 bytes out of bounds, global byte 0 of "
                     "256 (freed), at ",
                     "through the pointer"));
}

// Which thread finds a bug depends on the order; that it is found does not.
TEST(Planted, EveryOneIsFoundInEveryOrder) {
  for (int bug = 0; bug <= int(Planted::too_much_static_shared); ++bug) {
    if (Planted(bug) == Planted::through_pointer) continue;  // no bug with these words
    for (const unsigned seed : {0u, 1u, 2u, 3u, 7u, 12u}) {
      const std::string message = found(Planted(bug), seed);
      EXPECT_TRUE(message.ends_with("[seed " + std::to_string(seed) + "]")) << bug << message;
    }
  }
}

}  // namespace
}  // namespace linden::simt_test
