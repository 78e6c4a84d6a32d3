// fit_linear: design, objective, the solver and where it falls back to another, weights in the units of the data, and
// the certificate.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <limits>
#include <linden/linear.hpp>
#include <linden/threads.hpp>
#include <optional>
#include <utility>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "data/dataset/builder.hpp"
#include "linear/solvers/choose_solver.hpp"
#include "linear/objective/conditioning.hpp"
#include "linear/optimality/gap.hpp"
#include "linear/model.hpp"
#include "linear/optimality/newton_gap.hpp"
#include "linear/solvers/qr.hpp"
#include "linear/solvers/solver.hpp"
#include "loss/custom.hpp"
#include "loss/definition.hpp"
#include "loss/initial_score.hpp"
#include "model/check_names.hpp"
#include "model/labels.hpp"

namespace linden {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* where = "fit_linear";
constexpr int most_resumptions = 2;

std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

void check_data(const Dataset& train) {
  if (train.rows() == 0) fail<DataError>("{}: the data has no rows.", where);
  if (train.features() == 0) fail<DataError>("{}: the data has no features.", where);
}

std::span<const double> weights_of(const Dataset& train) {
  if (train.weight().elements() == 0) return {};
  const std::span<const double> weights = train.weight().span<const double>();
  for (const double w : weights)
    if (w > 0) return weights;
  fail<DataError>("{}: all weights are zero.", where);
}

// A penalty that holds a weight at 0 to the last digit; in units of tiny columns it could be infinite.
constexpr double largest_penalty = 1e280;
// One that no digit shows; the fit is then as without.
constexpr double least_penalty = 1e-150;

double within_range(double penalty) { return penalty < least_penalty ? 0 : std::min(penalty, largest_penalty); }

Penalty penalty_of(const LinearConfig& config, const Design& design) {
  Penalty penalty;
  for (std::size_t j = 0; j < design.factor().size(); ++j) {
    // The weight of the standardised column, in units of the one that is penalised.
    const double unit = design.factor()[j] * (config.standardize ? design.deviation()[j] : 1);
    penalty.l1.push_back(within_range(config.l1 * unit));
    penalty.l2.push_back(within_range(config.l2 * unit * unit));
  }
  penalty.l1.push_back(0);
  penalty.l2.push_back(0);
  return penalty;
}

/// One fit: what is being solved, and what has become known of it.
class Fit {
 public:
  Fit(const LinearRows& rows, Design& design, const LinearConfig& config, const std::vector<std::string>& names)
      : rows_(rows),
        design_(design),
        config_(config),
        names_(names),
        objective_(rows, design, penalty_of(config, design)),
        start_(constant_start()),
        solution_{objective_.evaluate(start_)} {
    const double start_value = solution_.point.smooth();
    if (!std::isfinite(start_value)) refuse_start(start_value);
    target_ = {config.tolerance, config.max_iterations, start_value, 0};
    first_start_ = start_;
    // Only where a constant fits as well as that does the size of labels matter: a pass over the rows is saved.
    double largest = 0;
    for (const double label : rows.labels) largest = std::max(largest, std::abs(label));
    if (std::abs(start_value) <= 1e-6 * std::min(largest, largest * largest)) {
      const std::vector<double> zero(start_.size());
      target_.zero_objective = start_ == zero ? start_value : objective_.evaluate(zero).smooth();
    }
  }

  void run() {
    Choice choice = choose_solver(config_, objective_);
    certificate_.why = std::move(choice.why);
    if (config_.intercept && has_one_label()) return stop_at_start(choice.solver);
    solve(choice.solver);
    // Where a solver's own estimate was too low, it goes on from there.
    for (int k = 0; k < most_resumptions && solution_.status == FitStatus::converged; ++k) {
      if (gap_of_solution().value <= wanted(solution_.point.value()) || falls_for_ever()) return;
      const int before = solution_.iterations;
      target_.tolerance /= 100;
      start_ = solution_.point.parameters();
      solve(certificate_.solver);
      solution_.iterations += before;
    }
  }

  /// Of the solution.
  double mean_curvature() const { return solution_.point.mean_curvature(); }

  /// Fills weights [outputs, features], intercepts and the certificate.
  void finish(LinearModel::State& state);

