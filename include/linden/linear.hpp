// Linear models: scores that are weighted sums of the features, fitted to the optimum, with a certificate.
//
//     LinearModel model = fit_linear(train, {.loss = loss::logistic(), .l2 = 1e-3}, {.threads = 8});
//     std::cout << model.certificate();                       // status, objective, distance from the optimum, ...
//     model.save("line.json");
//     Tensor p = LinearModel::load("line.json").predict(test);
//
// The objective, for weights w [features, outputs] and one intercept b an output:
//
//     sum_i weight_i loss(o_i + b + x_i w, y_i) / sum_i weight_i  +  sum_j f_j (l1 |w_j| + l2 / 2 w_j^2)
//
// with the offset o of the data, where it has one. As glmnet does, predictions of such a model want an offset, too.
// The factors f_j are 1 unless `penalty.factors` says otherwise; weights may be bounded (`constraints`), or go to 0 in
// groups (`penalty.groups`), and l1 may flatten out (`penalty.shape`). There are ridge with a matrix, and equations
// between weights.
//
// Columns of sparse data that have no entry are no part of the model: they cost nothing.
//
// Text is a column of zeros and ones for each category, "color=red", which is never made where it is 0. Where nothing
// penalises these columns the first category in byte order, of those that training rows have, is the reference, which
// has none; else all categories have one, so that none is apart. A category that the training rows did not have, or the
// reference, is 0 in all of them. The model keeps what is made of what, and takes rows as they come. Names in `penalty`
// and `constraints` are those of features, all of whose columns are then meant, of terms of a formula or of single
// columns ("color=red").
//
// The intercept is free of penalty, and a row of weight k counts as k rows. Solvers see columns that are centred and
// scaled to unit variance, whatever their units. With `standardize` the penalties are on the weights of these columns
// (glmnet's convention: units do not change the model), else on the weights as they are (that of scikit-learn and
// LIBLINEAR).
//
// What other libraries call it, for n rows:
//
//     scikit-learn Lasso, ElasticNet(alpha, l1_ratio)     l1 = alpha l1_ratio, l2 = alpha (1 - l1_ratio)
//     scikit-learn Ridge(alpha)                           l2 = 2 alpha / (2 n) = alpha / n
//     scikit-learn LogisticRegression(C), LIBLINEAR -c C  l2 = 1 / (n C); with the l1 penalty l1 = 1 / (n C)
//     scikit-learn PoissonRegressor(alpha)                l2 = alpha
//     scikit-learn LinearSVC(C), LIBLINEAR -s 2, 3, 5     squared_hinge, with 3 sharp_hinge: l2 = 1 / (n C),
//                                                         with 5 l1 = 1 / (n C)
//     scikit-learn QuantileRegressor(quantile, alpha)     quantile, l1 = alpha
//     glmnet (lambda, alpha), binomial and poisson        standardize, l1 = lambda alpha, l2 = lambda (1 - alpha)
//     glmnet penalty.factor, lower.limits, upper.limits   penalty.factors (not rescaled), constraints.lower, .upper
//     glmnet and R's coxph, family cox                    cox, as binomial; with Breslow's ties, as glmnet takes them,
//                                                         strata are groups of the data
//     skglm GroupLasso(groups, alpha), weights sqrt(k)    penalty.groups, penalty.group = alpha
//     ncvreg penalty, lambda, gamma; skglm MCPenalty      standardize, penalty.shape, l1 = lambda, penalty.gamma
//     skglm SLOPE(alphas)                                 penalty.slope = 1, penalty.sequence = alphas
//     glum P2, a matrix                                   penalty.tikhonov = alpha (1 - l1_ratio), penalty.matrix = P2
#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <linden/checkpoint.hpp>
#include <linden/communicator.hpp>
#include <linden/data.hpp>
#include <linden/device.hpp>
#include <linden/error.hpp>
#include <linden/export.hpp>
#include <linden/loss.hpp>
#include <linden/options.hpp>
#include <linden/row_predictor.hpp>
#include <linden/tensor.hpp>
#include <linden/weight_rows.hpp>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace linden {

