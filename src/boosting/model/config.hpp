// What an unset field of BoostingConfig stands for.
#pragma once

#include <linden/boosting.hpp>

namespace linden {

/// The penalty l2. Unset it is 1, or 0 where leaves are order statistics of the residuals. A score G^2 / (H + l2) is
/// what a Newton step shrunk by l2 gains; an order statistic is no such step, and its H is only the weight of the rows.
/// There l2 would say no more than that a split must not leave one side pure, the more so the smaller the weights.
double l2_of(const BoostingConfig& config);

}  // namespace linden
