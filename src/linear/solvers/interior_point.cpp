// The optimum of a loss with corners, for the weighted mean of max_theta theta (score - at) over theta in [low, high]
// plus l2 / 2 u^2: with theta as the multipliers of the rows, it is where
//
//     l2 u + A' W theta = 0,   theta on the side of its slopes that the score asks for (corner_pieces.hpp).
//
// Newton's step of these, with the steps of theta eliminated, is a system of the size of u,
//
//     (A' W D A + l2) du = -(l2 u + A' W (theta + pull)),
//
// whose matrix is the Hessian of rows with the curvatures D. l1 and bounds are corners of the weights themselves: they
// add to its diagonal. Portnoy and Koenker (1997) for quantiles; here with Mehrotra's second order.
//
// The dual point is feasible but for rounding, which one more solution takes out: so the gap is proven. At the end
// weights that l1 or a bound holds are set there, and where nothing bends the vertex is solved for.
#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "linear/optimality/gap.hpp"
#include "linear/solvers/corner_pieces.hpp"
#include "linear/solvers/corner_proof.hpp"
#include "linear/solvers/solver.hpp"
#include "linear/solvers/vertex.hpp"
#include "loss/definition.hpp"

namespace linden {
namespace {

constexpr int own_limit = 200;
constexpr double most_of_the_way = 0.9995;  // to where something becomes 0
constexpr double shortest = 1e-9;           // steps that lead nowhere
constexpr double exact = 1e-2;              // of the gap asked for, as steps are few and the last gain most
constexpr int most_repairs = 8;             // of a Hessian without a factor
constexpr int patience = 6;                 // steps that do not lower the product

std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

class InteriorPoint {
 public:
  InteriorPoint(Point start, const Target& target)
      : objective_(start.objective()),
        workers_(objective_.rows().context.workers),
        ranks_(objective_.rows().ranks),
        target_(target),
        limit_(target.max_iterations > 0 ? target.max_iterations : own_limit),
        best_(std::move(start)),
        at_(best_.parameters()),
        room_(objective_.hessian_room()) {
    add_corners();
    scores_ = with_offsets(objective_.scores_of(at_));
    double sum = 0;
    for (std::size_t k = 0; k < rows_.size(); ++k)
      sum += rows_.weight(k) * std::abs(scores_[index(rows_.source(k))] - rows_.at(k));
    const double away = ranks_.sum(sum);
    rows_.start(workers_, scores_, away > 0 ? 0.5 * away : 1);
    columns_.start(workers_, at_, away > 0 ? 0.5 * away : 1);
  }

  Solution run() {
    FitStatus status = FitStatus::iteration_limit;
    double least = HUGE_VAL;
    int iterations = 0, idle = 0;
    for (; iterations < limit_; ++iterations) {
      const double product = product_at(0, 0).sum;
      idle = product < 0.9 * least ? 0 : idle + 1;
      least = std::min(least, product);
      if (product <= exact * target_.gap(value()) || idle == patience || !step()) {
        status = FitStatus::converged;  // whether it has, the proof tells
        break;
      }
    }
    return finished(status, iterations);
  }

 private:
  bool has_corners_in_weights() const { return !columns_.empty(); }

  void add_corners() {
    const LinearRows& rows = objective_.rows();
    for (std::size_t i = 0; i < rows.labels.size(); ++i) {
      const double weight = (rows.weights.empty() ? 1.0 : rows.weights[i]) * rows.share;
      if (weight > 0)
        each_corner(rows.loss.definition().spec, rows.labels[i],
                    [&](const Corner& c) { rows_.add(static_cast<std::int64_t>(i), c.at, c.low, c.high, weight); });
    }
    const double weight = 1 / static_cast<double>(objective_.size());
    for (std::int64_t j = 0; j < objective_.size(); ++j) {
      if (!objective_.is_free(j)) continue;
      const ColumnPenalty penalty = objective_.column_penalty(j);
      constexpr double open = ColumnPenalty::no_bound;
      if (penalty.l1 > 0) columns_.add(j, 0, -penalty.l1 / weight, penalty.l1 / weight, weight);
      if (penalty.lower > -open) columns_.add(j, penalty.lower, -open, 0, weight);
      if (penalty.upper < open) columns_.add(j, penalty.upper, 0, open, weight);
      bends_ = bends_ || penalty.l2 > 0;
    }
  }

