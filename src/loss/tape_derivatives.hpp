// Gradients and curvatures of a custom loss that is no row program, by the tape.
#pragma once

#include <cstdint>
#include <linden/loss.hpp>
#include <span>

#include "backend/tree_kernels.hpp"

namespace linden {

/// What the gradient kernel does for other losses: fills gradients, curvatures and ranges of the task.
void tape_gradients(const Loss::Definition& loss, const GradientTask& task);

/// Fills gradients, curvatures and ranges of the task, all of the host's, with these, [outputs, rows].
void store_derivatives(const GradientTask& task, std::span<const double> gradient, std::span<const double> curvature);

/// The weighted loss of all rows in one, from scores [outputs, rows]; fills gradient and curvature [outputs, rows],
/// weights included, the curvature by the loss's rule and never negative. `weights` is null for all one.
double tape_total(const Loss::Definition& loss, std::int64_t rows, const double* scores, const double* labels,
                  const double* weights, double* gradient, double* curvature);

/// out [outputs, rows] = the Hessian of the weighted loss of all rows in their scores times a direction, both [outputs,
/// rows]: the true one, also between rows and outputs.
void tape_hessian_product(const Loss::Definition& loss, std::int64_t rows, const double* scores, const double* labels,
                          const double* weights, const double* direction, double* out);

/// The slope and the curvature of the weighted loss where all rows have one score, and their offsets where there are
/// any, along that score.
struct ConstantSlope {
  double gradient = 0, curvature = 0;
};
ConstantSlope tape_slope_at(const Loss::Definition& loss, double score, std::span<const double> labels,
                            std::span<const double> weights, std::span<const double> offsets = {});

/// One row.
double tape_evaluate(const Loss::Definition& loss, std::span<const double> score, double label, std::int64_t row,
                     std::span<double> gradient, std::span<double> curvature);

}  // namespace linden
