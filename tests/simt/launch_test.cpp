// Launches that no device takes are refused at once, and what the plain build finds without the checking build's hooks.
#include <gtest/gtest.h>

#include "refusal.hpp"
#include "cuda/runtime/launch.hpp"
#include "sanitizers.hpp"
#include "simt/memory/device_array.hpp"
#include "simt/executor.hpp"
#include "simt/kernels/planted.hpp"

namespace linden::simt_test {
namespace {

template <class T>
void nothing(T) {}

#ifdef __clang__  // leaves template arguments out of __PRETTY_FUNCTION__
const std::string name = "nothing";
#else
const std::string name = "nothing<int>";
#endif

/// What the message says behind the kernel's name.
std::string refused(const cuda::LaunchShape& shape) {
  const std::string message = refusal<DeviceError>([&] { cuda::launch<nothing<int>>(shape, 1); });
  EXPECT_TRUE(message.starts_with(name + ": ")) << message;
  return message.substr(name.size() + 2);
}

TEST(Launch, RefusesShapesThatNoDeviceTakes) {
  EXPECT_EQ(refused({.block = {32, 33}}),
            "cannot launch a grid of (1,1,1) blocks of (32,33,1) threads with 0 bytes of dynamic shared "
            "memory: a block has at most 1024 threads, and 64 in z.");
  EXPECT_EQ(refused({.block = {1, 0}}),
            "cannot launch a grid of (1,1,1) blocks of (1,0,1) threads with 0 bytes of dynamic shared "
            "memory: a block has at least one thread.");
  EXPECT_EQ(refused({.grid = 0}),
            "cannot launch a grid of (0,1,1) blocks of (1,1,1) threads with 0 bytes of dynamic shared "
            "memory: a grid has at least one block.");
  EXPECT_EQ(refused({.grid = {1, 65536}}),
            "cannot launch a grid of (1,65536,1) blocks of (1,1,1) threads with 0 bytes of dynamic "
            "shared memory: a grid has at most 65535 blocks in y and z.");
  EXPECT_EQ(refused({.shared = 227 * 1024 + 1}),
            "cannot launch a grid of (1,1,1) blocks of (1,1,1) threads with 232449 bytes of dynamic "
            "shared memory: a block has at most 227 KB of shared memory.");
}

std::string found(Planted bug) {
  const auto words = DeviceArray<unsigned>::zeros(64);
  return refusal<DeviceError>([&] {
    run_planted(bug, words.data(), nullptr);
    simt::synchronize_device();
  });
}

TEST(PlainBuild, FindsWhatBarriersAndMasksShow) {
  for (const Planted bug : {Planted::divergent_barrier, Planted::early_return, Planted::bad_mask, Planted::masks_differ,
                            Planted::mask_without_caller, Planted::reads_lane_outside, Planted::waits_for_ever,
                            Planted::too_much_static_shared})
    EXPECT_TRUE(found(bug).ends_with("[seed 0]"));
}

#ifdef LINDEN_ASAN
TEST(AddressSanitizer, FindsWhatIsOutOfBounds) {
  EXPECT_DEATH(found(Planted::global_past_end), "use-after-poison.*\n.*WRITE of size 4");
  EXPECT_DEATH(found(Planted::shared_past_end), "use-after-poison.*\n.*READ of size 4");
  EXPECT_DEATH(found(Planted::dynamic_far_past_end), "use-after-poison.*\n.*WRITE of size 4");
}
#else
TEST(PlainBuild, FindsWhatIsWrittenOverAGuard) {
  EXPECT_EQ(found(Planted::global_past_end),
            "global_past_end: something wrote behind a global allocation of 256 bytes [seed 0]");
}
#endif

}  // namespace
}  // namespace linden::simt_test