/// How the optimum is found. All but qr and dual_descent run on every device.
enum class Solver {
  automatic,           ///< chosen by the shape of the problem and a model of costs; the certificate says which and why
  newton_cholesky,     ///< Newton steps by the Cholesky factor of the Hessian; for the squared loss that is the Gram
                       ///< matrix, one step and refinement. Any loss without l1
  qr,                  ///< Householder QR of the rows: squared loss without l1; the most accurate, on the CPU alone
  newton_cg,           ///< Newton steps by conjugate gradients, preconditioned by the Hessian of a sample of the rows
                       ///< where there are many rows a feature: many features. Any loss without l1. The squared loss
                       ///< ends within `tolerance`, and only there: other solvers go on to where rounding begins
  lbfgs,               ///< L-BFGS, and OWL-QN where there is l1: any loss
  coordinate_descent,  ///< Newton steps by coordinate descent on the Gram matrix of a working set of features, for l1
                       ///< and for bounds of weights; group by group where there are groups
  interior_point,      ///< of primal and dual, for losses with corners (quantile, absolute, mape, sharp_hinge,
                       ///< epsilon_insensitive) and no others, with any penalty and bounds: some tens of steps, a
                       ///< Hessian each, and where there is no l2 the vertex at the end
  dual_descent,        ///< by the dual coordinates of the rows, for the same losses where all columns have l2 and
                       ///< nothing else: no matrix, so for many columns; on the CPU alone, by one thread
};

LINDEN_API const char* name_of(Solver) noexcept;

/// What becomes of l1 |w| as a weight w grows.
enum class PenaltyShape {
  absolute,  ///< nothing: it is l1 |w|, and convex
  mcp,       ///< the minimax concave penalty of Zhang (2010): l1 |w| - w^2 / (2 gamma), constant from |w| = gamma l1 on
  scad,      ///< Fan and Li (2001): l1 |w| up to |w| = l1, then ever less steep, constant from gamma l1 on
};

/// Penalties of some columns, and penalties that are no sum over columns.
struct ColumnPenalties {
  /// What l1 and l2 of a column are multiplied by, by its name, {{"age", 0}, {"income", 2.5}}, each >= 0; columns
  /// without an entry have 1. 0: no penalty. (1 / |weight| of a first fit: the adaptive lasso of Zou 2006.)
  FeatureValues factors = {};
  /// Groups of columns, each in one at most, whose weights go to 0 together: {{"north", "south"}, {"age", "age2"}}. A
  /// group of k columns, of factor f each, adds f group sqrt(k) |w|_2 to the objective, for its weights w of all
  /// outputs: the group lasso (Yuan and Lin 2006), and with l1 the sparse group lasso. Without bounds, and not for
  /// losses with corners.
  FeatureGroups groups = {};
  double group = 0;  ///< penalty on |weights of a group|_2, >= 0; what it is multiplied by is above
  /// mcp and scad bias large weights less than l1 does. No solver is known to find their optimum: a fit ends at a
  /// stationary point near that of l1, and its certificate says so, but for the squared loss where all in all the
  /// objective is convex. Without groups, and not for losses with corners.
  PenaltyShape shape = PenaltyShape::absolute;
  double gamma = 0;  ///< > 1 of mcp, 0: 3; > 2 of scad, 0: 3.7

  /// Ridge with a matrix (Tikhonov 1963): adds tikhonov / 2 w' Q w to the objective, beside l1, l2 and groups. Q is
  /// `matrix`, which is symmetric and positive semidefinite, plus D' D for the rows D of `differences`; weights are in
  /// the units that l2 sees (standardize), and those of each output have a penalty of their own. Not for losses with
  /// corners.
  double tikhonov = 0;          ///< >= 0
  WeightMatrix matrix = {};     ///< {{"a", "b"}, {2, -1, -1, 2}}
  WeightSums differences = {};  ///< {{{"a", 1}, {"b", -1}}}: what of weights shall be small

  /// SLOPE (Bogdan et al. 2015), the sorted l1: adds slope (s_1 |w|_(1) + s_2 |w|_(2) + ...), of the weights of an
  /// output by size, the largest first, with s the `sequence`, whose last number goes on; without one it is 1, the
  /// lasso. Weights that are alike become the same: OSCAR (Bondell and Reich 2008) is an s that falls by the same every
  /// time. Columns of factor 0 have no part. Beside l2, and nothing else: neither l1 nor other penalties, bounds or
  /// equations; not for losses with corners, nor for splines with a penalty.
  double slope = 0;                   ///< >= 0
  std::vector<double> sequence = {};  ///< {3, 2, 1}: each >= 0, the first above 0, none above the one before it
};