 private:
  void solve(Solver solver) {
    certificate_.solver = solver;
    switch (solver) {
      case Solver::qr: return solve_by_qr();
      case Solver::newton_cg: return take(newton_cg(at_start(), target_));
      case Solver::lbfgs: return take(lbfgs(at_start(), target_));
      case Solver::coordinate_descent: return take(coordinate_descent(at_start(), target_));
      case Solver::automatic:
      case Solver::newton_cholesky: return solve_by_cholesky();
    }
  }

  std::vector<double> constant_start() const {
    std::vector<double> start(index(objective_.size()));
    if (!config_.intercept) return start;
    const std::vector<double> constant = initial_score(rows_.loss, rows_.labels, rows_.weights, rows_.context.arena);
    for (std::size_t k = 0; k < constant.size(); ++k) start[(k + 1) * index(objective_.width()) - 1] = constant[k];
    return start;
  }

  // Without a pass where it stands there already.
  void stand_at(std::span<const double> at, bool is_another_objective = false) {
    if (is_another_objective || !std::ranges::equal(at, solution_.point.parameters()))
      solution_.point = objective_.evaluate(at);
  }

  // For a solver to take away.
  Point at_start() {
    stand_at(start_);
    return std::move(solution_.point);
  }

  // The factor that Cholesky's solver left serves the gap of what another finds after it.
  void take(Solution solution) {
    solution.factor = std::move(solution_.factor);
    solution_ = std::move(solution);
  }

  // Of a class, or of counts of zero: an intercept without end fits them ever better.
  bool has_one_label() const {
    const Loss& loss = rows_.loss;
    if (loss.label_kind() == LabelKind::real || loss.label_kind() == LabelKind::positive ||
        loss.link() == Link::identity)
      return false;
    double seen = loss.label_kind() == LabelKind::nonnegative ? 0 : -1;
    for (std::size_t row = 0; row < rows_.labels.size(); ++row) {
      if (!rows_.weights.empty() && rows_.weights[row] == 0) continue;
      if (seen == -1) seen = rows_.labels[row];
      if (rows_.labels[row] != seen) return false;
    }
    return true;
  }

  void stop_at_start(Solver solver) {
    certificate_.solver = solver;
    solution_.estimate = solution_.point.smooth();
    solution_.status = FitStatus::separable;
  }

  // Where the Hessian is singular to what doubles can tell, columns may be sums of others, or nearly so: QR of the rows
  // says which. Of the squared loss it gives the solution, too; other losses go on without the dependent columns.
  void solve_by_cholesky() {
    solution_.factor.reset();  // its memory is that of the next one
    solution_ = newton_cholesky(at_start(), target_);
    if (solution_.is_singular && !objective_.is_penalised()) {
      if (is_squared() && config_.solver == Solver::automatic) {
        certificate_.why = fmt::format("the Gram matrix of {} columns is nearly singular", design_.columns());
        return solve(Solver::qr);
      }
      stand_at(start_, leave_out(factorise().dependent));
      solution_.factor.reset();
      solution_ = newton_cholesky(at_start(), target_, true);
    }
    if (solution_.status == FitStatus::stalled && config_.solver == Solver::automatic) {
      certificate_.why =
          fmt::format("the Hessian is not positive definite after {} steps of newton_cholesky", solution_.iterations);
      return solve(Solver::lbfgs);
    }
    note_conditioning();
  }

  void solve_by_qr() {
    LeastSquares squares = factorise();
    const bool is_another = leave_out(squares.dependent);
    if (is_another) solution_.factor.reset();
    certificate_.rank = squares.rank;
    certificate_.condition = squares.condition;
    stand_at(squares.parameters, is_another);
    solution_.estimate = squares.half_decrement(solution_.point.gradient());
    solution_.iterations = 1;
    solution_.status = FitStatus::converged;
    solution_.is_singular = false;
  }

  LeastSquares factorise() {
    Context host{rows_.context.arena};
    return least_squares(design_, rows_.labels, rows_.weights, rows_.share, objective_.penalty().l2, host);
  }

  // Returns whether there were any: the objective is another then.
  bool leave_out(const std::vector<int>& columns) {
    for (const int column : columns) {
      certificate_.collinear_columns.push_back(names_[index(column)]);
      design_.leave_out(column);
    }
    if (!columns.empty()) objective_.update();
    return !columns.empty();
  }

  void note_conditioning() {
    if (solution_.is_singular || !solution_.factor) return;
    const Conditioning known = conditioning(solution_.factor->copy(), objective_.size());
    certificate_.condition = std::sqrt(known.condition);
    if (objective_.is_penalised()) return;
    int rank = 0;
    for (std::int64_t j = 0; j < objective_.width(); ++j) rank += objective_.is_free(j) ? 1 : 0;
    certificate_.rank = rank;
  }

