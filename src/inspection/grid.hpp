// Which values of a feature are looked at, and means over rows.
#pragma once

#include <linden/dependence.hpp>
#include <span>
#include <string_view>
#include <vector>

#include "inspection/feature_column.hpp"

namespace linden {

/// Throws ArgumentError, opening with `where`, for options out of range.
void check_options(std::string_view where, const DependenceOptions& options);

/// Quantiles of a feature of numbers, the most frequent categories of another. Throws ArgumentError where all values
/// are missing.
DependenceAxis axis_of(std::string_view where, const FeatureColumn& column, int feature, int points);

/// Numbers [rows, outputs] of a model: its predictions or scores.
Tensor outputs_of(const AnyModel& model, const Dataset& data, const DependenceOptions& options);
/// How many columns they have.
std::size_t outputs_of(const AnyModel& model);

/// [outputs]: the mean over the rows, by their weights.
std::vector<double> weighted_means(const Tensor& outputs, const Tensor& weight);

/// Numbers [outer ..., outputs] as a tensor, without the last dimension where there is one output.
Tensor shaped(std::vector<double> values, std::vector<std::int64_t> outer, std::size_t outputs);

}  // namespace linden
