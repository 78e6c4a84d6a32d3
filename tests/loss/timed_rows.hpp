// For the tests of survival: rows with times of which many are equal, what kernels are asked of them, and the losses.
#pragma once

#include <cmath>
#include <limits>
#include <linden/loss.hpp>
#include <random>
#include <vector>

#include "backend/loss/survival_losses.hpp"
#include "backend/tree_kernels.hpp"
#include "loss/definition.hpp"
#include "loss/survival/risk_order.hpp"

namespace linden {
using loss::Ties;
using loss::TimeDistribution;

inline constexpr double no_end = std::numeric_limits<double>::infinity();

struct TimedRows {
  std::vector<double> scores, lower, upper, weights;

  /// Times are whole numbers up to `times`; a third has no event. With `intervals` some are known by bounds alone.
  TimedRows(int rows, unsigned seed, int times = 20, bool intervals = false) {
    std::mt19937_64 random(seed);
    std::normal_distribution<double> normal(0, 1.5);
    for (int row = 0; row < rows; ++row) {
      scores.push_back(normal(random));
      lower.push_back(1 + static_cast<double>(random() % static_cast<unsigned>(times)));
      const unsigned kind = random() % 6;
      upper.push_back(kind < 2 ? no_end : lower.back());
      if (intervals && kind == 2) upper.back() = lower.back() + 0.5 * static_cast<double>(1 + random() % 9);
      if (intervals && kind == 3) lower.back() = 0;
      weights.push_back(static_cast<double>(1 + random() % 300) / 100);
    }
  }

  std::int64_t rows() const { return std::ssize(scores); }
};

/// With their usual parameters and with others.
inline std::vector<Loss> survival_losses() {
  std::vector<Loss> losses{loss::cox(), loss::cox({.ties = Ties::breslow})};
  for (const auto distribution : {TimeDistribution::normal, TimeDistribution::logistic, TimeDistribution::extreme})
    for (const double scale : {1.0, 0.4, 3.0}) losses.push_back(loss::aft({distribution, scale}));
  return losses;
}
inline bool compares_rows(const Loss& loss) { return survival_traits_of(loss.definition().spec).compares_rows; }

}  // namespace linden