/// Bounds of weights, in the units of the data, for all outputs alike; 0 lies within them. Or equations.
struct WeightConstraints {
  bool nonnegative = false;  ///< whether weights are >= 0, but for those that have an entry in `lower`
  FeatureValues lower = {};  ///< by the name of the column, each <= 0
  FeatureValues upper = {};  ///< likewise, each >= 0
  /// Sums of the weights of each output, in the units of the data, that have a value: {{.sum = {{"a", 1}, {"b", 1}},
  /// .value = 1}}. Solved for by newton_cholesky, with l2 and tikhonov and no other penalty or bound, for losses that
  /// are convex and have curvature. None may follow from others.
  WeightEquations equal = {};
};

/// What becomes of rows with missing values.
enum class MissingValues {
  refuse,          ///< they are refused, in fits and in predictions
  mean_indicator,  ///< a number that is missing is its column's mean in the fit, and a column "x=(missing)" of zeros
                   ///< and ones says where it was, if the training data lacked some; missing text is a category of its
                   ///< own
  drop,            ///< rows that lack a value are left out of the fit; predictions refuse them
};

LINDEN_API const char* name_of(MissingValues) noexcept;

struct LinearConfig {
  Loss loss = loss::automatic();  ///< chosen by the label, see default_loss. Several levels of quantile or expectile
                                  ///< are a fit each, and so are labels of a row, whose objectives and gaps are added
                                  ///< in the certificate
  std::optional<Link> link = {};  ///< between scores and means, where it is not the loss's own: of squared exp or
                                  ///< inverse; logistic, cross_entropy: probit, cloglog, exp, identity; poisson,
                                  ///< negative_binomial: identity, sqrt; gamma: inverse, identity; inverse_gaussian:
                                  ///< inverse_square, inverse, identity; tweedie: identity, sqrt, inverse. In words
                                  ///< sigmoid is "logit", exp "log". The loss is minus the same log-likelihood, and
                                  ///< without end at scores that give no mean. Where it is not convex in the score
                                  ///< steps are Fisher's scoring, and the gap is an estimate
  double l1 = 0;                  ///< penalty on |weight|, >= 0
  double l2 = 0;                  ///< penalty on weight^2 / 2, >= 0
  bool intercept = true;          ///< whether scores have a constant part
  bool standardize = true;        ///< whether penalties are on the weights of columns scaled to unit variance
  Solver solver = Solver::automatic;
  double tolerance = 1e-8;             ///< distance from the optimum to reach, relative to the objective, (0, 1)
  int max_iterations = 0;              ///< of the solver; 0: its own limit, which is in the hundreds or thousands
  ClassWeights class_weights = {};     ///< {.balanced = true}, {.positive = 3}, {.by_class = {{"yes", 3}}}
  ColumnPenalties penalty = {};        ///< {.factors = {{"age", 0}}}
  WeightConstraints constraints = {};  ///< {.nonnegative = true}, {.upper = {{"age", 0}}}
  /// The columns that weights are of, in words, "a * b + log(c) + spline(d, 5)" (formula.hpp); empty: all features.
  std::string formula = {};
  MissingValues missing_values = MissingValues::refuse;

  /// Throws ArgumentError naming the first field out of its range, its value and its bounds, and for a solver that
  /// does not go with the loss, l1 or constraints.
  LINDEN_API void check() const;
};

/// One line, as for BoostingConfig.
LINDEN_API std::ostream& operator<<(std::ostream& out, const LinearConfig& config);

/// As for BoostingConfig: all fields in order, and setting one by its name.
LINDEN_API std::vector<FieldInfo> fields(const LinearConfig& config);
LINDEN_API void set_field(LinearConfig& config, std::string_view name, std::string_view value);

/// How a fit ended.
enum class FitStatus {
  converged,  ///< the gap is within the tolerance
  collinear,  ///< so it is, but some columns are sums of others: they have weight 0, and predictions are the same
  separable,  ///< no minimum: the loss falls for ever along a direction (classes that a plane separates, counts
              ///< that are all zero in a group, a custom loss that has no least value); the weights are where
              ///< the fit stopped
  stationary_point,  ///< no small step lowers the objective, which is not convex (PenaltyShape): others may be lower
  iteration_limit,   ///< max_iterations came first
  stalled,           ///< no step lowers the objective any more, though the gap says that one should
  imported,          ///< the weights are another library's: nothing is known of the optimum, and all else is left open
};

LINDEN_API const char* name_of(FitStatus) noexcept;

/// What a gap is: proven, or an estimate.
enum class GapKind {
  bound,     ///< the Fenchel duality gap, or the objective less what rows cost at least: the optimum is not further
             ///< below, for certain (up to rounding)
  estimate,  ///< where no bound says enough: of a convex loss the gap to the dual point of a Newton step, which is a
             ///< bound if the optimum is where that step says, about; of a custom loss half the squared Newton
             ///< decrement, by Hessian products of the tape; else the solver's own. Certificate::gap_source says which
};

