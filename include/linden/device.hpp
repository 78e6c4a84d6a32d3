// Where tensors live and models are trained: the CPU or one NVIDIA GPU.
//
//     Device d = Device::best();          // a GPU if there is a usable one, else the CPU
//     if (!cuda_available()) std::cerr << cuda_unavailable_reason() << '\n';
#pragma once

#include <linden/export.hpp>
#include <string>

namespace linden {

class LINDEN_API Device {
 public:
  enum class Kind { cpu, cuda };

  /// The CPU.
  Device() noexcept = default;
  static Device cpu() noexcept { return {}; }

  /// The GPU with this index, counted from 0. Throws DeviceError with the reason when it cannot be used.
  static Device cuda(int index = 0);

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

/// Whether Device::cuda(0) would succeed.
LINDEN_API bool cuda_available() noexcept;

/// Why it would not, as half a sentence ("this build has no CUDA backend"); empty when it would.
LINDEN_API std::string cuda_unavailable_reason();

}  // namespace linden
