// Newton from zero over a constant; every sum over rows is exact.
#include "loss/initial_score.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <type_traits>

#include "base/fail.hpp"
#include "loss/definition.hpp"
#include "loss/exact_sum.hpp"
#include "loss/label_groups.hpp"

namespace linden {
namespace {

constexpr double farthest = 30;        // from 0, or below the largest score: exp(-30) is 1e-13
constexpr double longest_step = 4;     // with a link that is not the identity
constexpr double tolerance = 0x1p-42;  // of the last step; Newton's error is then its square
constexpr int most_iterations = 500;
constexpr std::int64_t chunk_rows = 16384;
constexpr std::size_t most_groups = 1024;

struct Slope {
  double gradient, curvature;
};

/// Of the weighted loss at one constant score, for losses of one output.
Slope slope_at(double score, LossKind kind, const LabelPoints& points, Arena& arena) {
  struct Sums {
    ExactSum gradient, curvature;
  };
  std::vector<Sums> partial(static_cast<std::size_t>(arena.threads()));
  visit_loss(kind, [&](auto loss) {
    if constexpr (!std::is_same_v<decltype(loss), SoftmaxLoss>) {
      const auto rows = static_cast<std::int64_t>(points.labels.size());
      arena.chunks(rows, chunk_rows, [&](std::int64_t begin, std::int64_t end, std::int64_t, int worker) {
        Sums& sums = partial[static_cast<std::size_t>(worker)];
        for (auto row = static_cast<std::size_t>(begin); row < static_cast<std::size_t>(end); ++row) {
          const Dual d = loss(variable(score), points.labels[row]);
          const double weight = points.weights.empty() ? 1.0 : points.weights[row];
          sums.gradient.add(weight * d.first);
          sums.curvature.add(weight * d.second);
        }
      });
    }
  });
  for (std::size_t i = 1; i < partial.size(); ++i) {
    partial[0].gradient.add(partial[i].gradient);
    partial[0].curvature.add(partial[i].curvature);
  }
  return {partial[0].gradient.value(), partial[0].curvature.value()};
}

/// Newton's method for one output, kept inside the bracket that the signs of the gradient have shown.
template <class SlopeAt>
double minimise(bool bounded, const SlopeAt& slope) {
  const double bound = bounded ? farthest : std::numeric_limits<double>::max();
  double low = -bound, high = bound, score = 0;
  for (int i = 0; i < most_iterations; ++i) {
    const auto [gradient, curvature] = slope(score);
    if (gradient == 0 || !std::isfinite(gradient) || !std::isfinite(curvature)) break;
    (gradient > 0 ? high : low) = score;
    double step = curvature > 0 ? -gradient / curvature : std::copysign(longest_step, -gradient);
    if (bounded) step = std::clamp(step, -longest_step, longest_step);
    double next = score + step;
    // Beyond the bracket: halve it, or stop where it was never closed.
    if (next <= low) next = low == -bound ? low : 0.5 * (low + score);
    if (next >= high) next = high == bound ? high : 0.5 * (high + score);
    const bool done = std::abs(next - score) <= tolerance * std::max(1.0, std::abs(score));
    score = next;
    if (done) break;
  }
  return score;
}

/// All outputs together, each by the diagonal curvature. For softmax the Hessian lies between one and two times its
/// diagonal, where the common shift that changes nothing is left aside: two thirds of the diagonal step then divide
/// the error by three or more.
std::vector<double> minimise_all(const Loss& loss, const LabelPoints& points) {
  const auto outputs = static_cast<std::size_t>(loss.outputs());
  std::vector<double> scores(outputs), before, gradient(outputs), curvature(outputs);
  double change = 1;
  for (int i = 0; i < most_iterations && change > tolerance; ++i) {
    std::vector<double> slope(outputs), bend(outputs);
    for (std::size_t c = 0; c < points.labels.size(); ++c) {
      if (points.weights[c] == 0) continue;
      loss.evaluate(scores, points.labels[c], gradient, curvature);
      for (std::size_t k = 0; k < outputs; ++k) {
        slope[k] += points.weights[c] * gradient[k];
        bend[k] += points.weights[c] * curvature[k];
      }
    }
    before = scores;
    for (std::size_t k = 0; k < outputs; ++k)
      if (bend[k] > 0) scores[k] -= std::clamp(slope[k] / (1.5 * bend[k]), -longest_step, longest_step);
    const double top = *std::ranges::max_element(scores);
    change = 0;
    for (std::size_t k = 0; k < outputs; ++k) {
      scores[k] = std::max(scores[k] - top, -farthest);
      change = std::max(change, std::abs(scores[k] - before[k]));
    }
  }
  const double mean = std::accumulate(scores.begin(), scores.end(), 0.0) / static_cast<double>(outputs);
  for (double& score : scores) score -= mean;
  return scores;
}

}  // namespace

std::vector<double> initial_score(const Loss& loss, std::span<const double> labels, std::span<const double> weights,
                                  Arena& arena) {
  if (loss.outputs() == 0) fail<ArgumentError>("initial_score: {} does not know its classes yet.", loss.name());
  // Passes over rows are many, over distinct labels few and short: class labels and most counts take one.
  const LabelPoints rows{labels, weights};
  const LabelGroups groups(rows, std::max<std::size_t>(most_groups, static_cast<std::size_t>(loss.classes())));
  const LabelPoints points = groups.complete() ? groups.points() : rows;
  if (loss.outputs() > 1) return minimise_all(loss, points);
  const LossKind kind = loss.definition().spec.kind;
  return {minimise(loss.link() != Link::identity, [&](double score) { return slope_at(score, kind, points, arena); })};
}

}  // namespace linden
