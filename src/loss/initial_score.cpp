// Newton from zero over a constant, or an order statistic of the labels; every sum over rows is exact.
#include "loss/initial_score.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <type_traits>

#include "backend/math/math.hpp"
#include "backend/math/order_statistic.hpp"
#include "backend/tree/tree_math.hpp"
#include "base/fail.hpp"
#include "loss/custom.hpp"
#include "loss/definition.hpp"
#include "loss/distribution.hpp"
#include "loss/exact_sum.hpp"
#include "loss/label_groups.hpp"
#include "loss/link.hpp"
#include "loss/linked.hpp"
#include "loss/trace/program_rows.hpp"
#include "loss/tape_derivatives.hpp"

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

/// A sum in the order of its terms.
class PlainSum {
 public:
  void add(double term) noexcept { sum_ += term; }
  double value() const noexcept { return sum_; }

 private:
  double sum_ = 0;
};

/// Calls visit(row, slope, curvature) for the rows of a chunk, at one constant score beside their offsets.
template <class RowLoss, class Visit>
void for_each_slope(const RowLoss& loss, const LossSpec&, double score, const LabelPoints& points, std::int64_t begin,
                    std::int64_t end, const Visit& visit) {
  for (auto row = static_cast<std::size_t>(begin); row < static_cast<std::size_t>(end); ++row) {
    const Dual d = loss(variable(score + points.offset(0, row)), points.labels[row]);
    visit(row, d.first, bend_of<RowLoss>(d));
  }
}

template <class Visit>
void for_each_slope(const ProgramLoss&, const LossSpec& spec, double score, const LabelPoints& points,
                    std::int64_t begin, std::int64_t end, const Visit& visit) {
  constexpr std::int64_t width = 64;
  ProgramRows tile(*spec.program, width, false);
  std::vector<double> scores(static_cast<std::size_t>(width), score);
  for (std::int64_t first = begin; first < end; first += width) {
    const std::int64_t count = std::min(width, end - first);
    for (std::size_t i = 0; i < static_cast<std::size_t>(count) && !points.offsets.empty(); ++i)
      scores[i] = score + points.offset(0, static_cast<std::size_t>(first) + i);
    tile.load(scores.data(), 0, points.labels.data() + first, spec.program_parameters, first, count);
    tile.differentiate(0);
    for (std::int64_t i = 0; i < count; ++i)
      visit(static_cast<std::size_t>(first + i), tile.gradient(i), tile.curvature(i));
  }
}

/// Of the weighted loss at one constant score, for losses of one output.
Slope slope_at(double score, const LossSpec& spec, const LabelPoints& points, Workers& workers) {
  struct Sums {
    ExactSum gradient, curvature;
  };
  std::vector<Sums> partial(static_cast<std::size_t>(workers.threads()));
  visit_loss(spec, [&](auto loss) {
    using RowLoss = decltype(loss);
    if constexpr (has_one_score<RowLoss> || std::is_same_v<RowLoss, ProgramLoss>) {
      const auto rows = static_cast<std::int64_t>(points.labels.size());
      workers.chunks(rows, chunk_rows, [&](std::int64_t begin, std::int64_t end, std::int64_t, int worker) {
        Sums& sums = partial[static_cast<std::size_t>(worker)];
        for_each_slope(loss, spec, score, points, begin, end, [&](std::size_t row, double slope, double curvature) {
          sums.gradient.add(points.weight(row) * slope);
          sums.curvature.add(points.weight(row) * curvature);
        });
      });
    }
  });
  for (std::size_t i = 1; i < partial.size(); ++i) {
    partial[0].gradient.add(partial[i].gradient);
    partial[0].curvature.add(partial[i].curvature);
  }
  return {partial[0].gradient.value(), partial[0].curvature.value()};
}

/// Where to look, and from where.
struct Search {
  double low, high, start;
  bool closed;   ///< whether the minimum is known to lie inside
  bool bounded;  ///< whether steps are
};

/// The logarithm of the mean label, over that of what offsets make of it.
double log_mean(const LabelPoints& points) {
  ExactSum sum, total;
  for (std::size_t row = 0; row < points.labels.size(); ++row) {
    sum.add(points.weight(row) * points.labels[row]);
    total.add(points.weight(row) * (points.offsets.empty() ? 1.0 : math::exp(points.offset(0, row))));
  }
  return std::log(sum.value()) - std::log(total.value());
}

