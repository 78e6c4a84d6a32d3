// What a linear fit minimises, on its device: the smooth part (weighted mean loss and l2) by kernels, the penalty l1
// by whoever solves. Parameters are [outputs, width], the intercept last in each row, for standardised columns; they
// and gradients are vectors of the host.
#pragma once

#include <linden/loss.hpp>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "backend/backend.hpp"
#include "linear/design/device_design.hpp"
#include "linear/objective/cox_rows.hpp"
#include "linear/objective/hessian.hpp"
#include "linear/objective/point.hpp"
#include "loss/device_loss.hpp"

namespace linden {

/// Rows of a fit on its device, shared by the objectives of one fit. Where there are several ranks, each has some rows,
/// and all have the same loss, with the same parameters.
class LinearRows {
 public:
  /// What is passed must outlive the object; `w` is empty for all one, `o` [outputs, rows], or empty, for no offsets.
  /// Labels must have passed check_labels.
  LinearRows(const Backend& on, Context& in, const Loss& l, std::span<const double> y, std::span<const double> w,
             std::span<const double> o = {}, std::int64_t most_part_bytes = std::int64_t{1} << 30);

  /// Of Cox's loss, whose labels are lower bounds of times: what is known of these, by CoxRows.
  void take_times(std::span<const double> uppers, std::span<const std::int64_t> strata);
  /// Null for other losses.
  const CoxRows* cox() const noexcept { return cox_ ? &*cox_ : nullptr; }

  const Backend& backend;
  Context& context;
  const Loss& loss;
  const std::span<const double> labels, weights, offsets;  ///< the host's
  /// Of the parts in which rows come to a GPU that has no room for all, and sparse rows always.
  const std::int64_t part_bytes;
  const Ranks ranks;             ///< that have other rows of the fit
  std::int64_t rows_of_all = 0;  ///< of all ranks
  double share = 1;              ///< 1 / sum of the weights, of all ranks

  /// The loss as kernels see it, with columns of parameters on the device.
  LossSpec spec() const { return device_loss_.spec(); }
  const double* device_labels() const noexcept { return device_labels_.data(); }
  /// Null for none.
  const double* device_offsets() const noexcept { return offsets.empty() ? nullptr : device_offsets_.data(); }
  DesignWeights device_weights() const noexcept { return {weights.empty() ? nullptr : device_weights_.data(), share}; }
  std::int64_t rows() const noexcept { return static_cast<std::int64_t>(labels.size()); }
  /// Whether the loss is convex in the scores, as far as the library knows.
  bool is_convex() const noexcept;
  /// Whether its second derivative is 1 in all rows: one Newton step is the whole way.
  bool is_quadratic() const noexcept;

 private:
  OnDevice<double> device_labels_, device_weights_, device_offsets_;
  DeviceLoss device_loss_;
  std::optional<CoxRows> cox_;
};

/// Memory of Objective::evaluate_losses().
struct SeveralRoom {
  std::size_t points = 0;  ///< that it has room for
  std::vector<double> parameters, scores, curvatures, results;
  DeviceArray<std::uint8_t> scratch;
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
  ColumnPenalty column_penalty(std::int64_t parameter) const noexcept {
    return penalty_.at(static_cast<std::size_t>(parameter % width_));
  }
  bool has_bounds() const noexcept { return !penalty_.lower.empty(); }
  /// Whether there are groups of weights that go to 0 together (objective/groups.hpp); l1 and l2 do not tell of them.
  bool has_groups() const noexcept { return !penalty_.groups.empty(); }
  /// The group of a parameter, or -1.
  int group_of(std::int64_t parameter) const noexcept {
    return has_groups() ? penalty_.group_of[static_cast<std::size_t>(parameter % width_)] : -1;
  }
  /// Whether a penalty has a concave part, which is with the loss in what is called smooth: there is no bound of the
  /// gap then.
  bool has_concave() const noexcept { return !penalty_.concave.empty(); }
  /// Whether there is SLOPE; l1 does not tell of it.
  bool has_sorted() const noexcept { return !penalty_.sorted.empty(); }
  bool is_sorted(std::int64_t parameter) const noexcept {
    return penalty_.sorted.has(static_cast<std::size_t>(parameter % width_));
  }
  /// Whether there is ridge with a matrix, which is with the loss in what is called smooth.
  bool has_squares() const noexcept { return !penalty_.squares.empty(); }
  /// Whether there are equations between weights. Gradients and products have no part across them.
  bool has_equations() const noexcept { return !penalty_.equations.empty(); }
  /// What l2 and a matrix have on the diagonal of the Hessian.
  double penalty_bend(std::int64_t parameter) const noexcept {
    return l2(parameter) +
           (has_squares() ? penalty_.squares.diagonal[static_cast<std::size_t>(parameter % width_)] : 0);
  }
  /// Makes of the gradient of the mean loss alone, at weights u, one with the matrix's part, and none across equations.
  void add_sums(std::span<const double> u, std::span<double> gradient) const;
  /// Whether loss and penalty are convex, as far as the library knows.
  bool is_convex() const noexcept { return rows_.is_convex() && !has_concave(); }
  /// Whether a parameter has a penalty, or bounds, that hold it wherever the rows pull.
  bool is_coercive(std::int64_t parameter) const noexcept {
    return group_of(parameter) >= 0 || is_sorted(parameter) || column_penalty(parameter).is_coercive();
  }
  /// Whether a parameter is one: false for those of columns that are left out, and for a missing intercept.
  bool is_free(std::int64_t parameter) const noexcept { return design_.is_free(parameter % width_); }
  /// Whether all weights have a penalty, or bounds on both sides; the intercept never has.
  bool is_penalised() const noexcept;
  /// Whether some weight has one.
  bool has_penalty() const noexcept;
  /// Whether hessian() is the Hessian of the loss, but for curvatures below 0: not where the loss mixes rows or
  /// outputs, of which it has a diagonal at most, or where another curvature was asked for.
  bool has_full_hessian() const noexcept;
  bool is_softmax() const noexcept { return softmax_; }

