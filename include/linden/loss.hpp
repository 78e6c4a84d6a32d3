// Losses: what a model minimises. A Loss is a value; every model family evaluates it row by row.
//
//     fit_boosted(train, {.loss = loss::poisson(), .rounds = 300});
//
//     Loss l = loss::logistic();
//     double g, h;
//     double value = l.evaluate({&score, 1}, label, {&g, 1}, {&h, 1});   // loss, slope and curvature of one row
//
// A *score* is what a model adds up (before the link), a *prediction* what the link makes of it. Gradients and
// curvatures are not written by hand: each loss is one expression evaluated on second-order dual numbers, in double.
#pragma once

#include <linden/export.hpp>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace linden {

/// How predictions come from scores: the score itself, 1 / (1 + exp(-s)), exp(s_k) / sum exp(s_j), or exp(s).
enum class Link { identity, sigmoid, softmax, exp };

LINDEN_API const char* name_of(Link) noexcept;

/// What a label must be: any finite number, a number >= 0, or a class (0, 1, ... below `classes`).
enum class LabelKind { real, nonnegative, classes };

class LINDEN_API Loss {
 public:
  /// The squared loss.
  Loss();

  /// "squared", "logistic", "softmax", "poisson": how model files and --set call it.
  const std::string& name() const noexcept;
  Link link() const noexcept;
  LabelKind label_kind() const noexcept;
  /// Classes that a label may have: 2 for logistic, K for softmax (0 while they are still to be taken from the
  /// label), 0 for losses of real labels.
  int classes() const noexcept;
  /// Scores a row has: 1, or K for softmax (0 while still open).
  int outputs() const noexcept;

  /// The loss of one row; fills `gradient` and `curvature` (the diagonal) where they are not empty.
  /// `score`, and those two unless empty, have outputs() entries. Throws ArgumentError otherwise.
  double evaluate(std::span<const double> score, double label, std::span<double> gradient = {},
                  std::span<double> curvature = {}) const;

  /// Turns the scores of one row, outputs() of them, into its prediction, in place.
  void predict(std::span<double> score) const;

  /// Throws DataError, naming the first row at fault (counted from 0), unless every label is one that this loss takes.
  /// `where` opens the message ("fit_boosted").
  void check_labels(std::string_view where, std::span<const double> labels) const;

  struct Definition;  // src/loss/definition.hpp
  explicit Loss(std::shared_ptr<const Definition> definition) noexcept;
  const Definition& definition() const noexcept { return *definition_; }

 private:
  std::shared_ptr<const Definition> definition_;
};

namespace loss {

/// (y - s)^2 / 2, for any real label.
LINDEN_API Loss squared();

/// softplus(s) - y s, for labels 0 and 1; the prediction is the probability of class 1.
LINDEN_API Loss logistic();

struct SoftmaxOptions {
  int classes = 0;  ///< 2 or more; 0 takes the number from the training labels
};

/// logsumexp(s) - s_y, for labels 0 .. classes - 1; the prediction is one probability a class. The curvature is
/// p (1 - p), the true diagonal (XGBoost and LightGBM use twice that, or K / (K - 1) times that).
/// Throws ArgumentError for classes = 1 or below 0.
LINDEN_API Loss softmax(SoftmaxOptions options = {});

/// exp(s) - y s, for counts or rates y >= 0; the prediction is the mean exp(s).
LINDEN_API Loss poisson();

/// The loss of this name, as --set and model files spell it. `classes` is for softmax alone.
/// Throws ArgumentError for an unknown name, with the nearest one.
LINDEN_API Loss by_name(std::string_view name, int classes = 0);

/// All names that by_name takes.
LINDEN_API std::vector<std::string> names();

}  // namespace loss
}  // namespace linden
