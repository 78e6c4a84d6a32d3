// Friedman, Hastie and Tibshirani (2010) for the descent, with the gradient of all coordinates kept; the finish is the
// active-set step of Lee, Battle, Raina and Ng (2006, "feature-sign search"), here for singular matrices too.
#include "linear/solvers/gram_descent.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "linear/objective/penalty.hpp"
#include "linear/solvers/models/growing_factor.hpp"

namespace linden {
namespace {

constexpr int most_rounds = 200;    // of descent and finish
constexpr int most_cycles = 20000;  // in all
constexpr int most_without_progress = 10;
constexpr int most_drops = 50;  // of coordinates in one finish

constexpr std::size_t no_coordinate = static_cast<std::size_t>(-1);

class Descent {
 public:
  explicit Descent(const GramProblem& problem)
      : p_(problem),
        n_(problem.gradient.size()),
        at_(problem.start.begin(), problem.start.end()),
        gradient_(problem.gradient.begin(), problem.gradient.end()),
        factor_(problem.hessian, n_) {
    for (std::size_t j = 0; j < n_; ++j)
      if (row(j)[j] > 0 && (p_.held.empty() || p_.held[j] == 0)) free_.push_back(j);
  }

  GramStep run(double tolerance) {
    double last = std::numeric_limits<double>::infinity();
    int without_progress = 0;
    for (int round = 0; round < most_rounds && cycles_ < most_cycles; ++round) {
      if (violation() <= tolerance) {
        refresh();  // sums of updates drift
        if (violation() <= tolerance) break;
      }
      if (!descend(tolerance)) {
        finish(tolerance);
        refresh();
      }
      const double now = violation();
      without_progress = now < 0.5 * last ? 0 : without_progress + 1;
      last = std::min(last, now);
      if (without_progress == most_without_progress) break;
    }
    return result();
  }

 private:
  const double* row(std::size_t j) const { return p_.hessian.data() + j * n_; }
  ColumnPenalty penalty(std::size_t j) const {
    if (p_.lower.empty()) return {p_.l1[j]};
    return {p_.l1[j], 0, p_.lower[j], p_.upper[j]};
  }
  bool is_active(std::size_t j) const { return (at_[j] != 0 || p_.l1[j] == 0) && !penalty(j).is_at_bound(at_[j]); }

  double violation_of(std::size_t j) const { return std::abs(penalty(j).least_subgradient(at_[j], gradient_[j])); }
  double violation() const {
    double largest = 0;
    for (const std::size_t j : free_) largest = std::max(largest, violation_of(j));
    return largest;
  }

  void move(std::size_t j, double by) {
    const double* const h = row(j);
    double* const g = gradient_.data();
    for (std::size_t k = 0; k < n_; ++k) g[k] += by * h[k];
  }

  // The gradient from the step, without the rounding of its updates.
  void refresh() {
    std::copy(p_.gradient.begin(), p_.gradient.end(), gradient_.begin());
    for (const std::size_t j : free_)
      if (at_[j] != p_.start[j]) move(j, at_[j] - p_.start[j]);
  }

  // One pass; returns the largest violation that it met.
  double cycle(const std::vector<std::size_t>& coordinates) {
    double largest = 0;
    for (const std::size_t j : coordinates) {
      largest = std::max(largest, violation_of(j));
      const double curvature = row(j)[j];
      const double to = penalty(j).settle(at_[j], gradient_[j], curvature);
      if (to == at_[j]) continue;
      move(j, to - at_[j]);
      at_[j] = to;
    }
    ++cycles_;
    return largest;
  }

  // Cycles until the active coordinates are within the tolerance (true), or until a finish costs less than going on.
  bool descend(double tolerance) {
    std::vector<std::size_t> before, active;
    for (int full = 0; full < 5; ++full) {
      if (cycle(free_) <= tolerance) return true;
      collect(active);
      if (active == before) break;
      before.swap(active);
    }
    collect(active);
    const std::size_t budget = 3 + active.size() * active.size() / (3 * n_);
    for (std::size_t i = 0; i < budget; ++i)
      if (cycle(active) <= 0.5 * tolerance) return true;
    return false;
  }

  void collect(std::vector<std::size_t>& active) const {
    active.clear();
    for (const std::size_t j : free_)
      if (is_active(j)) active.push_back(j);
  }

  // Keeps what the factor has of the active coordinates, and adds the others: those that are likely to become zero,
  // the small ones, last. What depends on others stands beside the factor.
  void fit_factor() {
    std::size_t kept = 0;
    while (kept < factor_.order().size() && is_active(factor_.order()[kept])) ++kept;
    std::vector<std::uint8_t> inside(n_, 0);
    for (std::size_t i = 0; i < kept; ++i) inside[factor_.order()[i]] = 1;
    factor_.truncate(kept);
    std::vector<std::size_t> added;
    for (const std::size_t j : free_)
      if (is_active(j) && inside[j] == 0) added.push_back(j);
    const auto size = [&](std::size_t j) {
      return p_.l1[j] == 0 ? std::numeric_limits<double>::infinity() : std::abs(at_[j]);
    };
    std::stable_sort(added.begin(), added.end(), [&](std::size_t a, std::size_t b) { return size(a) > size(b); });
    dependent_ = factor_.add(added);
  }