/// `spread` is how far offsets lie from 0.
Search search_for(const Loss& loss, const LabelPoints& points, double median, double spread) {
  constexpr double anywhere = std::numeric_limits<double>::max();
  const LossSpec& spec = loss.definition().spec;
  const LossTraits* const traits = traits_of(spec);
  const Start start = traits ? traits->start : Start::zero;
  if (start == Start::median) {
    const double reach = visit_loss(spec, [](auto functor) -> double {
      if constexpr (requires { functor.reach(); })
        return functor.reach();
      else
        return anywhere;
    });
    if (reach < anywhere) return {median - reach, median + reach, median, true, false};
    return {-anywhere, anywhere, median, false, false};
  }
  const bool bounded = loss.link() != Link::identity && loss.link() != Link::expm1;
  if (start == Start::log_mean) {  // means beyond e^30 or below e^-30 are found as well; that of zeros stays -30
    const double middle = log_mean(points);
    if (spread > 0 && std::isfinite(middle))
      return {middle - farthest - spread, middle + farthest + spread, middle, false, true};
    if (std::abs(middle) > farthest - 1 && std::isfinite(middle)) return {middle - 1, middle + 1, middle, true, false};
  }
  const double bound = bounded ? farthest + spread : anywhere;
  return {-bound, bound, 0, false, bounded};
}

/// Newton's method for one output, kept inside the bracket that the signs of the gradient have shown.
template <class SlopeAt>
double minimise(const Search& search, const SlopeAt& slope) {
  const auto [first_low, first_high, start, closed, bounded] = search;
  double low = first_low, high = first_high, score = start;
  for (int i = 0; i < most_iterations; ++i) {
    const auto [gradient, curvature] = slope(score);
    if (gradient == 0 || !std::isfinite(gradient) || !std::isfinite(curvature)) break;
    (gradient > 0 ? high : low) = score;
    double step = curvature > 0 ? -gradient / curvature : std::copysign(longest_step, -gradient);
    if (bounded) step = std::clamp(step, -longest_step, longest_step);
    double next = score + step;
    // Beyond the bracket: halve it, or stop where it was never closed.
    if (next <= low) next = low == first_low && !closed ? low : 0.5 * (low + score);
    if (next >= high) next = high == first_high && !closed ? high : 0.5 * (high + score);
    const bool done = std::abs(next - score) <= tolerance * std::max(1.0, std::abs(score));
    score = next;
    if (done) break;
  }
  return score;
}

/// `row` says which parameters a custom loss reads, where it has any by row.
void evaluate_row(const Loss& loss, std::span<const double> scores, double label, std::size_t row,
                  std::span<double> gradient, std::span<double> curvature) {
  if (loss.definition().custom)
    evaluate_custom(loss.definition(), scores, label, static_cast<std::int64_t>(row), gradient, curvature);
  else
    loss.evaluate(scores, label, gradient, curvature);
}

/// Of the weighted loss where all rows have these scores, by a program.
struct Total {
  double loss = 0;
  std::vector<double> gradient, curvature;
};

/// Rows that have offsets are as many as the user has, in an order that must not show.
template <class Sum>
Total total_at(const LossSpec& spec, std::span<const double> scores, const LabelPoints& points) {
  constexpr std::int64_t width = 16;
  const std::size_t outputs = scores.size();
  std::vector<double> repeated;
  for (const double score : scores) repeated.insert(repeated.end(), static_cast<std::size_t>(width), score);
  ProgramRows tile(*spec.program, width, true);
  Sum loss;
  std::vector<Sum> gradient(outputs), curvature(outputs);
  const auto rows = static_cast<std::int64_t>(points.labels.size());
  for (std::int64_t first = 0; first < rows; first += width) {
    const std::int64_t count = std::min(width, rows - first);
    for (std::size_t k = 0; k < outputs && !points.offsets.empty(); ++k)
      for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i)
        repeated[k * static_cast<std::size_t>(width) + i] =
            scores[k] + points.offset(k, static_cast<std::size_t>(first) + i);
    tile.load(repeated.data(), width, points.labels.data() + first, spec.program_parameters, first, count);
    for (std::size_t k = 0; k < outputs; ++k) {
      tile.differentiate(static_cast<std::int32_t>(k));
      for (std::int64_t i = 0; i < count; ++i) {
        const double weight = points.weight(static_cast<std::size_t>(first + i));
        if (weight == 0) continue;
        if (k == 0) loss.add(weight * tile.loss(i));
        gradient[k].add(weight * tile.gradient(i));
        curvature[k].add(weight * tile.curvature(i));
      }
    }
  }
  Total total{loss.value(), {}, {}};
  for (const Sum& sum : gradient) total.gradient.push_back(sum.value());
  for (const Sum& sum : curvature) total.curvature.push_back(sum.value());
  return total;
}

