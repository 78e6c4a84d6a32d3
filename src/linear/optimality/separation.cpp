#include "linear/optimality/separation.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "linear/design/host_passes.hpp"

namespace linden {
namespace {

constexpr std::int64_t chunk_rows = 4096;

/// Of some rows of positive weight.
struct Margins {
  double least = std::numeric_limits<double>::infinity();  ///< score of the label less the largest other one
  double largest_score = 0;
};

Margins margins_of(const Objective& objective, const std::vector<double>& scores, std::int64_t begin,
                   std::int64_t end) {
  const LinearRows& rows = objective.rows();
  const auto outputs = static_cast<std::size_t>(objective.outputs()), stride = static_cast<std::size_t>(rows.rows());
  Margins result;
  for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
    if (!rows.weights.empty() && !(rows.weights[i] > 0)) continue;
    double margin = rows.labels[i] > 0.5 ? scores[i] : -scores[i];
    if (outputs > 1) {
      const auto label = static_cast<std::size_t>(rows.labels[i]);
      double other = -std::numeric_limits<double>::infinity();
      for (std::size_t k = 0; k < outputs; ++k) {
        if (k != label) other = std::max(other, scores[k * stride + i]);
      }
      margin = scores[label * stride + i] - other;
    }
    for (std::size_t k = 0; k < outputs; ++k) {
      result.largest_score = std::max(result.largest_score, std::abs(scores[k * stride + i]));
    }
    result.least = margin > -std::numeric_limits<double>::infinity() ? std::min(result.least, margin)
                                                                     : -std::numeric_limits<double>::infinity();
  }
  return result;
}

/// Of the parameters that may grow without end. Those with a bound away from 0 may not; others with one keep their
/// sign.
std::vector<double> growing_scores(const Point& point) {
  const Objective& objective = point.objective();
  std::vector<double> growing = point.parameters();
  for (std::size_t i = 0; i < growing.size(); ++i) {
    const ColumnPenalty p = objective.column_penalty(static_cast<std::int64_t>(i));
    const double end = growing[i] > 0 ? p.upper : p.lower;
    const bool is_grouped =
        objective.group_of(static_cast<std::int64_t>(i)) >= 0 || objective.is_sorted(static_cast<std::int64_t>(i));
    const bool is_held = p.l1 > 0 || objective.penalty_bend(static_cast<std::int64_t>(i)) > 0;
    if (is_held || is_grouped || std::isfinite(end)) growing[i] = 0;
  }
  objective.penalty().equations.project(growing);
  return host_scores(objective.design(), objective.rows().context.workers,
                     static_cast<std::int32_t>(objective.outputs()), growing);
}

}  // namespace

bool separates(const Point& point) {
  const Objective& objective = point.objective();
  const LossTraits* const traits = traits_of(objective.rows().spec());
  if (!traits || traits->lowest != Lowest::at_infinity) return false;

  const std::vector<double> scores =
      objective.has_penalty() || objective.has_equations() ? growing_scores(point) : point.scores();
  const std::int64_t rows = objective.rows().rows();
  std::vector<Margins> parts(static_cast<std::size_t>((rows + chunk_rows - 1) / chunk_rows));
  objective.rows().context.workers.chunks(
      rows, chunk_rows, [&](std::int64_t begin, std::int64_t end, std::int64_t chunk, int) {
        parts[static_cast<std::size_t>(chunk)] = margins_of(objective, scores, begin, end);
      });
  Margins all;
  for (const Margins& part : parts) {
    all.least = std::min(all.least, part.least);
    all.largest_score = std::max(all.largest_score, part.largest_score);
  }
  const Ranks& ranks = objective.rows().ranks;
  all.least = -ranks.max(-all.least);
  all.largest_score = ranks.max(all.largest_score);
  // A margin within the rounding of the scores proves nothing.
  const double rounding = 64 * std::numeric_limits<double>::epsilon() * all.largest_score;
  return all.least > rounding && all.least < std::numeric_limits<double>::infinity();
}

}  // namespace linden
