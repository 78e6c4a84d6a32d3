// For the tests of rankings: rows in groups, what kernels are asked of them, and the losses.
#pragma once

#include <algorithm>
#include <functional>
#include <linden/loss.hpp>
#include <random>
#include <vector>

#include "backend/loss/group_losses.hpp"
#include "backend/tree_kernels.hpp"
#include "loss/definition.hpp"

namespace linden {

/// Groups of all sizes, with scores of which some are equal.
struct RankedRows {
  std::vector<std::int64_t> starts{0};
  std::vector<double> scores, labels, weights;

  RankedRows(const std::vector<int>& sizes, unsigned seed, int grades = 4) {
    std::mt19937_64 random(seed);
    std::normal_distribution<double> normal(0, 2);
    for (const int size : sizes) {
      starts.push_back(starts.back() + size);
      for (int i = 0; i < size; ++i) {
        scores.push_back(random() % 4 == 0 ? 0.5 : normal(random));
        labels.push_back(static_cast<double>(random() % static_cast<unsigned>(grades)));
        weights.push_back(static_cast<double>(random() % 1000) / 100);
      }
    }
  }

  std::int64_t rows() const { return starts.back(); }
  std::int64_t groups() const { return std::ssize(starts) - 1; }
  std::int64_t longest() const {
    std::int64_t longest = 0;
    for (std::size_t g = 1; g < starts.size(); ++g) longest = std::max(longest, starts[g] - starts[g - 1]);
    return longest;
  }
  std::vector<double> discounts() const {
    std::vector<double> discounts;
    for (std::int64_t rank = 0; rank < longest(); ++rank) discounts.push_back(rank_discount(rank));
    return discounts;
  }
  /// What a fit makes of their labels.
  std::vector<double> scales(const LossSpec& spec) const {
    std::vector<double> scales(static_cast<std::size_t>(groups()));
    visit_group_loss(spec, [&]<class Listed>(const Listed& loss) {
      if constexpr (is_of_pairs<Listed>)
        for (std::size_t g = 0; g < scales.size(); ++g) {
          std::vector<double> best(labels.begin() + starts[g], labels.begin() + starts[g + 1]);
          std::ranges::sort(best, std::greater());
          scales[g] = loss.scale_of(best, discounts());
        }
    });
    return scales;
  }
};

/// With their usual parameters and with others.
inline std::vector<Loss> group_losses() {
  return {loss::lambdarank(),
          loss::lambdarank({.truncation = 3, .sigmoid = 1.7, .normalise = false}),
          loss::lambdarank({.truncation = 0, .exponential_gain = false}),
          loss::lambdarank_map(),
          loss::lambdarank_map({.truncation = 2, .normalise = false}),
          loss::lambdarank_mrr(),
          loss::lambdarank_mrr({.truncation = 0, .sigmoid = 0.5, .normalise = false}),
          loss::pairwise(),
          loss::pairwise({.truncation = 5, .normalise = false}),
          loss::xendcg()};
}

}  // namespace linden
