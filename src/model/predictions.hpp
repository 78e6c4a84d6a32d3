// From the scores of rows to what predict returns.
#pragma once

#include <cstdint>
#include <linden/loss.hpp>
#include <linden/metric.hpp>
#include <linden/tensor.hpp>
#include <span>
#include <string_view>

#include "base/parallel.hpp"

namespace linden {

/// Scores [outputs, rows] through the loss's link: [rows], or [rows, outputs] for more than one.
Tensor predictions(const Loss& loss, int outputs, std::int64_t rows, const double* scores, bool linked,
                   Workers& workers);

/// The quantiles at these levels, [rows] or [rows, levels], of the distribution that scores [2, rows] are of. Throws
/// ArgumentError, opening with `where`, for a loss without one, and for a level that is not in (0, 1).
Tensor quantiles(std::string_view where, const Loss& loss, std::span<const double> levels, std::int64_t rows,
                 const double* scores, Workers& workers);

/// The predictions and scores of these scores [outputs, rows], for metrics; what is known of the rows is not filled in.
MetricInput judged(const Loss& loss, int outputs, std::int64_t rows, const double* scores, Workers& workers);

/// The most probable class of predictions [rows, K]; for one output, class 1 from probability 0.5 on. Throws
/// ArgumentError, opening with `where`, for a model that has no classes.
Tensor class_numbers(std::string_view where, const Tensor& prediction, bool has_classes);

}  // namespace linden
