// Sums over rows go chunk by chunk, 4096 rows each, and the chunks are added in order: the same for any number of
// threads.
#include "linear/objective/dual_rows.hpp"

#include <cmath>
#include <limits>

#include "linear/design/host_passes.hpp"
#include "linear/objective/conjugates.hpp"

namespace linden {
namespace {

constexpr std::int64_t chunk_rows = 4096;
constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr int newton_steps = 40;

/// x = A^-1 x by Cholesky, for a symmetric A [n, n] that is overwritten. False unless it is positive definite.
bool solve(std::vector<double>& a, std::vector<double>& x) {
  const std::size_t n = x.size();
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t k = 0; k < j; ++k) {
      for (std::size_t i = j; i < n; ++i) a[i * n + j] -= a[i * n + k] * a[j * n + k];
      x[j] -= a[j * n + k] * x[k];
    }
    if (!(a[j * n + j] > 0)) return false;
    const double pivot = std::sqrt(a[j * n + j]);
    for (std::size_t i = j; i < n; ++i) a[i * n + j] /= pivot;
    x[j] /= pivot;
  }
  for (std::size_t j = n; j-- > 0;) {
    for (std::size_t i = j + 1; i < n; ++i) x[j] -= a[i * n + j] * x[i];
    x[j] /= a[j * n + j];
  }
  return true;
}

/// Where the mean slope of one score, which grows with the move, crosses zero.
struct Bracket {
  /// From a move with this slope by a Newton step, or to the middle where that would leave the bracket. False where
  /// neither leads anywhere.
  bool next(double& move, double slope, double newton) {
    (slope < 0 ? low : high) = move;
    const double to = move - newton;
    move = to > low && to < high ? to : 0.5 * (low + high);
    return std::isfinite(move);
  }

  double low = -infinite, high = infinite;
};

}  // namespace

/// A row at hand: its scores with `move` added, the slopes there, and for softmax the shares of the classes.
struct DualRows::Row {
  explicit Row(const DualRows& rows)
      : of(rows),
        scores(rows.outputs_),
        shares(rows.outputs_),
        logs(rows.outputs_),
        slopes(rows.outputs_),
        moved(rows.outputs_) {}

  void load(std::int64_t row, std::span<const double> move) {
    const auto i = static_cast<std::size_t>(row), stride = static_cast<std::size_t>(of.rows_);
    label = of.objective_.rows().labels[i];
    for (std::size_t k = 0; k < scores.size(); ++k) {
      scores[k] = of.scores_[k * stride + i] + (move.empty() ? 0 : move[k]);
    }
    if (is_loss<SoftmaxLoss>(of.loss_)) {
      shares_of(scores, shares, logs);
      softmax_slopes(shares, static_cast<std::size_t>(label), slopes);
    } else {
      slopes[0] = slope_of(of.loss_, scores[0], label);
    }
  }

  /// Of the dual point slopes + d.
  double divergence(std::span<const double> d) const {
    if (!is_loss<SoftmaxLoss>(of.loss_)) return linden::divergence(of.loss_, scores[0], label, d[0]);
    double sum = 0;
    for (std::size_t k = 0; k < d.size(); ++k) sum += SoftmaxLoss::divergence(shares[k], logs[k], d[k]);
    return sum;
  }

  const DualRows& of;
  double label = 0;
  std::vector<double> scores, shares, logs, slopes, moved;
};

DualRows::DualRows(const Point& point)
    : objective_(point.objective()),
      loss_(objective_.rows().spec()),
      rows_(objective_.rows().rows()),
      outputs_(static_cast<std::size_t>(objective_.outputs())),
      scores_(point.scores()) {}

/// Weighted means of `count` numbers a row: body(i, row, weight, sums) adds weight times those of row i. Rows of weight
/// 0 are left out, whatever they are.
template <class Body>
std::vector<double> DualRows::means(std::size_t count, const Body& body) const {
  const std::span<const double> weights = objective_.rows().weights;
  std::vector<double> sums(static_cast<std::size_t>((rows_ + chunk_rows - 1) / chunk_rows) * count);
  objective_.rows().context.workers.chunks(
      rows_, chunk_rows, [&](std::int64_t begin, std::int64_t end, std::int64_t chunk, int) {
        Row row(*this);
        const std::span<double> out = std::span(sums).subspan(static_cast<std::size_t>(chunk) * count, count);
        for (std::int64_t i = begin; i < end; ++i) {
          const double weight = weights.empty() ? 1.0 : weights[static_cast<std::size_t>(i)];
          if (weight > 0) body(i, row, weight * objective_.rows().share, out);
        }
      });
  std::vector<double> means(count);
  for (std::size_t s = 0; s < sums.size(); ++s) means[s % count] += sums[s];
  objective_.rows().ranks.sum(means);
  return means;
}

