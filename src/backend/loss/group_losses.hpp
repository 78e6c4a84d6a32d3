// The losses of groups: rankings, where the slope of a row depends on the other rows of its query. Each struct has its
// formula, which the kernels of both devices share, and what the library asks about it.
//
// Of the pairs of a group with different labels, those count of which at least one row is among the `truncation` best
// by score; equal scores are in the order of rows. A pair costs weight * log(1 + exp(-sigmoid (s_better - s_worse))),
// its weight taken as constant: what a metric would change by if the two rows changed places (LambdaMART, Burges 2010),
// or 1 (RankNet). XE-NDCG is no loss of pairs, but a cross-entropy over the group.
#pragma once

#include <cstdint>
#include <span>

#include "backend/loss/loss_spec.hpp"
#include "backend/loss/loss_traits.hpp"
#include "backend/loss/own_derivatives.hpp"
#include "backend/math/host_device.hpp"
#include "backend/math/math.hpp"
#include "backend/math/philox.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// Labels of losses and metrics whose gains are 2^label - 1 go so far.
inline constexpr double most_exponential_grade = 31;

/// What a row of this label, a whole number, is worth at the top of a list.
LINDEN_HD double rank_gain(bool exponential, double label) {
  return exponential ? static_cast<double>((std::int64_t{1} << static_cast<int>(label)) - 1) : label;
}
/// What that is multiplied by at this rank, counted from 0.
LINDEN_HD double rank_discount(std::int64_t rank) { return math::log(2.0) / math::log(static_cast<double>(rank + 2)); }

/// A group in the order of its scores, the best first.
struct RankedGroup {
  std::int64_t rows;
  const double *scores, *labels;  ///< [rows]
  double *first, *second;         ///< [rows], for what the loss prepares
  double scale;                   ///< what its weights are multiplied by (scale_of)
  const double* discounts;        ///< [rows]
};

/// Of the slope of the better row of a pair, and of both rows' curvature.
struct PairSlope {
  double slope, curvature;
};

/// A pair of this weight; `margin` is the score of the better row less that of the other. Both rows move in a round, so
/// that h, the second derivative by either, says too little: twice that is the least that a diagonal must have to lie
/// above the pair's Hessian [[h, -h], [-h, h]].
LINDEN_HD PairSlope pair_slope(double sigmoid, double weight, double margin) {
  const double p = 1.0 / (1.0 + math::exp(sigmoid * margin));
  const double scaled = sigmoid * weight;
  return {-(scaled * p), 2.0 * (sigmoid * scaled * (p * (1.0 - p)))};
}

/// What the pairs of a group, whose slopes add up to `sum` without their signs, are multiplied by, where groups are
/// normalised: large groups, and those that are in disorder, weigh by the logarithm.
LINDEN_HD double group_norm(double sum) { return sum > 0.0 ? math::log(1.0 + sum) / (math::log(2.0) * sum) : 1.0; }

inline constexpr ParameterRule truncation_rule{
    "truncation", 0, false, unbounded, 30, "pairs have a row among so many best by score; 0: all pairs", true};
inline constexpr ParameterRule all_pairs_rule{
    "truncation", 0, false, unbounded, 0, "pairs have a row among so many best by score; 0: all pairs", true};
inline constexpr ParameterRule sigmoid_rule{"sigmoid", 0, true, unbounded, 1, "how steep the loss of a pair is"};
inline constexpr ParameterRule normalise_rule{
    "normalise", 0, false, 2, 1, "1: groups by the logarithm of their slopes, pairs by their distance; 0: as they are",
    true};
inline constexpr ParameterRule group_norm_rule{
    "normalise", 0, false, 2, 1, "1: groups by the logarithm of their slopes; 0: as they are", true};
inline constexpr ParameterRule gain_rule{
    "exponential_gain", 0, false, 2, 1, "1: a label is worth 2^label - 1; 0: the label", true};
inline constexpr ParameterRule position_rule{
    "position_bias",
    0,
    false,
    2,
    0,
    "1: rows stand as they were shown, and their places draw clicks; 0: they do not",
    true};
