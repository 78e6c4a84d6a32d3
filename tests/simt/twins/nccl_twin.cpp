// NCCL for the executor: sums between devices in memory, each in the turn of its stream, when all ranks have come. As
// strict as the real one where that would hang or be wrong: a GPU twice, other counts, a stream of another device.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstring>
#include <linden/error.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "cuda/comms/nccl.hpp"
#include "cuda/runtime/launch.hpp"
#include "simt/memory/heap.hpp"
#include "simt/memory/region.hpp"
#include "simt/stream.hpp"
#include "simt/twins/nccl_twin.hpp"

namespace linden {

namespace simt {
namespace {
std::atomic<bool> is_broken = false;
std::atomic<std::int64_t> sums_so_far = 0;
}  // namespace
void break_nccl(bool broken) { is_broken = broken; }
std::int64_t nccl_sums() { return sums_so_far; }
}  // namespace simt

namespace cuda {
namespace {

enum Status { success = 0, invalid_argument = 4, invalid_usage = 5 };

// One sum of all ranks: what each has of it.
struct Sum {
  std::vector<std::vector<std::int64_t>> of_rank;
};

struct Group {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<int> devices;
  std::size_t ended = 0;
  std::map<std::uint64_t, std::shared_ptr<Sum>> sums;  // by number, until all ranks have asked for them
  std::map<std::uint64_t, int> asked;
};

std::mutex groups_mutex;
std::map<std::uint64_t, std::shared_ptr<Group>>& groups() {
  static std::map<std::uint64_t, std::shared_ptr<Group>> all;
  return all;
}

}  // namespace

struct NcclContext {
  std::shared_ptr<Group> group;
  std::size_t ranks = 0, rank = 0;
  int device = 0;
  std::uint64_t sums = 0;  // asked for so far
};

namespace {

int get_version(int* version) { return *version = 22809, success; }

int get_unique_id(NcclId* id) {
  static std::uint64_t last = 0;
  const std::lock_guard lock(groups_mutex);
  *id = {};
  std::memcpy(id->bytes, &++last, sizeof last);
  groups()[last] = std::make_shared<Group>();
  return success;
}

// Waits for the others, as the real one does.
int init_rank(NcclHandle* handle, int ranks, NcclId id, int rank) {
  std::uint64_t number = 0;
  std::memcpy(&number, id.bytes, sizeof number);
  std::shared_ptr<Group> group;
  {
    const std::lock_guard lock(groups_mutex);
    const auto found = groups().find(number);
    if (found == groups().end()) return invalid_argument;
    group = found->second;
  }
  if (simt::is_broken && rank == ranks - 1) return invalid_usage;
  std::unique_lock lock(group->mutex);
  group->devices.push_back(simt::current_device());
  group->changed.notify_all();
  const auto all_are_here = [&] { return simt::is_broken || static_cast<int>(group->devices.size()) == ranks; };
  if (!group->changed.wait_for(lock, std::chrono::seconds(60), all_are_here)) return invalid_usage;
  if (simt::is_broken) return invalid_usage;
  std::vector<int> devices = group->devices;
  std::ranges::sort(devices);
  if (std::ranges::adjacent_find(devices) != devices.end()) return invalid_usage;
  *handle = new NcclContext{group, static_cast<std::size_t>(ranks), static_cast<std::size_t>(rank),
                            simt::current_device(), 0};
  const std::lock_guard all(groups_mutex);
  groups().erase(number);
  return success;
}

int destroy(NcclHandle handle) { return delete handle, success; }

const char* error_string(int status) {
  return status == success ? "no error" : status == invalid_usage ? "invalid usage" : "invalid argument";
}

int all_reduce(const void* from, void* to, std::size_t count, int type, int op, NcclHandle handle, void* stream) {
  const auto on = static_cast<cudaStream_t>(stream);
  if (type != Nccl::int64 || op != Nccl::sum || simt::device_of(on) != handle->device) return invalid_argument;
  const std::size_t bytes = count * sizeof(std::int64_t);
  simt::check_range("all_reduce: from", from, bytes);
  simt::check_range("all_reduce: to", to, bytes);
  const std::uint64_t number = handle->sums++;
  ++simt::sums_so_far;
  std::shared_ptr<Sum> sum;
  {
    const std::lock_guard lock(handle->group->mutex);
    std::shared_ptr<Sum>& shared = handle->group->sums[number];
    if (!shared) shared = std::make_shared<Sum>(Sum{std::vector<std::vector<std::int64_t>>(handle->ranks)});
    sum = shared;
    if (++handle->group->asked[number] == static_cast<int>(handle->ranks)) {
      handle->group->sums.erase(number);
      handle->group->asked.erase(number);
    }
  }
  simt::run_async(on, [=, rank = handle->rank] {
    const auto* const values = static_cast<const std::int64_t*>(from);
    sum->of_rank[rank].assign(values, values + count);
  });
  const auto all_are_here = [sum] {
    return std::ranges::none_of(sum->of_rank, [](const auto& values) { return values.empty(); });
  };
  simt::run_when(on, all_are_here, [=] {
    simt::check_range("all_reduce: to", to, bytes);
    auto* const values = static_cast<std::int64_t*>(to);
    std::fill_n(values, count, 0);
    for (const std::vector<std::int64_t>& of_rank : sum->of_rank) {
      if (of_rank.size() != count) throw DeviceError("all_reduce: the ranks' counts differ");
      for (std::size_t i = 0; i < count; ++i) values[i] += of_rank[i];
    }
    simt::region().mark_written(simt::region().offset(to), bytes);
  });
  return success;
}

}  // namespace

const Nccl& nccl(std::string& why_not) {
  static constexpr Nccl twin{get_version, get_unique_id, init_rank, destroy, destroy, error_string, all_reduce};
  why_not.clear();
  return twin;
}

}  // namespace cuda
}  // namespace linden