/// All outputs together, each by the diagonal curvature (downhill by 1 where that is not positive); steps are halved
/// until the loss does not rise. Zeros where the loss is not finite there.
template <class Sum>
std::vector<double> descend(const LossSpec& spec, const LabelPoints& points) {
  constexpr int most_steps = 100;
  std::vector<double> scores(static_cast<std::size_t>(spec.outputs)), next = scores;
  Total now = total_at<Sum>(spec, scores, points);
  double change = std::isfinite(now.loss) ? 1 : 0;
  for (int i = 0; i < most_steps && change > tolerance; ++i) {
    Total then;
    double part = 1;
    for (bool lower = false; !lower && part > 0x1p-30; part /= 2) {
      change = 0;
      for (std::size_t k = 0; k < scores.size(); ++k) {
        const double slope = now.gradient[k], bend = now.curvature[k];
        const double step = bend > 0 ? slope / bend : slope > 0 ? 1 : slope < 0 ? -1 : 0;
        next[k] = scores[k] - part * step;
        change = std::max(change, part * std::abs(step) / std::max(1.0, std::abs(scores[k])));
      }
      then = total_at<Sum>(spec, next, points);
      lower = then.loss <= now.loss;
    }
    if (!(then.loss <= now.loss)) break;
    scores = next;
    now = std::move(then);
  }
  return std::ranges::all_of(scores, [](double s) { return std::isfinite(s); })
             ? scores
             : std::vector<double>(static_cast<std::size_t>(spec.outputs));
}

/// Slope and curvature of the weighted loss by output.
struct Slopes {
  std::vector<double> slope, bend;
};

Slopes slopes_at(const Loss& loss, std::span<const double> scores, const LabelPoints& points) {
  const std::size_t outputs = scores.size();
  std::vector<double> gradient(outputs), curvature(outputs);
  Slopes all{std::vector<double>(outputs), std::vector<double>(outputs)};
  for (std::size_t c = 0; c < points.labels.size(); ++c) {
    const double weight = points.weight(c);
    if (weight == 0) continue;
    evaluate_row(loss, scores, points.labels[c], c, gradient, curvature);
    for (std::size_t k = 0; k < outputs; ++k) {
      all.slope[k] += weight * gradient[k];
      all.bend[k] += weight * curvature[k];
    }
  }
  return all;
}

/// The same of rows with offsets, which are many, and whose order must not show.
Slopes slopes_beside_offsets(const Loss& loss, std::span<const double> scores, const LabelPoints& points,
                             Workers& workers) {
  const std::size_t outputs = scores.size();
  std::vector<std::vector<ExactSum>> partial(static_cast<std::size_t>(workers.threads()),
                                             std::vector<ExactSum>(2 * outputs));
  const auto rows = static_cast<std::int64_t>(points.labels.size());
  workers.chunks(rows, chunk_rows, [&](std::int64_t begin, std::int64_t end, std::int64_t, int worker) {
    std::vector<ExactSum>& sums = partial[static_cast<std::size_t>(worker)];
    std::vector<double> at(outputs), gradient(outputs), curvature(outputs);
    for (auto row = static_cast<std::size_t>(begin); row < static_cast<std::size_t>(end); ++row) {
      const double weight = points.weight(row);
      if (weight == 0) continue;
      for (std::size_t k = 0; k < outputs; ++k) at[k] = scores[k] + points.offset(k, row);
      evaluate_row(loss, at, points.labels[row], row, gradient, curvature);
      for (std::size_t k = 0; k < outputs; ++k) {
        sums[k].add(weight * gradient[k]);
        sums[outputs + k].add(weight * curvature[k]);
      }
    }
  });
  for (std::size_t i = 1; i < partial.size(); ++i)
    for (std::size_t s = 0; s < 2 * outputs; ++s) partial[0][s].add(partial[i][s]);
  Slopes all;
  for (std::size_t s = 0; s < 2 * outputs; ++s) (s < outputs ? all.slope : all.bend).push_back(partial[0][s].value());
  return all;
}