inline constexpr ParameterRule position_l2_rule{"position_l2", 0, false,
                                                unbounded,     0, "penalty on the bias of a place"};

/// What the losses of pairs have in common: truncation, sigmoid, normalise, position_bias and position_l2 are their
/// first parameters.
struct PairLoss {
  std::int64_t truncation;
  double sigmoid;
  bool normalise;
  bool position_bias;
  double position_l2;

  explicit PairLoss(const double* parameter)
      : truncation(static_cast<std::int64_t>(parameter[0])),
        sigmoid(parameter[1]),
        normalise(parameter[2] != 0.0),
        position_bias(parameter[3] != 0.0),
        position_l2(parameter[4]) {}

  /// Ranks below this have pairs with all ranks behind them.
  LINDEN_HD std::int64_t leading(std::int64_t rows) const {
    return truncation == 0 || truncation > rows ? rows : truncation;
  }
};

/// The change of NDCG, of all ranks, by that of the best order's first `truncation`.
struct LambdarankLoss : PairLoss {
  static constexpr const char* name = "lambdarank";
  static constexpr ParameterRule parameters[] = {truncation_rule, sigmoid_rule,     normalise_rule,
                                                 position_rule,   position_l2_rule, gain_rule};
  static constexpr bool divides_by_distance = true;
  bool exponential_gain;

  explicit LambdarankLoss(const double* parameter) : PairLoss(parameter), exponential_gain(parameter[5] != 0.0) {}

  static const char* metric(const double* parameter) { return parameter[5] != 0.0 ? "ndcg@10" : "linear_ndcg@10"; }
  static double most_label(const double* parameter) { return parameter[5] != 0.0 ? most_exponential_grade : 1e38; }

  /// Of labels in the best order: 1 / DCG, or 0 for a group without relevant rows.
  double scale_of(std::span<const double> best, std::span<const double> discounts) const {
    double sum = 0;
    for (std::int64_t rank = 0; rank < leading(std::ssize(best)); ++rank)
      sum += rank_gain(exponential_gain, best[rank]) * discounts[rank];
    return sum > 0 ? 1 / sum : 0;
  }
  LINDEN_HD void prepare_rank(const RankedGroup& group, std::int64_t rank) const {
    group.first[rank] = rank_gain(exponential_gain, group.labels[rank]);
  }
  LINDEN_HD void prepare(const RankedGroup&) const {}
  /// Of ranks i < j with different labels.
  LINDEN_HD double change(const RankedGroup& group, std::int64_t i, std::int64_t j) const {
    return math::abs(group.first[i] - group.first[j]) * (group.discounts[i] - group.discounts[j]) * group.scale;
  }
};

/// The change of average precision; labels above 0 are relevant.
struct LambdarankMapLoss : PairLoss {
  static constexpr const char* name = "lambdarank_map";
  static constexpr ParameterRule parameters[] = {truncation_rule, sigmoid_rule, normalise_rule, position_rule,
                                                 position_l2_rule};
  static constexpr bool divides_by_distance = true;
  using PairLoss::PairLoss;

  static const char* metric(const double*) { return "map@10"; }
  static double most_label(const double*) { return 1e38; }

  double scale_of(std::span<const double> best, std::span<const double>) const {
    double relevant = 0;
    for (const double label : best) relevant += label > 0;
    return relevant > 0 ? 1 / relevant : 0;
  }
  LINDEN_HD void prepare_rank(const RankedGroup&, std::int64_t) const {}
  /// first: relevant rows up to a rank; second: the sum of 1 / place over them.
  LINDEN_HD void prepare(const RankedGroup& group) const {
    double relevant = 0.0, places = 0.0;
    for (std::int64_t rank = 0; rank < group.rows; ++rank) {
      if (group.labels[rank] > 0.0) {
        relevant += 1.0;
        places += 1.0 / static_cast<double>(rank + 1);
      }
      group.first[rank] = relevant;
      group.second[rank] = places;
    }
  }
  LINDEN_HD double change(const RankedGroup& group, std::int64_t i, std::int64_t j) const {
    const double other = group.labels[i] > 0.0 ? 0.0 : 1.0;  // whether the row at j is the relevant one
    const double at_i = (group.first[i] + other) / static_cast<double>(i + 1);
    const double at_j = group.first[j] / static_cast<double>(j + 1);
    const double between = group.second[j] - group.second[i] - other / static_cast<double>(j + 1);
    const bool differ = other == (group.labels[j] > 0.0 ? 1.0 : 0.0);
    return differ ? (at_i - at_j + between) * group.scale : 0.0;
  }
};

