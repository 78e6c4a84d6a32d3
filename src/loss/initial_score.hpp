// Where boosting starts: the constant score that minimises the weighted loss.
#pragma once

#include <linden/loss.hpp>
#include <span>
#include <vector>

#include "backend/loss/loss_spec.hpp"
#include "base/parallel.hpp"

namespace linden {

/// One score per output. Labels must have passed check_labels; `weights` is empty for all one. Sums over rows are
/// exact: the order of rows and the number of threads do not show in any bit. Where the minimum lies at infinity (all
/// labels of one class, all counts zero) the score stops at 30 on that side; softmax stops 30 below its largest
/// score. The scores of softmax sum to zero. Of a loss of groups, which no constant changes, it is 0. Quantile and
/// absolute start from the order statistic of the labels, as backend/math/order_statistic.hpp defines it: one of the
/// labels.
///
/// Of a loss of several labels a row these are [labels, rows], and each has the constant that is best for it; so has
/// each of several levels. Of a distribution it is the one of maximum likelihood.
///
/// With `offsets`, [outputs, rows], it is the constant to be added to them, which may then lie beyond 30 by their
/// spread; of quantile and absolute the order statistic of label - offset.
std::vector<double> initial_score(const Loss& loss, std::span<const double> labels, std::span<const double> weights,
                                  Workers& workers, std::span<const double> offsets = {});

/// The weights by which order statistics of rows are taken, where a loss has others than the rows' own: these times
/// what it says of the labels, [labels, rows] where a row has several. Empty where it has none.
std::vector<double> renewal_weights(const LossSpec& loss, std::span<const double> labels,
                                    std::span<const double> weights);

}  // namespace linden
