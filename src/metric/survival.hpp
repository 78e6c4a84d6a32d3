// Metrics of survival by name, and its losses as metrics.
#pragma once

#include <linden/loss.hpp>
#include <linden/metric.hpp>

namespace linden {

/// A built-in loss of survival, under its name.
Metric survival_loss_metric(const Loss& loss);

}  // namespace linden
