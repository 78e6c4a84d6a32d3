#include "boosting/train/gradients/fit_rows.hpp"

#include <algorithm>

#include "backend/loss/row_losses.hpp"
#include "backend/tree/tree_math.hpp"
#include "loss/definition.hpp"
#include "loss/initial_score.hpp"

namespace linden {

FitRows::FitRows(const Backend& backend, Context& context, const Labels& labels, std::span<const double> weights,
                 const Tensor& groups)
    : labels_(labels),
      weights_(weights),
      groups_(groups.elements() > 0 ? groups.span<const std::int64_t>() : std::span<const std::int64_t>()),
      renewal_weights_(renewal_weights(labels.loss.definition().spec, labels.values, weights)),
      device_labels_(backend.memory, context, labels.values.data(), std::ssize(labels.values), "labels"),
      device_uppers_(backend.memory, context, labels.uppers.data(), std::ssize(labels.uppers), "labels"),
      device_weights_(backend.memory, context, weights.data(), std::ssize(weights), "weights"),
      device_renewal_weights_(backend.memory, context, renewal_weights_.data(), std::ssize(renewal_weights_),
                              "weights"),
      device_loss_(backend, context, labels.loss, rows()) {}

Renewal FitRows::renewal(int output) const {
  Renewal renewal;
  renewal.level = renewal_level(spec_of_output(loss().definition(), output));
  renewal.labels = device_labels(output);
  const bool own = !renewal_weights_.empty();
  const std::span<const double> own_weights(renewal_weights_);
  const std::span<const double> weights =
      own ? own_weights.subspan(static_cast<std::size_t>(first_label(output)), static_cast<std::size_t>(rows()))
          : weights_;
  renewal.weights = own ? device_renewal_weights_.data() + first_label(output) : device_weights();
  if (!weights.empty()) renewal.weight_unit = sum_unit(std::ranges::max(weights), std::ssize(weights));
  return renewal;
}

}  // namespace linden