/// The change of the reciprocal rank; labels above 0 are relevant.
struct LambdarankMrrLoss : PairLoss {
  static constexpr const char* name = "lambdarank_mrr";
  static constexpr ParameterRule parameters[] = {truncation_rule, sigmoid_rule, normalise_rule, position_rule,
                                                 position_l2_rule};
  static constexpr bool divides_by_distance = true;
  using PairLoss::PairLoss;

  static const char* metric(const double*) { return "mrr"; }
  static double most_label(const double*) { return 1e38; }

  double scale_of(std::span<const double>, std::span<const double>) const { return 1; }
  LINDEN_HD void prepare_rank(const RankedGroup&, std::int64_t) const {}
  /// first[0] and second[0]: the ranks of the first two relevant rows, or the number of rows.
  LINDEN_HD void prepare(const RankedGroup& group) const {
    std::int64_t found[2] = {group.rows, group.rows};
    for (std::int64_t rank = 0, next = 0; rank < group.rows && next < 2; ++rank)
      if (group.labels[rank] > 0.0) found[next++] = rank;
    group.first[0] = static_cast<double>(found[0]);
    group.second[0] = static_cast<double>(found[1]);
  }
  LINDEN_HD double change(const RankedGroup& group, std::int64_t i, std::int64_t j) const {
    const bool is_relevant = group.labels[i] > 0.0;
    const double first = group.first[0], at_i = static_cast<double>(i);
    const double next = is_relevant ? math::minimum(group.second[0], static_cast<double>(j)) : first;
    const bool moves = is_relevant ? at_i == first : at_i < first;
    const bool differ = is_relevant != (group.labels[j] > 0.0);
    return moves & differ ? 1.0 / (at_i + 1.0) - 1.0 / (next + 1.0) : 0.0;
  }
};

/// RankNet: every pair weighs 1.
struct PairwiseLoss : PairLoss {
  static constexpr const char* name = "pairwise";
  static constexpr ParameterRule parameters[] = {all_pairs_rule, sigmoid_rule, group_norm_rule, position_rule,
                                                 position_l2_rule};
  static constexpr bool divides_by_distance = false;
  using PairLoss::PairLoss;

  static const char* metric(const double*) { return "linear_ndcg@10"; }
  static double most_label(const double*) { return 1e38; }

  double scale_of(std::span<const double>, std::span<const double>) const { return 1; }
  LINDEN_HD void prepare_rank(const RankedGroup&, std::int64_t) const {}
  LINDEN_HD void prepare(const RankedGroup&) const {}
  LINDEN_HD double change(const RankedGroup&, std::int64_t, std::int64_t) const { return 1.0; }
};

/// XE-NDCG (Bruch 2021): the cross-entropy between the softmax of the scores and a distribution of gains 2^label - u,
/// u drawn from [0, 1) for each row and round; its gradient and the diagonal of its Hessian by three terms of a series.
struct XendcgLoss {
  static constexpr const char* name = "xendcg";
  static constexpr std::span<const ParameterRule> parameters = {};

  explicit XendcgLoss(const double*) {}

  static const char* metric(const double*) { return "ndcg@10"; }
  static double most_label(const double*) { return most_exponential_grade; }

  /// From a number of 32 random bits.
  LINDEN_HD static double target(double label, std::uint32_t drawn) {
    return static_cast<double>(std::int64_t{1} << static_cast<int>(label)) - static_cast<double>(drawn) * 0x1p-32;
  }
};

template <class Loss>
inline constexpr bool is_of_pairs = requires {
  Loss::divides_by_distance;
};

