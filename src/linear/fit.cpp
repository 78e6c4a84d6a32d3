// fit_linear: what is refused, the run of the fit, and what its model is told with.
#include <chrono>
#include <numeric>
#include <linden/linear.hpp>
#include <linden/threads.hpp>
#include <utility>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "linear/certify.hpp"
#include "linear/config.hpp"
#include "linear/fit_run.hpp"
#include "linear/model.hpp"
#include "linear/units.hpp"
#include "loss/custom.hpp"
#include "loss/definition.hpp"
#include "model/class_weights.hpp"
#include "model/offsets.hpp"
#include "model/training_data.hpp"

namespace linden {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* where = "fit_linear";

LinearConfig settled(LinearConfig config, const Loss& loss) {
  config.loss = loss;
  return config;
}

// Of losses whose Hessian is not known, no solver takes bounds.
void check_bounds(const LinearConfig& config, const Loss& loss) {
  const CustomLoss* const custom = loss.definition().custom.get();
  if (!is_bounded(config) || !custom || (!custom->mixes_rows && loss.outputs() == 1)) return;
  fail<ArgumentError>(
      "{}: bounds of weights want the Hessian, and that of loss \"{}\", which {}, is not known. Hint: leave them out, "
      "or "
      "a loss that is evaluated row by row, with one score.",
      where, loss.name(), custom->mixes_rows ? "mixes rows" : "has several outputs");
}

void check_solver(const LinearConfig& config, const Loss& loss) {
  const bool takes_hessian = config.solver == Solver::newton_cholesky || config.solver == Solver::newton_cg ||
                             config.solver == Solver::coordinate_descent;
  if (!takes_hessian || !loss.definition().custom || !loss.definition().custom->mixes_rows) return;
  fail<ArgumentError>(
      "{}: solver {} takes the Hessian, and of loss \"{}\", which mixes rows, only slopes are known. Hint: lbfgs, or "
      "leave the choice to automatic.",
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
    warnings.emplace_back("no column varies: the model is its intercept.");
  return warnings;
}

}  // namespace

LinearModel fit_linear(const Dataset& train, const LinearConfig& config, const LinearOptions& options) try {
  const Clock::time_point start = Clock::now();
  config.check();
  check_training_data(where, train);
  if (train.label().rank() == 2)
    fail<DataError>("{}: the data has {} labels a row{}, and linear models take one. Hint: a model for each label.",
                    where, train.label().size(1),
                    train.label_names().empty() ? "" : fmt::format(" ({})", listing(train.label_names())));
  const Labels labels = checked_labels(where, train, config.loss);
  settled(config, labels.loss).check();  // a loss that the label chose may not go with the solver
  check_solver(config, labels.loss);
  check_bounds(config, labels.loss);
  std::vector<int> columns(static_cast<std::size_t>(train.features()));
  std::iota(columns.begin(), columns.end(), 0);
  check_names(config, names_of(train, columns));
  const RowWeights row_weights(where, config.class_weights, labels, weights_of(train));
  const std::span<const double> weights = row_weights.span();
  const std::vector<double> offsets = training_offsets(where, train, labels.loss.outputs());
  const Backend& backend = backend_of(options.device);
  if (config.solver == Solver::qr && options.device.kind() != Device::Kind::cpu)
    fail<DeviceError>(
        "{}: solver qr runs on the CPU alone. Hint: Device::cpu(), or newton_cholesky, newton_cg or lbfgs on {}.",
        where, options.device.name());
  Workers workers(options.threads);
  const Threads tape_threads(options.threads);
  DeviceContext context(options.device, workers);

  const auto state = std::make_shared<LinearModel::State>();
  state->config = settled(config, labels.loss);
  static_cast<ModelSchema&>(*state) = schema_of(where, train, labels, names_of(train, fitted_columns(train)));

  Design design(where, train, weights, config.intercept, workers);
  // Levels are a fit each.
  const bool is_by_level = !labels.loss.definition().levels.empty();
  const std::span<const double> all_offsets(offsets);
  double curvature = 0;
  for (int k = 0; k < (is_by_level ? labels.loss.outputs() : 1); ++k) {
    const Loss loss = is_by_level ? of_output(labels.loss, k) : labels.loss;
    const std::size_t count = offsets.empty() ? 0 : is_by_level ? labels.values.size() : offsets.size();
    const LinearRows rows(backend, context, loss, labels.values, weights,
                          all_offsets.subspan(static_cast<std::size_t>(k) * count, count));
    FitRun fit(where, rows, design, config, state->feature_names);
    fit.run();
    state->certificate = k == 0 ? fit.certificate() : joined(state->certificate, fit.certificate());
    append_in_units_of_data(fit.point(), state->weights, state->intercept);
    curvature = fit.point().mean_curvature();
  }
  clamp_weights(config, state->feature_names, state->weights);
  state->warnings = warnings_of(train, labels.loss, *state, curvature);
  state->certificate.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return LinearModel(state);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("fit_linear");
}

}  // namespace linden
