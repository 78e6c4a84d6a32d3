// Firth's correction of logistic regression: the likelihood times the root of the determinant of the information
// (Jeffreys' prior), whose optimum is finite also where a plane separates the classes. Newton's steps by QR of the
// weighted rows, as for statistics, halved where they go too far.
#include <algorithm>
#include <cmath>
#include <linden/communicator.hpp>
#include <linden/statistics.hpp>

#include "backend/math/scalar_ops.hpp"
#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "linear/config.hpp"
#include "linear/design/host_passes.hpp"
#include "linear/model.hpp"
#include "linear/plain_fit.hpp"
#include "linear/recipe/make_recipe.hpp"
#include "linear/solvers/qr.hpp"
#include "loss/definition.hpp"
#include "loss/linked.hpp"
#include "model/class_weights.hpp"
#include "model/offsets.hpp"
#include "model/training_data.hpp"
#include "rows/copy_rows.hpp"
#include "statistics/firth.hpp"
#include "statistics/family.hpp"

namespace linden {
namespace {

constexpr const char* firth_where = "fit_firth";

class FirthRun {
 public:
  FirthRun(Design& design, const Labels& labels, std::span<const double> weights, std::span<const double> offsets,
           Workers& workers)
      : design_(design), labels_(labels), weights_(weights), offsets_(offsets), workers_(workers) {}

  struct Place {
    std::vector<double> at;      ///< [width]
    std::vector<double> scores;  ///< [rows]
    std::vector<double> slopes;  ///< [rows]: of the penalised log-likelihood in the score
    LeastSquares squares;        ///< of the weighted rows, with the corrected slopes: its parameters are the step
    double value = 0;            ///< minus the penalised log-likelihood
    double decrement = 0;        ///< slopes times step
  };

  Place stand(std::vector<double> at) const {
    Place p{std::move(at), {}, {}, {}, 0, 0};
    p.scores = host_scores(design_, workers_, 1, p.at);
    const std::size_t rows = p.scores.size();
    std::vector<double> information(rows), working(rows);
    for (std::size_t i = 0; i < rows; ++i) {
      if (!offsets_.empty()) p.scores[i] += offsets_[i];
      information[i] = weight(i) * math::sigmoid(p.scores[i]) * math::sigmoid(-p.scores[i]);
      p.value += weight(i) * (math::softplus(p.scores[i]) - labels_.values[i] * p.scores[i]);
    }
    const std::vector<double> none(static_cast<std::size_t>(design_.columns()) + 1);
    p.squares = least_squares(design_, working, information, 1, none, workers_);
    const auto n = static_cast<std::size_t>(p.squares.rank);
    for (std::size_t j = 0; j < n; ++j) p.value -= std::log(std::abs(p.squares.triangle[j * n + j]));
    const std::vector<double> leverage = leverages(p, information);
    for (std::size_t i = 0; i < rows; ++i) {
      const double share = math::sigmoid(p.scores[i]);
      p.slopes.push_back(weight(i) * (labels_.values[i] - share) + leverage[i] * (0.5 - share));
      if (information[i] > 0) working[i] = p.slopes[i] / information[i];
    }
    p.squares = least_squares(design_, working, information, 1, none, workers_);
    // The step's length in the metric of the information.
    for (std::size_t i = 0; i < n; ++i) {
      double sum = 0;
      for (std::size_t j = i; j < n; ++j)
        sum += p.squares.triangle[i * n + j] * p.squares.parameters[static_cast<std::size_t>(p.squares.independent[j])];
      p.decrement += sum * sum;
    }
    return p;
  }

  /// The largest slope in a weight of a standardised column, or in the intercept.
  double steepest(const Place& p) const {
    std::vector<double> sums(static_cast<std::size_t>(p.squares.rank));
    each_row(p, [&](std::size_t row, const std::vector<double>& x) {
      for (std::size_t j = 0; j < sums.size(); ++j) sums[j] += p.slopes[row] * x[j];
    });
    double largest = 0;
    for (const double sum : sums) largest = std::max(largest, std::abs(sum));
    return largest;
  }

