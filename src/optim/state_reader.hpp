// Reading an optimizer's state: every entry is there once, of the dtype and shape that the optimizer wants.
#pragma once

#include <linden/optim.hpp>
#include <vector>

namespace linden::optim {

/// What state() hands out, wherever the parameters live: a copy on the CPU.
inline Tensor host_copy(const Tensor& x) { return x.device() == Device::cpu() ? x.clone() : x.to(Device::cpu()); }

class StateReader {
 public:
  /// `optimizer` is its name for messages.
  StateReader(const char* optimizer, const std::vector<NamedTensor>& state) : optimizer_(optimizer), state_(state) {}

  /// A copy of the entry's elements, on the device.
  Tensor tensor(const char* name, DType dtype, const Shape& shape, const Device& device = Device::cpu());
  /// The entry of shape [] and dtype f64.
  double number(const char* name);
  /// Throws ArgumentError when there are entries that nobody has asked for.
  void finish() const;

 private:
  const Tensor& find(const char* name, DType dtype, const Shape& shape);

  const char* optimizer_;
  const std::vector<NamedTensor>& state_;
  std::vector<const NamedTensor*> read_;
};

}  // namespace linden::optim
