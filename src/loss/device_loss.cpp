#include "loss/device_loss.hpp"

#include "backend/loss/row_program.hpp"
#include "loss/definition.hpp"

namespace linden {

DeviceLoss::DeviceLoss(const Backend& backend, Context& context, const Loss& loss, std::int64_t rows) : loss_(loss) {
  const LossSpec& spec = loss.definition().spec;
  if (spec.kind != LossKind::program) return;
  for (std::int32_t p = 0; p < spec.program->parameters; ++p) {
    columns_.emplace_back(backend.memory, context, spec.program_parameters[p], rows, "columns of the loss");
    column_pointers_.push_back(columns_.back().data());
  }
}

LossSpec DeviceLoss::spec() const {
  LossSpec spec = loss_.definition().spec;
  if (!column_pointers_.empty()) spec.program_parameters = column_pointers_.data();
  return spec;
}

}  // namespace linden
