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

#include <functional>
#include <linden/error.hpp>
#include <linden/export.hpp>
#include <linden/link.hpp>
#include <linden/tensor.hpp>
#include <linden/values.hpp>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace linden {

/// What takes the place of a custom loss's own curvature: trees divide by sums of curvatures, so a leaf wants some.
enum class Curvature {
  clamped,       ///< 0, as for the built-in losses
  exact,         ///< an error that names the row: for losses that are meant to be convex
  absolute,      ///< without its sign: where a loss bends down, steps are as short as where it bends up
  gauss_newton,  ///< the link's own bend is left out wherever the expression applies the link to a score: never
                 ///< negative for losses convex in the prediction. For the links sigmoid and exp. What is still
                 ///< negative becomes 0.
  one,           ///< 1 in every row: steps are gradients. For losses without curvature whose slopes are of the size of
                 ///< what is left, or where learning_rate is set for them
  majorising,    ///< for each score that of a parabola about the label (for the link sigmoid: about 0) that touches the
                 ///< loss and lies above it, (slope(y + e) - slope(y - e)) / (2 e) with e = |s - y|: for |y - s|, for
                 ///< pinball and what is flatter than a square. Steps are of the size of the residuals, whatever the
                 ///< unit of the label. e is 1/256 of the labels' mean absolute deviation at least. For the links
                 ///< identity and sigmoid, and losses that keep rows apart
};

LINDEN_API const char* name_of(Curvature) noexcept;

/// A named number that shapes a loss: {"level", 0.9} of quantile. A parameter of several values is there with each.
struct LossParameter {
  std::string name;
  double value = 0;

  bool operator==(const LossParameter&) const = default;
};

class LINDEN_API Loss {
 public:
  /// The squared loss.
  Loss();
  // Copies alone, where others move: a loss always is one, also what was moved from.
  Loss(const Loss&) noexcept = default;
  Loss& operator=(const Loss&) noexcept = default;
  ~Loss() = default;

  /// "squared", "logistic", ...: how model files and --set call it.
  const std::string& name() const& noexcept;
  std::string name() const&& { return name(); }
  Link link() const noexcept;
  LabelKind label_kind() const noexcept;
  /// Classes that a label may have: 2 for logistic, K for softmax and one_vs_all (0 while they are still to be
  /// taken from the label), 0 for losses of real labels.
  int classes() const noexcept;
  /// Scores a row has: 1, or K for softmax, one_vs_all, K levels and of rows that have K labels (0 while still open, as
  /// for automatic), or 2 for distributions.
  int outputs() const noexcept;

  /// The parameters with their values, level of quantile for instance; none for most losses.
  std::vector<LossParameter> parameters() const;
  /// The same loss with another value of a parameter. Throws ArgumentError for a name that this loss does not have,
  /// with those it has, and for a value out of its range.
  Loss with_parameter(std::string_view name, double value) const;
  /// The same with several values, in ascending order, of a parameter that takes several (level of quantile and
  /// expectile): a row then has an output for each. Throws ArgumentError also for none, for those out of order, and for
  /// several of a parameter that takes one.
  Loss with_parameter(std::string_view name, std::span<const double> values) const;

