// Reading an optimizer's state: every entry is there once, of the dtype and shape that the optimizer wants.
#include "optim/state_reader.hpp"

#include <algorithm>

#include "base/fail.hpp"

namespace linden::optim {

const Tensor& StateReader::find(const char* name, DType dtype, const Shape& shape) {
  const auto found = std::find_if(state_.begin(), state_.end(), [&](const NamedTensor& e) { return e.name == name; });
  if (found == state_.end())
    fail<ArgumentError>(
        "{}::set_state: there is no \"{}\". Hint: pass what state() of the same kind of optimizer gave.", optimizer_,
        name);
  if (found->value.dtype() != dtype || found->value.shape() != shape)
    fail<ArgumentError>("{}::set_state: \"{}\" is {} {}, but {} {} is wanted.", optimizer_, name,
                        name_of(found->value.dtype()), found->value.shape().text(), name_of(dtype), shape.text());
  read_.push_back(&*found);
  return found->value;
}

Tensor StateReader::tensor(const char* name, DType dtype, const Shape& shape, const Device& device) {
  const Tensor found = find(name, dtype, shape).detach();
  return found.device() == device ? found.clone() : found.to(device);
}

double StateReader::number(const char* name) { return find(name, DType::f64, {}).item(); }

void StateReader::finish() const {
  for (const NamedTensor& entry : state_)
    if (std::find(read_.begin(), read_.end(), &entry) == read_.end())
      fail<ArgumentError>(
          "{}::set_state: \"{}\" is not wanted here, or is there twice. Hint: pass what state() of the "
          "same kind of optimizer gave.",
          optimizer_, entry.name);
}

}  // namespace linden::optim