/// All outputs together, each by the diagonal curvature. For softmax the Hessian lies between one and two times its
/// diagonal, where the common shift that changes nothing is left aside: two thirds of the diagonal step then divide
/// the error by three or more.
std::vector<double> minimise_all(const Loss& loss, const LabelPoints& points, double spread, Workers& workers) {
  const auto outputs = static_cast<std::size_t>(loss.outputs());
  std::vector<double> scores(outputs), before;
  double change = 1;
  for (int i = 0; i < most_iterations && change > tolerance; ++i) {
    const auto [slope, bend] =
        points.offsets.empty() ? slopes_at(loss, scores, points) : slopes_beside_offsets(loss, scores, points, workers);
    before = scores;
    for (std::size_t k = 0; k < outputs; ++k)
      if (bend[k] > 0) scores[k] -= std::clamp(slope[k] / (1.5 * bend[k]), -longest_step, longest_step);
    const double top = *std::ranges::max_element(scores);
    change = 0;
    for (std::size_t k = 0; k < outputs; ++k) {
      scores[k] = std::max(scores[k] - top, -farthest - spread);
      change = std::max(change, std::abs(scores[k] - before[k]));
    }
  }
  const double mean = std::accumulate(scores.begin(), scores.end(), 0.0) / static_cast<double>(outputs);
  for (double& score : scores) score -= mean;
  return scores;
}

/// Each output by itself, for a loss of one score a class: the constant of two classes, this one and all others.
std::vector<double> by_class(const Loss& loss, const LabelPoints& rows, double spread, Workers& workers) {
  std::vector<double> scores, labels(rows.labels.size());
  for (int k = 0; k < loss.outputs(); ++k) {
    for (std::size_t row = 0; row < labels.size(); ++row) labels[row] = rows.labels[row] == k ? 1 : 0;
    LabelPoints one{labels, rows.weights};
    if (!rows.offsets.empty())
      one.offsets = rows.offsets.subspan(static_cast<std::size_t>(k) * labels.size(), labels.size());
    const LabelGroups groups(one, most_groups);
    const LabelPoints points = one.offsets.empty() ? groups.points() : one;
    scores.push_back(minimise(search_for(loss, points, 0, spread),
                              [&](double score) { return slope_at(score, loss.definition().spec, points, workers); }));
  }
  return scores;
}

Moments moments_of_labels(const LabelPoints& points) {
  ExactSum total, sum, squares;
  for (std::size_t row = 0; row < points.labels.size(); ++row) {
    total.add(points.weight(row));
    sum.add(points.weight(row) * points.labels[row]);
  }
  if (total.value() == 0) return {1, 1};
  const double mean = sum.value() / total.value();
  for (std::size_t row = 0; row < points.labels.size(); ++row)
    squares.add(points.weight(row) * math::square(points.labels[row] - mean));
  return {mean, std::sqrt(squares.value() / total.value())};
}

/// Sums over rows of the slope in each score, the second derivative and the information.
struct ScoringSums {
  ExactSum slope[2], bend[2], information[2];

  void add(const ScoringSums& other) {
    for (int k = 0; k < 2; ++k) {
      slope[k].add(other.slope[k]);
      bend[k].add(other.bend[k]);
      information[k].add(other.information[k]);
    }
  }
};

template <class Functor>
ScoringSums scoring_sums(const Functor& loss, const std::vector<double>& scores, const LabelPoints& points,
                         Workers& workers) {
  std::vector<ScoringSums> partial(static_cast<std::size_t>(workers.threads()));
  const auto rows = static_cast<std::int64_t>(points.labels.size());
  workers.chunks(rows, chunk_rows, [&](std::int64_t begin, std::int64_t end, std::int64_t, int worker) {
    ScoringSums& sums = partial[static_cast<std::size_t>(worker)];
    for (auto row = static_cast<std::size_t>(begin); row < static_cast<std::size_t>(end); ++row) {
      const double weight = points.weight(row), label = points.labels[row];
      if (weight == 0) continue;
      const double first = scores[0] + points.offset(0, row), second = scores[1] + points.offset(1, row);
      const Dual of[] = {loss(variable(first), second, label), loss(first, variable(second), label)};
      for (int k = 0; k < 2; ++k) {
        sums.slope[k].add(weight * of[k].first);
        sums.bend[k].add(weight * of[k].second);
        sums.information[k].add(weight * Functor::information(first, second, k));
      }
    }
  });
  for (std::size_t i = 1; i < partial.size(); ++i) partial[0].add(partial[i]);
  return partial[0];
}