double DualRows::divergence(double factor, std::span<const double> shift, std::span<const double> move) const {
  if (const CoxRows* const cox = objective_.rows().cox())
    return objective_.rows().share * CoxPoint(*cox, scores_).divergence(factor);
  return means(1, [&](std::int64_t i, Row& row, double weight, std::span<double> out) {
    // d = factor (moved slope - slope - shift) - (1 - factor) slope
    std::vector<double>& d = row.moved;
    if (move.empty()) {
      row.load(i, {});
      for (std::size_t k = 0; k < d.size(); ++k) d[k] = 0;
    } else {
      row.load(i, move);
      d = row.slopes;
      row.load(i, {});
      for (std::size_t k = 0; k < d.size(); ++k) d[k] -= row.slopes[k];
    }
    for (std::size_t k = 0; k < d.size(); ++k) {
      d[k] = factor * (d[k] - (shift.empty() ? 0 : shift[k])) - (1 - factor) * row.slopes[k];
    }
    out[0] += weight * row.divergence(d);
  })[0];
}

std::vector<double> DualRows::scores_of(std::span<const double> step) const {
  return host_scores(objective_.design(), objective_.rows().context.workers, static_cast<std::int32_t>(outputs_), step);
}

// row.moved = -bend * scores, of softmax -(diag(p) - p p') scores.
void DualRows::newton_move(Row& row, std::span<const double> bends, std::span<const double> scores,
                           std::size_t i) const {
  if (!is_loss<SoftmaxLoss>(loss_)) {
    row.moved[0] = -bends[i] * scores[i];
    return;
  }
  const auto stride = static_cast<std::size_t>(rows_);
  double mean = 0;
  for (std::size_t k = 0; k < outputs_; ++k) mean += row.shares[k] * scores[k * stride + i];
  for (std::size_t k = 0; k < outputs_; ++k) row.moved[k] = -row.shares[k] * (scores[k * stride + i] - mean);
}

double DualRows::newton_divergence(std::span<const double> bends, std::span<const double> scores) const {
  if (const CoxRows* const cox = objective_.rows().cox())
    return objective_.rows().share * CoxPoint(*cox, scores_).newton_divergence(scores);
  return means(1, [&](std::int64_t i, Row& row, double weight, std::span<double> out) {
    row.load(i, {});
    newton_move(row, bends, scores, static_cast<std::size_t>(i));
    out[0] += weight * row.divergence(row.moved);
  })[0];
}

std::vector<double> DualRows::newton_point(std::span<const double> bends, std::span<const double> scores) const {
  std::vector<double> theta(scores_.size());
  const auto stride = static_cast<std::size_t>(rows_);
  objective_.rows().context.workers.chunks(
      rows_, chunk_rows, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
        Row row(*this);
        for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
          row.load(static_cast<std::int64_t>(i), {});
          newton_move(row, bends, scores, i);
          for (std::size_t k = 0; k < outputs_; ++k) theta[k * stride + i] = row.slopes[k] + row.moved[k];
        }
      });
  return theta;
}

double DualRows::divergence_of(std::span<const double> theta, double factor) const {
  const auto stride = static_cast<std::size_t>(rows_);
  return means(1, [&](std::int64_t row_number, Row& row, double weight, std::span<double> out) {
    row.load(row_number, {});
    for (std::size_t k = 0; k < outputs_; ++k)
      row.moved[k] = factor * theta[k * stride + static_cast<std::size_t>(row_number)] - row.slopes[k];
    out[0] += weight * row.divergence(row.moved);
  })[0];
}

std::vector<double> DualRows::bends() const {
  if (is_loss<SoftmaxLoss>(loss_) || objective_.rows().cox() != nullptr) return {};
  std::vector<double> bends(scores_.size());
  for (std::size_t i = 0; i < bends.size(); ++i) bends[i] = bend_of(loss_, scores_[i], objective_.rows().labels[i]);
  return bends;
}