LINDEN_API const char* name_of(GapKind) noexcept;

/// How close a fit came.
struct Certificate {
  FitStatus status = FitStatus::converged;
  double objective = 0;  ///< with its penalties
  double gap = 0;        ///< objective minus optimum, at most
  GapKind gap_kind = GapKind::bound;
  std::string gap_source;  ///< of an estimate: what it was made from; empty for a bound
  double tolerance = 0;    ///< what was asked for
  /// gap / |objective|, which `tolerance` bounds (down to 2e-16); 0 for a gap of 0. Where the objective is about 0, its
  /// scale is that of the best constant, and rounding of the labels.
  double relative_gap = 0;
  double kkt_distance = 0;  ///< the largest |subgradient| of a weight, for columns of unit variance; 0 at the optimum
  std::optional<int> rank;  ///< of the columns with the intercept; none where the solver does not learn it
  std::optional<double> condition;  ///< of the scaled columns: about the factor by which errors grow; likewise
  int iterations = 0;
  Solver solver = Solver::automatic;            ///< the one that ran
  std::string why;                              ///< why that one
  std::vector<std::string> constant_columns;    ///< the same in all rows: weight 0 beside an intercept
  std::vector<std::string> collinear_columns;   ///< sums of columns before them: weight 0
  std::vector<std::string> separating_columns;  ///< separable: those that the weights grow on
  double seconds = 0;                           ///< not stored in files

  /// Whether the weights are the optimum within the tolerance: converged or collinear. A stationary point may be none.
  bool is_optimal() const noexcept { return status == FitStatus::converged || status == FitStatus::collinear; }
};

/// A few lines, one fact each.
LINDEN_API std::ostream& operator<<(std::ostream& out, const Certificate& certificate);
/// One JSON object; `with_seconds` as files do not have it.
LINDEN_API std::string to_json(const Certificate& certificate, bool with_seconds = true);

/// How a fit is run; nothing here changes the objective.
struct LinearOptions {
  Device device = Device::cpu();  ///< a GPU takes rows in parts where its memory has no room for all
  int threads = 0;                ///< 0: all cores. Results are the same bytes for any number
  /// The ranks of a fit whose rows lie on several machines; none: all rows are here. Every rank passes its own part of
  /// the rows (which may be empty) and the same configuration, and gets the same model, to the byte; with other numbers
  /// of ranks it is the same optimum, within the gaps. Losses that mix rows are refused.
  CommunicatorRef ranks = {};
  /// Where the iterations so far are written, and whether to go on from there (<linden/checkpoint.hpp>): of solver
  /// lbfgs, which may take thousands; for others ArgumentError says so. Sums of doubles know how rows were shared: the
  /// number of ranks, and the rows of each, must be those of before, and so must the device.
  Checkpoint checkpoint = {};
};

class LINDEN_API LinearModel {
 public:
  /// An empty model, to be assigned to. All calls but empty(), assignment and printing throw ArgumentError on it, as
  /// they do on a model that was moved from.
  LinearModel() noexcept;

  bool empty() const noexcept { return state_ == nullptr; }
  explicit operator bool() const noexcept { return !empty(); }

  /// Columns are found by name, as BoostedModel::predict does. Returns f64 [rows], or [rows, K] for K > 1 outputs;
  /// class numbers f64 [rows] for Output::label. Throws DataError for missing values, naming their columns, and for
  /// offsets as that does, and for values that the formula has no number for; ArgumentError for Output::leaf and for
  /// .rounds. Scores of the same rows as dense and as sparse data may differ in their last digit, for absent zeros are
  /// no terms of a sum; and so may those of another version of the library.
  Tensor predict(const Dataset& data, const PredictOptions& options = {}) const;

  /// One row, without allocating (unless the model makes columns of its features): `values` in the order of
  /// feature_names(), NaN for missing, of text the place of the category in schema(), and any other number for one that
  /// is not there; `out` has outputs() entries and receives the prediction; so has `offset`, where the model
  /// has_offset(). Throws ArgumentError when sizes do not fit, DataError for missing values, naming their columns.
  void predict_row(std::span<const double> values, std::span<double> out, std::span<const double> offset = {}) const;
  /// The same with names for categories: {31, "technician"}.
  void predict_row(std::span<const RowValue> values, std::span<double> out, std::span<const double> offset = {}) const;

  /// The label of `data` as this model counts it, as BoostedModel::labels_of.
  Tensor labels_of(const Dataset& data) const;