/// Fisher scoring from the moments of the labels. Where the sum of second derivatives is more than the information, it
/// is what steps are divided by. Labels that are all alike have no such distribution: its deviation is then 2^-20 of
/// their size.
std::vector<double> of_distribution(const Loss& loss, const LabelPoints& points, Workers& workers) {
  Moments moments = moments_of_labels(points);
  const bool is_constant = moments.deviation == 0;
  if (is_constant) moments.deviation = 0x1p-20 * (moments.mean == 0 ? 1 : std::abs(moments.mean));
  const TwoScores start = scores_of(loss.link(), moments);
  std::vector<double> scores{start.first, start.second};
  if (is_constant && points.offsets.empty()) return scores;
  visit_loss(loss.definition().spec, [&]<class Functor>(const Functor& functor) {
    if constexpr (is_distribution<Functor>) {
      double change = 1;
      for (int i = 0; i < most_iterations && change > tolerance; ++i) {
        const ScoringSums sums = scoring_sums(functor, scores, points, workers);
        change = 0;
        for (std::size_t k = 0; k < 2; ++k) {
          const double curvature = std::max(sums.bend[k].value(), sums.information[k].value());
          const double step = -sums.slope[k].value() / curvature;
          if (!std::isfinite(step)) return;
          scores[k] += step;
          change = std::max(change, std::abs(step) / std::max(1.0, std::abs(scores[k])));
        }
      }
    }
  });
  return scores;
}

/// Where every constant score of a loss behind a link is one that the link takes, beside all offsets.
ScoreRange range_beside_offsets(const Loss& loss, const LabelPoints& points) {
  const ScoreRange range = scores_of_link(loss);
  if (points.offsets.empty()) return range;
  double least = std::numeric_limits<double>::infinity(), largest = -least;
  for (std::size_t row = 0; row < points.labels.size(); ++row) {
    if (points.weight(row) == 0) continue;
    least = std::min(least, points.offset(0, row));
    largest = std::max(largest, points.offset(0, row));
  }
  return {range.low - least, range.high - largest};
}

/// Of a distribution behind a link. Without offsets the best constant has the mean of the labels, at the end of what
/// the link takes where no other score has: then there is none, and it is not finite, or costs without end.
double of_linked(const Loss& loss, const LabelPoints& points, Workers& workers) {
  const LossSpec& spec = loss.definition().spec;
  const double start = score_of_mean(loss.link(), moments_of_labels(points).mean);
  const ScoreRange range = range_beside_offsets(loss, points);
  const bool is_inside = start > range.low && start < range.high;
  if (points.offsets.empty() && (is_inside || !range.is_all())) return start;
  if (range.is_all()) {
    const double bound = farthest + std::abs(std::isfinite(start) ? start : 0);
    return minimise({-bound, bound, std::isfinite(start) ? start : 0, false, true},
                    [&](double score) { return slope_at(score, spec, points, workers); });
  }
  const double end = std::isfinite(range.low) ? range.low : range.high;
  const double inward = std::isfinite(range.low) ? std::abs(start) : -std::abs(start);
  const bool is_between = std::isfinite(range.low) && std::isfinite(range.high);
  return minimise({range.low, range.high,
                   is_inside    ? start
                   : is_between ? 0.5 * (range.low + range.high)
                                : end + inward,
                   true, false},
                  [&](double score) { return slope_at(score, spec, points, workers); });
}

