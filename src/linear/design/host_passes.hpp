// Passes over the rows where the host has them, by the CPU's kernels, whatever device a fit is on: for certificates,
// which ask them a few times a fit and mix them with sums of the host, and for the rank of the columns, which
// Householder QR finds on the CPU alone. This is the one place of src/linear that names a device's table.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "backend/linear_kernels.hpp"
#include "linear/design/design.hpp"

namespace linden {

/// The scores [outputs, rows] of parameters [outputs, width].
std::vector<double> host_scores(const Design& design, Workers& workers, std::int32_t outputs,
                                std::span<const double> parameters);

/// The gradient [outputs, width] of the weighted mean of losses with these slopes [outputs, rows].
std::vector<double> host_gradient(const Design& design, Workers& workers, std::int32_t outputs,
                                  const DesignWeights& weights, std::span<const double> labels,
                                  std::span<const double> slopes);

/// out = A' W B A direction, [width] both, for curvatures B [rows] of one output.
void host_hessian_product(const Design& design, Workers& workers, const DesignWeights& weights,
                          std::span<const double> curvatures, std::span<const double> direction, std::span<double> out);

/// R of the rows with their labels as the last column, [width + 1, width + 1] row-major: its upper half.
std::vector<double> host_triangle(const Design& design, Workers& workers, const DesignWeights& weights,
                                  std::span<const double> labels);

}  // namespace linden
