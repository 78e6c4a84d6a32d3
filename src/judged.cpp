// Predictions of a model of either family, and what metrics look at.
#include <linden/model.hpp>

#include "base/out_of_memory.hpp"

namespace linden {

Tensor predict(const AnyModel& model, const Dataset& data, const PredictOptions& options) {
  return std::visit([&](const auto& one) { return one.predict(data, options); }, model);
}

MetricInput judged(const AnyModel& model, const Dataset& data, const PredictOptions& options) try {
  PredictOptions scores = options;
  scores.output = Output::score;
  scores.quantiles.clear();
  MetricInput input{.score = predict(model, data, scores), .weight = data.weight(), .groups = data.groups()};
  input.prediction = input.score.clone();
  const Loss loss = std::visit([](const auto& one) { return one.loss(); }, model);
  const auto rows = input.prediction.span<double>();
  const auto outputs = static_cast<std::size_t>(loss.outputs());
  for (std::size_t first = 0; first < rows.size(); first += outputs) loss.predict(rows.subspan(first, outputs));
  input.link = loss.link();
  input.label = std::visit([&](const auto& one) { return one.labels_of(data); }, model);
  return input;
} catch (const std::bad_alloc&) {
  fail_out_of_memory("judged");
}

}  // namespace linden
