// Metrics: how good predictions are. They look at predictions (after the link), labels and weights, and may look at
// scores (before the link) and at groups of rows.
//
//     double a = metric::auc().evaluate(model.predict(test), test.label());
//
//     Metric bias("bias", false, [](const MetricInput& in) { return mean(in.prediction - in.label).item(); });
//
// A Metric is a value with a name; fit_boosted reports the ones in FitOptions after every round.
#pragma once

#include <functional>
#include <linden/error.hpp>
#include <linden/export.hpp>
#include <linden/link.hpp>
#include <linden/tensor.hpp>
#include <linden/values.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace linden {

class Loss;

/// What a metric looks at: what a model says of some rows, and what is known of them.
struct MetricInput {
  Tensor prediction = {};  ///< [rows], or [rows, K] of a model of K outputs: after the link
  /// What the link made the predictions of, in their shape; empty where predictions alone are known. Metrics of
  /// fit_boosted and of the program are given it.
  Tensor score = {};
  Tensor label = {};   ///< [rows], or [rows, L] where a row has L labels, which the metrics below take as so many rows
                       ///< with a prediction each; classes as their numbers 0, 1, ...
  Tensor weight = {};  ///< [rows], finite and >= 0; empty: all 1
  Tensor groups = {};  ///< [groups + 1] i64: group g is the rows groups[g] .. groups[g + 1] - 1; empty: no groups
  /// What made predictions of scores, where that is known. Metrics of distributions need it; where it is that of a
  /// distribution, other metrics look at its mean alone.
  std::optional<Link> link = {};
};

class LINDEN_API Metric {
 public:
  /// Sees what evaluate() was given, checked: contiguous f64, and groups i64; [rows] where that was [rows, 1]. They are
  /// there to be read: what would change them in place throws ArgumentError. Where it needs scores, weights or groups
  /// that are not there, or takes one label a row and finds several, it throws ArgumentError.
  using Function = std::function<double(const MetricInput&)>;

  /// A metric of your own. `name` stands in logs and history. `on_gpu`, if there is one, computes the same where
  /// predictions lie on a GPU: it sees tensors there, f64 likewise, whose numbers nobody has looked at and which it
  /// does not change (groups are the host's). Throws ArgumentError for an empty name or function.
  Metric(std::string name, bool higher_is_better, Function function, Function on_gpu = {});

  const std::string& name() const& noexcept { return name_; }
  std::string name() const&& { return name(); }
  bool higher_is_better() const noexcept { return higher_is_better_; }
  /// Whether it takes predictions that lie on a GPU. Of those of the library auc does; a fit on a GPU then copies no
  /// scores for it.
  bool runs_on_gpu() const noexcept { return static_cast<bool>(on_gpu_); }

  /// The weighted mean over rows (for auc: over pairs), of tensors of any dtype (groups: i64) on the CPU or, where it
  /// runs there, on one GPU. Throws ArgumentError when shapes or devices do not fit or groups are not the rows in
  /// order, UndefinedMetric where it has no value (no rows, all weights zero, auc with one class only), and DataError
  /// for what it does not take: NaN, labels that are no classes, predictions that are no probabilities.
  double evaluate(const MetricInput& input) const;
  /// Of predictions alone.
  double evaluate(const Tensor& prediction, const Tensor& label, const Tensor& weight = Tensor()) const;

 private:
  std::string name_;
  bool higher_is_better_;
  Function function_, on_gpu_;
};