  // Takes the i-th coordinate out of the factor; the place may be for one that depended on it.
  void drop(std::size_t i) {
    const std::vector<std::size_t>& order = factor_.order();
    std::vector<std::size_t> after(order.begin() + static_cast<std::ptrdiff_t>(i) + 1, order.end());
    after.insert(after.end(), dependent_.begin(), dependent_.end());
    factor_.truncate(i);
    dependent_ = factor_.add(after);
  }

  double signed_l1(std::size_t j) const { return at_[j] < 0 ? -p_.l1[j] : p_.l1[j]; }

  // Moves the factor's coordinates along x, as far as `length` and no sign changes and no bound is passed. Returns the
  // place of the one that came to zero or to a bound, or the factor's size.
  std::size_t move_along(const std::vector<double>& x, double length, std::size_t beside = no_coordinate) {
    const std::vector<std::size_t>& order = factor_.order();
    const std::size_t size = order.size();
    const auto coordinate = [&](std::size_t i) { return i < size ? order[i] : beside; };
    std::size_t first = x.size();
    double end = 0;  // of the first
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (x[i] == 0) continue;
      const double from = at_[coordinate(i)], corner = penalty(coordinate(i)).next_corner(from, x[i]);
      if (std::isinf(corner) || length * std::abs(x[i]) < std::abs(corner - from)) continue;
      length = std::abs(corner - from) / std::abs(x[i]);
      first = i;
      end = corner;
    }
    if (std::isinf(length)) return x.size();
    for (std::size_t i = 0; i < x.size(); ++i) {
      const std::size_t j = coordinate(i);
      const double to = i == first ? end : at_[j] + length * x[i];
      if (to == at_[j]) continue;
      move(j, to - at_[j]);
      at_[j] = to;
    }
    return first;
  }

  // Where active coordinates depend on others, the objective is a line along the direction that the matrix does not
  // see: down this line until one of them is zero or at a bound. False where all such lines are flat.
  bool slide(double tolerance) {
    for (std::size_t at = 0; at < dependent_.size(); ++at) {
      const std::size_t j = dependent_[at], size = factor_.order().size();
      std::vector<double> x(size);
      for (std::size_t i = 0; i < size; ++i) x[i] = row(j)[factor_.order()[i]];
      factor_.solve(x);
      double slope = gradient_[j] + signed_l1(j), most = 1;
      for (std::size_t i = 0; i < size; ++i) {
        slope -= x[i] * (gradient_[factor_.order()[i]] + signed_l1(factor_.order()[i]));
        most = std::max(most, std::abs(x[i]));
      }
      if (std::abs(slope) <= 0.1 * tolerance * most) continue;
      const double side = slope > 0 ? 1 : -1;
      for (double& value : x) value *= side;
      x.push_back(-side);
      const std::size_t first = move_along(x, std::numeric_limits<double>::infinity(), j);
      if (first == x.size()) continue;
      if (first < size) {
        drop(first);
      } else {
        dependent_.erase(dependent_.begin() + static_cast<std::ptrdiff_t>(at));
      }
      return true;
    }
    return false;
  }

  // To the minimum with the signs of now, or as far as none changes; what comes to zero or to a bound is dropped.
  void finish(double tolerance) {
    fit_factor();
    std::vector<double> x;
    for (int drops = 0; drops <= most_drops; ++drops) {
      const std::vector<std::size_t>& order = factor_.order();
      x.resize(order.size());
      for (std::size_t i = 0; i < order.size(); ++i) x[i] = -(gradient_[order[i]] + signed_l1(order[i]));
      factor_.solve(x);
      const std::size_t first = move_along(x, 1);
      if (first < x.size()) {
        drop(first);
      } else if (!slide(tolerance)) {
        return;
      }
    }
  }

  GramStep result() {
    GramStep out;
    out.step.assign(n_, 0.0);
    double half = 0;
    for (const std::size_t j : free_) {
      const double d = at_[j] - p_.start[j];
      out.step[j] = d;
      out.slope += p_.gradient[j] * d + p_.l1[j] * (std::abs(at_[j]) - std::abs(p_.start[j]));
      half += d * (gradient_[j] - p_.gradient[j]);
    }
    out.decrease = -(out.slope + 0.5 * half);
    out.violation = violation();
    out.cycles = cycles_;
    return out;
  }

  const GramProblem& p_;
  std::size_t n_;
  std::vector<double> at_;        // start + d
  std::vector<double> gradient_;  // gradient + hessian d
  std::vector<std::size_t> free_;
  GrowingFactor factor_;
  std::vector<std::size_t> dependent_;  // active coordinates that the factor leaves out
  int cycles_ = 0;
};

}  // namespace

GramStep gram_descent(const GramProblem& problem, double tolerance) { return Descent(problem).run(tolerance); }

}  // namespace linden
