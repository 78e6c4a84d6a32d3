#include "linear/fit_run.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <utility>

#include "base/fail.hpp"
#include "linear/certify.hpp"
#include "linear/objective/conditioning.hpp"
#include "linear/objective/working_set.hpp"
#include "linear/solvers/choose_solver.hpp"
#include "linear/units.hpp"
#include "loss/custom.hpp"
#include "loss/definition.hpp"
#include "loss/initial_score.hpp"
#include "loss/link.hpp"
#include "loss/linked.hpp"

namespace linden {
namespace {

constexpr int most_resumptions = 2;
constexpr int least_first = 100;  // columns that take part from the start of a fit of a path

std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

// What is known of the rows of one rank alone.
const LinearRows& checked(const char* where, const LinearRows& rows) {
  const CustomLoss* const custom = rows.loss.definition().custom.get();
  if (!rows.ranks.is_alone() && custom && (custom->mixes_rows || custom->parameters_by_row))
    fail<ArgumentError>(
        "{}: loss \"{}\" {}, which rows on several machines do not allow. Hint: a loss that is evaluated row by row, "
        "of "
        "the row's score and label alone.",
        where, rows.loss.name(), custom->mixes_rows ? "mixes rows" : "has a parameter with a value a row");
  return rows;
}

}  // namespace

FitRun::FitRun(const char* where, const LinearRows& rows, Design& design, const LinearConfig& config,
               const std::vector<std::string>& names, SolverStates* states)
    : rows_(checked(where, rows)),
      design_(design),
      config_(&config),
      names_(names),
      states_(states),
      objective_(rows, design, penalty_of(config, design, names)),
      start_(constant_start()),
      solution_{objective_.evaluate(start_)} {
  check_size(where);
  check_equations(where);
  const double start_value = solution_.point.smooth();
  if (!std::isfinite(start_value)) refuse_start(where);
  first_start_ = {start_, start_value};
  target_ = {config.tolerance, config.max_iterations, start_value, 0};
  // Only where a constant fits as well as that does the size of labels matter: a pass over the rows is saved.
  double largest = 0;
  for (const double label : rows.labels) largest = std::max(largest, std::abs(label));
  largest = rows.ranks.max(largest);
  if (std::abs(start_value) <= 1e-6 * std::min(largest, largest * largest)) {
    const std::vector<double> zero(start_.size());
    target_.zero_objective = start_ == zero ? start_value : objective_.evaluate(zero).smooth();
  }
}

void FitRun::run() {
  Choice choice = choose_solver(*config_, objective_);
  known_.why = std::move(choice.why);
  if (config_->intercept && has_one_label()) {
    stop_at_start(choice.solver);
  } else {
    solve(choice.solver);
  }
  gap_ = solution_gap(solution_, known_.solver, wanted());
  // Where a solver's own estimate was too low, it goes on from there.
  for (int k = 0; k < most_resumptions && solution_.status == FitStatus::converged; ++k) {
    if (gap_.value <= wanted() || solution_.proof || falls_for_ever(solution_.point, first_start_)) return;
    const int before = solution_.iterations;
    target_.tolerance /= 100;
    start_ = solution_.point.parameters();
    solve(known_.solver);
    solution_.iterations += before;
    gap_ = solution_gap(solution_, known_.solver, wanted());
  }
}

void FitRun::run_without_weights() {
  // Columns without a penalty have weights all the same; one more keeps the set from being empty.
  for (std::int64_t j = 0; j + 1 < objective_.width(); ++j)
    if (j == 0 || (objective_.is_free(j) && !(objective_.l1(j) > 0))) first_.push_back(static_cast<int>(j));
  run();
}

void FitRun::keep_gram(int fits, std::vector<double> gram) {
  if (!KeptGram::takes(objective_)) return;
  gram_ = gram.empty() ? std::make_unique<KeptGram>(objective_, fits)
                       : std::make_unique<KeptGram>(objective_, std::move(gram));
}

void FitRun::look_ahead(std::span<const LinearConfig> next) {
  if (!gram_ || gram_->has_looked_ahead()) return;
  const std::size_t count = std::min(gram_->most_ahead(), next.size());
  if (count < 2) return;
  std::vector<Penalty> penalties;
  for (const LinearConfig& config : next.first(count)) penalties.push_back(penalty_of(config, design_, names_));
  Target target = target_;
  target.tolerance = next.front().tolerance;
  gram_->look_ahead(solution_.point, std::move(penalties), target);
}

void FitRun::go_on(const LinearConfig& config) {
  config_ = &config;
  target_.tolerance = config.tolerance;
  solution_.factor.reset();
  solution_.status = FitStatus::converged;
  const Penalty before = objective_.penalty();
  objective_.set_penalty(penalty_of(config, design_, names_), solution_.point);
  start_ = solution_.point.parameters();
  const std::vector<int> kept = kept_by_rule(before);
  run();
  missed_ = 0;
  const std::vector<double>& at = solution_.point.parameters();
  for (std::size_t i = 0; i < at.size() && screened_ > 0; ++i) {
    const auto j = static_cast<std::int64_t>(i) % objective_.width();
    if (at[i] != 0 && j + 1 < objective_.width() && !std::ranges::binary_search(kept, static_cast<int>(j))) ++missed_;
  }
}

// All that the rule keeps; of them the ones that are asked for most are to take part.
std::vector<int> FitRun::kept_by_rule(const Penalty& before) {
  Demand demand = demand_at(solution_.point, {});
  std::vector<int> kept;
  int columns = 0;
  for (std::size_t j = 0; j < demand.score.size(); ++j) {
    if (!objective_.is_free(static_cast<std::int64_t>(j))) continue;
    ++columns;
    const double after = objective_.penalty().l1[j];
    if (demand.score[j] >= after - before.l1[j] || after == 0)
      kept.push_back(static_cast<int>(j));
    else
      demand.score[j] = -std::numeric_limits<double>::infinity();
  }
  screened_ = columns - static_cast<int>(kept.size());
  first_ =
      most_demanding(demand, static_cast<std::size_t>(std::max(2 * demand.nonzero, least_first)), objective_.penalty());
  return kept;
}

Certificate FitRun::certificate() const {
  Certificate known = known_;
  known.tolerance = config_->tolerance;
  // A tolerance that no double shows is no measure of rounding.
  const double tolerance = std::max(config_->tolerance, std::numeric_limits<double>::epsilon());
  return certify(std::move(known), solution_, gap_, {wanted(), wanted(tolerance) / tolerance}, first_start_, names_);
}

void FitRun::solve(Solver solver) {
  known_.solver = solver;
  if (states_ != nullptr && solver != Solver::lbfgs)
    fail<ArgumentError>(
        "fit_linear: checkpoints are left by solver lbfgs, and this fit is one of {}, which has no state that is worth "
        "its size. Hint: .solver = lbfgs, or leave Checkpoint.path out.",
        name_of(solver));
  switch (solver) {
    case Solver::qr: return solve_by_qr();
    case Solver::newton_cg: return take(newton_cg(at_start(), target_));
    case Solver::lbfgs: return take(lbfgs(at_start(), target_, states_));
    case Solver::coordinate_descent:
      return take(gram_ ? gram_->solve(at_start(), target_, first_) : coordinate_descent(at_start(), target_, first_));
    case Solver::interior_point: return take(interior_point(at_start(), target_));
    case Solver::dual_descent: return take(dual_descent(at_start(), target_));
    case Solver::automatic:
    case Solver::newton_cholesky: return solve_by_cholesky();
  }
}

// Where the Hessian is singular to what doubles can tell, columns may be sums of others, or nearly so: QR of the rows
// says which. Of the squared loss it gives the solution, too; other losses go on without the dependent columns.
void FitRun::solve_by_cholesky() {
  solution_.factor.reset();  // its memory is that of the next one
  solution_ = newton_cholesky(at_start(), target_);
  if (solution_.is_singular && (objective_.has_squares() || objective_.has_equations())) {
    // A column that is a sum of others is held by the matrix, or by an equation: none is left out.
    stand_at(start_);
    solution_.factor.reset();
    solution_ = newton_cholesky(at_start(), target_, true);
  } else if (solution_.is_singular && !objective_.is_penalised()) {
    if (is_squared() && config_->solver == Solver::automatic) {
      known_.why = fmt::format("the Gram matrix of {} columns is nearly singular", design_.columns());
      return solve(Solver::qr);
    }
    stand_at(start_, leave_out(factorise().dependent));
    solution_.factor.reset();
    solution_ = newton_cholesky(at_start(), target_, true);
  }
  if (solution_.status == FitStatus::stalled && config_->solver == Solver::automatic && !objective_.has_equations()) {
    known_.why =
        fmt::format("the Hessian is not positive definite after {} steps of newton_cholesky", solution_.iterations);
    return solve(Solver::lbfgs);
  }
  note_conditioning();
}

void FitRun::solve_by_qr() {
  LeastSquares squares = factorise();
  const bool is_another = leave_out(squares.dependent);
  if (is_another) solution_.factor.reset();
  known_.rank = squares.rank;
  known_.condition = squares.condition;
  stand_at(squares.parameters, is_another);
  solution_.estimate = squares.half_decrement(solution_.point.gradient());
  solution_.iterations = 1;
  solution_.status = FitStatus::converged;
  solution_.is_singular = false;
}

// The factor that Cholesky's solver left serves the gap of what another finds after it.
void FitRun::take(Solution solution) {
  solution.factor = std::move(solution_.factor);
  solution_ = std::move(solution);
}

void FitRun::stop_at_start(Solver solver) {
  known_.solver = solver;
  solution_.estimate = solution_.point.smooth();
  solution_.status = FitStatus::separable;
}

std::vector<double> FitRun::constant_start() const {
  std::vector<double> start = config_->intercept || takes_any_score(rows_.loss)
                                  ? std::vector<double>(index(objective_.size()))
                                  : linked_start();
  objective_.penalty().equations.meet(start);
  if (!config_->intercept) return start;
  Workers& workers = rows_.context.workers;
  const Ranks& ranks = rows_.ranks;
  std::vector<double> offsets;  // of all ranks, [outputs, rows]
  for (std::size_t first = 0; !ranks.is_alone() && first < rows_.offsets.size(); first += rows_.labels.size())
    std::ranges::copy(ranks.join(rows_.offsets.subspan(first, rows_.labels.size())), std::back_inserter(offsets));
  const std::vector<double> constant =
      ranks.is_alone()
          ? initial_score(rows_.loss, rows_.labels, rows_.weights, workers, rows_.offsets)
          : initial_score(rows_.loss, ranks.join(rows_.labels), ranks.join(rows_.weights), workers, offsets);
  for (std::size_t k = 0; k < constant.size(); ++k) start[(k + 1) * index(objective_.width()) - 1] = constant[k];
  return start;
}

// Without an intercept, where the link does not take a score of 0: least squares of the scores that would give each
// label, moved off the ends of the range of means as R's glm does.
std::vector<double> FitRun::linked_start() const {
  std::vector<double> scores;
  const Link link = rows_.loss.link();
  for (std::size_t row = 0; row < rows_.labels.size(); ++row) {
    const double label = rows_.labels[row];
    const bool is_share = rows_.loss.label_kind() == LabelKind::share || rows_.loss.label_kind() == LabelKind::classes;
    const double mean = is_share                                            ? (label + 0.5) / 2
                        : rows_.loss.label_kind() == LabelKind::nonnegative ? label + 0.1
                                                                            : label;
    scores.push_back(score_of_mean(link, mean) - (rows_.offsets.empty() ? 0 : rows_.offsets[row]));
  }
  return least_squares(design_, scores, rows_.weights, rows_.share, objective_.penalty().l2, rows_.context.workers,
                       rows_.ranks)
      .parameters;
}

// Without a pass where it stands there already.
void FitRun::stand_at(std::span<const double> at, bool is_another_objective) {
  if (is_another_objective || !std::ranges::equal(at, solution_.point.parameters()))
    solution_.point = objective_.evaluate(at);
}

// For a solver to take away.
Point FitRun::at_start() {
  stand_at(start_);
  return std::move(solution_.point);
}

LeastSquares FitRun::factorise() {
  // Of a squared loss an offset is as good as taken off the label.
  std::vector<double> labels(rows_.labels.begin(), rows_.labels.end());
  for (std::size_t row = 0; row < labels.size() && !rows_.offsets.empty(); ++row) labels[row] -= rows_.offsets[row];
  return least_squares(design_, labels, rows_.weights, rows_.share, objective_.penalty().l2, rows_.context.workers,
                       rows_.ranks);
}

// Returns whether there were any: the objective is another then.
bool FitRun::leave_out(const std::vector<int>& columns) {
  for (const int column : columns) {
    known_.collinear_columns.push_back(names_[index(column)]);
    design_.leave_out(column);
  }
  if (!columns.empty()) objective_.update();
  return !columns.empty();
}

// Of a class, of shares that are all 0 or all 1, or of counts of zero: an intercept without end fits them ever better.
bool FitRun::has_one_label() const {
  const Loss& loss = rows_.loss;
  const LossTraits* const traits = traits_of(loss.definition().spec);
  if (traits && traits->lowest == Lowest::at_a_score) return false;
  if (loss.label_kind() == LabelKind::real || loss.label_kind() == LabelKind::positive || loss.link() == Link::identity)
    return false;
  double least = 0, largest = 0;
  if (loss.label_kind() != LabelKind::nonnegative) {
    least = std::numeric_limits<double>::infinity();
    largest = -least;
  }
  for (std::size_t row = 0; row < rows_.labels.size() && !(least < largest); ++row) {
    if (!rows_.weights.empty() && rows_.weights[row] == 0) continue;
    least = std::min(least, rows_.labels[row]);
    largest = std::max(largest, rows_.labels[row]);
  }
  least = -rows_.ranks.max(-least);
  if (least < rows_.ranks.max(largest)) return false;
  return loss.label_kind() != LabelKind::share || least == 0 || least == 1;
}

void FitRun::note_conditioning() {
  if (solution_.is_singular || !solution_.factor) return;
  const Conditioning known = conditioning(solution_.factor->copy(), objective_.size());
  known_.condition = std::sqrt(known.condition);
  if (objective_.is_penalised() || objective_.has_squares() || objective_.has_equations()) return;
  int rank = 0;
  for (std::int64_t j = 0; j < objective_.width(); ++j) rank += objective_.is_free(j) ? 1 : 0;
  known_.rank = rank;
}

// Its steps are Newton's, and nothing else is there to fall back to.
void FitRun::check_equations(const char* where) const {
  if (!objective_.has_equations() || (objective_.is_convex() && objective_.has_full_hessian())) return;
  fail<ArgumentError>(
      "{}: there are equations of weights, which want a loss that is known to be convex and whose curvature is known, "
      "and that of {} is not. Hint: leave the equations out, or squared, logistic, softmax, poisson or another such "
      "loss.",
      where, rows_.loss.name());
}

// A matrix of all weights squared is the price of a loss with corners.
void FitRun::check_size(const char* where) const {
  constexpr std::int64_t most = 8192;
  if (config_->solver == Solver::dual_descent && !rows_.ranks.is_alone())
    fail<ArgumentError>("{}: solver dual_descent wants all rows on one machine. Hint: interior_point.", where);
  if (objective_.has_sorted() && objective_.size() > most)
    fail<ArgumentError>(
        "{}: penalty.slope goes by the order of all weights, which are solved for at once, and {} are too many ({} at "
        "most). Hint: l1, or fewer columns.",
        where, objective_.size(), most);
  const bool takes_matrix =
      has_corners(rows_.loss) && choose_solver(*config_, objective_).solver == Solver::interior_point;
  if (!takes_matrix || objective_.size() <= most) return;
  fail<ArgumentError>(
      "{}: loss {} is fitted by an interior point, which solves for all weights at once, and {} are too many ({} at "
      "most). Hint: l2 alone, on the CPU (dual_descent), fewer columns, or a loss that is like it and has curvature, "
      "{}.",
      where, rows_.loss.name(), objective_.size(), most,
      rows_.loss.label_kind() == LabelKind::classes ? "squared_hinge or hinge"
                                                    : "huber or squared_epsilon_insensitive");
}

void FitRun::refuse_start(const char* where) const {
  const double value = solution_.point.smooth();
  if (!takes_any_score(rows_.loss))
    fail<DataError>("{}: the link {} does not take the scores that the fit starts with: {}. Hint: {}another link.",
                    where, word_of(rows_.loss.link()),
                    config_->intercept
                        ? "the mean of the labels is at the end of its range"
                        : "those of least squares, without an intercept, give some row a mean out of range",
                    config_->intercept ? "" : "an intercept, or ");
  if (!rows_.loss.definition().custom)
    fail<DataError>("{}: the loss is not finite where the fit starts ({}). Hint: look for labels{} of extreme size.",
                    where, value, rows_.offsets.empty() ? "" : ", or offsets,");
  std::vector<double> scores;
  for (std::int64_t k = 1; k <= objective_.outputs(); ++k) scores.push_back(start_[index(k * objective_.width() - 1)]);
  fail<DataError>(
      "{}: loss \"{}\" is {} where the fit starts, at the same score in all rows ({:.6g}). Hint: its function must be "
      "finite for any score, whatever the label.",
      where, rows_.loss.name(), value, fmt::join(scores, ", "));
}

bool FitRun::is_squared() const { return is_loss<SquaredLoss>(rows_.loss.definition().spec); }

// The gap that a tolerance asks for, whatever the target has become by then; weights that are rounded to doubles give
// no less.
double FitRun::wanted(double tolerance) const {
  Target target = target_;
  target.tolerance = tolerance;
  const double rounding = solution_.proof ? score_rounding(solution_.point) : weight_rounding(solution_.point);
  return std::max(target.gap(solution_.point.value()), 2 * rounding);
}

}  // namespace linden