 private:
  double weight(std::size_t row) const { return weights_.empty() ? 1 : weights_[row]; }

  /// Calls visit(row, x) with the standardised values of the independent columns, the intercept's 1 among them.
  template <class Visit>
  void each_row(const Place& p, const Visit& visit) const {
    const auto n = static_cast<std::size_t>(p.squares.rank), columns = static_cast<std::size_t>(design_.columns());
    const DesignView view = design_.view();
    std::vector<double> raw(columns), x(n);
    for (std::size_t row = 0; row < p.scores.size(); ++row) {
      const auto first = static_cast<std::int64_t>(row);
      copy_rows(static_cast<const RowsView&>(view), first, first + 1, raw.data(), 1);
      for (std::size_t j = 0; j < n; ++j) {
        const auto column = static_cast<std::size_t>(p.squares.independent[j]);
        x[j] = column == columns ? 1 : (raw[column] - design_.shift()[column]) * design_.factor()[column];
      }
      visit(row, x);
    }
  }

  std::vector<double> leverages(const Place& p, const std::vector<double>& information) const {
    const auto n = static_cast<std::size_t>(p.squares.rank);
    std::vector<double> t(n), result(information.size());
    each_row(p, [&](std::size_t row, const std::vector<double>& x) {
      double sum = 0;
      for (std::size_t j = 0; j < n; ++j) {  // R'^-1 x
        t[j] = x[j];
        for (std::size_t i = 0; i < j; ++i) t[j] -= p.squares.triangle[i * n + j] * t[i];
        t[j] /= p.squares.triangle[j * n + j];
        sum += t[j] * t[j];
      }
      result[row] = information[row] * sum;
    });
    return result;
  }

