// Friedman, Hastie and Tibshirani (2010), "covariance updates": what a coordinate's step does to all slopes is a row of
// the Gram matrix. With the matrix of all features a fit costs one pass over the rows, which proves what was found;
// with that of some a pass more for each time that others ask to take part, as residuals tell. The matrix of some is
// formed anew with about twice as many as there were, so that all of them together cost about twice the last. A pass
// for one point waits for memory; several fits descend by the matrix of all first, and share one pass, which finds
// their rows in the cache.
#include "linear/solvers/kept_gram.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "linear/objective/working_set.hpp"
#include "linear/optimality/gap.hpp"
#include "linear/solvers/gram_descent.hpp"

namespace linden {
namespace {

constexpr int own_limit = 100;              // descents of a fit
constexpr std::int64_t most_of_all = 4096;  // features: 128 MB, and as much again while it is formed
constexpr std::size_t most_of_some = 4000;
constexpr double passes_spared = 2;  // of a fit
constexpr double inner_share = 0.1;  // of the gap that is allowed, which a descent is to leave
constexpr double rounding = 1e-15;   // of slopes, relative to the largest
constexpr std::size_t few_features = 64;
constexpr std::size_t points_of_pass = 16;
constexpr std::int64_t most_scores = std::int64_t{4} << 20;  // of the points of a pass

std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

}  // namespace

bool KeptGram::takes(const Objective& whole) noexcept { return whole.rows().is_quadratic() && whole.outputs() == 1; }

bool KeptGram::pays_for_all(const Objective& whole, int fits) noexcept {
  const std::int64_t features = whole.width() - 1;
  if (features > most_of_all) return false;
  const LinearKernels& kernels = whole.rows().backend.linear;
  const Design& design = whole.design();
  const auto entries = static_cast<double>(design.entries()),
             rows = static_cast<double>(std::max<std::int64_t>(design.rows(), 1));
  const bool is_dense = !design.is_sparse() || !kernels.has_sparse_hessian;
  const double gram =
      is_dense ? kernels.rates.gram * rows * static_cast<double>(features) * static_cast<double>(features) / 2
               : kernels.rates.sparse_gram * entries * (entries / rows + 1) / 2;
  const double pass = entries * (design.is_sparse() ? kernels.rates.sparse_pass : kernels.rates.pass);
  return gram <= passes_spared * fits * pass;
}

KeptGram::KeptGram(Objective& whole, int fits) : whole_(whole) {
  if (whole.design().is_sparse()) by_column_.emplace(whole.design().view());
  if (!pays_for_all(whole, fits)) return;
  std::vector<int> all(index(whole.width() - 1));
  for (std::size_t j = 0; j < all.size(); ++j) all[j] = static_cast<int>(j);
  form(std::move(all));
}

KeptGram::KeptGram(Objective& whole, std::vector<double> gram) : whole_(whole), gram_(std::move(gram)) {
  const std::size_t size = index(whole.width());
  for (std::size_t j = 0; j < size; ++j) diagonal_.push_back(gram_[j * size + j]);
  for (std::size_t j = 0; j + 1 < size; ++j) features_.push_back(static_cast<int>(j));
}

std::vector<double> gram_of_all(Objective& objective) {
  const std::size_t size = index(objective.width());
  Hessian room = objective.hessian_room();
  Penalty none;
  none.l1.assign(size, 0.0);
  none.l2.assign(size, 0.0);
  room.set_diagonal(none);
  objective.form(room, std::vector<double>(index(objective.rows().rows()), 1.0));
  std::vector<double> gram = room.copy();
  for (std::size_t i = 0; i < size; ++i)
    for (std::size_t j = 0; j < i; ++j) gram[j * size + i] = gram[i * size + j];
  return gram;
}

void KeptGram::form(std::vector<int> features) {
  features_ = std::move(features);
  if (is_of_all()) {
    gram_ = gram_of_all(whole_);
  } else {
    WorkingSet part(whole_, features_, by_column_ ? &*by_column_ : nullptr);
    gram_ = gram_of_all(part.objective());
  }
  diagonal_.clear();
  const std::size_t size = features_.size() + 1;
  for (std::size_t i = 0; i < size; ++i) diagonal_.push_back(gram_[i * size + i]);
}

KeptGram::Included KeptGram::include(const Point& at, std::span<const int> first) {
  if (is_of_all()) return Included::as_before;
  const Demand demand = demand_at(at, features_);
  const auto is_kept = [&](int j) { return std::ranges::binary_search(features_, j); };
  bool has_all = demand.outside == 0;
  for (std::int64_t j = 0; has_all && j + 1 < whole_.width(); ++j)
    has_all = at.parameters()[index(j)] == 0 || is_kept(static_cast<int>(j));
  if (has_all && !features_.empty()) return Included::as_before;
  const auto nonzero = index(demand.nonzero), outside = index(demand.outside);
  const std::size_t least = nonzero + std::min(outside, std::max(nonzero, 4 * few_features));
  const std::size_t wanted = std::clamp(first.size(), least, std::max(least, 2 * nonzero + few_features));
  if (wanted > most_of_some) return Included::too_many;
  form(most_demanding(demand, wanted, at.objective().penalty()));
  return Included::more;
}

std::size_t KeptGram::most_ahead() const noexcept {
  if (!is_of_all() || !whole_.takes_several()) return 0;
  const std::int64_t most = most_scores / std::max<std::int64_t>(whole_.rows().rows(), 1);
  return most < 2 ? 0 : std::min(index(most), points_of_pass);
}

void KeptGram::look_ahead(const Point& from, std::vector<Penalty> penalties, const Target& target) {
  const std::size_t size = index(whole_.width());
  std::vector<std::vector<double>> found;
  std::vector<double> at = from.parameters(), gradient = from.gradient();  // without l2
  for (std::size_t j = 0; j < size; ++j) gradient[j] -= whole_.penalty().l2[j] * at[j];
  double loss = from.mean_loss();
  for (const Penalty& penalty : penalties) {
    double value = loss;
    std::vector<double> with_l2 = gradient;
    for (std::size_t j = 0; j < size; ++j) {
      with_l2[j] += penalty.l2[j] * at[j];
      value += penalty.l2[j] / 2 * at[j] * at[j] + penalty.l1[j] * std::abs(at[j]);
    }
    std::vector<double> next = descended(penalty, {at, with_l2, value}, target, inner_share).at;
    const std::vector<double> before = gradient;
    for (std::size_t j = 0; j < size; ++j) {
      const double by = next[j] - at[j];
      if (by == 0) continue;
      const double* const row = gram_.data() + j * size;
      for (std::size_t k = 0; k < size; ++k) gradient[k] += by * row[k];
      gradient[j] += by * (diagonal_[j] - row[j]);
    }
    for (std::size_t j = 0; j < size; ++j) loss += (next[j] - at[j]) * (before[j] + gradient[j]) / 2;
    found.push_back(next);
    at = std::move(next);
  }
  std::vector<LossPoint> points = whole_.evaluate_losses(found, room_);
  for (std::size_t i = 0; i < points.size(); ++i) ahead_.push_back({std::move(penalties[i]), std::move(points[i])});
}

// What was found ahead under other penalties than those of now is of fits that did not take place.
std::optional<Point> KeptGram::found_ahead() {
  while (!ahead_.empty()) {
    Ahead next = std::move(ahead_.front());
    ahead_.pop_front();
    if (next.penalty.l1 == whole_.penalty().l1 && next.penalty.l2 == whole_.penalty().l2)
      return whole_.under_penalty(std::move(next.point));
  }
  return std::nullopt;
}

KeptGram::Descended KeptGram::descended(const Penalty& of, const Stand& from, const Target& target, double share) {
  const std::size_t size = features_.size() + 1, intercept = index(whole_.width()) - 1;
  std::vector<double> gradient, l1, start, lower, upper;
  std::vector<std::uint8_t> held;
  double least_l1 = 0, largest = 0;
  const auto add = [&](std::size_t j) {
    const ColumnPenalty penalty = of.at(j);
    const std::size_t i = gradient.size();
    gradient.push_back(from.gradient[j]);
    start.push_back(from.at[j]);
    l1.push_back(penalty.l1);
    held.push_back(whole_.is_free(static_cast<std::int64_t>(j)) ? 0 : 1);
    if (whole_.has_bounds()) {
      lower.push_back(penalty.lower);
      upper.push_back(penalty.upper);
    }
    gram_[i * size + i] = diagonal_[i] + penalty.l2;
    if (held.back() != 0) return;
    if (penalty.l1 > 0) least_l1 = least_l1 > 0 ? std::min(least_l1, penalty.l1) : penalty.l1;
    largest = std::max(largest, std::abs(gradient.back()));
  };
  for (const int j : features_) add(index(j));
  add(intercept);
  // A slope that exceeds l1 by a share of it scales the dual point down by that share, which costs at most this.
  const double cost = 2 * from.value;
  const double excess = cost > 0 ? share * target.gap(from.value) / cost : 0;
  const GramStep step = gram_descent(
      {.hessian = gram_, .gradient = gradient, .l1 = l1, .start = start, .held = held, .lower = lower, .upper = upper},
      std::max(excess * least_l1, rounding * largest));
  std::vector<double> at(from.at.size());
  const auto put = [&](std::size_t j, std::size_t i) {
    at[j] = step.step[i] == -start[i] ? 0 : start[i] + step.step[i];
  };
  for (std::size_t i = 0; i + 1 < size; ++i) put(index(features_[i]), i);
  put(intercept, size - 1);
  return {std::move(at), step.decrease};
}

Solution KeptGram::solve(Point whole, const Target& target, std::span<const int> first) {
  const int limit = target.max_iterations > 0 ? target.max_iterations : own_limit;
  int steps = 0;
  if (std::optional<Point> ahead = found_ahead(); ahead && ahead->value() < whole.value()) {
    whole = std::move(*ahead);
    steps = 1;
  }
  double estimate = std::abs(whole.value()), share = inner_share;
  for (int idle = 0;; ++steps) {
    const double allowed = target.gap(whole.value());
    const std::optional<double> bound = fenchel_gap(whole, allowed);
    if (bound && std::isfinite(*bound)) estimate = *bound;
    const auto ended = [&](FitStatus status) { return Solution{std::move(whole), status, estimate, steps}; };
    if (bound && *bound <= allowed) return ended(FitStatus::converged);
    if (idle == 3) return ended(FitStatus::stalled);
    if (steps >= limit) return ended(FitStatus::iteration_limit);
    const Included included = include(whole, first);
    if (included == Included::too_many) {
      Solution rest = coordinate_descent(std::move(whole), target);
      rest.iterations += steps;
      return rest;
    }
    if (included == Included::as_before && steps > 0) share *= 0.01;
    const Descended descent =
        descended(whole_.penalty(), {whole.parameters(), whole.gradient(), whole.value()}, target, share);
    if (!bound) estimate = std::max(descent.decrease, 0.0);
    // Without a bound a descent that gains nothing says that it is there.
    if (!bound && steps > 0 && estimate <= inner_share * allowed) return ended(FitStatus::converged);
    if (descent.at == whole.parameters()) return ended(bound ? FitStatus::stalled : FitStatus::converged);
    Point next = whole_.evaluate(descent.at);
    idle = next.value() < whole.value() ? 0 : idle + 1;
    if (next.value() <= whole.value() + rounding_of(whole.value())) whole = std::move(next);
  }
}

}  // namespace linden
