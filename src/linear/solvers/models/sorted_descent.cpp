// Beck and Teboulle (2009), "FISTA", with the restart of O'Donoghue and Candes (2015). Coordinates are weights in the
// units that are penalised.
#include "linear/solvers/models/sorted_descent.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "linear/objective/sorted_penalty.hpp"
#include "linear/solvers/models/growing_factor.hpp"

namespace linden {
namespace {

constexpr int most_sorted_rounds = 400;
constexpr int most_idle_rounds = 60;  // that do not halve the largest subgradient
constexpr int steps_of_round = 12;    // proximal ones
constexpr int most_faces = 40;        // of one round

class SortedDescent {
 public:
  explicit SortedDescent(const SortedProblem& problem)
      : p_(problem),
        n_(problem.gradient.size()),
        unit_(n_, 1.0),
        at_(problem.start.begin(), problem.start.end()),
        hessian_(problem.hessian.begin(), problem.hessian.end()),
        slope_(problem.gradient.begin(), problem.gradient.end()) {
    const SortedWeights& w = p_.weights;
    std::vector<std::uint8_t> is_sorted(n_, 0);
    for (std::size_t first = 0; first < n_; first += w.width())
      for (std::size_t k = 0; k < w.columns.size(); ++k) {
        unit_[first + w.columns[k]] = w.unit[k];
        is_sorted[first + w.columns[k]] = 1;
      }
    for (std::size_t j = 0; j < n_; ++j) {
      at_[j] *= unit_[j];
      slope_[j] /= unit_[j];
      for (std::size_t k = 0; k < n_; ++k) hessian_[j * n_ + k] /= unit_[j] * unit_[k];
      if (is_sorted[j] == 0 && p_.held[j] == 0 && row(j)[j] > 0) free_.push_back(j);
    }
    start_ = at_;
    first_slope_ = slope_;
    double trace = 0, largest = 0;
    const auto add = [&](std::size_t j) {
      double sum = 0;
      for (std::size_t k = 0; k < n_; ++k)
        if (p_.held[k] == 0) sum += std::abs(row(j)[k]);
      trace += row(j)[j];
      largest = std::max(largest, sum);
    };
    for (std::size_t j = 0; j < n_; ++j)
      if (p_.held[j] == 0) add(j);
    bend_ = std::min(trace, largest);
  }

  GramStep run(double tolerance) {
    double last = std::numeric_limits<double>::infinity();
    int idle = 0;
    for (int round = 0; round < most_sorted_rounds && violation() > tolerance && idle < most_idle_rounds; ++round) {
      descend();
      for (int k = 0; k < most_faces && walk_on_face(); ++k) continue;
      const double now = violation();
      idle = now < 0.5 * last ? 0 : idle + 1;
      last = std::min(last, now);
    }
    return result();
  }

 private:
  const double* row(std::size_t j) const { return hessian_.data() + j * n_; }

  std::vector<double> slope_at(const std::vector<double>& z) const {
    std::vector<double> slope = first_slope_;
    for (std::size_t j = 0; j < n_; ++j) {
      const double by = z[j] - start_[j];
      for (std::size_t k = 0; by != 0 && k < n_; ++k) slope[k] += by * row(j)[k];
    }
    return slope;
  }

  void go_to(std::vector<double> z) {
    at_ = std::move(z);
    slope_ = slope_at(at_);
    ++cycles_;
  }

  template <class Body>
  void each_output(const Body& body) const {
    for (std::size_t first = 0; first < n_; first += p_.weights.width()) body(first);
  }
  std::vector<double> part(const std::vector<double>& of, std::size_t first) const {
    std::vector<double> part;
    for (const std::size_t column : p_.weights.columns) part.push_back(of[first + column]);
    return part;
  }

  /// The largest entry of the least subgradient, in the units of the problem.
  double violation() {
    double largest = 0;
    for (const std::size_t j : free_) largest = std::max(largest, std::abs(slope_[j]));
    each_output([&](std::size_t first) {
      const std::vector<double> z = part(at_, first);
      std::vector<double> down = part(slope_, first), to(z.size());
      for (double& value : down) value = -value;
      sorted_direction(z, down, p_.weights.strengths, alike_of(z), to);
      for (std::size_t k = 0; k < z.size(); ++k) largest = std::max(largest, std::abs(to[k]) * p_.weights.unit[k]);
    });
    return largest;
  }

  /// The lowest point of the parabola of `bend_` above the model at z.
  std::vector<double> proximal(const std::vector<double>& z, const std::vector<double>& slope) const {
    std::vector<double> to = z, shares;
    for (const double strength : p_.weights.strengths) shares.push_back(strength / bend_);
    for (const std::size_t j : free_) to[j] = z[j] - slope[j] / bend_;
    each_output([&](std::size_t first) {
      std::vector<double> v = part(z, first), x(v.size());
      const std::vector<double> g = part(slope, first);
      for (std::size_t k = 0; k < v.size(); ++k) v[k] -= g[k] / bend_;
      sorted_prox(v, shares, x);
      for (std::size_t k = 0; k < x.size(); ++k) to[first + p_.weights.columns[k]] = x[k];
    });
    return to;
  }

  void descend() {
    if (!(bend_ > 0)) return;
    std::vector<double> ahead = at_;
    double momentum = 1;
    for (int step = 0; step < steps_of_round; ++step) {
      std::vector<double> next = proximal(ahead, slope_at(ahead));
      double turn = 0;
      for (std::size_t j = 0; j < n_; ++j) turn += (ahead[j] - next[j]) * (next[j] - at_[j]);
      const double grown = turn > 0 ? 1 : (1 + std::sqrt(1 + 4 * momentum * momentum)) / 2;
      const double share = turn > 0 ? 0 : (momentum - 1) / grown;
      for (std::size_t j = 0; j < n_; ++j) ahead[j] = next[j] + share * (next[j] - at_[j]);
      momentum = grown;
      at_ = std::move(next);
      ++cycles_;
    }
    slope_ = slope_at(at_);
  }

