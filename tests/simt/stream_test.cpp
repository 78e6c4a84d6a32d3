// Streams run their work at synchronisation, and events order streams: what is not ordered shows.
#include "simt/stream.hpp"

#include <gtest/gtest.h>

#include "refusal.hpp"
#include "simt/memory/device_array.hpp"
#include "simt/executor.hpp"
#include "simt/kernels/kernels.hpp"
#include "simt/kernels/planted.hpp"

namespace linden::simt_test {
namespace {

using simt::Stream;

struct Sum {
  DeviceArray<unsigned> values{std::vector<unsigned>(1000, 3)};
  DeviceArray<unsigned> sum = DeviceArray<unsigned>::zeros(1);
  unsigned host = 77;

  void start(Stream* stream) { run_total(values.data(), 1000, sum.data(), stream); }
  void fetch(Stream* stream) { simt::copy_async(&host, sum.data(), sizeof(host), stream); }
};

TEST(Stream, NothingRunsBeforeSynchronize) {
  Sum task;
  Stream* const stream = simt::create_stream();
  task.start(stream);
  task.fetch(stream);
  EXPECT_EQ(task.host, 77u);
  simt::synchronize(stream);
  EXPECT_EQ(task.host, 3000u);
  simt::destroy_stream(stream);
}

TEST(Stream, AnotherStreamIsNotWaitedFor) {
  Sum task;
  Stream *const first = simt::create_stream(), *const second = simt::create_stream();
  task.start(first);
  task.fetch(second);  // without an event
  simt::synchronize(second);
  EXPECT_EQ(task.host, 0u);
  simt::destroy_stream(first);
  simt::destroy_stream(second);
}

TEST(Stream, AnEventOrdersTwoStreams) {
  for (unsigned seed = 0; seed < 8; ++seed) {
    simt::set_seed(seed);
    Sum task;
    Stream *const first = simt::create_stream(), *const second = simt::create_stream();
    simt::Event* const event = simt::create_event();
    EXPECT_TRUE(simt::is_done(event));
    simt::wait_for(second, event);  // never recorded: no wait
    task.start(first);
    simt::record(event, first);
    EXPECT_FALSE(simt::is_done(event));
    simt::wait_for(second, event);
    task.fetch(second);
    simt::synchronize(second);
    EXPECT_EQ(task.host, 3000u);
    EXPECT_TRUE(simt::is_done(event));
    simt::synchronize(event);
    simt::destroy_event(event);
    simt::destroy_stream(first);
    simt::destroy_stream(second);
  }
  simt::set_seed(0);
}

TEST(Stream, AnErrorDropsWhatStillWaits) {
  Sum task;
  run_planted(Planted::divergent_barrier, task.values.data(), nullptr);
  task.fetch(nullptr);
  EXPECT_TRUE(refusal<DeviceError>([] { simt::synchronize_device(); }).starts_with("divergent_barrier: block (0,0,0)"));
  simt::synchronize_device();
  EXPECT_EQ(task.host, 77u);
}

TEST(Stream, FreesMemoryInItsTurn) {
  const std::size_t before = simt::heap_use().allocations;
  auto* const words = static_cast<unsigned*>(simt::allocate(64 * sizeof(unsigned)));
  simt::fill_async(words, 1, 64 * sizeof(unsigned), nullptr);
  unsigned host = 0;
  simt::copy_async(&host, words + 63, sizeof(host), nullptr);
  simt::free_async(words, nullptr);
  EXPECT_EQ(simt::heap_use().allocations, before + 1);
  simt::synchronize_device();
  EXPECT_EQ(simt::heap_use().allocations, before);
  EXPECT_EQ(host, 0x01010101u);
}

TEST(Stream, RunsWorkOfTheHostInItsTurn) {
  std::vector<int> order;
  Stream* const stream = simt::create_stream();
  simt::run_async(stream, [&] { order.push_back(1); });
  simt::run_async(stream, [&] { order.push_back(2); });
  EXPECT_TRUE(order.empty());
  simt::synchronize(stream);
  EXPECT_EQ(order, (std::vector<int>{1, 2}));
  simt::destroy_stream(stream);
}

}  // namespace
}  // namespace linden::simt_test
