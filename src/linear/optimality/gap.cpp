// Fenchel's dual of the weighted mean loss with the penalties P_j of penalty.hpp. With f_i the loss of row i at
// its scores, A the standardised design and any dual point theta,
//
//     objective - optimum <= sum_i weight_i D_i(theta_i) + sum_j [P_j(u_j) + P_j*(-q_j) + u_j q_j],  q = A' W theta,
//
// D_i the divergence of conjugates.hpp. All terms are >= 0 and are computed without cancellation. The dual point is
// theta = t f', so that q = t v for the gradient v of the mean loss alone. Where every free weight has l2 > 0, t is 1
// and no row costs anything; weights with l1 alone want t |v_j| <= l1_j.
//
// A free intercept wants sum_i weight_i theta_i = 0 in each output. What its gradient g leaves of that is, in the order
// of what it costs to know:
// - with t = 1 and g at the level of rounding, bounded to first order: moving the intercept gains g^2 / (2 curvature),
//   and in the norm of the inverse Hessian the gap is at most (sqrt(rest) + sqrt(that gain))^2;
// - taken off every row's dual point: as standardised columns have mean zero, q stays. One pass over the scores; a
//   point near the edge of its domain (a row that is all but certain) may leave it. Of a squared loss the point knows
//   what that costs;
// - made zero: the dual point is that of the scores with the intercept at its optimum, and q takes a pass over the
// rows.
#include "linear/optimality/gap.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "linear/objective/dual_rows.hpp"
#include "linear/objective/groups.hpp"

namespace linden {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
/// How much of a bound its last refinement may be to be taken as it is.
constexpr double little = 1e-3;

class Parameters {
 public:
  Parameters(const Objective& objective, std::span<const double> at)
      : objective_(objective), at_(at), groups_(objective) {}

  bool is_intercept(std::int64_t j) const { return (j + 1) % objective_.width() == 0; }
  /// Of a column that has a penalty by itself.
  bool is_weight(std::int64_t j) const {
    return objective_.is_free(j) && !is_intercept(j) && objective_.group_of(j) < 0 && !objective_.is_sorted(j);
  }

  /// The largest factor t <= 1 for which t v is in the domain of the penalties' conjugates.
  double factor(std::span<const double> v) const {
    double t = 1;
    for (std::int64_t j = 0; j < objective_.size(); ++j) {
      if (is_weight(j)) t = std::min(t, objective_.column_penalty(j).factor(v[static_cast<std::size_t>(j)]));
    }
    return groups_.factor(v, objective_.penalty().sorted.factor(v, t));
  }

  /// sum_j P_j(u_j) + P_j*(-q_j) + u_j q_j for q = t v.
  double terms(double t, std::span<const double> v) const {
    double sum = 0;
    for (std::int64_t j = 0; j < objective_.size(); ++j) {
      const auto i = static_cast<std::size_t>(j);
      if (is_weight(j)) sum += objective_.column_penalty(j).gap(at_[i], t * v[i]);
    }
    // A matrix is with the loss, at the weights t u in the dual.
    if (objective_.has_squares()) sum += (1 - t) * (1 - t) * objective_.penalty().squares.value(at_);
    return sum + groups_.gap(at_, v, t) + objective_.penalty().sorted.gap(at_, v, t);
  }

  /// Of the mean loss alone, that which goes with the penalties at hand.
  void complete(std::span<double> v) const { objective_.add_sums(at_, v); }

 private:
  const Objective& objective_;
  std::span<const double> at_;
  Groups groups_;
};

/// (sqrt(rest) + sqrt(gain))^2
double joined(double rest, double gain) { return rest + gain + 2 * std::sqrt(rest * gain); }

/// The bound with the intercepts at their optimum; infinite if there is none.
double centred_gap(const Parameters& parameters, const DualRows& rows, double enough) {
  const auto centre = rows.centre(enough);
  if (!centre) return infinite;
  std::vector<double> v = rows.moved_gradient(centre->move);
  parameters.complete(v);
  const double t = parameters.factor(v);
  return joined(parameters.terms(t, v) + rows.divergence(t, {}, centre->move), centre->left);
}

/// The divergences of a squared loss at t (slope - shift) are half the squares of (1 - t) slope + t shift: with the
/// mean of the slopes as shift, the point knows their mean without a look at the rows.
double squared_divergence(const Point& point, double t, double shift) {
  const double left = 1 - t, moved = t * shift;
  return left * left * point.mean_loss() + moved * (left * shift + 0.5 * moved);
}

}  // namespace

