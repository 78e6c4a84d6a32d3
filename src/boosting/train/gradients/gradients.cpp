#include "boosting/train/gradients/gradients.hpp"

#include <span>

namespace linden {

Gradients::Gradients(const Backend& backend, Context& context, std::int64_t outputs, std::int64_t rows)
    : outputs_(outputs),
      rows_(rows),
      host_(static_cast<std::size_t>(2 * outputs * rows) * sizeof(float)),
      device_(backend.memory, context, host_.as<float>(), 2 * outputs * rows, "gradients"),
      ranges_(static_cast<std::size_t>(outputs)) {}

GradientTask Gradients::task(float* first) {
  GradientTask task;
  task.rows = rows_;
  task.gradients = first;
  task.curvatures = first + outputs_ * rows_;
  task.ranges = ranges_.data();
  return task;
}

GradientTask Gradients::on_device() { return task(device_.data()); }

GradientTask Gradients::on_host() { return task(host_.as<float>()); }

void Gradients::scale(const Backend& backend, Context& context, const double* weights) {
  backend.tree.scale_rows(context, {outputs_, rows_, weights, gradients(0), curvatures(0), ranges_.data()});
}

const float* Gradients::download() const {
  device_.download();
  return host_.as<float>();
}

std::vector<RowSlopes> Gradients::slopes(const Ranks& ranks) const {
  const float* const all = download();
  const auto rows = static_cast<std::size_t>(rows_);
  std::vector<RowSlopes> slopes;
  for (std::int64_t k = 0; k < outputs_; ++k)
    slopes.emplace_back(std::span(all + k * rows_, rows), std::span(all + (outputs_ + k) * rows_, rows), ranks);
  return slopes;
}

void Gradients::point(TreeInput& tree, std::int64_t output) const {
  tree.gradients = gradients(output);
  tree.curvatures = curvatures(output);
  tree.range = ranges_[static_cast<std::size_t>(output)];
}

}  // namespace linden