  /// Sizes that are the same, of one output, the largest first; none of 0.
  struct Cluster {
    std::size_t first = 0;  // of the output
    double size = 0, strength = 0;
  };

  // A step on what differs, as far as sizes keep their order. True where some have met on the way: there is another
  // face then.
  bool walk_on_face() {
    const std::size_t none = n_ + 1;
    std::vector<std::size_t> place(n_, none);
    std::vector<double> side(n_, 1.0);
    std::vector<Cluster> clusters;
    each_output([&](std::size_t first) {
      const std::vector<double> z = part(at_, first);
      std::vector<std::size_t> order(z.size());
      std::iota(order.begin(), order.end(), std::size_t{0});
      std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return std::abs(z[a]) > std::abs(z[b]); });
      const double alike = alike_of(z);
      for (std::size_t k = 0; k < order.size() && std::abs(z[order[k]]) > alike; ++k) {
        const double size = std::abs(z[order[k]]);
        if (k == 0 || std::abs(z[order[k - 1]]) - size > alike) clusters.push_back({first, size, 0});
        clusters.back().strength += p_.weights.strengths[k];
        const std::size_t j = first + p_.weights.columns[order[k]];
        place[j] = clusters.size() - 1;
        side[j] = z[order[k]] < 0 ? -1 : 1;
      }
    });
    const std::size_t m = clusters.size() + free_.size();
    for (std::size_t k = 0; k < free_.size(); ++k) place[free_[k]] = clusters.size() + k;
    if (m == 0) return false;
    std::vector<double> matrix(m * m), slope(m);
    for (std::size_t c = 0; c < clusters.size(); ++c) slope[c] = clusters[c].strength;
    for (std::size_t i = 0; i < n_; ++i) {
      if (place[i] == none) continue;
      slope[place[i]] += side[i] * slope_[i];
      for (std::size_t j = 0; j < n_; ++j)
        if (place[j] != none) matrix[place[i] * m + place[j]] += side[i] * side[j] * row(i)[j];
    }
    const std::vector<double> step = newton_step(matrix, slope);
    const auto [length, met] = longest(clusters, step);
    std::vector<double> to = at_;
    for (std::size_t j = 0; j < n_; ++j) {
      if (place[j] == none) continue;
      std::size_t c = place[j];
      if (c >= clusters.size()) {
        to[j] += length * step[c];
        continue;
      }
      const bool is_last = c + 1 == clusters.size() || clusters[c + 1].first != clusters[c].first;
      if (c == met && is_last) {
        to[j] = 0;
        continue;
      }
      if (met < clusters.size() && c == met + 1 && clusters[c].first == clusters[met].first) c = met;
      to[j] = side[j] * std::max(clusters[c].size + length * step[c], 0.0);
    }
    go_to(std::move(to));
    return met < clusters.size();
  }

  std::vector<double> newton_step(const std::vector<double>& matrix, const std::vector<double>& slope) const {
    const std::size_t m = slope.size();
    GrowingFactor factor(matrix, m);
    std::vector<std::size_t> all(m);
    std::iota(all.begin(), all.end(), std::size_t{0});
    factor.add(all);
    std::vector<double> x, step(m, 0.0);
    for (const std::size_t i : factor.order()) x.push_back(-slope[i]);
    factor.solve(x);
    for (std::size_t i = 0; i < x.size(); ++i) step[factor.order()[i]] = x[i];
    return step;
  }

  /// How far a step goes before a cluster meets the one behind it, or 0, and which; none: their number.
  static std::pair<double, std::size_t> longest(const std::vector<Cluster>& clusters, const std::vector<double>& step) {
    std::pair<double, std::size_t> found{1, clusters.size()};
    for (std::size_t c = 0; c < clusters.size(); ++c) {
      const bool is_last = c + 1 == clusters.size() || clusters[c + 1].first != clusters[c].first;
      const double apart = clusters[c].size - (is_last ? 0 : clusters[c + 1].size);
      const double closing = (is_last ? 0 : step[c + 1]) - step[c];
      if (closing > 0 && closing * found.first >= apart) found = {apart / closing, c};
    }
    return found;
  }

  GramStep result() {
    GramStep out;
    out.step.assign(n_, 0.0);
    std::vector<double> to(p_.start.begin(), p_.start.end());
    double half = 0;
    for (std::size_t j = 0; j < n_; ++j) {
      if (at_[j] == start_[j]) continue;
      out.step[j] = at_[j] / unit_[j] - p_.start[j];
      to[j] = at_[j] / unit_[j];
      out.slope += p_.gradient[j] * out.step[j];
      half += (at_[j] - start_[j]) * (slope_[j] - first_slope_[j]);
    }
    out.slope += p_.weights.value(to) - p_.weights.value(p_.start);
    out.decrease = -(out.slope + 0.5 * half);
    out.violation = violation();
    out.cycles = cycles_;
    return out;
  }

  const SortedProblem& p_;
  std::size_t n_;
  std::vector<double> unit_, at_;  // at_: start + d
  std::vector<double> hessian_, slope_, start_, first_slope_;
  std::vector<std::size_t> free_;  // coordinates without a penalty
  double bend_ = 0;                // no less than the largest eigenvalue
  int cycles_ = 0;
};

}  // namespace

GramStep sorted_descent(const SortedProblem& problem, double tolerance) {
  return SortedDescent(problem).run(tolerance);
}

}  // namespace linden
