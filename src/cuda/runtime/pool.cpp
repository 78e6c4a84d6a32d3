#include "cuda/runtime/pool.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>

#include "base/fail.hpp"
#include "cuda/runtime/stream.hpp"

namespace linden::cuda {
namespace {

std::string in_words(std::int64_t bytes) {
  const auto amount = static_cast<double>(bytes);
  if (bytes >= std::int64_t{1} << 30) return fmt::format("{:.1f} GB", amount / (std::int64_t{1} << 30));
  if (bytes >= std::int64_t{1} << 20) return fmt::format("{:.1f} MB", amount / (std::int64_t{1} << 20));
  return fmt::format("{} bytes", bytes);
}

}  // namespace

Pool::Pool(int device) : device_(device), has_pool_(device_attribute(cudaDevAttrMemoryPoolsSupported, device) != 0) {
  if (!has_pool_) return;
  const CurrentDevice current(device);
  cudaMemPoolProps properties{};
  properties.allocType = cudaMemAllocationTypePinned;
  properties.location.type = cudaMemLocationTypeDevice;
  properties.location.id = device;
  check(cudaMemPoolCreate(&pool_, &properties), "the memory pool");
  std::uint64_t keep_all = UINT64_MAX;
  check(cudaMemPoolSetAttribute(pool_, cudaMemPoolAttrReleaseThreshold, &keep_all), "the memory pool");
}

cudaError_t Pool::ask_for(void** memory, std::int64_t bytes, StreamHandle stream) {
  const CurrentDevice current(device_);
  const auto size = static_cast<std::size_t>(bytes);
  return has_pool_ ? cudaMallocFromPoolAsync(memory, size, pool_, stream) : cudaMalloc(memory, size);
}

void* Pool::allocate(std::int64_t bytes, const char* what, StreamHandle stream) {
  if (bytes <= 0) return nullptr;
  const std::int64_t now = in_use_ += bytes;
  void* memory = nullptr;
  const bool within = budget_ == 0 || now <= budget_;
  const cudaError_t status = within ? ask_for(&memory, bytes, stream) : cudaErrorMemoryAllocation;
  if (status != cudaSuccess) {
    in_use_ -= bytes;
    cudaGetLastError();  // an error that has been told must not be told again by the next call
    if (status != cudaErrorMemoryAllocation) check(status, what);
    refuse(bytes, what);
  }
  std::int64_t seen = peak_;
  while (seen < now && !peak_.compare_exchange_weak(seen, now)) {
  }
  return memory;
}

void Pool::release(void* memory, std::int64_t bytes, StreamHandle stream) noexcept {
  if (memory == nullptr) return;
  in_use_ -= bytes;
  const CurrentDevice current(device_);
  if (has_pool_)
    cudaFreeAsync(memory, stream);
  else
    cudaFree(memory);  // waits for the work of the whole device
}

void Pool::trim() noexcept {
  const CurrentDevice current(device_);
  if (has_pool_) cudaMemPoolTrimTo(pool_, 0);
}

Pool::Room Pool::room() const {
  std::size_t free = 0, total = 0;
  std::uint64_t kept = 0, used = 0;
  const CurrentDevice current(device_);
  check(cudaMemGetInfo(&free, &total), "the free memory");
  if (has_pool_) {
    check(cudaMemPoolGetAttribute(pool_, cudaMemPoolAttrReservedMemCurrent, &kept), "the memory pool");
    check(cudaMemPoolGetAttribute(pool_, cudaMemPoolAttrUsedMemCurrent, &used), "the memory pool");
  }
  return {static_cast<std::int64_t>(free + (kept > used ? kept - used : 0)), static_cast<std::int64_t>(total)};
}

std::int64_t Pool::available() const {
  const std::int64_t free = room().free;
  return budget_ == 0 ? free : std::clamp<std::int64_t>(budget_ - in_use_, 0, free);
}

void Pool::refuse(std::int64_t bytes, const char* what) const {
  const Room now = room();
  const std::string limit = budget_ == 0 ? "" : fmt::format(", the budget is {}", in_words(budget_));
  fail<MemoryError>(
      "cuda:{}: no room for {} of {}: {} of {} are free, {} are Linden's{}. Hint: fewer rows at once, a smaller "
      ".max_bins or .max_leaves need less; Device::cpu() uses the host's memory.",
      device_, in_words(bytes), what, in_words(now.free), in_words(now.total), in_words(in_use_), limit);
}

Pool& pool_of(int device) {
  constexpr int most_devices = 64;
  static std::mutex mutex;
  static std::array<Pool*, most_devices> pools{};
  const std::lock_guard lock(mutex);
  Pool*& pool = pools.at(static_cast<std::size_t>(device));
  if (pool == nullptr) pool = new Pool(device);
  return *pool;
}

}  // namespace linden::cuda