  /// The loss of one row; fills `gradient` and `curvature` (the diagonal, as the expression gives it: it may be
  /// negative) where they are not empty. `score`, and those two unless empty, have outputs() entries. Throws
  /// ArgumentError otherwise, for a custom loss that has parameters by row or mixes rows, and for one that is known by
  /// its link alone (another library's); DataError for a label that it does not take (of softmax ArgumentError).
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

/// The loss of this name, as --set and model files spell it: by_name("quantile", {{"level", 0.9}}). `classes` is for
/// softmax and one_vs_all. Throws ArgumentError for an unknown name, with the nearest one, and as with_parameter does.
LINDEN_API Loss by_name(std::string_view name, const std::vector<LossParameter>& parameters = {}, int classes = 0);

/// All names that by_name takes.
LINDEN_API std::vector<std::string> names();

/// Chosen by the training labels as default_loss (boosting.hpp) says; outputs() and classes() are 0 until then. What
/// configurations begin with. A trained model has the loss that was chosen: model.loss().
LINDEN_API Loss automatic();

/// (y - s)^2 / 2, for any real label. Metrics: rmse, mae, r2.
inline Loss squared() { return by_name("squared"); }

/// softplus(s) - y s, for labels 0 and 1; the prediction is the probability of class 1. Metrics: logloss, accuracy,
/// auc.
inline Loss logistic() { return by_name("logistic"); }

struct SoftmaxOptions {
  int classes = 0;  ///< 2 or more; 0 takes the number from the training labels
};

/// logsumexp(s) - s_y, for labels 0 .. classes - 1; the prediction is one probability a class. The curvature is
/// p (1 - p), the true diagonal (XGBoost and LightGBM use twice that, or K / (K - 1) times that).
/// Throws ArgumentError for classes = 1 or below 0. Metrics: logloss, accuracy.
inline Loss softmax(SoftmaxOptions options = {}) { return by_name("softmax", {}, options.classes); }

/// The sum over all classes k of softplus(s_k) - [y = k] s_k, for labels 0 .. classes - 1: a logistic loss for each
/// class against all others. The prediction is one probability a class, each on its own: they need not sum to 1. Trees
/// alone take it. Throws as softmax does. Metrics: the loss itself, accuracy.
inline Loss one_vs_all(SoftmaxOptions options = {}) { return by_name("one_vs_all", {}, options.classes); }

/// exp(s) - y s, for counts or rates y >= 0; the prediction is the mean exp(s). Metrics: poisson_deviance, rmse.
inline Loss poisson() { return by_name("poisson"); }

/// s + y exp(-s), for amounts y > 0 whose spread grows with their mean; the prediction is the mean exp(s).
/// Metrics: gamma_deviance, rmse.
inline Loss gamma() { return by_name("gamma"); }

struct QuantileOptions {
  Levels level = 0.5;  ///< the share of labels that lie below the prediction, (0, 1); or several, {0.1, 0.5, 0.9}
};

/// The pinball loss, for any real label: level (y - s) where y > s, (1 - level) (s - y) where y < s. The prediction is
/// the quantile at `level`: a label is below it with that probability.
///
/// The loss has no curvature. Trees are grown with 1 in its place, and then a leaf is worth learning_rate times the
/// order statistic of its residuals y - s: the smallest one such that the weights of the residuals up to it sum to at
/// least level times the leaf's weight. l1 and l2 shape the splits, but do not apply to these values. The start is the
/// same statistic of the labels. Metrics: pinball at the level, mae.
///
/// Of several levels a row has an output for each, with trees of its own, and predictions are the scores in ascending
/// order (Link::sorted): they never cross, and the pinball losses of a row add up to no more than those of its scores
/// do (Chernozhukov, Fernandez-Val and Galichon 2010). Metrics: pinball, the mean over the levels.
inline Loss quantile(const QuantileOptions& options = {}) {
  return by_name("quantile").with_parameter("level", options.level.values());
}

/// |y - s|, for any real label; the prediction is the median. Leaves are worth what quantile at level 0.5 gives them.
/// Metrics: mae, rmse, r2.
inline Loss absolute() { return by_name("absolute"); }

struct HuberOptions {
  double delta = 1;  ///< where the square becomes a line, > 0, in the unit of the label
};

/// With r = y - s: r^2 / 2 up to |r| = delta, delta (|r| - delta / 2) beyond, for any real label: the mean of labels,
/// on which outliers pull no harder than delta. The curvature is min(1, delta / |r|), that of the tightest parabola
/// which touches the loss at s and lies above it: the second derivative, 0 beyond delta, would make Newton steps
/// without bound. Metrics: mae, rmse, r2.
inline Loss huber(HuberOptions options = {}) { return by_name("huber").with_parameter("delta", options.delta); }

struct PseudoHuberOptions {
  double delta = 1;  ///< about where the square becomes a line, > 0, in the unit of the label
};

/// With r = y - s: delta^2 (sqrt(1 + (r / delta)^2) - 1), for any real label: a huber without a corner, r^2 / 2 near 0
/// and delta (|r| - delta) far out. The curvature is 1 / sqrt(1 + (r / delta)^2), that of the tightest parabola which
/// touches the loss at s and lies above it (XGBoost takes its cube, the second derivative, whose steps have no bound).
/// Metrics: mae, rmse, r2.
inline Loss pseudo_huber(PseudoHuberOptions options = {}) {
  return by_name("pseudo_huber").with_parameter("delta", options.delta);
}

/// With r = y - s: log(cosh(r)), for any real label: a pseudo_huber without a parameter, r^2 / 2 near 0 and |r| - log 2
/// far out, so that the label's unit matters. The curvature is tanh(r) / r, that of the tightest parabola which touches
/// the loss at s and lies above it. Metrics: mae, rmse, r2.
inline Loss log_cosh() { return by_name("log_cosh"); }

struct FairOptions {
  double c = 1;  ///< the residual at which the pull is half of what it can be, > 0, in the unit of the label
};

/// With r = y - s: c^2 (|r| / c - log(1 + |r| / c)), for any real label (Fair 1974). It pulls by |r| / (1 + |r| / c),
/// ever nearer to c. The curvature is 1 / (1 + |r| / c), that of the tightest parabola which touches the loss at s and
/// lies above it (LightGBM takes its square, the second derivative, whose steps have no bound). Metrics: mae, rmse, r2.
inline Loss fair(FairOptions options = {}) { return by_name("fair").with_parameter("c", options.c); }

struct ExpectileOptions {
  Levels level = 0.5;  ///< the weight of labels above the prediction, those below have 1 - level; (0, 1); or several
};

/// With r = y - s: level r^2 where r > 0, (1 - level) r^2 where r < 0, for any real label (Newey and Powell 1987). The
/// prediction is to the mean what quantile's is to the median; at level 0.5 it is the mean, and the loss the squared
/// one. Several levels are outputs in ascending order, as those of quantile. Metrics: the loss itself (of several
/// levels their sum), rmse.
inline Loss expectile(const ExpectileOptions& options = {}) {
  return by_name("expectile").with_parameter("level", options.level.values());
}

struct TweedieOptions {
  double variance_power =
      1.5;  ///< the variance goes with this power of the mean, (1, 2): near 1 counts, near 2 amounts
};

/// With q the power: exp((2 - q) s) / (2 - q) + y exp((1 - q) s) / (q - 1), for labels y >= 0 of which many are 0 and
/// the others amounts, such as the claims of a policy; the prediction is the mean exp(s). Metrics: tweedie_deviance at
/// the power, rmse.
inline Loss tweedie(TweedieOptions options = {}) {
  return by_name("tweedie").with_parameter("variance_power", options.variance_power);
}

struct NegativeBinomialOptions {
  double dispersion = 1;  ///< the variance is mean + dispersion mean^2, > 0; towards 0 the loss is poisson's
};

/// With a the dispersion: (y + 1 / a) softplus(s + log a) - y s, for counts y >= 0 that vary more than Poisson's; the
/// prediction is the mean exp(s). Metrics: the loss itself, rmse.
inline Loss negative_binomial(NegativeBinomialOptions options = {}) {
  return by_name("negative_binomial").with_parameter("dispersion", options.dispersion);
}

/// y exp(-2 s) / 2 - exp(-s), half the deviance of the inverse Gaussian distribution but for what the label alone adds,
/// for amounts y > 0 whose variance goes with the cube of their mean: times until something that drifts is somewhere.
/// The prediction is the mean exp(s). Not convex: its curvature is taken as 0 where it is negative, and linear models
/// take the expected one, exp(-s). Metrics: the loss itself, rmse.
inline Loss inverse_gaussian() { return by_name("inverse_gaussian"); }

/// softplus(s) - y s, for labels from 0 to 1: shares, or classes that are known as probabilities. The prediction is the
/// probability. Metrics: the loss itself, rmse.
inline Loss cross_entropy() { return by_name("cross_entropy"); }

/// exp((1 / 2 - y) s), AdaBoost's loss, for labels 0 and 1; the prediction is the probability of class 1. Rows that are
/// wrong weigh exponentially: labels should be free of errors. Metrics: logloss, accuracy, auc.
inline Loss exponential() { return by_name("exponential"); }

/// (log(1 + y) - s)^2 / 2, for labels y >= 0 whose ratios matter; the prediction is exp(s) - 1. Metrics: rmsle, rmse.
inline Loss squared_log() { return by_name("squared_log"); }

/// |y - s| / max(1, |y|), for any real label: errors relative to the label, but for labels near 0. Leaves are medians
/// of their residuals, as those of absolute, of rows that weigh 1 / max(1, |y|); so are starts. Metrics: mape, mae,
/// rmse.
inline Loss mape() { return by_name("mape"); }

/// With g = 1 - s for label 1 and 1 + s for label 0: 0 where g < 0, g^2 / 2 up to 1, g - 1 / 2 beyond, for labels 0
/// and 1. A hinge without a corner: rows that are right by more than 1 do not pull at all, all others by 1 at most. The
/// score is the decision function; the prediction 1 / (1 + exp(-s)) is 1/2 where that is 0, and no probability. The
/// curvature is that of the tightest parabola which touches the loss at s and lies above it. Metrics: the loss itself,
/// accuracy, auc.
inline Loss hinge() { return by_name("hinge"); }

/// max(0, g) with the same g, for labels 0 and 1: the hinge with its corner, of support vector machines (LIBLINEAR's
/// L1-loss SVC). Score and prediction are those of hinge. It has no curvature: trees take 1 in its place, linear models
/// find its optimum by an interior point. Metrics: the loss itself, accuracy, auc.
inline Loss sharp_hinge() { return by_name("sharp_hinge"); }

/// max(0, g)^2 with the same g, for labels 0 and 1 (LIBLINEAR's L2-loss SVC). Metrics: the loss itself, accuracy, auc.
inline Loss squared_hinge() { return by_name("squared_hinge"); }

struct EpsilonInsensitiveOptions {
  double epsilon = 0.1;  ///< the residual up to which rows cost nothing, >= 0, in the unit of the label
};

/// max(0, |y - s| - epsilon), for any real label: support vector regression. As sharp_hinge it has no curvature.
/// Metrics: the loss itself, mae, rmse.
inline Loss epsilon_insensitive(EpsilonInsensitiveOptions options = {}) {
  return by_name("epsilon_insensitive").with_parameter("epsilon", options.epsilon);
}

/// max(0, |y - s| - epsilon)^2, for any real label (LIBLINEAR's L2-loss SVR). Metrics: the loss itself, mae, rmse.
inline Loss squared_epsilon_insensitive(EpsilonInsensitiveOptions options = {}) {
  return by_name("squared_epsilon_insensitive").with_parameter("epsilon", options.epsilon);
}

struct FocalOptions {
  double gamma = 2;  ///< how much rows that are already right are played down, [0, 100); 0 is logistic
};

/// -y (1 - p)^gamma log p - (1 - y) p^gamma log(1 - p) with p = sigmoid(s), for labels 0 and 1. The prediction is p,
/// which minimises this loss, but for gamma > 0 is nearer to 1/2 than the probability of class 1. The loss is not
/// convex: its curvature is taken as 0 where it is negative. Metrics: auc, accuracy, logloss.
inline Loss focal(FocalOptions options = {}) { return by_name("focal").with_parameter("gamma", options.gamma); }

// Distributions. Two scores a row say which one, and the loss is minus the logarithm of its density at the label; the
// prediction is its mean and its standard deviation, and PredictOptions::quantiles gives quantiles and intervals. Trees
// alone take them. The scores are chosen so that the Fisher information of a row is diagonal: the natural gradient
// (Amari 1998, NGBoost: Duan 2020) is the slope over it, score by score, and steps mean the same whatever the label's
// unit and however sure the model is. The curvature is 1, or the second derivative over the information where that is
// more, so that no label makes a step without bound. Without natural_gradient rows weigh by their information: slope
// and curvature are those of the loss, the latter at least the information, l2 and min_child_weight are in its units.
// Metrics: nll, crps, rmse (of the mean).

struct DistributionOptions {
  bool natural_gradient = true;  ///< see above
};

namespace detail {
inline Loss distribution(std::string_view name, DistributionOptions options) {
  return by_name(name).with_parameter("natural_gradient", options.natural_gradient ? 1 : 0);
}
}  // namespace detail

/// For any real label: the normal distribution. Scores are its mean m and the logarithm of its standard deviation d;
/// with z = (y - m) / d the loss is log(d) + z^2 / 2 + log(2 pi) / 2, the information is 1 / d^2 and 2.
inline Loss normal_distribution(DistributionOptions options = {}) {
  return detail::distribution("normal_distribution", options);
}

/// For labels y > 0 whose ratios matter: log(y) has a normal distribution, whose mean and logarithm of the standard
/// deviation are the scores.
inline Loss log_normal_distribution(DistributionOptions options = {}) {
  return detail::distribution("log_normal_distribution", options);
}

/// For labels y > 0 whose spread grows with their mean: the gamma distribution. Scores are the logarithms of its mean m
/// and of its shape k = m^2 / variance; with q = y / m the loss is k (q - log(q)) + lgamma(k) - k log(k) + log(y), the
/// information is k and k^2 trigamma(k) - k.
inline Loss gamma_distribution(DistributionOptions options = {}) {
  return detail::distribution("gamma_distribution", options);
}

// Rankings. Labels are whole numbers from 0, how relevant a row is to the query of its group (RowOptions::groups,
// CsvOptions::group, qid: in libsvm files), and a score is compared with those of its group alone. Boosted models take
// them, and need groups (DataError). A row's weight multiplies its slope and curvature: equal in all rows of a group,
// it is the group's. Rows of weight 0 are in no pair. row_fraction draws rows for the trees, whose slopes are of all
// pairs. Rows of equal scores, as all have before the first round, are ranked in their order in the data, the first one
// on top.
//
// A pair of rows with different labels costs weight log(1 + exp(-sigmoid (s_better - s_worse))), its weight taken as a
// constant; the curvature is twice that of these terms, as XGBoost's: both rows of a pair move. All pairs are counted
// that have a row among the `truncation` best. With `normalise`, what a pair weighs is divided by 0.01 + |s_better -
// s_worse| (not for pairwise), and all slopes of a group are multiplied by log2(1 + S) / S, S the sum of |slope| over
// both rows of its pairs: all as LightGBM does.
//
// position_bias is for clicks, which also depend on where a row was shown: rows of a group stand in that order. Each
// place has a bias of its own, added to the scores of its rows in training and not in predictions, which takes a Newton
// step of learning_rate in each round (LightGBM's way, as of lambdarank_position_bias_regularization = position_l2).

struct LambdarankOptions {
  int truncation = 30;           ///< >= 0; 0: all pairs
  double sigmoid = 1;            ///< > 0, how steep the loss of a pair is
  bool normalise = true;         ///< see above
  bool position_bias = false;    ///< see above
  double position_l2 = 0;        ///< >= 0, penalty on the bias of a place, per row there
  bool exponential_gain = true;  ///< gains are 2^label - 1, of labels up to 31; false: the labels
};

/// LambdaMART for NDCG (Burges 2010): a pair weighs by how much NDCG would change if its rows changed places: NDCG with
/// the discounts of all ranks, over the DCG of the best order's first `truncation`. Metrics: ndcg@10 (linear_ndcg@10).
LINDEN_API Loss lambdarank(LambdarankOptions options = {});

struct RankOptions {
  int truncation = 30;         ///< >= 0; 0: all pairs
  double sigmoid = 1;          ///< > 0, how steep the loss of a pair is
  bool normalise = true;       ///< see above
  bool position_bias = false;  ///< see above
  double position_l2 = 0;      ///< >= 0, penalty on the bias of a place, per row there
};

/// The same for average precision, where labels above 0 are relevant. Metrics: map@10.
LINDEN_API Loss lambdarank_map(RankOptions options = {});

/// The same for the reciprocal rank of the first relevant row. Metrics: mrr.
LINDEN_API Loss lambdarank_mrr(RankOptions options = {});

struct PairwiseOptions {
  int truncation = 0;          ///< >= 0; 0: all pairs
  double sigmoid = 1;          ///< > 0, how steep the loss of a pair is
  bool normalise = true;       ///< groups alone, see above
  bool position_bias = false;  ///< see above
  double position_l2 = 0;      ///< >= 0, penalty on the bias of a place, per row there
};

/// RankNet (Burges 2005): every pair weighs 1. Metrics: linear_ndcg@10.
LINDEN_API Loss pairwise(PairwiseOptions options = {});

/// XE-NDCG (Bruch 2021): the cross-entropy between the softmax of a group's scores and gains 2^label - u, which bounds
/// NDCG; u is drawn from [0, 1) for each row and round by the seed. Labels up to 31. Metrics: ndcg@10.
LINDEN_API Loss xendcg();

// Survival. Labels are times until an event, of which some are not known: that of a row that was lost from sight, or
// still waits, is only known to be above a bound. A Dataset has them in one of two forms. One label a row is a time,
// with a minus where no event came by then; RowOptions::event (CsvOptions::event, --event) makes it of times and of
// events, 1 or 0. Two labels a row are what the time is not below and not above: equal where it is known, the second
// infinite where it has no upper bound, the first 0 where it has no lower one. All times are above 0 (DataError).
// Boosted models take these losses, linear ones Cox's. Rows of weight 0 are not there; a row of weight 2 counts as two,
// for Cox's with Breslow's ties. BoostedModel::survival gives probabilities, median_time times.

/// Of events at one time: whether each is compared with all rows that are at risk then (Breslow 1974), or with ever
/// less of the events' own share, as if they had come one after the other in some order (Efron 1977).
enum class Ties { breslow, efron };

struct CoxOptions {
  Ties ties = Ties::efron;
};

/// Cox's (1972) proportional hazards: minus the logarithm of the partial likelihood, for times that are known or have a
/// lower bound alone. Of time only the order counts. The prediction exp(s) is how many times the risk is that of a row
/// of score 0; curvatures are the true diagonal of the Hessian. A model keeps Breslow's estimate of the hazard that all
/// rows have in common. Scores more than 300 below the largest count as 300 below. Metrics: risk_concordance, the loss
/// itself (a mean over events). Linear models have no intercept, which would change nothing, minimise the mean over
/// rows, and take groups of the data (.group = "clinic") for strata, whose rows are compared with each other alone.
LINDEN_API Loss cox(CoxOptions options = {});

/// Of Z in log T = s + scale Z: normal (times are log-normal), logistic (log-logistic), or extreme, where exp(Z) is
/// exponential (Weibull).
enum class TimeDistribution { normal, logistic, extreme };

struct AftOptions {
  TimeDistribution distribution = TimeDistribution::normal;
  double scale = 1;  ///< > 0, below 1e6
};

/// Accelerated failure times (Wei 1992), as XGBoost's survival:aft: minus the logarithm of the density of a time that
/// is known, else of the probability of its interval, with log T = s + scale Z. The prediction exp(s) is a time: the
/// median, but for extreme, of which 63 % are below it. Derivatives are exact, also far out (XGBoost clips them); only
/// of extreme those of a time exp(60 scale) above its prediction grow no further. The name is "aft", "aft_logistic" or
/// "aft_extreme". Metrics: the loss itself, concordance, interval_accuracy.
LINDEN_API Loss aft(AftOptions options = {});

struct CustomOptions {
  Link link = Link::identity;
  int outputs = 1;                       ///< scores of a row, K
  std::optional<LabelKind> labels = {};  ///< by default what the link suggests: classes for sigmoid (two) and
                                         ///< softmax (K), nonnegative for exp, real for identity
  Curvature curvature = Curvature::clamped;
  std::vector<Tensor> parameters = {};  ///< by row [rows], or scalars: the function's third argument
};

/// The loss of every row, [rows], from scores [rows] (or [rows, K] where K > 1) and labels [rows]; or one loss in all.
using LossFunction = std::function<Tensor(const Tensor& score, const Tensor& label)>;
using LossFunctionWithParameters =
    std::function<Tensor(const Tensor& score, const Tensor& label, std::span<const Tensor> parameters)>;

/// A loss that you write, as an expression of tensors:
///
///     auto focal = loss::custom("my focal", [](const Tensor& score, const Tensor& y) {
///       Tensor p = sigmoid(score);
///       return -y * square(1 - p) * log_sigmoid(score) - (1 - y) * square(p) * log_sigmoid(-score);
///     }, {.link = Link::sigmoid});
///
/// The function is called here, a few times, on 7 to 13 made-up rows, and what it does is noted as a small program of
/// operations on one row: arithmetic, functions and comparisons of ops.hpp, where, select, sum, logsumexp and gather
/// along the scores of a row, casts. The program gives loss, gradient and the true diagonal curvature of all rows in
/// one pass, in double, and is stored in the model. A built-in loss, spelt as its documentation has it and given its
/// name, link and labels, trains to the same bytes.
///
/// Give one loss a row where you can. A sum or a mean of such losses over the rows, or several of them added up, is
/// taken apart again: the loss is that of the rows, a mean times their number, so that mean(square(s - y)) trains as
/// square(s - y) does.
///
/// A function that does anything else (matmul, sort, cumulative_sum, numbers read from the rows by item() or size(0)
/// ...), or that throws on made-up rows because it knows the rows of the training data (an order, pairs, neighbours),
/// is called on all rows in every round and derived by the tape; a remark to the log (log.hpp) says so and why. If the
/// loss of one row then depends on the scores of others (ranking, survival), it may give one loss in all, [], which
/// should be a sum over rows or a mean(...): the curvature is taken as 1. What parameters by row hold, programs read
/// too: an offset in CustomOptions::parameters is better than one that the function captures.
///
/// What the function captures is read when the loss is made: a number or a tensor that goes into the program keeps the
/// value that it has then, also where it is captured by reference and changed later. (A function that is called in
/// every round reads what is there in that round.) A loss with another value is another loss: make it anew.
///
/// Throws ArgumentError for options that do not fit each other, and for the name of a built-in loss with another
/// expression; ShapeError for a result of another shape. What the function throws on the training data, the fit throws
/// as an ArgumentError with the loss's name.
LINDEN_API Loss custom(std::string name, LossFunction function, CustomOptions options = {});
LINDEN_API Loss custom(std::string name, LossFunctionWithParameters function, CustomOptions options = {});

/// The loss of one group, a number, from the scores and the labels of its n rows, [n] each.
using GroupLossFunction = std::function<Tensor(const Tensor& scores, const Tensor& labels)>;

struct CustomGroupOptions {
  LabelKind labels = LabelKind::grades;
  Curvature curvature = Curvature::clamped;  ///< clamped, exact, absolute or one
  /// From how many products of the Hessian of a group with random signs its diagonal is estimated (without bias, by the
  /// seed and the round), up to 128; 0: from a product for each of its rows, which give it as it is.
  int products = 0;
};

/// A ranking loss that you write, as an expression of one group, for boosted models:
///
///     auto list_net = loss::custom_group("list net", [](const Tensor& s, const Tensor& y) {
///       return -sum(softmax(y, 0) * log_softmax(s, 0));
///     });
///
/// The tape derives it, for all groups of the training data in each round, several at a time on the threads of the fit:
/// the function must not change what it shares. What is detached counts as constant. A row's weight multiplies its
/// slope and curvature, rows of weight 0 are not there. Boosting starts from 0. Metrics: ndcg@10. A model keeps the
/// name: it loads and predicts, and trains anew with the function alone. Throws ArgumentError for the name of a
/// built-in loss and for options out of range; what the function throws on a group, the fit throws as an ArgumentError.
LINDEN_API Loss custom_group(std::string name, GroupLossFunction function, CustomGroupOptions options = {});

}  // namespace loss
}  // namespace linden