/// What the weights of pairs are divided by: least + per_unit * the distance of their scores. Two numbers and no
/// choice, which would keep loops from being vectorised.
struct PairDivisor {
  double least, per_unit;
};
/// 0.01 + the distance, but 1 where that is not asked for, and where all scores are equal.
template <class Loss>
LINDEN_HD PairDivisor divisor_of(const Loss& loss, const RankedGroup& group) {
  if (Loss::divides_by_distance && loss.normalise && group.scores[0] != group.scores[group.rows - 1])
    return {0.01, 1.0};
  return {1.0, 0.0};
}

/// Of the pair of ranks i < j: the slope of the row at rank i, which is that of the other with another sign, and the
/// curvature of both. Zeros where the labels are equal.
template <class Loss>
LINDEN_HD PairSlope slope_of_pair(const Loss& loss, const RankedGroup& group, const PairDivisor& divisor,
                                  std::int64_t i, std::int64_t j) {
  const double side = group.labels[i] > group.labels[j] ? 1.0 : -1.0;
  const double margin = side * (group.scores[i] - group.scores[j]);
  const double weight = loss.change(group, i, j) / (divisor.least + divisor.per_unit * math::abs(margin));
  const PairSlope pair = pair_slope(loss.sigmoid, weight, margin);
  const bool differ = group.labels[i] != group.labels[j];
  return {differ ? side * pair.slope : 0.0, differ ? pair.curvature : 0.0};
}

/// The Newton step of a place's bias, from the sums of slopes and curvatures of so many rows there.
LINDEN_HD double position_step(double rate, double l2, double bias, double slope, double curvature, double rows) {
  const double down = -slope - l2 * bias * rows, bend = curvature + l2 * rows;
  return rate * down / (bend + 0.001);
}

template <class... Losses>
struct GroupLossTypes {};
using GroupLossList = GroupLossTypes<LambdarankLoss, LambdarankMapLoss, LambdarankMrrLoss, PairwiseLoss, XendcgLoss>;

template <class Visitor, class First, class... Rest>
auto visit_group_place(int place, const double* parameter, const Visitor& visitor, GroupLossTypes<First, Rest...>) {
  if (place == 0) return visitor(First(parameter));
  if constexpr (sizeof...(Rest) > 0)
    return visit_group_place(place - 1, parameter, visitor, GroupLossTypes<Rest...>());
  else
    __builtin_trap();
}
/// Calls visitor(LambdarankLoss(parameters)), or whichever loss of groups `loss` is.
template <class Visitor>
auto visit_group_loss(const LossSpec& loss, const Visitor& visitor) {
  return visit_group_place(loss.place, static_cast<const double*>(loss.parameter), visitor, GroupLossList());
}

/// What a loss of groups says about itself, for code that does not know which one it has.
struct GroupLossTraits {
  const char* name;
  std::span<const ParameterRule> parameters;
  const char* metric;  ///< reported for it when none are asked for
  double most_label;
};
inline GroupLossTraits group_traits_of(const LossSpec& loss) {
  return visit_group_loss(loss, [&]<class Loss>(const Loss&) {
    return GroupLossTraits{Loss::name, Loss::parameters, Loss::metric(loss.parameter),
                           Loss::most_label(loss.parameter)};
  });
}
/// How many there are: LossSpec::place is below.
template <class... Losses>
constexpr int group_loss_count(GroupLossTypes<Losses...>) {
  return sizeof...(Losses);
}

/// A step of its series, from a term and the row's share of the softmax. (A share of 1 would divide by 0.)
LINDEN_HD double xendcg_part(double term, double share) { return term / math::maximum(1.0 - share, 1e-6); }
LINDEN_HD double xendcg_next(double part, double sum, double share) { return share * (sum - part); }

/// The random number of a row's target.
LINDEN_HD std::uint32_t xendcg_draw(std::uint64_t seed, std::uint32_t round, std::int64_t row) {
  return random_words(seed, Draw::targets, round, static_cast<std::uint64_t>(row / 4)).word[row % 4];
}

/// The lanes that sums over a group are made of: term i goes to lane i % 32, ascending, and the lanes are added
/// pairwise, 16 apart, then 8, 4, 2, 1. So a warp adds, and so does the CPU.
inline constexpr int group_lanes = 32;

LINDEN_LEVEL_END
}  // namespace linden