double order_statistic(const LabelPoints& points, double level) {
  std::vector<std::uint64_t> keys;
  keys.reserve(points.labels.size());
  for (std::size_t row = 0; row < points.labels.size(); ++row)
    keys.push_back(
        ordered_key(points.offsets.empty() ? points.labels[row] : points.labels[row] - points.offset(0, row)));
  const auto count = static_cast<std::int64_t>(keys.size());
  std::vector<std::int64_t> sums(select_digits);
  if (points.weights.empty())
    return count == 0 ? 0 : value_of_key(select_key<false>(keys.data(), nullptr, count, level, sums.data()));
  const double most = std::ranges::max(points.weights);
  if (most == 0) return 0;
  const double per_unit = 1 / sum_unit(most, count);
  std::vector<std::int64_t> weights;
  weights.reserve(keys.size());
  for (const double weight : points.weights) weights.push_back(weight_in_units(weight, per_unit));
  return value_of_key(select_key<true>(keys.data(), weights.data(), count, level, sums.data()));
}

}  // namespace

std::vector<double> renewal_weights(const LossSpec& loss, std::span<const double> labels,
                                    std::span<const double> weights) {
  return visit_loss(loss, [&]<class Functor>(const Functor&) {
    std::vector<double> products;
    if constexpr (requires { Functor::renewal_weight(1.0); })
      for (std::size_t i = 0; i < labels.size(); ++i)
        products.push_back((weights.empty() ? 1.0 : weights[i % weights.size()]) * Functor::renewal_weight(labels[i]));
    return products;
  });
}

std::vector<double> initial_score(const Loss& loss, std::span<const double> labels, std::span<const double> weights,
                                  Workers& workers, std::span<const double> offsets) {
  if (loss.outputs() == 0) fail<ArgumentError>("initial_score: {} does not know its classes yet.", loss.name());
  if (is_by_output(loss.definition())) {
    const auto outputs = static_cast<std::size_t>(loss.outputs());
    const auto count = static_cast<std::size_t>(loss.definition().labels), size = labels.size() / count;
    std::vector<double> scores;
    for (std::size_t k = 0; k < outputs; ++k)
      scores.push_back(initial_score(of_output(loss, static_cast<int>(k)),
                                     count > 1 ? labels.subspan(k * size, size) : labels, weights, workers,
                                     offsets.empty() ? offsets : offsets.subspan(k * size, size))[0]);
    return scores;
  }
  const LabelPoints rows{labels, weights, offsets};
  const LossSpec& spec = loss.definition().spec;
  double spread = 0;
  for (const double offset : offsets) spread = std::max(spread, std::abs(offset));
  if (const double level = renewal_level(spec); level > 0) {
    const std::vector<double> own = renewal_weights(spec, labels, weights);
    return {order_statistic({labels, own.empty() ? weights : std::span<const double>(own), offsets}, level)};
  }
  const CustomLoss* const custom = loss.definition().custom.get();
  if (is_of_groups(loss)) return {0.0};  // a constant changes nothing
  if (spec.kind == LossKind::tape) {
    if (loss.outputs() > 1) return std::vector<double>(static_cast<std::size_t>(loss.outputs()));
    return {minimise(search_for(loss, {}, 0, spread), [&](double score) {
      const ConstantSlope slope = tape_slope_at(loss.definition(), score, labels, weights, offsets);
      return Slope{slope.gradient, slope.curvature};
    })};
  }
  const LossTraits* const traits = traits_of(spec);
  if (is_linked(spec)) return {of_linked(loss, rows, workers)};
  if (traits && traits->is_per_class) return by_class(loss, rows, spread, workers);
  if (traits && traits->is_distribution) return of_distribution(loss, rows, workers);
  // Passes over rows are many, over distinct labels few and short: class labels and most counts take one.
  const bool rows_are_alike = offsets.empty() && !(custom && custom->parameters_by_row);
  const LabelGroups groups(rows, std::max<std::size_t>(most_groups, static_cast<std::size_t>(loss.classes())));
  const LabelPoints points = rows_are_alike && groups.complete() ? groups.points() : rows;
  if (loss.outputs() > 1 && loss.link() == Link::softmax) return minimise_all(loss, points, spread, workers);
  if (loss.outputs() > 1) return offsets.empty() ? descend<PlainSum>(spec, points) : descend<ExactSum>(spec, points);
  const double median = traits && traits->start == Start::median ? order_statistic(rows, 0.5) : 0;
  return {minimise(search_for(loss, points, median, spread),
                   [&](double score) { return slope_at(score, spec, points, workers); })};
}

}  // namespace linden
