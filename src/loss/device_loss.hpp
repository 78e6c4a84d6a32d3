// DeviceLoss: a loss as kernels see it. What a loss of your own holds for each row lies where kernels read rows.
#pragma once

#include <cstdint>
#include <linden/loss.hpp>
#include <vector>

#include "backend/backend.hpp"
#include "backend/loss/loss_spec.hpp"

namespace linden {

class DeviceLoss {
 public:
  /// A loss for so many rows. `loss` must outlive the object.
  DeviceLoss(const Backend& backend, Context& context, const Loss& loss, std::int64_t rows);

  /// Good as long as the object stays where it is.
  LossSpec spec() const;

 private:
  const Loss& loss_;
  std::vector<OnDevice<double>> columns_;  // one for each parameter of a program, [rows]
  std::vector<const double*> column_pointers_;
};

}  // namespace linden
