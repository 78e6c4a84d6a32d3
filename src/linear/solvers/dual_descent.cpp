// Hsieh et al. (2008), "A dual coordinate descent method for large-scale linear SVM", for all losses with corners: over
// the dual points theta of the rows,
//
//     u = -A' W theta / l2,   theta_k += z_k / (weight_k sum_j A_kj^2 / l2_j)  within its slopes, z_k = score - at,
//
// each exact, at the cost of what a row has in entries. Sparse rows are scaled and not centred: with a free intercept
// that is the same model. The intercept, whose sum of theta is to be 0, has l2 about where it stands, which moves there
// after some passes (a proximal point, Rockafellar 1976), so that nothing is left of it in the end.
//
// Corners at an end of their slopes that are pushed beyond it harder than any inner one was in the pass before are left
// out until the others are settled.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <random>
#include <utility>
#include <vector>

#include "backend/raw_value.hpp"
#include "linear/solvers/corner_pieces.hpp"
#include "linear/solvers/corner_proof.hpp"
#include "linear/solvers/solver.hpp"
#include "loss/definition.hpp"

namespace linden {
namespace {

constexpr int own_limit = 10000;  // passes
constexpr int first_proof = 8;    // passes; then after half as many again
constexpr double calm = 0.3;      // of the violation when the intercept moved last, before it moves again
constexpr int most_passes_between = 20;
constexpr int most_partial = 20;  // passes without those that are left out, which the intercept may want back
constexpr double settled = 1e-2;  // of the violation at the last look at all corners

std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

class DualDescent {
 public:
  DualDescent(Point start, const Target& target)
      : objective_(start.objective()),
        target_(target),
        limit_(target.max_iterations > 0 ? target.max_iterations : own_limit),
        point_(std::move(start)) {
    read_rows();
    add_corners();
    const std::vector<double> nothing(objective_.rows().labels.size());
    corners_.start(objective_.rows().context.workers, nothing, 1);
    for (std::size_t k = 0; k < corners_.size(); ++k) theta_.push_back(corners_.theta(k));
    stand_by_theta();
    intercept_ = objective_.design().intercept() ? point_.parameters().back() : 0;
  }

  Solution run() {
    std::vector<std::size_t> active(corners_.size());
    std::iota(active.begin(), active.end(), std::size_t{0});
    std::mt19937 random(1);
    double reach = HUGE_VAL, first = 0;
    int next_proof = first_proof, partial = 0;
    Proof proof;
    for (int pass = 1;; ++pass) {
      shuffle(active, random);
      const double violation = go_over(active, reach);
      first = std::max(first, violation);
      const bool is_whole = active.size() == corners_.size();
      partial = is_whole ? 0 : partial + 1;
      if (!is_whole && (violation <= settled * first || partial == most_partial)) {  // a look at all of them
        active.resize(corners_.size());
        std::iota(active.begin(), active.end(), std::size_t{0});
        reach = HUGE_VAL;
        first = 0;
      }
      if (pass < next_proof && pass < limit_) continue;
      next_proof += std::max(first_proof, pass / 2);
      stand_by_theta();
      proof = proven();
      const bool is_there = proof.gap <= target_.gap(point_.value());
      if (is_there || pass >= limit_) {
        Solution s{.point = std::move(point_),
                   .status = is_there ? FitStatus::converged : FitStatus::iteration_limit,
                   .estimate = proof.gap,
                   .iterations = pass};
        s.proof = proof;
        return s;
      }
    }
  }

 private:
  /// Entries of the rows, scaled.
  void read_rows() {
    const Design& design = objective_.design();
    const DesignView view = design.view();
    offsets_.push_back(0);
    centred_ = !view.sparse;
    for (std::int64_t i = 0; i < view.rows; ++i) {
      const auto add = [&](std::int32_t j, double value) {
        const double scaled = (value - (centred_ ? view.shift[j] : 0)) * view.factor[j];
        if (scaled == 0) return;
        columns_.push_back(j);
        values_.push_back(scaled);
      };
      if (view.sparse)
        each_entry(view, i, i + 1, [&](std::int64_t, std::int32_t j, double value) { add(j, value); });
      else
        for (std::int32_t j = 0; j < view.features; ++j) add(j, raw_value(view.columns[j], i));
      offsets_.push_back(values_.size());
    }
  }

  void add_corners() {
    const LinearRows& rows = objective_.rows();
    const auto weight_of = [&](std::size_t i) { return (rows.weights.empty() ? 1.0 : rows.weights[i]) * rows.share; };
    std::vector<double> squares;
    double mean = 0;
    for (std::size_t i = 0; i < rows.labels.size(); ++i) {
      double square = 0;
      for (std::size_t e = offsets_[i]; e < offsets_[i + 1]; ++e)
        square += values_[e] * (values_[e] / objective_.l2(columns_[e]));
      squares.push_back(square);
      mean += weight_of(i) * square;
    }
    if (mean > 0) intercept_l2_ = 1 / mean;  // to a row as much as its columns together
    for (std::size_t i = 0; i < rows.labels.size(); ++i) {
      const double weight = weight_of(i);
      if (!(weight > 0)) continue;
      const double square = squares[i] + (objective_.design().intercept() ? 1 / intercept_l2_ : 0);
      each_corner(rows.loss.definition().spec, rows.labels[i], [&](const Corner& c) {
        corners_.add(static_cast<std::int64_t>(i), c.at, c.low, c.high, weight);
        bend_.push_back(weight * square);
      });
    }
  }

