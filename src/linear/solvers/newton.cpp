#include "linear/solvers/newton.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "linear/optimality/gap.hpp"
#include "linear/optimality/separation.hpp"
#include "loss/definition.hpp"

namespace linden {
namespace {

constexpr int patience = 12;        // moves; on the way to a minimum there are few
constexpr double still = 1e-9;      // of the largest score: rounding, or little more
constexpr double invisible = 1e-6;  // of the objective's rounding: no step shows any more

// Whatever the rows are.
bool has_minimum(const LossSpec& loss) {
  const LossTraits* const traits = traits_of(loss);
  return traits && traits->lowest == Lowest::at_a_score;
}

}  // namespace

SeparationWatch::SeparationWatch(const Point& start)
    : is_on_(!start.objective().is_penalised() && !has_minimum(start.objective().rows().loss.definition().spec)) {
  if (is_on_) scores_ = start.scores();
}

void SeparationWatch::after_step(const Point& point, double length) {
  if (!is_on_) return;
  std::vector<double> scores = point.scores();
  double move = 0, largest = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    move = std::max(move, std::abs(scores[i] - scores_[i]));
    largest = std::max(largest, std::abs(scores[i]));
  }
  const Ranks& ranks = point.objective().rows().ranks;
  move = ranks.max(move);
  largest = ranks.max(largest);
  scores_ = std::move(scores);
  is_moving_ = move > std::max(0.1, still * largest);
  moves_ = length == 1 && move > 0.5 && move < 5 ? moves_ + 1 : 0;
  is_separable_ = moves_ >= patience || separates(point);
}

bool is_near_enough(const Point& point, double estimate, const Target& target) {
  if (std::abs(estimate) <= invisible * rounding_of(point.value())) return true;
  const double wanted = target.gap(point.value());
  return fenchel_gap(point, wanted).value_or(estimate) <= wanted;
}

}  // namespace linden