  struct Gap {
    double value;
    GapKind kind;
    std::string source = {};
  };

  // What the configuration asks for, whatever the target has become by then; weights that are rounded to doubles give
  // no less.
  double wanted(double objective) const { return wanted(objective, config_.tolerance); }
  double wanted(double objective, double tolerance) const {
    Target target = target_;
    target.tolerance = tolerance;
    return std::max(target.gap(objective), 2 * weight_rounding());
  }

  // What a gap is relative to: the objective, or what takes its place where that is about 0. A tolerance that no double
  // shows is no measure of rounding.
  double scale(double objective) const {
    const double tolerance = std::max(config_.tolerance, std::numeric_limits<double>::epsilon());
    return wanted(objective, tolerance) / tolerance;
  }

  // What the objective may rise by when weights of standardised columns become weights of the data, to second order: of
  // the first there is none at the optimum. It shows where the optimum is about 0.
  double weight_rounding() const {
    constexpr double units = 4 * std::numeric_limits<double>::epsilon();
    const std::int64_t width = objective_.width();
    double weights = 0, intercepts = 0;
    for (std::int64_t i = 0; i < objective_.size(); ++i) {
      const double size = std::abs(solution_.point.parameters()[index(i)]);
      const std::size_t j = index(i % width);
      if (j + 1 == index(width))
        intercepts += size;
      else if (size > 0)
        weights += size * (1 + std::abs(design_.shift()[j] * design_.factor()[j]));
    }
    const double curvature = solution_.point.mean_curvature(), size = units * (weights + intercepts);
    return weights > 0 && curvature > 0 ? 0.5 * curvature * size * size : 0;
  }

  // The gap of the weights as they are returned: no less than what their rounding adds, and no less than squares of
  // numbers can tell, unless the subgradient is 0.
  double of_model(double gap) const {
    const double rounding = weight_rounding();
    if (rounding > 1e-8 * gap) gap += rounding + 2 * std::sqrt(gap * rounding);
    return gap < least_gap && kkt_distance(solution_.point) > 0 ? least_gap : gap;
  }

  // What is proven, if it is as small as was asked for, or if the fit ended before it got there. Else there is a dual
  // point near the optimum, too, if a Newton step says where to look for it: where penalties are none, or too small to
  // bound the gap.
  Gap gap_of_solution() {
    const Solution& s = solution_;
    const double objective = s.point.value(), enough = wanted(objective);
    const std::optional<double> fenchel = fenchel_gap(s.point);
    const bool may_be_there = s.status == FitStatus::converged || s.status == FitStatus::stalled;
    if (fenchel && (*fenchel <= enough || !may_be_there)) return {of_model(*fenchel), GapKind::bound};
    std::function<void(std::span<double>)> solve;
    if (s.factor && !s.is_singular) solve = [&s](std::span<double> x) { s.factor->solve(x); };
    const std::optional<double> newton = newton_gap(s.point, solve);
    const std::string of_newton = "the dual point of a Newton step";
    if (newton && *newton <= enough) return {of_model(*newton), GapKind::estimate, of_newton};
    const std::optional<double> floor = floor_gap(s.point);
    // What a solver without the Hessian thinks is no ground to stop on where a Newton step finds no dual point.
    const bool is_known = certificate_.solver == Solver::qr || s.factor;
    if (floor && (*floor <= enough || (!newton && !is_known && s.status != FitStatus::iteration_limit)))
      return {of_model(*floor), GapKind::bound};
    if (fenchel && !(newton && *newton < *fenchel)) return {*fenchel, GapKind::bound};
    if (newton) return {of_model(*newton), GapKind::estimate, of_newton};
    const std::string decrement = "half the squared Newton decrement";
    if (!objective_.has_full_hessian() || certificate_.solver == Solver::lbfgs) {
      if (const auto exact = decrement_gap(s.point))
        return {of_model(std::max(*exact, s.estimate)), GapKind::estimate, decrement + ", by products of the tape"};
    }
    const double estimate = std::max(s.estimate, 0.0) + rounding_of(objective);
    return {of_model(estimate), GapKind::estimate,
            certificate_.solver == Solver::lbfgs ? "the matrix that L-BFGS has of its steps" : decrement};
  }

