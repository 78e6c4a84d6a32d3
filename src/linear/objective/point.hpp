// An objective at one point: all that one pass over the rows tells.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "backend/backend.hpp"

namespace linden {

class Hessian;
class Objective;

/// What Objective::evaluate() found at its parameters, which stays as it is whatever else is evaluated. Scores and
/// curvatures lie on the device. The memory goes back to the objective, which must outlive the point.
class Point {
 public:
  Objective& objective() const noexcept { return *found_.get_deleter().objective; }
  const std::vector<double>& parameters() const noexcept { return found_->parameters; }  ///< [outputs, width]
  const std::vector<double>& gradient() const noexcept { return found_->gradient; }      ///< of the smooth part
  double smooth() const noexcept { return found_->smooth; }   ///< the weighted mean loss + sum l2 / 2 w^2
  double value() const noexcept { return found_->value; }     ///< smooth() + sum l1 |w|
  double mean_loss() const noexcept { return found_->loss; }  ///< the weighted mean loss alone

  /// out = the Hessian of the smooth part times a direction, [outputs, width] both: a pass over the rows.
  void hessian_product(std::span<const double> direction, std::span<double> out) const;
  /// Forms the Hessian in `room`, which Objective::hessian_room() made (with 1 in the places of parameters that are not
  /// free), and its Cholesky factor there. Returns the first pivot that is not positive, or -1.
  std::int64_t factor(Hessian& room) const;
  /// The Hessian, [size, size], symmetric, on the host, formed in such room.
  std::vector<double> hessian(Hessian& room) const;
  /// A copy of the scores, [outputs, rows].
  std::vector<double> scores() const;
  /// A copy of the curvatures, [outputs, rows], as EvaluateTask has them. Objective::curvature_weights() go with them.
  std::vector<double> curvatures() const;
  /// The mean curvature of rows over weights and outputs: about the Hessian's diagonal for columns of variance 1.
  double mean_curvature() const;

 private:
  friend class Objective;
  friend class LossPoint;

  struct Found {
    std::vector<double> parameters, gradient;
    double loss = 0;  // the weighted mean, without penalties
    double smooth = 0, value = 0;
    DeviceArray<double> scores, curvatures;
    std::optional<double> mean_curvature;  // once it is asked for
  };
  struct GiveBack {
    Objective* objective = nullptr;
    void operator()(Found* found) const noexcept;
  };

  Point(Objective& objective, std::unique_ptr<Found> found) noexcept : found_(found.release(), {&objective}) {}
  void form(Hessian& room) const;
  void cox_product(std::span<const double> direction, std::span<double> out) const;

  std::unique_ptr<Found, GiveBack> found_;
};

/// What a pass found of the loss alone, whatever the penalties: Objective::under_penalty() makes a point of it.
class LossPoint {
 private:
  friend class Objective;

  explicit LossPoint(std::unique_ptr<Point::Found> found) noexcept : found_(std::move(found)) {}

  std::unique_ptr<Point::Found> found_;
};

}  // namespace linden
