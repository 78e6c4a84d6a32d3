// Where tensors live and models are trained: the CPU or one NVIDIA GPU.
//
//     Device d = Device::best();          // a GPU if there is a usable one, else the CPU
//     if (!cuda_available()) std::cerr << cuda_unavailable_reason() << '\n';
#pragma once

#include <cstdint>
#include <linden/error.hpp>
#include <linden/export.hpp>
#include <string>
#include <vector>

namespace linden {

class LINDEN_API Device {
 public:
  enum class Kind { cpu, cuda };

  /// The CPU.
  Device() noexcept = default;
  static Device cpu() noexcept { return {}; }

  /// The GPU with this index, counted from 0. Throws DeviceError with the reason when it cannot be used.
  static Device cuda(int index = 0);

  /// All usable GPUs of this machine, ascending: FitOptions{.devices = Device::all_cuda()}. Throws DeviceError with the
  /// reason where there is none.
  static std::vector<Device> all_cuda();

  /// The first usable GPU, else the CPU. Never throws.
  static Device best() noexcept;

  Kind kind() const noexcept { return kind_; }
  int index() const noexcept { return index_; }

  /// "cpu" or "cuda:0".
  std::string name() const;

  friend bool operator==(const Device&, const Device&) noexcept = default;

 private:
  Device(Kind kind, int index) noexcept : kind_(kind), index_(index) {}

  Kind kind_ = Kind::cpu;
  int index_ = 0;
};

/// Whether there is a usable GPU: Device::best() is the first.
LINDEN_API bool cuda_available() noexcept;

/// Why there is none, as half a sentence ("this build has no CUDA backend"); empty when there is one.
LINDEN_API std::string cuda_unavailable_reason();

/// What this process has of a GPU's memory, in bytes. Memory that was released stays with the process for the next fit
/// or prediction, and counts as available; trim_memory gives it back.
struct DeviceMemoryUse {
  std::int64_t in_use = 0;
  std::int64_t peak = 0;       ///< the most that was in use at once
  std::int64_t budget = 0;     ///< the most that may be; 0: what the device has
  std::int64_t available = 0;  ///< what could be allocated now
};

/// Throws DeviceError for the CPU, whose memory is not counted.
LINDEN_API DeviceMemoryUse memory_use(const Device& device);

/// Leaves the rest of a GPU's memory to others: what would go beyond `bytes` throws MemoryError, and fits choose how
/// many histograms they keep by it. 0 takes the limit away. Throws DeviceError for the CPU, ArgumentError for a
/// negative number.
LINDEN_API void set_memory_budget(const Device& device, std::int64_t bytes);

/// Gives the GPU's memory that is kept without use back to the driver, for other libraries and processes to have. The
/// next fit asks the driver again, which takes milliseconds. Throws DeviceError for the CPU.
LINDEN_API void trim_memory(const Device& device);

}  // namespace linden
