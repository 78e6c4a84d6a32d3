// The dual of gap.cpp, where the conjugate of the penalty of some weights is finite for q_j = 0 alone, as that of the
// intercept: weights without a penalty, and those with a bound on one side that are not there. From the slopes f' of
// the rows a Newton step d of these parameters F leads to a dual point with q_F = 0,
//
//     theta = f' - f'' A d,   H_FF d = (A' W f')_F,
//
// whatever f'' >= 0 is. q = A' W theta of the others takes a pass over the rows, and so does what theta costs. Weights
// at a one-sided bound whose q has the wrong sign join F. What the solver of H_FF leaves of q_F is of the order of
// rounding, and costs sum_F |q_j| (|u_j| + 2 |d_j|), which bounds it for optima that are no further away than that.
#include "linear/optimality/projected_gap.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "linear/objective/dual_rows.hpp"
#include "linear/objective/groups.hpp"
#include "linear/optimality/gap.hpp"
#include "linear/optimality/newton_step.hpp"
#include "linear/objective/working_set.hpp"

namespace linden {
namespace {

constexpr int most_attempts = 8;
constexpr std::int64_t most_parameters = 4000;  // of a preconditioner, which has the square

/// Applies about the inverse of the Hessian of some features, with the intercept.
class Preconditioner {
 public:
  Preconditioner(const Point& point, std::span<const std::uint8_t> moves) {
    const Objective& objective = point.objective();
    std::vector<int> features;
    for (std::int64_t j = 0; j + 1 < objective.width(); ++j) {
      bool is_in = false;
      for (std::int64_t i = j; i < objective.size(); i += objective.width())
        is_in = is_in || moves[static_cast<std::size_t>(i)] != 0;
      if (is_in) features.push_back(static_cast<int>(j));
    }
    const auto count = static_cast<std::int64_t>(features.size());
    if (!objective.has_full_hessian() || (count + 1) * objective.outputs() > most_parameters) return;
    set_ = std::make_unique<WorkingSet>(objective, std::move(features));
    const Point part = set_->objective().evaluate(set_->from_whole(point.parameters()), point);
    room_ = std::make_unique<Hessian>(set_->objective().hessian_room());
    if (part.factor(*room_) >= 0) room_.reset();
  }

  explicit operator bool() const noexcept { return room_ != nullptr; }
  void operator()(std::span<double> x) const {
    std::vector<double> part = set_->from_whole(x);
    room_->solve(part);
    set_->to_whole(part, x);
  }

 private:
  std::unique_ptr<WorkingSet> set_;
  std::unique_ptr<Hessian> room_;
};

/// Which parameters are to have q = 0, at a point where the mean loss has the gradient v.
std::vector<std::uint8_t> first_projected(const Objective& objective, std::span<const double> at,
                                          std::span<const double> v) {
  std::vector<std::uint8_t> moves(at.size());
  for (std::int64_t j = 0; j < objective.size(); ++j) {
    const auto i = static_cast<std::size_t>(j);
    if (!objective.is_free(j)) continue;
    const ColumnPenalty penalty = objective.column_penalty(j);
    moves[i] = !objective.is_coercive(j) && (!penalty.is_at_bound(at[i]) || penalty.factor(v[i]) < 1) ? 1 : 0;
  }
  return moves;
}

}  // namespace

std::optional<double> projected_gap(const Point& point) {
  const Objective& objective = point.objective();
  const std::vector<double>& at = point.parameters();
  if (!objective.is_convex() || !objective.has_penalty() || objective.has_equations() ||
      objective.rows().cox() != nullptr)
    return std::nullopt;
  const SquaredSums& squares = objective.penalty().squares;
  const Groups groups(objective);
  std::vector<double> v(point.gradient());
  for (std::size_t i = 0; i < v.size(); ++i) v[i] -= objective.l2(static_cast<std::int64_t>(i)) * at[i];
  std::vector<std::uint8_t> moves = first_projected(objective, at, v);
  const double rounding = rounding_of(point.value());
  const DualRows rows(point);
  std::vector<double> bends = rows.bends();
  bool has_own_bends = traits_of(objective.rows().spec())->is_majorised;
  std::unique_ptr<Preconditioner> inverse;
  for (int attempt = 0; attempt < most_attempts; ++attempt) {
    if (!inverse) inverse = std::make_unique<Preconditioner>(point, moves);
    std::vector<double> slopes = v;
    keep(moves, slopes);
    const DualStep newton = newton_step(point, has_own_bends ? bends : std::vector<double>(), moves, slopes,
                                        *inverse ? std::function<void(std::span<double>)>(std::cref(*inverse))
                                                 : std::function<void(std::span<double>)>());
    const std::vector<double> scores = rows.scores_of(newton.step);
    if (rows.keep_inside(bends, scores)) {
      has_own_bends = true;
      continue;
    }
    const std::vector<double> theta = rows.newton_point(bends, scores);
    std::vector<double> q = rows.gradient_of(theta, true), there = at;
    for (std::size_t i = 0; i < there.size(); ++i) there[i] -= newton.step[i];
    squares.add_product(there, q);  // of a matrix: its part of the gradient where the step leads
    bool has_joined = false;
    double t = 1;
    for (std::int64_t j = 0; j < objective.size(); ++j) {
      const auto i = static_cast<std::size_t>(j);
      if (!objective.is_free(j) || moves[i] != 0) continue;
      const ColumnPenalty penalty = objective.column_penalty(j);
      // The conjugate of its penalty is finite at 0, and on one side of it at most.
      const bool wants_zero = !objective.is_coercive(j);
      if (wants_zero && penalty.factor(q[i]) < 1) {
        moves[i] = 1;
        has_joined = true;
      } else if (!wants_zero && objective.group_of(j) < 0 && !objective.is_sorted(j)) {
        t = std::min(t, penalty.factor(q[i]));
      }
    }
    t = groups.factor(q, objective.penalty().sorted.factor(q, t));
    if (has_joined) {
      inverse.reset();
      continue;
    }
    double gap = rows.divergence_of(theta, t) + groups.gap(at, q, t), residual = 0;
    gap += objective.penalty().sorted.gap(at, q, t);
    for (std::size_t i = 0; i < there.size(); ++i) there[i] = at[i] - t * there[i];
    gap += squares.value(there);
    for (std::int64_t j = 0; j < objective.size(); ++j) {
      const auto i = static_cast<std::size_t>(j);
      if (!objective.is_free(j) || objective.group_of(j) >= 0 || objective.is_sorted(j)) continue;
      if (moves[i] != 0)
        residual += std::abs(q[i]) * (std::abs(at[i]) + 2 * std::abs(newton.step[i]));
      else
        gap += objective.column_penalty(j).gap(at[i], t * q[i]);
    }
    if (!(gap < HUGE_VAL) || !(residual <= std::max(0.1 * gap, 10 * rounding))) return std::nullopt;
    return gap + residual + rounding;
  }
  return std::nullopt;
}

}  // namespace linden
