// Values and interactions of features by their definitions: sums over all sets of features, for models of few.
#pragma once

#include <bit>
#include <functional>
#include <linden/explain.hpp>

#include "boosting/hand_made.hpp"

namespace linden::brute_force {

/// A game: what a set of players is worth, the players as bits.
using Game = std::function<double(unsigned)>;

inline double factorial(int n) { return n < 2 ? 1 : n * factorial(n - 1); }

inline std::vector<double> all_worths(int players, const Game& game) {
  std::vector<double> worth;
  for (unsigned set = 0; set < (1u << players); ++set) worth.push_back(game(set));
  return worth;
}

inline std::vector<double> shapley_values(int players, const std::vector<double>& worth) {
  std::vector<double> values(static_cast<std::size_t>(players));
  for (int j = 0; j < players; ++j)
    for (unsigned set = 0; set < (1u << players); ++set) {
      if ((set >> j & 1) != 0) continue;
      const int size = std::popcount(set);
      values[static_cast<std::size_t>(j)] +=
          factorial(size) * factorial(players - size - 1) / factorial(players) * (worth[set | 1u << j] - worth[set]);
    }
  return values;
}

/// [players, players]: halves of Shapley's interaction indices, and in the diagonal what is left of the values.
inline std::vector<double> interactions(int players, const std::vector<double>& worth) {
  const auto place = [&](int i, int j) { return static_cast<std::size_t>(i * players + j); };
  std::vector<double> matrix(static_cast<std::size_t>(players * players));
  const std::vector<double> values = shapley_values(players, worth);
  for (int i = 0; i < players; ++i) matrix[place(i, i)] = values[static_cast<std::size_t>(i)];
  for (int i = 0; i < players; ++i)
    for (int j = 0; j < players; ++j) {
      if (i == j) continue;
      double index = 0;
      for (unsigned set = 0; set < (1u << players); ++set) {
        if ((set >> i & 1) != 0 || (set >> j & 1) != 0) continue;
        const int size = std::popcount(set);
        index += factorial(size) * factorial(players - size - 2) / factorial(players - 1) *
                 (worth[set | 1u << i | 1u << j] - worth[set | 1u << i] - worth[set | 1u << j] + worth[set]);
      }
      matrix[place(i, j)] = index / 2;
      matrix[place(i, i)] -= index / 2;
    }
  return matrix;
}

/// What a tree adds to an output while the features of a set are known, the others averaged by the training rows of the
/// sides of splits.
inline double path_dependent(const BoostedModel& model, const Tree& tree, const std::vector<double>& row, int output,
                             unsigned known, bool by_rows, int at = 0) {
  const TreeNode& node = tree.nodes[static_cast<std::size_t>(at)];
  if (node.feature < 0) {
    double value = tree.values(node)[tree.output < 0 ? static_cast<std::size_t>(output) : 0];
    for (const LeafTerm& term : tree.terms(node))
      if (const double x = row[static_cast<std::size_t>(term.feature)];
          (known >> term.feature & 1) != 0 && std::isfinite(x))
        value += term.slope * (std::clamp(x, term.low, term.high) - term.centre);
    return value;
  }
  const auto below = [&](int child) { return path_dependent(model, tree, row, output, known, by_rows, child); };
  if ((known >> node.feature & 1) != 0)
    return below(hand_made::goes_left(model, node, row[static_cast<std::size_t>(node.feature)]) ? node.left
                                                                                                : node.right);
  const auto weight = [&](int child) {
    const TreeNode& side = tree.nodes[static_cast<std::size_t>(child)];
    return by_rows ? static_cast<double>(side.rows) : side.cover;
  };
  const double left = weight(node.left), right = weight(node.right);
  const double share = left + right > 0 ? left / (left + right) : 0.5;
  return share * below(node.left) + (1 - share) * below(node.right);
}

inline bool adds_to(const Tree& tree, int output) { return tree.output < 0 || tree.output == output; }

/// The game of a row against the training rows.
inline Game path_dependent_game(const BoostedModel& model, const std::vector<double>& row, int output,
                                bool by_rows = false) {
  return [=, &model](unsigned known) {
    double sum = model.initial_score()[static_cast<std::size_t>(output)];
    for (const Tree& tree : model.trees())
      if (adds_to(tree, output)) sum += path_dependent(model, tree, row, output, known, by_rows);
    return sum;
  };
}

/// The game of a row against rows of a background, weighed.
inline Game interventional_game(const BoostedModel& model, const std::vector<double>& row, int output,
                                const std::vector<std::vector<double>>& background, const std::vector<double>& weight) {
  return [=, &model](unsigned known) {
    double sum = 0, all = 0;
    for (std::size_t b = 0; b < background.size(); ++b) {
      std::vector<double> mixed = background[b];
      for (std::size_t f = 0; f < mixed.size(); ++f)
        if ((known >> f & 1) != 0) mixed[f] = row[f];
      sum += weight[b] * hand_made::scores_of(model, mixed, model.trees().size())[static_cast<std::size_t>(output)];
      all += weight[b];
    }
    return sum / all;
  };
}

/// What an explanation says of a row and an output is what the game does.
inline void expect_game(const Explanation& found, int row, int output, const Game& game) {
  const auto players = static_cast<int>(found.names.size());
  const auto outputs = static_cast<int>(found.constant.size());
  const std::vector<double> worth = all_worths(players, game);
  const double scale = 1e-12 * (1 + *std::ranges::max_element(worth) - *std::ranges::min_element(worth));
  EXPECT_NEAR(found.constant[static_cast<std::size_t>(output)], worth[0], scale);
  const std::vector<double> values = shapley_values(players, worth);
  const double* const own = found.values.data<double>() + (row * outputs + output) * players;
  for (int f = 0; f < players; ++f)
    EXPECT_NEAR(own[f], values[static_cast<std::size_t>(f)], scale) << "row " << row << ", feature " << f;
  if (found.interactions.elements() == 0) return;
  const std::vector<double> both = interactions(players, worth);
  const double* const pairs = found.interactions.data<double>() + (row * outputs + output) * players * players;
  for (int i = 0; i < players * players; ++i)
    EXPECT_NEAR(pairs[i], both[static_cast<std::size_t>(i)], scale) << "row " << row << ", pair " << i;
}

/// Values and constant sum to the scores, interactions to values.
inline void expect_sums(const Explanation& found, const Tensor& scores, const std::vector<double>& offsets = {}) {
  const auto features = static_cast<std::int64_t>(found.names.size());
  const auto outputs = static_cast<std::int64_t>(found.constant.size());
  const double* const score = scores.data<double>();
  for (std::int64_t i = 0; i < scores.elements(); ++i) {
    const double* const own = found.values.data<double>() + i * features;
    double sum = found.constant[static_cast<std::size_t>(i % outputs)];
    if (!offsets.empty()) sum += offsets[static_cast<std::size_t>(i)];
    for (std::int64_t f = 0; f < features; ++f) sum += own[f];
    EXPECT_NEAR(sum, score[i], 1e-9 * (1 + std::abs(score[i])));
    for (std::int64_t f = 0; f < features && found.interactions.elements() > 0; ++f) {
      const double* const row = found.interactions.data<double>() + (i * features + f) * features;
      double both = 0;
      for (std::int64_t g = 0; g < features; ++g) both += row[g];
      EXPECT_NEAR(both, own[f], 1e-9 * (1 + std::abs(own[f])));
    }
  }
}

}  // namespace linden::brute_force