  std::vector<double> with_offsets(std::vector<double> scores) const {
    const std::span<const double> offsets = objective_.rows().offsets;
    for (std::size_t i = 0; i < offsets.size(); ++i) scores[i] += offsets[i];
    return scores;
  }

  // The objective here, for weights that may be a little beyond their bounds.
  double value() {
    double sum = 0;
    for (std::size_t k = 0; k < rows_.size(); ++k)
      sum += rows_.weight(k) * Corner{rows_.at(k), rows_.low(k), rows_.high(k)}.value(scores_[index(rows_.source(k))]);
    sum = ranks_.sum(sum);
    for (std::int64_t j = 0; j < objective_.size(); ++j)
      sum += objective_.l1(j) * std::abs(at_[index(j)]) + objective_.l2(j) / 2 * at_[index(j)] * at_[index(j)];
    return sum;
  }

  CornerPieces::Product product_at(double primal, double dual) const {
    CornerPieces::Product all = rows_.product(workers_, primal, dual);
    all.sum = ranks_.sum(all.sum);
    all.weight = ranks_.sum(all.weight);
    const CornerPieces::Product columns = columns_.product(workers_, primal, dual);
    return {all.sum + columns.sum, all.weight + columns.weight};
  }

  // False where the Hessian has no factor.
  bool form() {
    std::vector<double> more(index(objective_.size()), 0.0);
    const double weight = 1 / static_cast<double>(objective_.size());
    for (std::size_t j = 0; j < more.size(); ++j) more[j] = weight * column_bend_[j];
    double mean = 0;
    const LinearRows& rows = objective_.rows();
    for (std::size_t i = 0; i < row_bend_.size(); ++i)
      mean += (rows.weights.empty() ? 1.0 : rows.weights[i]) * rows.share * row_bend_[i];
    mean = ranks_.sum(mean);
    double repair = 0;
    for (int k = 0; k < most_repairs; ++k, repair = repair == 0 ? 1e-14 * mean : 100 * repair) {
      for (double& value : more) value += repair;
      room_.set_diagonal(objective_.penalty(), more);
      objective_.form(room_, row_bend_);
      if (room_.factor() < 0) return true;
    }
    return false;
  }

  // The step of the parameters, and of the scores.
  void solve() {
    const std::vector<double> pull = objective_.gradient_of(row_pull_);
    const double weight = 1 / static_cast<double>(objective_.size());
    step_.assign(at_.size(), 0.0);
    for (std::size_t j = 0; j < at_.size(); ++j) {
      const auto parameter = static_cast<std::int64_t>(j);
      if (objective_.is_free(parameter))
        step_[j] = -(objective_.l2(parameter) * at_[j] + pull[j] + weight * column_pull_[j]);
    }
    room_.solve(step_);
    row_step_ = objective_.scores_of(step_);
  }

  void aim(CornerPieces::Aim aim, double mu) {
    row_bend_.assign(scores_.size(), 0.0);
    row_pull_.assign(scores_.size(), 0.0);
    column_bend_.assign(at_.size(), 0.0);
    column_pull_.assign(at_.size(), 0.0);
    rows_.aim(workers_, aim, mu, scores_, row_bend_, row_pull_);
    columns_.aim(workers_, aim, mu, at_, column_bend_, column_pull_);
  }

  void follow(CornerPieces::Aim aim, double mu) {
    rows_.follow(workers_, aim, mu, row_step_);
    columns_.follow(workers_, aim, mu, step_);
  }

  // As far as all stays inside; where l2 ties the weights to the dual point, both go as far.
  CornerPieces::Lengths lengths(double most) const {
    const CornerPieces::Lengths rows = rows_.lengths(workers_), columns = columns_.lengths(workers_);
    double primal = std::min({1.0, most * -ranks_.max(-rows.primal), most * columns.primal});
    double dual = std::min({1.0, most * -ranks_.max(-rows.dual), most * columns.dual});
    if (bends_) primal = dual = std::min(primal, dual);
    return {primal, dual};
  }