  /// u of theta, without the rounding of its updates.
  void stand_by_theta() {
    weights_.assign(index(objective_.width() - 1), 0.0);
    for (std::size_t k = 0; k < corners_.size(); ++k) add_row(k, theta_[k]);
  }

  void add_row(std::size_t k, double turn) {
    const std::size_t i = index(corners_.source(k));
    const double by = -corners_.weight(k) * turn;
    for (std::size_t e = offsets_[i]; e < offsets_[i + 1]; ++e)
      weights_[index(columns_[e])] += by * values_[e] / objective_.l2(columns_[e]);
  }

  double distance(std::size_t k) const {
    const std::size_t i = index(corners_.source(k));
    const std::span<const double> offsets = objective_.rows().offsets;
    double score = intercept_ + (offsets.empty() ? 0 : offsets[i]);
    for (std::size_t e = offsets_[i]; e < offsets_[i + 1]; ++e) score += values_[e] * weights_[index(columns_[e])];
    return score - corners_.at(k);
  }

  /// One pass; returns the largest step that was left to make, in the unit of the scores, and leaves corners out that
  /// are pushed beyond an end by more than `reach`, which becomes that of this pass.
  double go_over(std::vector<std::size_t>& active, double& reach) {
    double largest = 0;
    std::size_t kept = 0;
    double sum = 0;  // of what theta has turned, for the intercept
    for (const std::size_t k : active) {
      const double z = distance(k), low = corners_.low(k), high = corners_.high(k), from = theta_[k];
      if ((from == high && z > reach) || (from == low && z < -reach)) continue;
      active[kept++] = k;
      const bool is_held = (from == high && z >= 0) || (from == low && z <= 0);
      if (!is_held) largest = std::max(largest, std::abs(z));
      const double to = bend_[k] > 0 ? std::clamp(from + z / bend_[k], low, high) : z > 0 ? high : low;
      if (to == from) continue;
      theta_[k] = to;
      add_row(k, to - from);
      sum += corners_.weight(k) * (to - from);
      if (objective_.design().intercept()) intercept_ -= corners_.weight(k) * (to - from) / intercept_l2_;
    }
    active.resize(kept);
    reach = largest > 0 ? largest : HUGE_VAL;
    if (objective_.design().intercept()) move_intercept(largest);
    return largest;
  }

  // The intercept's l2 is about where it stands now: what is left of the sum of theta pulls at it as before. Not before
  // the others have come to terms with where it was.
  void move_intercept(double violation) {
    if (violation > calm * violation_before_ && ++passes_since_ < most_passes_between) return;
    intercept_ -= sum_of_theta() / intercept_l2_;
    violation_before_ = violation;
    passes_since_ = 0;
  }

  double sum_of_theta() const {
    double sum = 0;
    for (std::size_t k = 0; k < theta_.size(); ++k) sum += corners_.weight(k) * theta_[k];
    return sum;
  }

  static void shuffle(std::vector<std::size_t>& order, std::mt19937& random) {
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random() % i]);
  }

  /// The point that theta stands for, with the best intercept for it, and theta with a sum of 0.
  Proof proven() {
    CornerPieces dual = corners_;
    std::vector<double> theta = theta_;
    if (objective_.design().intercept()) {
      const double sum = sum_of_theta();
      double room = 0;
      const auto slack = [&](std::size_t k) {
        return sum > 0 ? theta_[k] - corners_.low(k) : corners_.high(k) - theta_[k];
      };
      for (std::size_t k = 0; k < theta.size(); ++k) room += corners_.weight(k) * slack(k);
      for (std::size_t k = 0; k < theta.size() && room > 0; ++k) theta[k] -= sum / room * slack(k);
    }
    dual.set_theta(theta);
    std::vector<double> at = weights_;
    const Design& design = objective_.design();
    long double intercept = intercept_;
    for (std::size_t j = 0; j < at.size() && !centred_; ++j)
      intercept += static_cast<long double>(at[j]) * design.shift()[j] * design.factor()[j];
    at.push_back(design.intercept() ? static_cast<double>(intercept) : 0);
    point_ = objective_.evaluate(at);
    return corner_proof(point_, dual);
  }

  Objective& objective_;
  const Target& target_;
  int limit_;
  Point point_;
  std::vector<std::size_t> offsets_;
  std::vector<std::int32_t> columns_;
  std::vector<double> values_;
  CornerPieces corners_;
  std::vector<double> bend_, theta_, weights_;
  bool centred_ = false;
  double intercept_ = 0, intercept_l2_ = 1;
  double violation_before_ = HUGE_VAL;  // when the intercept moved last
  int passes_since_ = 0;
};

}  // namespace

bool takes_dual_descent(const Objective& objective) {
  for (std::int64_t j = 0; j + 1 < objective.width(); ++j)
    if (objective.is_free(j) && !(objective.l2(j) > 0)) return false;
  return !objective.has_l1() && !objective.has_bounds() && objective.rows().ranks.is_alone() &&
         objective.rows().backend.memory.is_host;
}

Solution dual_descent(Point start, const Target& target) { return DualDescent(std::move(start), target).run(); }

}  // namespace linden
