#include "cli/any_model.hpp"

namespace linden::cli {

Tensor predict(const AnyModel& model, const Dataset& data, const PredictOptions& options) {
  return std::visit([&](const auto& m) { return m.predict(data, options); }, model);
}

MetricInput judged(const AnyModel& model, const Dataset& data, int threads) {
  MetricInput input{.score = predict(model, data, {.output = Output::score, .threads = threads}),
                    .weight = data.weight(),
                    .groups = data.groups()};
  input.prediction = input.score.clone();
  const Loss loss = std::visit([](const auto& m) { return m.loss(); }, model);
  const auto rows = input.prediction.span<double>();
  const auto outputs = static_cast<std::size_t>(loss.outputs());
  for (std::size_t first = 0; first < rows.size(); first += outputs) loss.predict(rows.subspan(first, outputs));
  input.link = loss.link();
  input.label = std::visit([&](const auto& m) { return m.labels_of(data); }, model);
  return input;
}

}  // namespace linden::cli
