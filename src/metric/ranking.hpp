// Metrics of rankings by their names: "ndcg@10", "map", "mrr@5-".
#pragma once

#include <linden/metric.hpp>
#include <optional>
#include <string_view>

namespace linden {

/// Nothing for a name of another kind.
std::optional<Metric> ranking_metric(std::string_view name);

}  // namespace linden
