// What a linear fit minimises, on its device: the smooth part (weighted mean loss and l2) by kernels, the penalty l1
// by whoever solves. Parameters are [outputs, width], the intercept last in each row, for standardised columns; they
// and gradients are vectors of the host.
#pragma once

#include <linden/loss.hpp>
#include <optional>
#include <span>
#include <vector>

#include "backend/backend.hpp"
#include "linear/design/device_design.hpp"
#include "linear/objective/hessian.hpp"

namespace linden {

/// Rows of a fit on its device, shared by the objectives of one fit.
class LinearRows {
 public:
  /// What is passed must outlive the object; `weights` is empty for all one. Labels must have passed check_labels.
  LinearRows(const Backend& on, Context& in, const Loss& l, std::span<const double> y, std::span<const double> w);

  const Backend& backend;
  Context& context;
  const Loss& loss;
  const std::span<const double> labels, weights;  ///< the host's
  double share = 1;                               ///< 1 / sum of the weights

  /// The loss as kernels see it, with columns of parameters on the device.
  LossSpec spec() const;
  const double* device_labels() const noexcept { return device_labels_.data(); }
  DesignWeights device_weights() const noexcept { return {weights.empty() ? nullptr : device_weights_.data(), share}; }
  std::int64_t rows() const noexcept { return static_cast<std::int64_t>(labels.size()); }
  /// Whether the loss is convex in the scores, as far as the library knows.
  bool is_convex() const noexcept;

 private:
  OnDevice<double> device_labels_, device_weights_;
  std::vector<OnDevice<double>> columns_;
  std::vector<const double*> column_pointers_;
};

class Objective {
 public:
  /// `rows` and `design` must outlive it.
  Objective(const LinearRows& rows, const Design& design, Penalty penalty);
  Objective(const Objective&) = delete;
  Objective& operator=(const Objective&) = delete;

  std::int64_t outputs() const noexcept { return outputs_; }
  std::int64_t width() const noexcept { return width_; }
  std::int64_t size() const noexcept { return outputs_ * width_; }
  const LinearRows& rows() const noexcept { return rows_; }
  const Design& design() const noexcept { return design_; }
  const Penalty& penalty() const noexcept { return penalty_; }
  double l1(std::int64_t parameter) const noexcept { return penalty_.l1[static_cast<std::size_t>(parameter % width_)]; }
  double l2(std::int64_t parameter) const noexcept { return penalty_.l2[static_cast<std::size_t>(parameter % width_)]; }
  bool has_l1() const noexcept { return has_l1_; }
  /// Whether a parameter is one: false for those of columns that are left out, and for a missing intercept.
  bool is_free(std::int64_t parameter) const noexcept { return design_.is_free(parameter % width_); }
  /// Whether all weights have a penalty; the intercept never has.
  bool is_penalised() const noexcept;
  /// Whether hessian() is the Hessian of the loss, but for curvatures below 0: not where the loss mixes rows or
  /// outputs, of which it has a diagonal at most, or where another curvature was asked for.
  bool has_full_hessian() const noexcept;
  bool is_softmax() const noexcept { return softmax_; }

  /// The smooth part: weighted mean loss + sum l2 / 2 w^2, and its gradient. Not finite where the loss is not. Asking
  /// again for the same point costs nothing.
  double evaluate(std::span<const double> at, std::span<double> gradient);
  /// sum l1 |w|
  double l1_term(std::span<const double> at) const;

  // Of the point evaluated last:

  /// Hessian of the smooth part times a direction.
  void hessian_product(std::span<const double> direction, std::span<double> out);
  /// Forms the Hessian (with 1 in the places of parameters that are not free) and its Cholesky factor on the device.
  /// Returns the first pivot that is not positive, or -1.
  std::int64_t factor();
  /// Whether the last factor() came to its end: there is a factor then, of that point, for solve() and factor_copy().
  bool has_factor() const noexcept { return has_factor_; }
  /// x = Hessian^-1 x, by the factor.
  void solve(std::span<double> x);
  /// A copy of the lower factor, [size, size] row-major.
  std::vector<double> factor_copy() const;
  /// The Hessian, [size, size], symmetric, on the host.
  std::vector<double> hessian();
  /// A copy of the scores, [outputs, rows].
  std::vector<double> scores() const;
  /// A copy of the curvatures, [outputs, rows], as EvaluateTask has them, and the weights that go with them.
  std::vector<double> curvatures() const;
  DesignWeights curvature_weights() const noexcept;
  /// The mean curvature of rows over weights and outputs: about the Hessian's diagonal for columns of variance 1.
  double mean_curvature() const;

  /// Takes over which columns the design leaves out now.
  void update();

 private:
  void form_hessian();
  double evaluate_loss(std::span<double> gradient);
  double evaluate_tape(std::span<double> gradient);
  EvaluateTask task() const;

  const LinearRows& rows_;
  const Design& design_;
  Penalty penalty_;
  std::int64_t outputs_, width_;
  bool softmax_, tape_, has_l1_ = false;
  DeviceDesign device_;
  DeviceArray<double> parameters_, scores_, curvatures_, row_gradients_;
  DeviceArray<double> result_;  // the gradient, and after it the mean loss
  DeviceArray<double> vector_;
  DeviceArray<std::uint8_t> scratch_;
  std::optional<Hessian> hessian_;  // once it is asked for
  bool has_factor_ = false;
  std::vector<double> last_at_, last_gradient_;  // the point evaluated last
  double last_value_ = 0;
};

}  // namespace linden