  bool is_squared() const { return is_loss<SquaredLoss>(rows_.loss.definition().spec); }
  [[noreturn]] void refuse_start(double value) const;
  void certify();
  std::vector<double> slopes_from_start() const;
  bool falls_for_ever() const;
  void note_separation(std::vector<double> sizes);

  const LinearRows& rows_;
  Design& design_;
  const LinearConfig& config_;
  const std::vector<std::string>& names_;
  Objective objective_;
  Target target_;
  std::vector<double> start_;
  std::vector<double> first_start_;  // of which target_.null_objective is the objective
  Solution solution_;                // at first the point where the fit starts
  Certificate certificate_;
};

void Fit::certify() {
  Certificate& c = certificate_;
  const Solution& s = solution_;
  c.status = s.status;
  c.iterations = s.iterations;
  c.tolerance = config_.tolerance;
  c.objective = s.point.value();
  const Gap gap = gap_of_solution();
  c.gap_kind = gap.kind;
  c.gap_source = gap.source;
  c.gap = gap.value;
  c.relative_gap = c.gap / scale(c.objective);
  c.kkt_distance = kkt_distance(s.point);
  const bool is_there = c.gap <= wanted(c.objective);
  if (c.status == FitStatus::converged && !is_there) c.status = FitStatus::stalled;
  const bool is_proven = is_there && c.gap_kind == GapKind::bound;
  if ((c.status == FitStatus::stalled && is_there) || (c.status == FitStatus::iteration_limit && is_proven))
    c.status = FitStatus::converged;
  if (c.status == FitStatus::separable) {
    std::vector<double> weights = s.point.parameters();
    for (std::int64_t k = 1; k <= objective_.outputs(); ++k) weights[index(k * objective_.width() - 1)] = 0;
    note_separation(std::move(weights));
  }
  if (c.status != FitStatus::separable && falls_for_ever()) {
    c.status = FitStatus::separable;
    c.gap = c.relative_gap = std::numeric_limits<double>::infinity();
    c.gap_kind = GapKind::estimate;
    c.gap_source.clear();
    note_separation(slopes_from_start());
  }
  if (c.status == FitStatus::converged && !c.collinear_columns.empty()) c.status = FitStatus::collinear;
  for (std::size_t j = 0; j < names_.size(); ++j)
    if (design_.deviation()[j] == 0) c.constant_columns.push_back(names_[j]);
}

// What each parameter adds to the slope of the objective along the way from the start.
std::vector<double> Fit::slopes_from_start() const {
  std::vector<double> slopes(first_start_.size());
  const Point& point = solution_.point;
  least_subgradient(objective_, point.parameters(), point.gradient(), slopes);
  for (std::size_t j = 0; j < slopes.size(); ++j) slopes[j] *= point.parameters()[j] - first_start_[j];
  return slopes;
}

// Whether the objective has fallen by many times its size where the fit started, and still falls along that way about
// as steeply as it did on average. The gap would be measured against an objective that is large for this reason alone.
bool Fit::falls_for_ever() const {
  constexpr double many = 1e8;
  const double fall = target_.null_objective - solution_.point.value();
  if (rows_.is_convex() || !(fall > many * std::abs(target_.null_objective))) return false;
  double slope = 0;
  for (const double s : slopes_from_start()) slope += s;
  return slope < -0.5 * fall;
}

void Fit::refuse_start(double value) const {
  if (!rows_.loss.definition().custom)
    fail<DataError>("{}: the loss is not finite where the fit starts ({}). Hint: look for labels of extreme size.",
                    where, value);
  std::vector<double> scores;
  for (std::int64_t k = 1; k <= objective_.outputs(); ++k) scores.push_back(start_[index(k * objective_.width() - 1)]);
  fail<DataError>(
      "{}: loss \"{}\" is {} where the fit starts, at the same score in all rows ({:.6g}). Hint: its function must be "
      "finite for any score, whatever the label.",
      where, rows_.loss.name(), value, fmt::join(scores, ", "));
}

// The columns on which the weights have grown: those whose part of a score, or of the slope, is a tenth of the largest.
void Fit::note_separation(std::vector<double> sizes) {
  const std::int64_t width = objective_.width();
  double largest = 0;
  for (double& size : sizes) {
    size = std::abs(size);
    largest = std::max(largest, size);
  }
  for (std::int64_t j = 0; j + 1 < width; ++j) {
    double size = 0;
    for (std::int64_t i = j; i < objective_.size(); i += width) size = std::max(size, sizes[index(i)]);
    if (size > largest / 10) certificate_.separating_columns.push_back(names_[index(j)]);
  }
}

void Fit::finish(LinearModel::State& state) {
  certify();
  const std::int64_t width = objective_.width(), columns = width - 1;
  for (std::int64_t k = 0; k < objective_.outputs(); ++k) {
    const double* const standardised = solution_.point.parameters().data() + k * width;
    long double intercept = standardised[columns];
    for (std::int64_t j = 0; j < columns; ++j) {
      const double weight = standardised[j] * design_.factor()[index(j)];
      state.weights.push_back(weight);
      intercept -= static_cast<long double>(weight) * design_.shift()[index(j)];
    }
    state.intercept.push_back(config_.intercept ? static_cast<double>(intercept) : 0);
  }
  state.certificate = std::move(certificate_);
}

LinearConfig settled(LinearConfig config, const Loss& loss) {
  config.loss = loss;
  return config;
}

void check_solver(const LinearConfig& config, const Loss& loss) {
  const bool takes_hessian = config.solver == Solver::newton_cholesky || config.solver == Solver::newton_cg ||
                             config.solver == Solver::coordinate_descent;
  if (!takes_hessian || !loss.definition().custom || !loss.definition().custom->mixes_rows) return;
  fail<ArgumentError>(
      "{}: solver {} takes the Hessian, and of loss \"{}\", which mixes rows, only slopes are known. Hint: lbfgs, or "
      "leave "
      "the choice to automatic.",
      where, name_of(config.solver), loss.name());
}

// What a user would want to know, beside the certificate.
std::vector<std::string> warnings_of(const Dataset& train, const Loss& loss, const LinearModel::State& model,
                                     double curvature) {
  std::vector<std::string> warnings = train.remarks();
  const Certificate& c = model.certificate;
  const CustomLoss* const custom = loss.definition().custom.get();
  if (custom && curvature == 0 && !c.is_optimal() && c.status != FitStatus::separable)
    warnings.push_back(fmt::format(
        "the curvature of loss \"{}\" is 0 in all rows: its optimum is at a corner, which no solver looks for. Hint: "
        "Curvature::majorising, or a loss that is smooth near its corners.",
        loss.name()));
  if (custom && custom->mixes_rows)
    warnings.push_back(fmt::format("loss \"{}\" mixes rows: its gap is an estimate{}{}.", loss.name(),
                                   c.gap_source.empty() ? "" : ", from ", c.gap_source));
  if (!model.feature_names.empty() && c.constant_columns.size() == model.feature_names.size())
    warnings.push_back("no column varies: the model is its intercept.");
  return warnings;
}

}  // namespace

