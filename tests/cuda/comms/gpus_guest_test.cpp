// What becomes of sums between the executor's GPUs: they go by its NCCL, or through the host, of which the log is told.
#include <gtest/gtest.h>

#include <linden/boosting.hpp>
#include <linden/log.hpp>
#include <mutex>

#include "meeting.hpp"
#include "ranks/fits_of_ranks.hpp"
#include "simt/twins/nccl_twin.hpp"

namespace linden {
namespace {

// What the log is told until the end of the scope.
class Remarks {
 public:
  Remarks() {
    set_log([this](LogLevel level, std::string_view message) {
      const std::lock_guard lock(mutex_);
      if (level == LogLevel::warning) all_.emplace_back(message);
    });
  }
  ~Remarks() { set_log({}); }
  Remarks(const Remarks&) = delete;
  Remarks& operator=(const Remarks&) = delete;

  const std::vector<std::string>& all() const { return all_; }

 private:
  std::mutex mutex_;
  std::vector<std::string> all_;
};

BoostingConfig small() {
  BoostingConfig config = small_trees(loss::squared(), 2);
  config.max_leaves = 4;
  return config;
}

std::string on_gpus(const Dataset& data, std::vector<Device> gpus) {
  return fit_boosted(data, small(), {.devices = std::move(gpus)}).to_string();
}

Dataset numbers() { return mixed(20, 120).without({"x3", "x4"}); }

TEST(GpusOfTheExecutor, SumByNccl) {
  const Remarks remarks;
  const std::int64_t before = simt::nccl_sums();
  EXPECT_EQ(on_gpus(numbers(), Device::all_cuda()), on_gpus(numbers(), {}));
  EXPECT_GT(simt::nccl_sums(), before);
  EXPECT_TRUE(remarks.all().empty());
}

TEST(GpusOfTheExecutor, SumThroughTheHostWhereNcclCannotStart) {
  const Remarks remarks;
  simt::break_nccl(true);
  const std::int64_t before = simt::nccl_sums();
  const std::string found = on_gpus(numbers(), {Device::all_cuda().back(), Device::cuda(0)});
  simt::break_nccl(false);
  EXPECT_EQ(found, on_gpus(numbers(), {}));
  EXPECT_EQ(simt::nccl_sums(), before);
  EXPECT_EQ(remarks.all(), (std::vector<std::string>{
                               "sums between GPUs go through the host, which takes longer: NCCL is not to be had "
                               "(invalid usage). Hint: install NCCL (libnccl.so.2) or put it on the library path."}));
}

// Ranks of the caller's own, here threads that wait for each other in their own way: one has a CPU, or each a GPU.
TEST(GpusOfTheExecutor, SumByNcclForRanksThatHaveOneEach) {
  const Dataset data = numbers();
  const std::string wanted = on_gpus(data, {});
  for (const bool mixed_devices : {false, true}) {
    const std::int64_t before = simt::nccl_sums();
    std::vector<std::string> found(2);
    Meeting meeting(2, false);
    meeting.run([&](int rank) {
      Meeting::Seat seat(meeting, rank);
      const Device device = rank == 0 ? Device::all_cuda().back() : mixed_devices ? Device::cpu() : Device::cuda(0);
      std::vector<std::int64_t> rows;
      for (std::int64_t row = 60 * rank; row < 60 * (rank + 1); ++row) rows.push_back(row);
      found[static_cast<std::size_t>(rank)] =
          fit_boosted(data.take(rows), small(), {.device = device, .ranks = seat}).to_string();
    });
    for (const std::string& model : found) EXPECT_EQ(model, wanted);
    EXPECT_EQ(simt::nccl_sums() > before, !mixed_devices);
  }
}

}  // namespace
}  // namespace linden
