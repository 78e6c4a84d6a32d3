#include "cli/any_model.hpp"

#include "model/model_family.hpp"

namespace linden::cli {

AnyModel load_model(const std::filesystem::path& path) {
  if (model_family(path) == "linear") return LinearModel::load(path);
  return BoostedModel::load(path);  // which refuses what is no model
}

Tensor predict(const AnyModel& model, const Dataset& data, Output output, int threads, const Device& device) {
  if (const auto* boosted = std::get_if<BoostedModel>(&model))
    return boosted->predict(data, {.output = output, .threads = threads, .device = device});
  return std::get<LinearModel>(model).predict(data, {.output = output, .threads = threads, .device = device});
}

}  // namespace linden::cli