LinearModel fit_linear(const Dataset& train, const LinearConfig& config, const LinearOptions& options) try {
  const Clock::time_point start = Clock::now();
  config.check();
  check_data(train);
  const Labels labels = training_labels(where, train, config.loss);
  settled(config, labels.loss).check();  // a loss that the label chose may not go with the solver
  check_trainable(where, labels.loss, train.rows());
  check_solver(config, labels.loss);
  const std::span<const double> weights = weights_of(train);
  const Backend& backend = backend_of(options.device);
  if (config.solver == Solver::qr && options.device.kind() != Device::Kind::cpu)
    fail<DeviceError>(
        "{}: solver qr runs on the CPU alone. Hint: Device::cpu(), or newton_cholesky, newton_cg or lbfgs on {}.",
        where, options.device.name());
  Arena arena(options.threads);
  const Threads tape_threads(options.threads);
  DeviceContext context(options.device, arena);

  const auto state = std::make_shared<LinearModel::State>();
  state->config = settled(config, labels.loss);
  state->feature_names = names_of(train, fitted_columns(train));
  check_names(where, "feature", state->feature_names);
  state->label = train.label_name();
  state->classes = labels.classes;
  state->missing = DatasetBuilder::state(train).missing;
  state->only_missing = DatasetBuilder::state(train).only_missing;

  Design design(where, train, weights, config.intercept, arena);
  const LinearRows rows(backend, context, labels.loss, labels.values, weights);
  Fit fit(rows, design, config, state->feature_names);
  fit.run();
  fit.finish(*state);
  state->warnings = warnings_of(train, labels.loss, *state, fit.mean_curvature());
  state->certificate.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return LinearModel(state);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("fit_linear");
}

}  // namespace linden
