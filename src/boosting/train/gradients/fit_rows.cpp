#include "boosting/train/gradients/fit_rows.hpp"

#include <algorithm>

#include "backend/loss/row_losses.hpp"
#include "backend/tree/tree_math.hpp"

namespace linden {

FitRows::FitRows(const Backend& backend, Context& context, const Labels& labels, std::span<const double> weights,
                 const Tensor& groups)
    : labels_(labels),
      weights_(weights),
      groups_(groups.elements() > 0 ? groups.span<const std::int64_t>() : std::span<const std::int64_t>()),
      device_labels_(backend.memory, context, labels.values.data(), rows(), "labels"),
      device_weights_(backend.memory, context, weights.data(), std::ssize(weights), "weights"),
      device_loss_(backend, context, labels.loss, rows()) {}

Renewal FitRows::renewal() const {
  Renewal renewal;
  renewal.level = renewal_level(spec());
  renewal.labels = device_labels();
  renewal.weights = device_weights();
  if (!weights_.empty()) renewal.weight_unit = sum_unit(std::ranges::max(weights_), std::ssize(weights_));
  return renewal;
}

}  // namespace linden