  Design& design_;
  const Labels& labels_;
  std::span<const double> weights_, offsets_;
  Workers& workers_;
};

}  // namespace

bool is_of_firth(const Certificate& certificate) { return certificate.why == firth_note; }

LinearModel fit_firth(const Dataset& train, const LinearConfig& config, const LinearOptions& options) try {
  config.check();
  if (!has_several_ranks(options) && wants_recipe(train, config))
    return fit_by_recipe(firth_where, train, config, options.threads,
                         [&](const Dataset& columns, const LinearConfig& plain, const std::vector<double>& own_l2) {
                           if (std::ranges::any_of(own_l2, [](double penalty) { return penalty > 0; }))
                             fail<ArgumentError>(
                                 "{}: bspline() has a penalty; Firth's correction is a penalty of its own. Hint: "
                                 "spline(), or a penalty of 0.",
                                 firth_where);
                           return fit_firth(columns, plain, options);
                         });
  if (is_penalised(config))
    fail<ArgumentError>("{}: {}; Firth's correction is a penalty of its own. Hint: leave them at 0.", firth_where,
                        penalties_text(config));
  if (!config.penalty.factors.empty())
    fail<ArgumentError>(
        "{}: there are factors of penalties; Firth's correction is a penalty of its own, alike for all columns. Hint: "
        "leave them out.",
        firth_where);
  if (is_bounded(config) || has_equations(config))
    fail<ArgumentError>("{}: there are constraints, and the correction's steps know no bounds. Hint: leave them out.",
                        firth_where);
  if (config.solver != Solver::automatic)
    fail<ArgumentError>("{}: solver {}; the correction has steps of its own. Hint: leave the solver to automatic.",
                        firth_where, name_of(config.solver));
  if (!options.checkpoint.path.empty())
    fail<ArgumentError>("{}: its few steps leave no checkpoints. Hint: leave Checkpoint.path out.", firth_where);
  if (options.device.kind() != Device::Kind::cpu)
    fail<DeviceError>("{}: it runs on the CPU alone. Hint: Device::cpu().", firth_where);
  if (has_several_ranks(options))
    fail<ArgumentError>(
        "{}: rows on several machines have no Firth's correction. Hint: all rows on one, or a little l2.", firth_where);
  check_training_data(firth_where, train);
  const Labels labels = checked_labels(firth_where, train, config.loss);
  if (Family(labels.loss).kind() != FamilyKind::binomial || labels.loss.outputs() != 1)
    fail<ArgumentError>("{}: loss \"{}\"; the correction is of logistic regression. Hint: loss::logistic().",
                        firth_where, labels.loss.name());
  const Link link = config.link.value_or(labels.loss.link());
  if (link != Link::sigmoid)
    fail<ArgumentError>("{}: link {}; the correction is of logistic regression. Hint: leave the link out.", firth_where,
                        word_of(link));
  const RowWeights row_weights(firth_where, config.class_weights, labels, weights_of(train));
  const std::vector<double> offsets = training_offsets(firth_where, train, 1);
  Workers workers(options.threads);
  Design design(firth_where, train, row_weights.span(), config.intercept, workers);
  const auto state = std::make_shared<LinearModel::State>();
  state->config = config;
  state->config.loss = labels.loss;
  static_cast<ModelSchema&>(*state) = schema_of(firth_where, train, labels, names_of(train, fitted_columns(train)));
  state->note_weights_of(train);

  FirthRun run(design, labels, row_weights.span(), offsets, workers);
  FirthRun::Place place = run.stand(std::vector<double>(static_cast<std::size_t>(design.columns()) + 1));
  Certificate& certificate = state->certificate;
  const int most = config.max_iterations > 0 ? config.max_iterations : 200;
  certificate.status = FitStatus::iteration_limit;
  for (; certificate.iterations < most; ++certificate.iterations) {
    if (place.decrement <= 1e-20 * std::max(1.0, std::abs(place.value))) {
      certificate.status = FitStatus::converged;
      break;
    }
    double length = std::min(1.0, 5 / std::sqrt(place.decrement));
    FirthRun::Place next;
    for (int halving = 0; halving < 40; ++halving, length /= 2) {
      std::vector<double> at = place.at;
      for (std::size_t j = 0; j < at.size(); ++j) at[j] += length * place.squares.parameters[j];
      next = run.stand(std::move(at));
      if (next.value <= place.value + 1e-12 * std::abs(place.value)) break;
    }
    place = std::move(next);
  }
  double total = 0;
  for (std::size_t i = 0; i < labels.values.size(); ++i)
    total += row_weights.span().empty() ? 1 : row_weights.span()[i];
  const std::vector<std::string>& names = state->feature_names;
  for (std::size_t j = 0; j < names.size(); ++j)
    if (design.factor()[j] == 0) certificate.constant_columns.push_back(names[j]);
  for (const int column : place.squares.dependent)
    certificate.collinear_columns.push_back(names[static_cast<std::size_t>(column)]);
  if (certificate.status == FitStatus::converged && !place.squares.dependent.empty())
    certificate.status = FitStatus::collinear;
  certificate.objective = place.value / total;
  certificate.gap = place.decrement / 2 / total;
  certificate.kkt_distance = run.steepest(place) / total;
  certificate.gap_kind = GapKind::estimate;
  certificate.gap_source = "the last step";
  certificate.relative_gap = certificate.gap / std::max(std::abs(certificate.objective), 1e-300);
  certificate.tolerance = config.tolerance;
  certificate.rank = place.squares.rank;
  certificate.condition = place.squares.condition;
  certificate.solver = Solver::newton_cholesky;
  certificate.why = firth_note;
  long double intercept = place.at.back();
  for (std::size_t j = 0; j < names.size(); ++j) {
    state->weights.push_back(place.at[j] * design.factor()[j]);
    intercept -= static_cast<long double>(state->weights[j]) * design.shift()[j];
  }
  state->intercept.push_back(config.intercept ? static_cast<double>(intercept) : 0);
  state->warnings = train.remarks();
  return LinearModel(state);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("fit_firth");
}

}  // namespace linden