  /// Writes the model, binary where the name ends in .linden or .bin, compressed where it ends in .gz; the file appears
  /// whole or not at all. Throws FileError, leaving an existing file as it was.
  void save(const std::filesystem::path& path, ModelFormat format = ModelFormat::by_name) const;
  /// Writes it to a stream, as json unless binary is asked for. Throws FileError when the stream fails.
  void save(std::ostream& out, ModelFormat format = ModelFormat::json) const;
  /// What json files hold: one line.
  std::string to_string() const;
  /// By what a model is known, whatever the format of its file: the SHA-256, in 64 hexadecimal digits, of the text of
  /// to_string() before the member that has these digits.
  std::string signature() const;
  /// Reads and checks a model of either format, compressed or not. Throws FileError when anything in it is not as save
  /// wrote it, MemoryError when there is not enough memory; a file needs at most a few times its own size.
  static LinearModel load(const std::filesystem::path& path);
  /// Reads one model and nothing behind it: several may follow each other in a stream.
  static LinearModel load(std::istream& in);
  /// From what a file holds.
  static LinearModel from_string(std::string_view text);

  // Of a temporary (fit_linear(...).weights()) these are copies: nothing refers to what is gone.

  const LinearConfig& config() const&;
  LinearConfig config() const&& { return config(); }
  const Loss& loss() const&;
  Loss loss() const&& { return loss(); }
  int outputs() const;
  /// In the units of the data: [outputs * columns], output by output, of the columns that weight_names() names.
  const std::vector<double>& weights() const&;
  std::vector<double> weights() const&& { return weights(); }
  double weight(int column, int output = 0) const;
  /// The columns that weights are of: the features, or what is made of them, "color=red", "a:b", "spline(d, 5)[1]".
  const std::vector<std::string>& weight_names() const&;
  std::vector<std::string> weight_names() const&& { return weight_names(); }
  /// The values of these columns in rows of the data, sparse where most are 0, with the data's labels, weights and
  /// offsets. Throws as predict does.
  Dataset design(const Dataset& data) const;
  /// What predictions of these rows take for granted, one sentence each: how many rows have categories that the
  /// training data did not have.
  std::vector<std::string> remarks_on(const Dataset& data) const;
  /// One an output; zeros without an intercept.
  const std::vector<double>& intercept() const&;
  std::vector<double> intercept() const&& { return intercept(); }
  const Certificate& certificate() const&;
  Certificate certificate() const&& { return certificate(); }
  /// What a user would want to know: the training data's remarks, then what the fit found (a loss without curvature, or
  /// one whose gap no bound is known for; columns none of which varies). Empty for a model from a file.
  const std::vector<std::string>& warnings() const&;
  std::vector<std::string> warnings() const&& { return warnings(); }
  const std::vector<std::string>& feature_names() const&;
  std::vector<std::string> feature_names() const&& { return feature_names(); }
  /// The label's column in the training data; empty when it had no name.
  const std::string& label_name() const&;
  std::string label_name() const&& { return label_name(); }
  /// Whether it was fitted with an offset, so that rows to predict have one, too.
  bool has_offset() const;
  /// Names of the classes; empty for real labels.
  const std::vector<std::string>& classes() const&;
  std::vector<std::string> classes() const&& { return classes(); }
  /// What it was trained on, to read other files alike: Dataset::from_csv("new.csv", model.schema()).
  Schema schema() const;

  struct State;  // src/linear/model.hpp
  explicit LinearModel(std::shared_ptr<const State> state) noexcept;
  const State& state() const { return known("state"); }

 private:
  /// The state, or ArgumentError in the name of a call on an empty model.
  const State& known(const char* call) const;

  std::shared_ptr<const State> state_;
};

/// A few lines: features, loss, label, the certificate.
LINDEN_API std::ostream& operator<<(std::ostream& out, const LinearModel& model);

/// Fits a linear model. Throws ArgumentError for a configuration out of range, DataError for data that cannot be
/// fitted (no rows, no label, a label the loss does not take, all weights zero; missing values where they are refused,
/// with column and row), ArgumentError for a name in `penalty` or `constraints` that is no column, and for a solver or
/// constraints that take the Hessian of a loss whose is not known, DeviceError for a device that this process cannot
/// use, or a solver that does not run on it. How well it went is no matter of exceptions: look at certificate().status.
LINDEN_API LinearModel fit_linear(const Dataset& train, const LinearConfig& config = {},
                                  const LinearOptions& options = {});

}  // namespace linden
