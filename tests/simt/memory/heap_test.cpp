// The device's heap: limits, bounds of copies, leaks.
#include "simt/memory/heap.hpp"

#include <gtest/gtest.h>

#include <linden/error.hpp>

#include "refusal.hpp"
#include "simt/stream.hpp"

namespace linden::simt_test {
namespace {

TEST(Heap, RefusesWhatIsOverTheLimit) {
  const std::size_t limit = simt::heap_use().limit;
  simt::set_heap_limit(1000);
  void* const first = simt::allocate(600);
  EXPECT_NE(first, nullptr);
  EXPECT_EQ(simt::allocate(401), nullptr);
  void* const second = simt::allocate(400);
  EXPECT_NE(second, nullptr);
  EXPECT_EQ(simt::heap_use().bytes, 1000u);
  simt::free(first);
  simt::free(second);
  EXPECT_EQ(simt::heap_use().bytes, 0u);
  EXPECT_GE(simt::heap_use().peak, 1000u);
  simt::set_heap_limit(limit);
}

TEST(Heap, AddressesAreMultiplesOf256) {
  for (const std::size_t bytes : {1u, 255u, 4097u}) {
    void* const memory = simt::allocate(bytes);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory) % 256, 0u);
    simt::free(memory);
  }
}

TEST(Heap, NamesLeaks) {
  void* const memory = simt::allocate(12);
  EXPECT_EQ(simt::heap_leaks(), "12 bytes of device memory were not freed\n");
  simt::free(memory);
  EXPECT_EQ(simt::heap_leaks(), "");
}

TEST(Heap, RefusesToFreeWhatItDoesNotHave) {
  auto* const memory = static_cast<char*>(simt::allocate(12));
  EXPECT_EQ(refusal<DeviceError>([=] { simt::free(memory + 4); }),
            "free: the address is not the start of a device allocation");
  simt::free(memory);
  simt::free(nullptr);
  EXPECT_EQ(refusal<DeviceError>([=] { simt::free(memory); }), "free: the device allocation was freed before");
}

TEST(Heap, CopiesStayInOneAllocation) {
  auto* const memory = static_cast<char*>(simt::allocate(12));
  char host[32] = {};
  EXPECT_EQ(refusal<DeviceError>([&] { simt::copy_async(memory + 4, host, 9, nullptr); }),
            "copy_async: to: bytes 4 to 13 of a device allocation of 12 bytes");
  EXPECT_EQ(refusal<DeviceError>([&] { simt::copy_async(host, memory + 12, 1, nullptr); }),
            "copy_async: from: bytes 12 to 13 of a device allocation of 12 bytes");
  EXPECT_EQ(refusal<DeviceError>([&] { simt::fill_async(host, 0, 1, nullptr); }),
            "fill_async: the address is not in device memory");
  simt::free(memory);
  EXPECT_EQ(refusal<DeviceError>([&] { simt::fill_async(memory, 0, 1, nullptr); }),
            "fill_async: the device memory was freed before");
}

TEST(Heap, HostCodeMustNotTouchIt) {
  auto* const memory = static_cast<char*>(simt::allocate(12));
  EXPECT_DEATH(*static_cast<volatile char*>(memory) = 1,
               "host code touches device memory: copy it, and synchronise, or do it in a kernel");
  // Pages of memory that was freed stay shut while those behind them open and shut.
  auto* const later = static_cast<char*>(simt::allocate(3 * 4096));
  simt::free(memory);
  char host[16] = {};
  for (int turn = 0; turn < 2; ++turn) {
    simt::copy_async(later + 8192, host, 16, nullptr);
    simt::synchronize_device();
    for (char* const address : {memory, later, later + 8192})  // AddressSanitizer knows first what was freed
      EXPECT_DEATH(*static_cast<volatile char*>(address) = 1, "host code touches device memory|use-after-poison");
  }
  simt::free(later);
}

}  // namespace
}  // namespace linden::simt_test
