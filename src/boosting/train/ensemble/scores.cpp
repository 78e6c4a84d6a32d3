#include "boosting/train/ensemble/scores.hpp"

#include <vector>

#include "tensor/access.hpp"
#include "tensor/device_context.hpp"

namespace linden {

Scores::Scores(const Backend& backend, Context& context, std::span<const double> start, std::int64_t rows,
               std::span<const double> offsets)
    : memory_(&backend.memory),
      context_(&context),
      outputs_(std::ssize(start)),
      rows_(rows),
      offsets_(offsets),
      host_(static_cast<std::size_t>(outputs_ * rows) * sizeof(double)),
      device_(backend.memory, context, host_.as<double>(), outputs_ * rows, "scores") {
  begin_with(start);
}

void Scores::begin_with(std::span<const double> start) {
  for (std::int64_t k = 0; k < outputs_; ++k) {
    std::vector<double> column(static_cast<std::size_t>(rows_));
    for (std::int64_t row = 0; row < rows_; ++row) column[static_cast<std::size_t>(row)] = first_of(start, k, row);
    memory_->upload(*context_, of(k), column.data(), rows_ * static_cast<std::int64_t>(sizeof(double)));
  }
}

Tensor Scores::tensor_of(std::int64_t output, const Device& device) const {
  Tensor copy = Tensor::empty({rows_}, DType::f64, device);
  double last = 0;  // which waits for what was queued, for tensors have a stream of their own
  memory_->download(*context_, &last, of(output) + rows_ - 1, sizeof last);
  memory_->copy(tensor_context(device), TensorAccess::data(copy), of(output),
                rows_ * static_cast<std::int64_t>(sizeof(double)));
  return copy;
}

const double* Scores::on_host() const {
  device_.download();
  return host_.as<double>();
}

}  // namespace linden