namespace metric {

LINDEN_API Metric rmse();      ///< square root of the mean squared error
LINDEN_API Metric mae();       ///< mean absolute error
LINDEN_API Metric mape();      ///< mean of |y - p| / max(1, |y|)
LINDEN_API Metric rmsle();     ///< square root of the mean squared log(1 + y) - log(1 + p), for y and p > -1
LINDEN_API Metric r2();        ///< 1 - squared error / squared error of the mean label; undefined for a constant label
LINDEN_API Metric logloss();   ///< -mean log p(label), for probabilities of class 1 [rows] or of K classes [rows, K],
                               ///< p bounded to [1e-15, 1 - 1e-15]
LINDEN_API Metric accuracy();  ///< share of rows whose most probable class (0.5 and above: class 1) is the label
LINDEN_API Metric error();     ///< 1 - accuracy
LINDEN_API Metric auc();       ///< area under the ROC curve; tied predictions count half; labels 0 and 1
LINDEN_API Metric poisson_deviance();  ///< 2 mean(y log(y / p) - y + p), for y and p >= 0
LINDEN_API Metric gamma_deviance();    ///< 2 mean(y / p - 1 - log(y / p)), for y and p > 0

struct TweedieDevianceOptions {
  double variance_power = 1.5;  ///< (1, 2)
};

/// With q the power, 2 mean(y^(2 - q) / ((1 - q) (2 - q)) - y p^(1 - q) / (1 - q) + p^(2 - q) / (2 - q)), for y >= 0
/// and p > 0. Its name has the power: "tweedie_deviance_1.5".
LINDEN_API Metric tweedie_deviance(TweedieDevianceOptions options = {});

struct PinballOptions {
  Levels level = 0.5;  ///< (0, 1); or several, of which predictions have a column each
};

/// Mean of level (y - p) where y > p, (1 - level) (p - y) where y < p; of several levels the mean over them, too. Its
/// name has the levels: "pinball_0.9", "pinball_0.1_0.5_0.9".
LINDEN_API Metric pinball(const PinballOptions& options = {});

// Metrics of distributions, whose predictions are mean and standard deviation (MetricInput::link; ArgumentError where
// that is none of a distribution). Lower is better for the first two.

/// Mean of -log(density at the label).
LINDEN_API Metric nll();

/// Continuous ranked probability score: the mean over rows of the integral of (F(t) - [t >= y])^2 over t, F the
/// cumulative distribution. It has the label's unit; of a distribution without spread it is |y - p|.
LINDEN_API Metric crps();

struct CoverageOptions {
  double level = 0.9;  ///< (0, 1)
};

/// Share of labels within the central interval of this level, from the quantile at (1 - level) / 2 to that at
/// (1 + level) / 2, which should be the level. Higher counts as better. Its name has the level: "coverage_0.9".
LINDEN_API Metric coverage(CoverageOptions options = {});

// Metrics of rankings look at the rows of each group (MetricInput::groups; ArgumentError without any) in the order of
// their predictions, of which `at` count, and are means over groups; a group weighs as its rows do on average, rows of
// weight 0 are not there. Of rows whose predictions are equal all orders are as likely, and the value is the mean over
// them: it does not depend on the order of rows. (LightGBM and XGBoost take them in the order of the data.) A group
// without relevant rows, all of whose labels are 0, counts 1, as there, or 0 where that is asked for; undefined where
// no group has any. Higher is better. Their names have the options: "ndcg@10", "linear_ndcg", "map@5-" (0 without
// relevant rows).

struct NdcgOptions {
  int at = 0;                          ///< rows of a group that count; 0: all
  bool exponential_gain = true;        ///< gains are 2^label - 1, of labels up to 31; false: the labels, "linear_ndcg"
  bool zero_without_relevant = false;  ///< what a group without relevant rows counts: 0, else 1
};

/// DCG over that of the best order, DCG = sum gain(label) / log2(rank + 1) with ranks from 1, for labels >= 0.
LINDEN_API Metric ndcg(NdcgOptions options = {});

struct RankingOptions {
  int at = 0;                          ///< rows of a group that count; 0: all
  bool zero_without_relevant = false;  ///< what a group without relevant rows counts: 0, else 1
};

/// Mean average precision: the mean, over the ranks of relevant rows (label > 0), of the share of relevant rows up to
/// there; over `at` ranks where fewer count than are relevant.
LINDEN_API Metric map(RankingOptions options = {});

/// Mean reciprocal rank: 1 / the rank of the first relevant row (label > 0), 0 where it does not count.
LINDEN_API Metric mrr(RankingOptions options = {});

// Metrics of survival take times (loss::cox in loss.hpp): [rows], with a minus where no event came, or [rows, 2], both
// bounds. Higher is better.

/// The share of pairs, of two rows one of which is known to have its event before the other, in which the later one has
/// the larger prediction (Harrell 1982); equal predictions count half, a pair as the product of the weights. Of one
/// time an event comes before what is only known to be above it; two events there are no pair, nor are intervals that
/// meet in more than a point.
LINDEN_API Metric concordance();
/// The same of predictions that are risks, as those of loss::cox: the earlier one has the larger.
LINDEN_API Metric risk_concordance();
LINDEN_API Metric interval_accuracy();  ///< share of rows whose prediction, a time, lies between both bounds

// logloss, accuracy and error take probabilities, in [0, 1], and refuse others; auc takes any order.

/// The weighted mean of a loss over the rows, under its name; lower is better. Where scores are not given they are what
/// the link makes predictions of: p itself, log(p / (1 - p)), log p (of softmax less their mean), probabilities bounded
/// to [1e-15, 1 - 1e-15]. Of a custom loss that mixes rows it is what its function gives, a sum divided by the number
/// of rows; such a loss takes no weights (DataError). Of loss::cox it is the mean over the rows with an event. Throws
/// ArgumentError for a loss that only its training rows can evaluate: one with parameters by row, one whose function
/// knows these rows, one read from a file without its function; and for softmax without its number of classes.
LINDEN_API Metric of(const Loss& loss);

/// The metric of this name ("pinball_0.9" is pinball at that level, "coverage_0.9" likewise, "tweedie_deviance_1.2"
/// that of this power, "ndcg@5" ndcg at 5; "multiclass_logloss" and "multiclass_error" are accepted for logloss and
/// error). Throws ArgumentError for an unknown name, with the nearest one.
LINDEN_API Metric by_name(std::string_view name);

/// All names that by_name takes.
LINDEN_API std::vector<std::string> names();

/// The metrics reported for a loss when none are asked for: those that its documentation names (loss.hpp). A custom
/// loss reports itself, of(loss), where other rows can be given to
/// it, and then what its link suggests, where that takes as many outputs.
LINDEN_API std::vector<Metric> defaults(const Loss& loss);

}  // namespace metric

