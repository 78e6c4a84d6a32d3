// Labels that a loss does not take, for whoever can say where they stand.
#pragma once

#include <cstddef>
#include <linden/loss.hpp>
#include <optional>
#include <span>
#include <string>

namespace linden {

/// Gradients of trees are single precision, and squares of scores must be finite: labels, weights and their products
/// are at most so large.
inline constexpr double largest_label = 1e38;

struct LabelFault {
  std::size_t row = 0;
  std::string why;  ///< what follows the label in a message: ", but poisson wants numbers >= 0. Hint: ..."
};

/// The first label that the loss does not take.
std::optional<LabelFault> find_label_fault(const Loss& loss, std::span<const double> labels);

}  // namespace linden