  bool step() {
    const CornerPieces::Product before = product_at(0, 0);
    const double mu = before.sum / before.weight;
    aim(CornerPieces::Aim::affine, 0);
    if (!form()) return false;
    solve();
    follow(CornerPieces::Aim::affine, 0);
    const CornerPieces::Lengths affine = lengths(1);
    const double left = product_at(affine.primal, affine.dual).sum / before.sum;
    const double to = mu * left * left * left;
    aim(CornerPieces::Aim::centred, to);
    solve();
    follow(CornerPieces::Aim::centred, to);
    const CornerPieces::Lengths far = lengths(most_of_the_way);
    if (!(far.primal > shortest) && !(far.dual > shortest)) return false;
    for (const double s : step_)
      if (!std::isfinite(s)) return false;
    rows_.take(workers_, far.primal, far.dual);
    columns_.take(workers_, far.primal, far.dual);
    for (std::size_t j = 0; j < at_.size(); ++j) at_[j] += far.primal * step_[j];
    for (std::size_t i = 0; i < scores_.size(); ++i) scores_[i] += far.primal * row_step_[i];
    rows_.move_to(workers_, scores_);
    columns_.move_to(workers_, at_);
    return true;
  }

  std::vector<double> within_bounds() const {
    std::vector<double> at = at_;
    for (std::size_t j = 0; j < at.size(); ++j)
      at[j] = objective_.column_penalty(static_cast<std::int64_t>(j)).clamp(at[j]);
    return at;
  }

  // With the weights that a corner of theirs holds there: those whose theta is further from the ends of its slopes,
  // relative to them, than the weight from the corner, relative to the largest.
  std::vector<double> snapped(std::vector<std::uint8_t>& held) const {
    std::vector<double> at = within_bounds();
    double largest = 0;
    for (const double u : at) largest = std::max(largest, std::abs(u));
    held.assign(at.size(), 0);
    for (std::size_t k = 0; k < columns_.size(); ++k) {
      const std::size_t j = index(columns_.source(k));
      const double width = columns_.high(k) - columns_.low(k);
      const double scale = std::isfinite(width) ? width : static_cast<double>(at.size());
      if (held[j] != 0 || columns_.distance(k) * scale > columns_.slack(k) * largest) continue;
      at[j] = columns_.at(k);
      held[j] = 1;
    }
    return at;
  }

  void take_if_better(std::span<const double> at) {
    Point point = objective_.evaluate(at);
    if (point.value() <= best_.value() + rounding_of(best_.value())) best_ = std::move(point);
  }

  Solution finished(FitStatus status, int iterations) {
    take_if_better(within_bounds());
    std::vector<std::uint8_t> held;
    const std::vector<double> at = snapped(held);
    if (has_corners_in_weights()) take_if_better(at);
    if (!bends_ && ranks_.is_alone())
      if (const std::optional<std::vector<double>> vertex = vertex_near(objective_, rows_, at, held))
        take_if_better(*vertex);
    const Proof proof = prove();
    if (status == FitStatus::converged && !(proof.gap <= target_.gap(best_.value()))) status = FitStatus::stalled;
    Solution solution{.point = std::move(best_), .status = status, .estimate = proof.gap, .iterations = iterations};
    solution.proof = proof;
    return solution;
  }

  // The dual point's sums over rows that want to be 0 are made so, twice, by the factor of the last step.
  Proof prove() {
    std::vector<double> off(at_.size());
    for (int repair = 0; repair < 2 && !step_.empty(); ++repair) {
      std::vector<double> theta(scores_.size());
      rows_.add_theta(theta);
      const std::vector<double> q = objective_.gradient_of(theta);
      for (std::int64_t j = 0; j < objective_.size(); ++j) {
        const double sum = q[index(j)];
        off[index(j)] = wants_zero_sum(objective_, j) && objective_.column_penalty(j).factor(sum) < 1 ? -sum : 0;
      }
      room_.solve(off);
      rows_.add_step(workers_, objective_.scores_of(off));
    }
    for (double& step : off) step = std::abs(step);
    Proof proof = corner_proof(best_, rows_, off);
    if (step_.empty()) proof.gap = best_.value() + rounding_of(best_.value());  // no dual point was looked for
    return proof;
  }

  Objective& objective_;
  Workers& workers_;
  const Ranks ranks_;
  const Target& target_;
  int limit_;
  Point best_;
  std::vector<double> at_, scores_;
  Hessian room_;
  CornerPieces rows_, columns_;
  bool bends_ = false;  // whether any weight has l2
  std::vector<double> row_bend_, row_pull_, row_step_, column_bend_, column_pull_, step_;
};

}  // namespace

Solution interior_point(Point start, const Target& target) { return InteriorPoint(std::move(start), target).run(); }

}  // namespace linden
