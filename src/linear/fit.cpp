// fit_linear: what is refused, the run of the fit, and what its model is told with.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <linden/linear.hpp>
#include <linden/threads.hpp>
#include <linden/version.hpp>
#include <utility>

#include "backend/host_comms.hpp"
#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "checkpoint/checkpoint_file.hpp"
#include "checkpoint/rows_facts.hpp"
#include "linear/certify.hpp"
#include "linear/config.hpp"
#include "linear/fit_run.hpp"
#include "linear/fit_warnings.hpp"
#include "linear/model.hpp"
#include "linear/solvers/solver_states.hpp"
#include "linear/plain_fit.hpp"
#include "linear/recipe/cook.hpp"
#include "linear/recipe/make_recipe.hpp"
#include "linear/units.hpp"
#include "loss/custom.hpp"
#include "loss/definition.hpp"
#include "loss/linked.hpp"
#include "model/class_weights.hpp"
#include "model/offsets.hpp"
#include "model/training_data.hpp"
#include "ranks/agreement.hpp"
#include "ranks/rows_of_ranks.hpp"

namespace linden {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* where = "fit_linear";

// Of Cox's loss no constant shows in the scores: the hazard that all rows have in common has it.
LinearConfig settled(LinearConfig config, const Loss& loss) {
  config.loss = loss;
  if (compares_times(loss)) config.intercept = false;
  return config;
}

// Of losses whose Hessian is not known, no solver takes bounds or groups.
void check_bounds(const LinearConfig& config, const Loss& loss) {
  const CustomLoss* const custom = loss.definition().custom.get();
  const bool has_groups = config.penalty.group > 0;
  if (!is_bounded(config) && !has_groups && config.penalty.slope == 0) return;
  if (!custom || (!custom->mixes_rows && loss.outputs() == 1)) return;
  fail<ArgumentError>(
      "{}: {} of weights want the Hessian, and that of loss \"{}\", which {}, is not known. Hint: leave them out, or a "
      "loss that is evaluated row by row, with one score.",
      where,
      has_groups                 ? "groups"
      : config.penalty.slope > 0 ? "orders"
                                 : "bounds",
      loss.name(), custom->mixes_rows ? "mixes rows" : "has several outputs");
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

void check_times(const Labels& labels, const Ranks& ranks) {
  if (!compares_times(labels.loss) || ranks.is_alone()) return;
  fail<ArgumentError>("{}: loss {} compares rows, which rows on several machines do not allow. Hint: all rows on one.",
                      where, labels.loss.name());
}

// Throws on all ranks where one has another configuration than the first, and for a loss that they cannot share.
void check_ranks(const Ranks& ranks, const LinearConfig& config, const Checkpoint& checkpoint) {
  if (ranks.is_alone()) return;
  Facts facts{{"the version of Linden", version()}, {"the loss", config.loss.name()}};
  for (const FieldInfo& field : fields(config)) facts.emplace_back("LinearConfig." + field.name, field.value);
  facts.emplace_back("Checkpoint.path", fmt::format("\"{}\"", checkpoint.path.string()));
  facts.emplace_back("Checkpoint.every", std::to_string(checkpoint.every));
  facts.emplace_back("Checkpoint.resume", checkpoint.resume ? "true" : "false");
  agree(where, ranks, facts);
  const CustomLoss* const custom = config.loss.definition().custom.get();
  if (custom != nullptr && custom->parameters_by_row)
    fail<ArgumentError>(
        "{}: a parameter of loss \"{}\" has a value for each row, which rows on several machines do not allow. Hint: "
        "parameters that all rows have in common.",
        where, config.loss.name());
}

// The rows of a rank for solvers, which want one at least: a rank without rows gets a row of zeros that weighs nothing,
// and rows of the others then have weights, too.
class Filled {
 public:
  Filled(const Ranks& ranks, const Dataset& train, const RankPart& part)
      : data_(train), labels_(part.labels().values), weights_(part.weights()), offsets_(part.offsets()) {
    if (ranks.max(train.rows() == 0 ? 1.0 : 0.0) == 0) return;
    if (train.rows() > 0) {
      if (!weights_.empty()) return;
      own_weights_.assign(static_cast<std::size_t>(train.rows()), 1);
    } else {
      data_ = row_of_zeros(train);
      own_weights_ = {0};
      own_labels_ = {part.all_labels().values.front()};
      labels_ = own_labels_;
      if (!part.all_offsets().empty()) {
        own_offsets_.assign(static_cast<std::size_t>(part.labels().loss.outputs()), 0);
        offsets_ = own_offsets_;
      }
    }
    weights_ = own_weights_;
  }
  Filled(const Filled&) = delete;
  Filled& operator=(const Filled&) = delete;

  const Dataset& data() const noexcept { return data_; }
  std::span<const double> labels() const noexcept { return labels_; }
  std::span<const double> weights() const noexcept { return weights_; }
  std::span<const double> offsets() const noexcept { return offsets_; }

 private:
  Dataset data_;
  std::span<const double> labels_, weights_, offsets_;
  std::vector<double> own_labels_, own_weights_, own_offsets_;
};

// Groups of the data are strata.
void take_times(LinearRows& rows, const Dataset& data, std::span<const double> uppers) {
  rows.take_times(uppers,
                  data.has_groups() ? data.groups().span<const std::int64_t>() : std::span<const std::int64_t>());
  if (!rows.cox()->has_event())
    fail<DataError>(
        "{}: no row has an event, and loss {} compares rows that have one with others. Hint: of labels that are one "
        "time, those with a minus have none.",
        where, rows.loss.name());
}

// What the checksums of all ranks' rows are of, beside their columns.
std::string labels_and_rows(const Labels& labels, std::span<const double> weights, std::span<const double> offsets) {
  return fmt::format("{}, {}, {}, {}", digits_of(labels.values), digits_of(labels.uppers), digits_of(weights),
                     digits_of(offsets));
}

// What the rest of a fit depends on. Sums of doubles know how rows were shared among ranks, and on which device.
Facts facts_of(const LinearModel::State& model, const Dataset& data, std::string rows, const Ranks& ranks,
               const Device& device, Workers& workers) {
  Facts facts{{"the loss", model.config.loss.name()}};
  for (const FieldInfo& field : fields(model.config)) facts.emplace_back("LinearConfig." + field.name, field.value);
  std::vector<std::string> shares;
  for (const double count : ranks.gather(std::vector{static_cast<double>(data.rows())}))
    shares.push_back(fmt::format("{}", count));
  facts.emplace_back("the device", device.name());
  facts.emplace_back(ranks.is_alone() ? "the number of rows" : "the number of rows of each rank", listing(shares));
  facts.emplace_back("the list of features", listing(model.feature_names));
  facts.emplace_back("the checksum of labels, weights and offsets", std::move(rows));
  facts.emplace_back("the checksum of the values",
                     digits_of_columns(data, first_of_ranks(ranks, data.rows()), ranks, workers));
  return facts;
}

// Columns of one machine's rows are made of what these rows have.
void check_alone(const LinearConfig& config, const LinearOptions& options) {
  if (!has_several_ranks(options) || (config.formula.empty() && config.missing_values == MissingValues::refuse)) return;
  fail<ArgumentError>(
      "{}: {} rows on several machines. Hint: all rows on one, or columns of numbers without gaps.", where,
      config.formula.empty() ? fmt::format(".missing_values = {} is not for", name_of(config.missing_values))
                             : "a formula is not for");
}

}  // namespace

LinearModel fit_linear(const Dataset& data, const LinearConfig& config, const LinearOptions& options) try {
  check_alone(config, options);
  if (has_several_ranks(options) || !wants_recipe(data, config)) return fit_plain(data, config, options);
  config.check();
  return fit_by_recipe(where, data, config, options.threads,
                       [&](const Dataset& columns, const LinearConfig& plain, std::vector<double> own_l2) {
                         if (plain.solver == Solver::dual_descent && !own_l2.empty())
                           fail<ArgumentError>(
                               "{}: solver dual_descent wants l2 > 0 for every column, and a bspline has a line "
                               "without. Hint: interior_point.",
                               where);
                         return fit_plain(columns, plain, options, std::move(own_l2));
                       });
} catch (const std::bad_alloc&) {
  fail_out_of_memory("fit_linear");
}

LinearModel fit_plain(const Dataset& data, const LinearConfig& config, const LinearOptions& options,
                      std::vector<double> own_l2) {
  const Clock::time_point start = Clock::now();
  const RanksOfHost host_ranks(options.ranks);
  const Ranks& ranks = host_ranks;
  together(where, ranks, [&] {
    config.check();
    backend_of(options.device);
  });
  check_ranks(ranks, config, options.checkpoint);
  CheckpointFile checkpoints(where, "linear", options.checkpoint, ranks);
  const RowsOfRanks rows_here = rows_of_ranks(where, data, ranks);
  const Dataset &train = rows_here.here, &whole = rows_here.whole;
  check_training_data(where, whole, train.features());
  Labels whole_labels = checked_labels(where, whole, config.loss);
  if (config.link) whole_labels.loss = with_link("LinearConfig.link", whole_labels.loss, *config.link);
  const std::size_t labels_a_row = static_cast<std::size_t>(whole_labels.loss.definition().labels);
  if (labels_a_row > 1 && !ranks.is_alone())
    fail<ArgumentError>(
        "{}: the data has {} labels a row, and rows on several machines have one. Hint: a model for each label.", where,
        labels_a_row);
  if (config.penalty.slope > 0 && std::ranges::any_of(own_l2, [](double l2) { return l2 >= 0; }))
    fail<ArgumentError>(
        "{}: a bspline has penalties of its own, which do not go with penalty.slope. Hint: spline has none.", where);
  settled(config, whole_labels.loss).check();  // a loss that the label chose may not go with the solver
  check_solver(config, whole_labels.loss);
  check_bounds(config, whole_labels.loss);
  check_times(whole_labels, ranks);
  std::vector<int> columns(static_cast<std::size_t>(train.features()));
  std::iota(columns.begin(), columns.end(), 0);
  check_names(config, names_of(train, columns));
  const RowWeights row_weights(where, config.class_weights, whole_labels, weights_of(whole));
  const std::vector<double> whole_offsets = training_offsets(where, whole, whole_labels.loss.outputs());
  const RankPart part(ranks, first_of_ranks(ranks, train.rows()), train.rows(), whole_labels.loss.outputs(),
                      whole_labels, row_weights.span(), whole_offsets);
  const Filled filled(ranks, train, part);
  const std::span<const double> weights = filled.weights();
  const Backend& backend = backend_of(options.device);
  if (config.solver == Solver::qr && options.device.kind() != Device::Kind::cpu)
    fail<DeviceError>(
        "{}: solver qr runs on the CPU alone. Hint: Device::cpu(), or newton_cholesky, newton_cg or lbfgs on {}.",
        where, options.device.name());
  if (config.solver == Solver::dual_descent && options.device.kind() != Device::Kind::cpu)
    fail<DeviceError>("{}: solver dual_descent runs on the CPU alone. Hint: Device::cpu(), or interior_point on {}.",
                      where, options.device.name());
  Workers workers(options.threads);
  const Threads tape_threads(options.threads);
  const std::unique_ptr<Comms> comms = comms_on(options.device, options.ranks);
  DeviceContext context(options.device, workers, comms.get());
  const Ranks device_ranks(backend.memory, context);

  const auto state = std::make_shared<LinearModel::State>();
  state->config = settled(config, whole_labels.loss);
  static_cast<ModelSchema&>(*state) =
      schema_of(where, train, whole_labels, names_of(train, fitted_columns(train, device_ranks)));
  state->note_weights_of(train);

  SolverStates states(checkpoints);
  if (states.is_on()) {
    Facts facts = facts_of(*state, filled.data(), labels_and_rows(whole_labels, row_weights.span(), whole_offsets),
                           ranks, options.device, workers);
    if (!own_l2.empty()) facts.emplace_back("the checksum of the formula's penalties", digits_of(own_l2));
    states.read(std::move(facts));
  }

  const bool is_cox = compares_times(whole_labels.loss);
  Design design(where, filled.data(), weights, config.intercept || is_cox, workers, device_ranks);
  if (is_cox) design.drop_intercept();
  design.set_own_l2(std::move(own_l2));
  // Levels are a fit each, and so are labels.
  const bool has_many = is_by_output(whole_labels.loss.definition());
  const std::span<const double> all_labels = filled.labels(), all_offsets = filled.offsets();
  const std::size_t count = all_labels.size() / labels_a_row, offsets = has_many ? count : all_offsets.size();
  double curvature = 0;
  for (std::size_t k = 0; k < (has_many ? static_cast<std::size_t>(whole_labels.loss.outputs()) : 1); ++k) {
    const Loss loss = by_scoring(of_output(whole_labels.loss, static_cast<int>(k)));
    LinearRows rows(backend, context, loss, all_labels.subspan(labels_a_row > 1 ? k * count : 0, count), weights,
                    all_offsets.empty() ? all_offsets : all_offsets.subspan(k * offsets, offsets));
    if (is_cox) take_times(rows, whole, whole_labels.uppers);
    FitRun fit(where, rows, design, state->config, state->feature_names, states.is_on() ? &states : nullptr);
    fit.run();
    state->certificate = k == 0 ? fit.certificate() : joined(state->certificate, fit.certificate());
    append_in_units_of_data(fit.point(), state->weights, state->intercept);
    curvature = fit.point().mean_curvature();
  }
  clamp_weights(config, state->feature_names, state->weights);
  state->warnings = warnings_of(whole, whole_labels, *state, curvature);
  state->certificate.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return LinearModel(state);
}

}  // namespace linden