std::optional<double> fenchel_gap(const Point& point, double target) {
  const Objective& objective = point.objective();
  const std::vector<double>&at = point.parameters(), &gradient = point.gradient();
  if (!objective.is_convex() || !objective.is_penalised()) return std::nullopt;

  const Parameters parameters(objective, at);
  std::vector<double> v(gradient.size());  // the gradient of the mean loss alone
  const double rounding = rounding_of(point.value());
  for (std::size_t j = 0; j < v.size(); ++j) v[j] = gradient[j] - objective.l2(static_cast<std::int64_t>(j)) * at[j];
  const double t = parameters.factor(v), rest = parameters.terms(t, v);
  if (!std::isfinite(rest) || (target > 0 && rest > target)) return infinite;

  std::vector<double> intercepts;  // their gradients
  double gain = 0;                 // by moving them, roughly
  if (objective.design().intercept()) {
    for (std::int64_t k = 1; k <= objective.outputs(); ++k) {
      intercepts.push_back(gradient[static_cast<std::size_t>(k * objective.width() - 1)]);
      gain += 0.5 * intercepts.back() * intercepts.back();
    }
    if (gain > 0 && !objective.rows().is_quadratic()) gain /= point.mean_curvature();
  }
  const double negligible = std::max({little * rest, little * target, rounding});
  if (t == 1 && gain <= negligible && objective.outputs() == 1) return joined(rest, gain) + rounding;

  if (objective.rows().is_quadratic() && objective.outputs() == 1)
    return rest + squared_divergence(point, t, intercepts.empty() ? 0 : intercepts.front()) + rounding;

  const DualRows rows(point);
  if (t == 1 && gain <= negligible) {
    // Of a class with hardly a share, the curvature is far below the mean.
    const auto exact = rows.centre(infinite);
    if (exact && exact->left <= negligible) return joined(rest, exact->left) + rounding;
  }
  const double shifted = rest + rows.divergence(t, intercepts, {});
  if (gain == 0) return shifted + rounding;
  // Without the intercepts the bound could not be lower than this.
  const double plain = t == 1 ? rest : rest + rows.divergence(t, {}, {});
  if (shifted <= 2 * (plain + gain)) return shifted + rounding;
  const double centred = centred_gap(parameters, rows, std::max({little * plain, rounding, little * gain}));
  const double bound = std::min(shifted, centred) + rounding;
  if (bound < infinite) return bound;
  return std::nullopt;
}

std::optional<double> floor_gap(const Point& point) {
  const LinearRows& rows = point.objective().rows();
  if (!rows.is_convex() || rows.cox() != nullptr) return std::nullopt;  // of Cox's no row has a least of its own
  const double value = point.value(), least = DualRows(point).least_mean();
  return std::max(value - least, 0.0) + rounding_of(value) + rounding_of(least);
}

double rounding_of(double objective) noexcept {
  // Sums over rows go through lanes and chunks: their rounding grows with the logarithm of the number of rows.
  return 16 * std::numeric_limits<double>::epsilon() * std::abs(objective);
}

void least_subgradient(const Objective& objective, std::span<const double> at, std::span<const double> gradient,
                       std::span<double> out) {
  for (std::int64_t j = 0; j < objective.size(); ++j) {
    const auto i = static_cast<std::size_t>(j);
    out[i] = objective.is_free(j) ? objective.column_penalty(j).least_subgradient(at[i], gradient[i]) : 0;
  }
  if (objective.has_groups()) Groups(objective).least_subgradient(at, gradient, out);
  objective.penalty().sorted.least_subgradient(at, gradient, out);
}

double kkt_distance(const Objective& objective, std::span<const double> at, std::span<const double> gradient) {
  std::vector<double> subgradient(gradient.size());
  least_subgradient(objective, at, gradient, subgradient);
  double largest = 0;
  for (const double g : subgradient) {
    if (std::isnan(g)) return g;
    largest = std::max(largest, std::abs(g));
  }
  return largest;
}

}  // namespace linden
