// Yuan and Lin (2006) for the descent: a step of a group goes to the lowest point of a parabola above the model, as
// steep as its matrix is anywhere. On the weights A that are not zero, with n = |z_g|, the model has the Hessian
//
//     H_AA + group_g / n (1 - z z' / n^2)  in the block of each group, in its units.
#include "linear/solvers/models/group_descent.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "linear/solvers/models/growing_factor.hpp"

namespace linden {
namespace {

constexpr int most_group_rounds = 300;
constexpr int most_rounds_without_progress = 15;
constexpr int cycles_of_round = 8;      // of descent before Newton's steps
constexpr int most_newton_steps = 12;   // of one round
constexpr double most_shrinkage = 0.9;  // of a group in a step: what goes to 0 is the descent's to say

class GroupDescent {
 public:
  explicit GroupDescent(const GroupProblem& problem)
      : p_(problem),
        n_(problem.gradient.size()),
        at_(problem.start.begin(), problem.start.end()),
        gradient_(problem.gradient.begin(), problem.gradient.end()),
        least_(n_) {
    std::vector<std::uint8_t> grouped(n_, 0);
    for (std::size_t g = 0; g < p_.groups.size(); ++g) {
      for (const std::size_t j : p_.groups.members(g)) grouped[j] = 1;
      bend_.push_back(largest_bend(g));
    }
    for (std::size_t j = 0; j < n_; ++j)
      if (p_.held[j] == 0 && grouped[j] == 0 && row(j)[j] > 0) singles_.push_back(j);
  }

  GramStep run(double tolerance) {
    double last = std::numeric_limits<double>::infinity();
    int without_progress = 0;
    for (int round = 0; round < most_group_rounds; ++round) {
      if (violation() <= tolerance) {
        refresh();  // sums of updates drift
        if (violation() <= tolerance) break;
      }
      cycle(false);
      for (int k = 1; k < cycles_of_round && cycle(true) > tolerance; ++k) continue;
      for (int k = 0; k < most_newton_steps && newton(); ++k) continue;
      refresh();
      const double now = violation();
      without_progress = now < 0.5 * last ? 0 : without_progress + 1;
      last = std::min(last, now);
      if (without_progress == most_rounds_without_progress) break;
    }
    return result();
  }

 private:
  const double* row(std::size_t j) const { return p_.hessian.data() + j * n_; }

  /// No less than the largest eigenvalue of a group's matrix, in its units.
  double largest_bend(std::size_t g) const {
    const std::vector<std::size_t>& members = p_.groups.members(g);
    double trace = 0, largest = 0;
    for (const std::size_t i : members) {
      double sum = 0;
      for (const std::size_t j : members) sum += std::abs(row(i)[j]) / (p_.groups.unit(i) * p_.groups.unit(j));
      trace += row(i)[i] / (p_.groups.unit(i) * p_.groups.unit(i));
      largest = std::max(largest, sum);
    }
    return std::min(trace, largest);
  }

  void move(std::size_t j, double to) {
    const double by = to - at_[j];
    if (by == 0) return;
    const double* const h = row(j);
    for (std::size_t k = 0; k < n_; ++k) gradient_[k] += by * h[k];
    at_[j] = to;
  }

  void refresh() {
    std::copy(p_.gradient.begin(), p_.gradient.end(), gradient_.begin());
    for (std::size_t j = 0; j < n_; ++j) {
      const double by = at_[j] - p_.start[j];
      for (std::size_t k = 0; by != 0 && k < n_; ++k) gradient_[k] += by * row(j)[k];
    }
  }

  ColumnPenalty single(std::size_t j) const { return {p_.l1[j]}; }

  /// The largest entry of the least subgradient, which becomes that of now.
  double violation() {
    double largest = 0;
    for (const std::size_t j : singles_) least_[j] = single(j).least_subgradient(at_[j], gradient_[j]);
    for (const std::size_t j : singles_) largest = std::max(largest, std::abs(least_[j]));
    p_.groups.least_subgradient(at_, gradient_, least_);
    for (std::size_t g = 0; g < p_.groups.size(); ++g)
      for (const std::size_t j : p_.groups.members(g)) largest = std::max(largest, std::abs(least_[j]));
    return largest;
  }

  // One pass, over what is not zero where `active`; returns the largest step, as the slope that it came of.
  double cycle(bool active) {
    double largest = 0;
    for (const std::size_t j : singles_) {
      if (active && at_[j] == 0 && p_.l1[j] > 0) continue;
      const double to = single(j).settle(at_[j], gradient_[j], row(j)[j]);
      largest = std::max(largest, std::abs(to - at_[j]) * row(j)[j]);
      move(j, to);
    }
    std::vector<double> to;
    for (std::size_t g = 0; g < p_.groups.size(); ++g) {
      const std::vector<std::size_t>& members = p_.groups.members(g);
      const std::vector<double> z = p_.groups.weights(g, at_);
      if (members.empty() || !(bend_[g] > 0) || (active && euclidean_norm(z) == 0)) continue;
      to.resize(z.size());
      p_.groups.penalty(g).settle(z, p_.groups.slopes(g, gradient_), bend_[g], to);
      for (std::size_t k = 0; k < to.size(); ++k) {
        const double unit = p_.groups.unit(members[k]);
        largest = std::max(largest, std::abs(to[k] - z[k]) * bend_[g] * unit);
        move(members[k], to[k] == z[k] ? at_[members[k]] : to[k] / unit);
      }
    }
    ++cycles_;
    return largest;
  }

