// What the library asks of a built-in loss, beside its formula. A loss that does not answer does not compile.
#pragma once

#include <concepts>
#include <cstdint>
#include <linden/link.hpp>
#include <span>
#include <type_traits>

#include "backend/loss/corner.hpp"
#include "backend/math/dual.hpp"

namespace linden {

/// The loss of a row as a function of its scores.
enum class LossShape : std::uint8_t {
  quadratic,   ///< of second derivative 1 everywhere: one Newton step is the whole way
  convex,      ///< and smooth: linear models prove how near the optimum is
  cornered,    ///< of lines that meet in corners (corner.hpp): linear models find its optimum by an interior point
  not_convex,  ///< smooth
};

/// Where the loss of a row is lowest.
enum class Lowest : std::uint8_t {
  at_a_score,   ///< of every label: linear models have an optimum, whatever the rows are
  at_infinity,  ///< the score of the label's class without end: not where a plane separates the classes
  by_label,     ///< at a score or, of some labels, at infinity
};

/// Where the search begins for the one score that fits all rows best.
enum class Start : std::uint8_t {
  zero,
  median,           ///< of the labels: where the loss is hardly curved far from it
  log_mean,         ///< the logarithm of the labels' mean, which is that score
  order_statistic,  ///< that of the labels at renewal_level(), which is that score
  moments,          ///< of two scores: those of the distribution with the labels' mean and standard deviation
};

/// A parameter of a loss as it is documented and checked: LossSpec::parameter holds the values, in the same order.
struct ParameterRule {
  const char* name;
  double low;     ///< the least value, or the bound that values lie above
  bool low_open;  ///< whether `low` itself is excluded
  double high;    ///< values lie below
  double usual;   ///< unless another value is asked for
  const char* meaning;
  bool is_whole = false;  ///< whether values are whole numbers
  bool is_list = false;   ///< whether there may be several, each of which has an output of its own

  constexpr bool allows(double value) const {
    return (low_open ? value > low : value >= low) && value < high &&
           (!is_whole || (value <= 0x1p53 && static_cast<double>(static_cast<std::int64_t>(value)) == value));
  }
};

LINDEN_LEVEL_BEGIN

/// Whether the functor takes one score together with a label; that of softmax takes K.
template <class Loss>
inline constexpr bool has_one_score = std::is_invocable_r_v<Dual, const Loss&, Line, double>;

/// Whether a row has a score for each class, and its loss is the sum of the functor's over them, each with a label that
/// says whether the row is of this class.
template <class Loss>
inline constexpr bool is_per_class = requires {
  requires Loss::per_class;
};

/// Whether it is that of a distribution of two scores (distribution_losses.hpp).
template <class Loss>
inline constexpr bool is_distribution = requires {
  { Loss::information(1.0, 1.0, std::int64_t{0}) } -> std::same_as<double>;
};

/// Outputs that a kernel fills, of so many that the loss has: it takes one at a time of a loss of one score, whose
/// other outputs are of other labels or levels.
template <class Loss>
LINDEN_HD std::int64_t outputs_together(std::int64_t outputs) {
  return has_one_score<Loss> && !is_per_class<Loss> ? 1 : outputs;
}

/// What the functor of output k takes for the label of a row.
template <class Loss>
LINDEN_HD double label_of_output(double label, std::int64_t k) {
  if constexpr (is_per_class<Loss>)
    return label == static_cast<double>(k) ? 1.0 : 0.0;
  else
    return label;
}

template <class Loss>
inline constexpr bool is_convex = Loss::shape == LossShape::quadratic || Loss::shape == LossShape::convex;

/// Whether the curvature that the functor gives is not the second derivative of the loss, but that of a parabola above.
template <class Loss>
inline constexpr bool is_majorised = requires {
  Loss::bend(Dual());
};

/// What a loss is to be asked. A static_assert for each, so that the compiler names what is missing.
template <class Loss>
struct CompleteLoss {
  static_assert(
      requires {
        { Loss::name } -> std::convertible_to<const char*>;
      },
      "a loss has a `name`, by which --set, model files and messages call it");
  static_assert(
      requires {
        { Loss::link } -> std::convertible_to<Link>;
      },
      "a loss has a `link`: what makes a prediction of a score");
  static_assert(
      requires {
        { Loss::labels } -> std::convertible_to<LabelKind>;
      },
      "a loss says what `labels` it takes");
  static_assert(
      requires {
        { Loss::shape } -> std::convertible_to<LossShape>;
      },
      "a loss has a `shape`: solvers, leaves and certificates go by it");
  static_assert(
      requires {
        { Loss::lowest } -> std::convertible_to<Lowest>;
      },
      "a loss says where it is `lowest`: whether a fit without penalties has an optimum");
  static_assert(
      requires {
        { Loss::start } -> std::convertible_to<Start>;
      },
      "a loss says where the search for a constant score is to `start`");
  static_assert(
      requires { std::span<const char* const>(Loss::metrics); },
      "a loss has `metrics`, reported for it when none are asked for");
  static_assert(
      std::is_empty_v<Loss> || requires { std::span<const ParameterRule>(Loss::parameters); },
      "a loss with numbers in it has `parameters`, a ParameterRule for each");
  static_assert(
      has_one_score<Loss> || is_distribution<Loss> || requires { Loss::output(1.0, true); },
      "a loss is a functor that gives a Dual for (Line score, double label)");
  static_assert(
      !is_convex<Loss> ||
          requires(const Loss& loss) {
            { loss.divergence(1.0, 1.0, 1.0) } -> std::same_as<double>;
          },
      "a convex loss has a `divergence(score, label, d)`: without it the certificate knows no gap");
  static_assert(
      !is_convex<Loss> ||
          requires(const Loss& loss) {
            { loss.least(1.0) } -> std::same_as<double>;
          },
      "a convex loss says what a row of some label costs at `least(label)`, whatever its scores");
  static_assert(
      Loss::shape != LossShape::cornered ||
          requires(const Loss& loss) {
            { loss.corners(1.0)[0] } -> std::convertible_to<Corner>;
          },
      "a loss with corners says where they are and what it is beside them: `corners(label)`");
  static_assert(
      Loss::start != Start::order_statistic ||
          requires(const Loss& loss) {
            { loss.renewal_level() } -> std::same_as<double>;
          },
      "a loss that starts from an order statistic has a `renewal_level()`, which leaves are made of, too");
  static_assert(
      !is_majorised<Loss> ||
          requires(const Loss& loss) {
            { loss.slope_limit() } -> std::same_as<double>;
          },
      "a loss with a `bend` has a `slope_limit()`: how large its slopes get, or infinity");
};

LINDEN_LEVEL_END
}  // namespace linden
