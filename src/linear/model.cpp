// LinearModel: what it is made of, and scores as weighted sums of raw values.
#include "linear/model.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "linear/design/device_design.hpp"
#include "model/labels.hpp"
#include "model/match_features.hpp"
#include "model/offsets.hpp"
#include "model/predictions.hpp"

namespace linden {
namespace {

// The columns of the data that hold the model's features, in the model's order.
std::vector<int> columns_of(std::string_view where, const Dataset& data, const ModelSchema& model) {
  std::vector<int> all(model.feature_names.size());
  std::iota(all.begin(), all.end(), 0);
  std::vector<int> columns;
  for (const FeatureSource& source : match_features(where, data, model, all)) columns.push_back(source.column);
  return columns;
}

// Weights and intercept side by side, as kernels take them: [outputs, features + 1].
std::vector<double> parameters_of(const LinearModel::State& model) {
  const std::size_t features = model.feature_names.size();
  std::vector<double> parameters;
  for (std::size_t k = 0; k < model.intercept.size(); ++k) {
    const auto weights = std::span(model.weights).subspan(k * features, features);
    parameters.insert(parameters.end(), weights.begin(), weights.end());
    parameters.push_back(model.intercept[k]);
  }
  return parameters;
}

// Scores [outputs, rows] of the host.
std::vector<double> scores_of(const LinearModel::State& model, const Design& design, const Backend& backend,
                              Context& context) {
  const std::int64_t rows = design.rows();
  const std::int32_t outputs = model.outputs();
  std::vector<double> scores(static_cast<std::size_t>(outputs * rows));
  if (scores.empty()) return scores;
  DeviceDesign device(backend, context, design, false, {});
  const std::vector<double> host_parameters = parameters_of(model);
  const OnDevice<double> parameters(backend.memory, context, host_parameters.data(),
                                    static_cast<std::int64_t>(host_parameters.size()), "weights");
  device.each_part([&](DesignView part) {
    const std::int64_t first = part.rows_before;
    part.rows_before = part.rows_after = 0;  // its scores are all that there is of them on the device
    const DeviceArray<std::uint8_t> scratch(
        backend.memory, context, backend.linear.design_scratch(context, part, outputs, false), "scratch memory");
    const ToHost<double> found(backend.memory, context, scores.data() + first, outputs, part.rows, rows, "scores");
    backend.linear.scores(context, {.design = part,
                                    .outputs = outputs,
                                    .parameters = parameters.data(),
                                    .scores = found.data(),
                                    .scratch = scratch.data()});
    found.download();
  });
  return scores;
}

// As predict does.
void refuse_missing(const LinearModel::State& model, std::span<const double> values) {
  std::vector<std::string> names;
  for (std::size_t j = 0; j < values.size(); ++j)
    if (std::isnan(values[j])) names.push_back(model.feature_names[j]);
  if (!names.empty()) linden::refuse_missing("LinearModel::predict_row", names);
}

}  // namespace

LinearModel::LinearModel() noexcept = default;
LinearModel::LinearModel(std::shared_ptr<const State> state) noexcept : state_(std::move(state)) {}

const LinearModel::State& LinearModel::known(const char* call) const {
  if (empty())
    fail<ArgumentError>("LinearModel::{}: the model is empty. Hint: fit_linear and LinearModel::load make one.", call);
  return *state_;
}

const LinearConfig& LinearModel::config() const& { return known("config").config; }
const Loss& LinearModel::loss() const& { return known("loss").config.loss; }
int LinearModel::outputs() const { return known("outputs").outputs(); }
const std::vector<double>& LinearModel::weights() const& { return known("weights").weights; }
const std::vector<double>& LinearModel::intercept() const& { return known("intercept").intercept; }
const Certificate& LinearModel::certificate() const& { return known("certificate").certificate; }
const std::vector<std::string>& LinearModel::warnings() const& { return known("warnings").warnings; }
const std::vector<std::string>& LinearModel::feature_names() const& { return known("feature_names").feature_names; }
const std::string& LinearModel::label_name() const& { return known("label_name").label; }
bool LinearModel::has_offset() const { return !known("has_offset").offset.empty(); }
const std::vector<std::string>& LinearModel::classes() const& { return known("classes").classes; }

Schema LinearModel::schema() const try { return known("schema").schema(); } catch (const std::bad_alloc&) {
  fail_out_of_memory("LinearModel::schema");
}

double LinearModel::weight(int feature, int output) const {
  const State& s = known("weight");
  const std::size_t features = s.feature_names.size();
  if (feature < 0 || feature >= static_cast<int>(features) || output < 0 || output >= outputs())
    fail<ArgumentError>("LinearModel::weight: feature {} of {}, output {} of {}.", feature, features, output,
                        outputs());
  return s.weights[static_cast<std::size_t>(output) * features + static_cast<std::size_t>(feature)];
}

Tensor LinearModel::labels_of(const Dataset& data) const try {
  const State& s = known("labels_of");
  return known_labels("LinearModel::labels_of", data, s.config.loss, s.classes);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("LinearModel::labels_of");
}

Tensor LinearModel::predict(const Dataset& data, const PredictOptions& options) const try {
  constexpr std::string_view where = "LinearModel::predict";
  if (options.output == Output::leaf)
    fail<ArgumentError>("{}: Output::leaf wants a boosted model. Hint: a linear one has prediction, score and label.",
                        where);
  if (options.rounds != 0)
    fail<ArgumentError>("{}: .rounds is {}, and a linear model has none. Hint: leave it out.", where, options.rounds);
  if (!options.quantiles.empty())
    fail<ArgumentError>(
        "{}: .quantiles want a boosted model of a distribution, loss::normal_distribution() or its like.", where);
  const State& s = known("predict");
  const Backend& backend = backend_of(options.device);
  Workers workers(options.threads);
  DeviceContext context(options.device, workers);
  const std::vector<int> columns = columns_of(where, data, s);
  const std::vector<double> offsets = known_offsets(where, data, s);
  std::vector<double> scores = scores_of(s, Design(where, data, columns, workers), backend, context);
  for (std::size_t i = 0; i < offsets.size(); ++i) scores[i] += offsets[i];
  const Tensor result =
      predictions(loss(), outputs(), data.rows(), scores.data(), options.output != Output::score, workers);
  return options.output == Output::label ? class_numbers(where, result, !s.classes.empty()) : result;
} catch (const std::bad_alloc&) {
  fail_out_of_memory("LinearModel::predict");
}

void LinearModel::predict_row(std::span<const double> values, std::span<double> out,
                              std::span<const double> offset) const {
  const State& s = known("predict_row");
  if (values.size() != s.feature_names.size() || out.size() != s.intercept.size())
    fail<ArgumentError>(
        "LinearModel::predict_row: {} values and {} outputs, but the model has {} features and {} outputs.",
        values.size(), out.size(), s.feature_names.size(), s.intercept.size());
  check_row_offset("LinearModel::predict_row", offset.size(), s);
  const double* weight = s.weights.data();
  for (std::size_t k = 0; k < out.size(); ++k, weight += values.size())
    out[k] =
        std::inner_product(values.begin(), values.end(), weight, s.intercept[k]) + (offset.empty() ? 0 : offset[k]);
  // A missing value leaves no score that is a number: only then is there one to be looked for.
  if (std::ranges::any_of(out, [](double score) { return std::isnan(score); })) refuse_missing(s, values);
  s.config.loss.predict(out);
}

}  // namespace linden