// How good survival curves are: the Brier score at times, with the weights of inverse probabilities of censoring, and
// Kaplan and Meier's curve, which knows no features, to compare with. Of a model of times:
// integrated_brier_score(model.survival(test, times), times, test.label()).
//
// Labels are times as above; intervals are refused (DataError).

struct BrierOptions {
  Tensor weight = {};  ///< [rows], finite and >= 0; empty: all 1
  /// Rows from which it is learnt when rows are lost from sight, those of the training data for instance, whatever
  /// weights they have; empty: the rows that are judged.
  Tensor censoring_label = {};
};

/// At each time t the weighted mean of S(t)^2 / G(T-) over rows with an event at T up to t, and of (1 - S(t))^2 / G(t)
/// over rows of a time above t; rows that were lost from sight by then have no part but in G (Graf 1999). G is Kaplan
/// and Meier's estimate of the probability of still being in sight, G(T-) that just before T; of one time events come
/// first. 0 is best, 1/4 what S = 1/2 has.
///
/// `survival` is [rows, times] or, of one time, [rows], from 0 to 1; times are finite and ascend. Throws ArgumentError
/// where shapes do not fit, DataError for values out of range, UndefinedMetric at a time by which all rows were lost
/// from sight.
LINDEN_API std::vector<double> brier_scores(const Tensor& survival, const NumberList& times, const Tensor& label,
                                            const BrierOptions& options = {});

/// Their integral over the times, by the trapezoidal rule, over what the times span; of one time its score. (So does
/// scikit-survival, which takes G(T) in place of G(T-).)
LINDEN_API double integrated_brier_score(const Tensor& survival, const NumberList& times, const Tensor& label,
                                         const BrierOptions& options = {});

/// Kaplan and Meier's (1958) estimate of the probability that an event comes after each of these times.
LINDEN_API std::vector<double> kaplan_meier(const Tensor& label, const NumberList& times, const Tensor& weight = {});

}  // namespace linden
