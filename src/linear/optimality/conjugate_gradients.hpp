// Preconditioned conjugate gradients (Hestenes and Stiefel 1952) for H x = b, H and the preconditioner as functions.
#pragma once

#include <cstdint>
#include <vector>

#include "linear/objective/inner_product.hpp"

namespace linden {

/// From x with residual = b - H x on, both of which are brought up to date: product(direction, out) and
/// precondition(residual, out), until is_enough(square, steps): the residual's squared size in the norm of the
/// preconditioner, and the steps taken. Returns false if H is not positive along a direction, which ends it, too.
template <class Product, class Precondition, class IsEnough>
bool conjugate_gradients(std::vector<double>& x, std::vector<double>& residual, const Product& product,
                         const Precondition& precondition, const IsEnough& is_enough) {
  std::vector<double> scaled(x.size()), image(x.size());
  precondition(residual, scaled);
  std::vector<double> direction = scaled;
  double square = dot(residual, scaled);
  for (std::int64_t steps = 0; !is_enough(square, steps); ++steps) {
    product(direction, image);
    const double bend = dot(direction, image);
    if (!(bend > 0)) return false;
    const double length = square / bend;
    for (std::size_t i = 0; i < x.size(); ++i) {
      x[i] += length * direction[i];
      residual[i] -= length * image[i];
    }
    precondition(residual, scaled);
    const double next = dot(residual, scaled);
    for (std::size_t i = 0; i < x.size(); ++i) direction[i] = scaled[i] + next / square * direction[i];
    square = next;
  }
  return true;
}

}  // namespace linden
