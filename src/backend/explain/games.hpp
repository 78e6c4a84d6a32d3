// What features do against rows of a background, which lend their values of the features that are not known, at a leaf.
//
// With the features of a set S taken from the row and all others from one of the background a leaf is reached exactly
// when S has all features of A, which only the row has as the way to the leaf wants them, and none of B, which only the
// other has so. Of this game the Shapley values, and the interaction indices, are quotients of factorials of the sizes
// of A and B. So of a row all that counts at a leaf is which features of the way it has as the way wants them, its
// pattern; and rows of the background that have one pattern there are one game, however many they are.
#pragma once

#include "backend/explain/program.hpp"
#include "backend/math/host_device.hpp"
#include "backend/tree/forest_view.hpp"

namespace linden {

/// Which patterns are those of a leaf.
struct PatternLeaf {
  std::int64_t first = 0, end = 0;
  std::int64_t first_slope = 0;  ///< linear leaves: PatternView::slopes of the first, [patterns, terms]
};

/// The patterns of a background at the leaves of some trees of a program. A pattern is a bit for each feature of the
/// way to a leaf, in the order of ExplainView::ways, 64 a word; here bits behind the last feature are set.
struct PatternView {
  const PatternLeaf* leaves = nullptr;    ///< of the trees, the first of which is first_leaf
  const std::uint64_t* bits = nullptr;    ///< [patterns, words]
  const std::int32_t* lacking = nullptr;  ///< [patterns]: how many features a pattern has not
  const double* weights = nullptr;        ///< [patterns]: of the rows that have it; those of all rows sum to 1
  const double* slopes = nullptr;         ///< what each term of a linear leaf adds for these rows, times their weights
  const double* together = nullptr;       ///< [most + 1, most + 1]: a! b! / (a + b + 1)!
  std::int64_t first_leaf = 0;            ///< ExplainTree::first_way of the first tree
  std::int32_t words = 1;
  std::int32_t most = 0;  ///< features of a way, a term's among them
};

LINDEN_LEVEL_BEGIN

/// The words of the longest pattern.
LINDEN_HD std::int32_t pattern_words(const ExplainView& program) { return program.features / 64 + 1; }

LINDEN_HD bool has_bit(const std::uint64_t* bits, std::int32_t i) { return ((bits[i / 64] >> (i % 64)) & 1) != 0; }

/// Calls f(i) for the bits that a word has not.
template <class F>
LINDEN_HD void each_lacking(std::uint64_t bits, const F& f) {
  for (std::uint64_t left = ~bits; left != 0; left &= left - 1) {
#ifdef __CUDA_ARCH__
    f(__ffsll(static_cast<long long>(left)) - 1);
#else
    f(__builtin_ctzll(left));
#endif
  }
}

/// What a term of a linear leaf adds for a value: nothing where it is missing, or infinite.
LINDEN_HD double added_by(const ForestTerm& term, double x) {
  const double kept = x < term.low ? term.low : x > term.high ? term.high : x;
  return x - x == 0 ? term.slope * (kept - term.centre) : 0.0;
}

/// Adds the game of a leaf that adds `amount` where it is reached. `mine` and `others` are the patterns of the row and
/// of the background, of `count` features, and `a` and `b` the sizes of A and B. `extra` is a feature of A that is none
/// by the patterns, or -1; it may be number `count`, which is not on the way.
///
/// sums.add(i, x) adds to feature i of the way, sums.add(i, j, x) to a pair where sums.has_pairs().
template <class Sums>
LINDEN_HD void add_game(const PatternView& view, const std::uint64_t* mine, const std::uint64_t* others,
                        std::int32_t count, std::int32_t a, std::int32_t b, std::int32_t extra, double amount,
                        const Sums& sums) {
  if (a + b == 0 || amount == 0) return;
  const auto weight = [&](std::int32_t x, std::int32_t y) {
    return view.together[std::int64_t{x} * (view.most + 1) + y];
  };
  const double of_a = a > 0 ? amount * weight(a - 1, b) : 0;
  const double of_b = b > 0 ? -amount * weight(a, b - 1) : 0;
  const double of_two_a = a > 1 ? amount * weight(a - 2, b) : 0;
  const double of_two_b = b > 1 ? amount * weight(a, b - 2) : 0;
  const double of_both = a > 0 && b > 0 ? -amount * weight(a - 1, b - 1) : 0;
  const auto side = [&](std::int32_t i) {
    if (i == extra) return 1;
    return (has_bit(mine, i) ? 1 : 0) - (has_bit(others, i) ? 1 : 0);
  };
  const std::int32_t all = extra == count ? count + 1 : count;
  for (std::int32_t i = 0; i < all; ++i) {
    const std::int32_t of_i = side(i);
    if (of_i == 0) continue;
    sums.add(i, of_i > 0 ? of_a : of_b);
    if (!sums.has_pairs()) continue;
    for (std::int32_t j = i + 1; j < all; ++j)
      if (const std::int32_t of_j = side(j); of_j != 0)
        sums.add(i, j, of_i != of_j ? of_both : of_i > 0 ? of_two_a : of_two_b);
  }
}

/// Calls f(pattern) for the patterns of the background at a leaf from whose rows some set of features leads a row there
/// that has the pattern `mine`.
template <class F>
LINDEN_HD void each_game(const PatternView& view, std::int64_t leaf, const std::uint64_t* mine, const F& f) {
  const PatternLeaf at = view.leaves[leaf];
  for (std::int64_t p = at.first; p < at.end; ++p) {
    const std::uint64_t* const others = view.bits + p * view.words;
    std::uint64_t lost = 0;
    for (std::int32_t w = 0; w < view.words; ++w) lost |= ~(mine[w] | others[w]);
    if (lost == 0) f(p);
  }
}

/// Adds the games of a leaf that adds 1, for a row that lacks so many features of the way. Says whether there are any.
template <class Sums>
LINDEN_HD bool add_games(const PatternView& view, std::int64_t leaf, const std::uint64_t* mine, std::int32_t count,
                         std::int32_t lacks, const Sums& sums) {
  bool any = false;
  if (sums.has_pairs()) {
    each_game(view, leaf, mine, [&](std::int64_t p) {
      any = true;
      add_game(view, mine, view.bits + p * view.words, count, view.lacking[p], lacks, -1, view.weights[p], sums);
    });
    return any;
  }
  // The same of single features, of which all of B have one value.
  double of_b = 0;
  each_game(view, leaf, mine, [&](std::int64_t p) {
    any = true;
    const double* const together = view.together + lacks;
    const std::int64_t a = view.lacking[p], width = view.most + 1;
    if (lacks > 0) of_b -= view.weights[p] * together[a * width - 1];
    if (a == 0) return;
    const double of_a = view.weights[p] * together[(a - 1) * width];
    for (std::int32_t w = 0; w < view.words; ++w)
      each_lacking(view.bits[p * view.words + w], [&](std::int32_t i) { sums.add(64 * w + i, of_a); });
  });
  if (of_b == 0) return any;
  for (std::int32_t i = 0; i < count; ++i)
    if (!has_bit(mine, i)) sums.add(i, of_b);
  return any;
}

/// The same of a linear leaf. Its terms' features are `of_term(t)` on the way, or `count`; they add `added(t)` for the
/// row. A term whose feature both have as the way wants it, or the way does not ask, is a leaf of its own, which is
/// reached when the feature is known.
template <class OfTerm, class Added, class Sums>
LINDEN_HD void add_linear_games(const PatternView& view, std::int64_t leaf, const std::uint64_t* mine,
                                std::int32_t count, std::int32_t lacks, double value, std::int32_t terms,
                                const OfTerm& of_term, const Added& added, const Sums& sums) {
  const PatternLeaf at = view.leaves[leaf];
  each_game(view, leaf, mine, [&](std::int64_t p) {
    const std::uint64_t* const others = view.bits + p * view.words;
    const double* const slopes = view.slopes + at.first_slope + (p - at.first) * terms;
    const double weight = view.weights[p];
    const std::int32_t a = view.lacking[p];
    double amount = weight * value;
    for (std::int32_t t = 0; t < terms; ++t) {
      const std::int32_t i = of_term(t);
      const bool is_mine = i < count && has_bit(mine, i), is_others = i < count && has_bit(others, i);
      const double by_row = weight * added(t);
      amount += is_mine && !is_others ? by_row : slopes[t];
      if (i < count && is_mine != is_others) continue;
      sums.set_extra(t);
      add_game(view, mine, others, count, a + 1, lacks, i, by_row - slopes[t], sums);
    }
    add_game(view, mine, others, count, a, lacks, -1, amount, sums);
  });
}

LINDEN_LEVEL_END
}  // namespace linden