double DualRows::least_mean() const {
  return means(1, [&](std::int64_t i, Row&, double weight, std::span<double> out) {
    out[0] += weight * least_loss(loss_, objective_.rows().labels[static_cast<std::size_t>(i)]);
  })[0];
}

bool DualRows::keep_inside(std::span<double> bends, std::span<const double> scores) const {
  if (bends.empty()) return false;  // softmax
  bool is_changed = false;
  const double limit = slope_limit(loss_);
  for (std::size_t i = 0; i < bends.size(); ++i) {
    const double slope = slope_of(loss_, scores_[i], objective_.rows().labels[i]);
    const double d = -bends[i] * scores[i];
    if (bends[i] == 0) continue;
    if (limit < infinite ? std::abs(slope + d) <= limit
                         : linden::divergence(loss_, scores_[i], objective_.rows().labels[i], d) < infinite)
      continue;
    bends[i] = 0;
    is_changed = true;
  }
  return objective_.rows().ranks.max(is_changed ? 1.0 : 0.0) > 0;
}

std::optional<DualRows::Centre> DualRows::centre(double enough) const {
  // The shares of softmax sum to one: its Hessian has no curvature along equal moves, and the last output stays.
  const bool softmax = is_loss<SoftmaxLoss>(loss_);
  const std::size_t free = softmax ? outputs_ - 1 : outputs_;
  Centre centre{std::vector<double>(outputs_), 0};
  Bracket between;
  for (int step = 0; step < newton_steps; ++step) {
    // The mean slopes [free], then the Hessian [free, free].
    const std::vector<double> sums =
        means(free + free * free, [&](std::int64_t i, Row& row, double weight, std::span<double> out) {
          row.load(i, centre.move);
          for (std::size_t k = 0; k < free; ++k) out[k] += weight * row.slopes[k];
          if (!softmax) {
            out[1] += weight * bend_of(loss_, row.scores[0], row.label);
            return;
          }
          for (std::size_t k = 0; k < free; ++k) {
            for (std::size_t l = 0; l < free; ++l) {
              out[free + k * free + l] += weight * row.shares[k] * ((k == l ? 1.0 : 0.0) - row.shares[l]);
            }
          }
        });
    const std::vector<double> slope(sums.begin(), sums.begin() + static_cast<std::ptrdiff_t>(free));
    std::vector<double> hessian(sums.begin() + static_cast<std::ptrdiff_t>(free), sums.end()), newton = slope;
    const bool is_solved = solve(hessian, newton);
    double decrement = is_solved ? 0 : infinite;
    for (std::size_t k = 0; k < free && is_solved; ++k) decrement += 0.5 * slope[k] * newton[k];
    centre.left = decrement;
    if (decrement <= enough) return centre;
    if (softmax) {
      if (!std::isfinite(decrement)) return std::nullopt;
      for (std::size_t k = 0; k < free; ++k) centre.move[k] -= newton[k];
    } else if (!between.next(centre.move[0], slope[0], is_solved ? newton[0] : infinite)) {
      return std::nullopt;
    }
  }
  return std::nullopt;
}

std::vector<double> DualRows::moved_gradient(std::span<const double> move) const {
  std::vector<double> slopes(outputs_ * static_cast<std::size_t>(rows_));
  objective_.rows().context.workers.chunks(
      rows_, chunk_rows, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
        Row row(*this);
        for (std::int64_t i = begin; i < end; ++i) {
          row.load(i, move);
          for (std::size_t k = 0; k < outputs_; ++k) {
            slopes[k * static_cast<std::size_t>(rows_) + static_cast<std::size_t>(i)] = row.slopes[k];
          }
        }
      });
  return gradient_of(slopes, true);
}

std::vector<double> DualRows::gradient_of(std::span<const double> slopes, bool with_weights) const {
  const LinearRows& rows = objective_.rows();
  const DesignWeights weights{rows.weights.empty() || !with_weights ? nullptr : rows.weights.data(), rows.share};
  std::vector<double> gradient = host_gradient(objective_.design(), rows.context.workers,
                                               static_cast<std::int32_t>(outputs_), weights, rows.labels, slopes);
  rows.ranks.sum(gradient);
  return gradient;
}

}  // namespace linden