  /// One pass over the rows, whose sums are those of all ranks. What it finds is not finite where the loss is not.
  /// Memory of points that have ended is used again: with two of them at a time nothing is allocated after the second
  /// evaluation.
  Point evaluate(std::span<const double> at) { return evaluate(at, nullptr); }
  /// The same, where a point of another objective on the same rows has the scores that these parameters give: which
  /// spares kernels that can go on from there half of the pass.
  Point evaluate(std::span<const double> at, const Point& scored) { return evaluate(at, &scored); }
  /// Whether evaluate_losses() takes one pass for all points: of a loss with one output, on the CPU.
  bool takes_several() const noexcept { return rows_.backend.linear.takes_scores && outputs_ == 1 && !on_host_; }
  /// The loss at several points in one pass over the rows, where takes_several(). `room` serves one call after another.
  std::vector<LossPoint> evaluate_losses(std::span<const std::vector<double>> at, SeveralRoom& room);
  /// With the penalties of now, as evaluate() has it.
  Point under_penalty(LossPoint point);
  /// Room for Point::factor() and Point::hessian(), with the penalty and the columns that the design leaves out now.
  Hessian hessian_room();
  /// The weights that go with the curvatures of a point.
  DesignWeights curvature_weights() const noexcept;

  // Passes of solvers that have row slopes and curvatures of their own, [outputs, rows], on the host:

  /// The scores of parameters, without offsets.
  std::vector<double> scores_of(std::span<const double> parameters);
  /// The gradient [outputs, width] of the weighted mean of losses with these slopes, which have weights in them where
  /// curvatures have: that of all ranks.
  std::vector<double> gradient_of(std::span<const double> slopes);
  /// Forms a Hessian in room that hessian_room() made.
  void form(Hessian& room, std::span<const double> curvatures);

  /// Other strengths of the penalties, with bounds where there were some, and not where there were none. `at`, a point
  /// of this objective, stays where it is and has its value and gradient under them; all other points and Hessians from
  /// before are those of another objective.
  void set_penalty(Penalty penalty, Point& at);

  /// Takes over which columns the design leaves out now. Points and Hessians from before are those of another
  /// objective.
  void update();

 private:
  friend class Point;

  Point evaluate(std::span<const double> at, const Point* scored);
  std::unique_ptr<Point::Found> room();
  void take_back(std::unique_ptr<Point::Found> found) noexcept { spare_.push_back(std::move(found)); }
  DeviceDesign::Parts parts() const;
  EvaluateTask task() const;  // without a point
  EvaluateTask task(const Point::Found& found) const;
  void add_penalty(Point::Found& found);
  double evaluate_loss(Point::Found& found, const Point* scored = nullptr);
  double evaluate_on_host(Point::Found& found);
  DeviceArray<double>& row_values();

  const LinearRows& rows_;
  const Design& design_;
  Penalty penalty_;
  std::int64_t outputs_, width_;
  bool softmax_, on_host_, has_l1_ = false;
  DeviceDesign device_;
  DeviceArray<double> parameters_, row_gradients_;  // the latter once it is asked for
  DeviceArray<double> result_;                      // the gradient, and after it the mean loss
  DeviceArray<double> vector_;
  DeviceArray<std::uint8_t> scratch_;
  std::vector<double> host_result_;
  std::vector<std::unique_ptr<Point::Found>> spare_;  // with room for all that were ever made
  std::size_t made_ = 0;
};

}  // namespace linden
