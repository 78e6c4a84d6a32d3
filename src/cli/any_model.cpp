#include "cli/any_model.hpp"

namespace linden::cli {

Tensor predict(const AnyModel& model, const Dataset& data, Output output, int threads, const Device& device) {
  if (const auto* boosted = std::get_if<BoostedModel>(&model))
    return boosted->predict(data, {.output = output, .threads = threads, .device = device});
  return std::get<LinearModel>(model).predict(data, {.output = output, .threads = threads, .device = device});
}

}  // namespace linden::cli