  // A step on the weights that are not zero. False where it does not lead on.
  bool newton() {
    violation();
    std::vector<std::size_t> active, group;  // group: of each active one, or the number of groups
    for (const std::size_t j : singles_)
      if (at_[j] != 0 || p_.l1[j] == 0) {
        active.push_back(j);
        group.push_back(p_.groups.size());
      }
    for (std::size_t g = 0; g < p_.groups.size(); ++g)
      for (const std::size_t j : p_.groups.members(g))
        if (at_[j] != 0) {
          active.push_back(j);
          group.push_back(g);
        }
    const std::size_t m = active.size();
    if (m == 0) return false;
    std::vector<double> matrix(m * m), norms;
    for (std::size_t g = 0; g < p_.groups.size(); ++g) norms.push_back(euclidean_norm(p_.groups.weights(g, at_)));
    for (std::size_t a = 0; a < m; ++a)
      for (std::size_t b = 0; b < m; ++b) {
        double h = row(active[a])[active[b]];
        if (group[a] == group[b] && group[a] < p_.groups.size()) {
          const double n = norms[group[a]], ua = p_.groups.unit(active[a]), ub = p_.groups.unit(active[b]);
          h += p_.groups.penalty(group[a]).group / n * ua * ub *
               ((a == b ? 1 : 0) - ua * at_[active[a]] / n * (ub * at_[active[b]] / n));
        }
        matrix[a * m + b] = h;
      }
    GrowingFactor factor(matrix, m);
    std::vector<std::size_t> all(m);
    for (std::size_t a = 0; a < m; ++a) all[a] = a;
    factor.add(all);
    std::vector<double> x(factor.order().size()), step(m, 0.0);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = -least_[active[factor.order()[i]]];
    factor.solve(x);
    for (std::size_t i = 0; i < x.size(); ++i) step[factor.order()[i]] = x[i];
    return take(active, group, norms, step);
  }

  // As far as no sign changes that l1 would tell and no group comes near 0; taken where the model falls, or, where
  // rounding hides that, the largest subgradient does.
  bool take(const std::vector<std::size_t>& active, const std::vector<std::size_t>& group,
            const std::vector<double>& norms, const std::vector<double>& step) {
    const std::size_t m = active.size();
    double length = 1;
    std::vector<double> squares(p_.groups.size(), 0.0);
    for (std::size_t a = 0; a < m; ++a) {
      const double from = at_[active[a]];
      if (p_.l1[active[a]] > 0 && step[a] * from < 0) length = std::min(length, -from / step[a]);
      if (group[a] == p_.groups.size()) continue;
      const double by = step[a] * p_.groups.unit(active[a]);
      squares[group[a]] += by * by;
    }
    for (std::size_t g = 0; g < squares.size(); ++g)
      if (squares[g] > 0) length = std::min(length, most_shrinkage * norms[g] / std::sqrt(squares[g]));
    const double before = violation();
    const std::vector<double> from = at_;
    const std::vector<double> gradient = gradient_;
    for (int halving = 0; halving < 5; ++halving, length /= 2) {
      double linear = 0, bent = 0;
      for (std::size_t a = 0; a < m; ++a) {
        const std::size_t j = active[a];
        double to = from[j] + length * step[a];
        if (p_.l1[j] > 0 && to * from[j] <= 0) to = 0;
        linear += gradient[j] * (to - from[j]) + p_.l1[j] * (std::abs(to) - std::abs(from[j]));
        move(j, to);
      }
      for (std::size_t a = 0; a < m; ++a)
        bent += 0.5 * (gradient_[active[a]] - gradient[active[a]]) * (at_[active[a]] - from[active[a]]);
      const double change = linear + bent + p_.groups.value(at_) - p_.groups.value(from);
      const double after = violation();
      if (after < 0.5 * before || (change < 0 && after < before)) return true;
      const bool falls = change < -1e-12 * (std::abs(linear) + std::abs(bent));
      if (falls) return true;
      at_ = from;
      gradient_ = gradient;
    }
    return false;
  }

  GramStep result() {
    GramStep out;
    out.step.assign(n_, 0.0);
    double half = 0;
    for (std::size_t j = 0; j < n_; ++j) {
      const double d = at_[j] - p_.start[j];
      out.step[j] = d;
      out.slope += p_.gradient[j] * d + p_.l1[j] * (std::abs(at_[j]) - std::abs(p_.start[j]));
      half += d * (gradient_[j] - p_.gradient[j]);
    }
    out.slope += p_.groups.value(at_) - p_.groups.value(p_.start);
    out.decrease = -(out.slope + 0.5 * half);
    out.violation = violation();
    out.cycles = cycles_;
    return out;
  }

  const GroupProblem& p_;
  std::size_t n_;
  std::vector<double> at_;        // start + d
  std::vector<double> gradient_;  // gradient + hessian d
  std::vector<double> least_;
  std::vector<std::size_t> singles_;  // coordinates that are in no group
  std::vector<double> bend_;          // of groups
  int cycles_ = 0;
};

}  // namespace

GramStep group_descent(const GroupProblem& problem, double tolerance) { return GroupDescent(problem).run(tolerance); }

}  // namespace linden
