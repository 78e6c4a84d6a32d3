// LinearModel: what it is made of, and scores as weighted sums of raw values.
#include "linear/model.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "data/dataset/builder.hpp"
#include "linear/design/device_design.hpp"
#include "linear/plain_fit.hpp"
#include "linear/recipe/cook.hpp"
#include "model/labels.hpp"
#include "model/features/match_features.hpp"
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
  const std::size_t features = model.weight_names().size();
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
void check_present(const LinearModel::State& model, std::span<const double> values) {
  std::vector<std::string> names;
  for (std::size_t j = 0; j < values.size(); ++j)
    if (std::isnan(values[j])) names.push_back(model.feature_names[j]);
  if (!names.empty()) refuse_missing("LinearModel::predict_row", names, "");
}

// A row of features: its columns one after the other.
void predict_by_recipe(const LinearModel::State& s, std::span<const double> values, std::span<double> out,
                       std::span<const double> offset) {
  constexpr std::string_view where = "LinearModel::predict_row";
  std::vector<double> features(values.begin(), values.end());
  std::vector<std::string> lacking;
  for (std::size_t f = 0; f < features.size(); ++f) {
    const bool is_missing = std::isnan(features[f]);
    if (is_missing && !s.recipe->variables[f].is_filled) lacking.push_back(s.feature_names[f]);
    if (!s.has_categories(f)) continue;
    const auto known = static_cast<double>(s.categories[f].size());
    if (is_missing)
      features[f] = no_category;
    else if (!(features[f] >= 0 && features[f] < known && features[f] == std::floor(features[f])))
      features[f] = new_category;
  }
  if (!lacking.empty()) refuse_missing(where, lacking, "", s.recipe->missing);
  RecipeRow maker(*s.recipe);
  std::ranges::copy(s.intercept, out.begin());
  const std::size_t columns = s.weight_names().size();
  const RecipeScalar* bad = maker.each(features, [&](std::int32_t column, double value) {
    for (std::size_t k = 0; k < out.size(); ++k)
      out[k] += s.weights[k * columns + static_cast<std::size_t>(column)] * value;
  });
  const double sum = bad == nullptr ? maker.offset(features, bad) : 0;
  if (bad != nullptr) {
    const auto f = static_cast<std::size_t>(bad->variable);
    refuse_value(where, *bad, s.feature_names[f], values[f], "this row");
  }
  for (std::size_t k = 0; k < out.size(); ++k) out[k] += sum + (offset.empty() ? 0 : offset[k]);
  s.config.loss.predict(out);
}

}  // namespace

void LinearModel::State::take_recipe(std::shared_ptr<const Recipe> made, ModelSchema features,
                                     std::vector<std::string> offsets) {
  recipe = std::move(made);
  feature_names = std::move(features.feature_names);
  categorical = std::move(features.categorical);
  categories = std::move(features.categories);
  offset = std::move(offsets);
}

void LinearModel::State::note_weights_of(const Dataset& train) {
  weight_column = DatasetBuilder::state(train).weight_name;
  trials_column = DatasetBuilder::state(train).trials_name;
}

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

double LinearModel::weight(int column, int output) const {
  const State& s = known("weight");
  const std::size_t columns = s.weight_names().size();
  if (column < 0 || column >= static_cast<int>(columns) || output < 0 || output >= outputs())
    fail<ArgumentError>("LinearModel::weight: {} {} of {}, output {} of {}.", s.recipe ? "column" : "feature", column,
                        columns, output, outputs());
  return s.weights[static_cast<std::size_t>(output) * columns + static_cast<std::size_t>(column)];
}

const std::vector<std::string>& LinearModel::weight_names() const& { return known("weight_names").weight_names(); }

Dataset LinearModel::design(const Dataset& data) const try {
  const State& s = known("design");
  constexpr std::string_view where = "LinearModel::design";
  if (s.recipe) return plain_rows(where, *this, data, 0);
  const std::vector<int> columns = columns_of(where, data, s);
  if (data.is_sparse()) return data;
  DatasetBuilder::State state = DatasetBuilder::state(data);
  state.columns.clear();
  for (const int column : columns) state.columns.push_back(data.columns()[static_cast<std::size_t>(column)]);
  return DatasetBuilder::make(std::move(state));
} catch (const std::bad_alloc&) {
  fail_out_of_memory("LinearModel::design");
}

std::vector<std::string> LinearModel::remarks_on(const Dataset& data) const try {
  const State& s = known("remarks_on");
  return s.recipe && !data.is_sparse() ? unknown_categories("LinearModel::remarks_on", data, s)
                                       : std::vector<std::string>();
} catch (const std::bad_alloc&) {
  fail_out_of_memory("LinearModel::remarks_on");
}

Tensor LinearModel::labels_of(const Dataset& data) const try {
  const State& s = known("labels_of");
  return known_labels("LinearModel::labels_of", labelled(s, data), s.config.loss, s.classes);
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
  if (s.recipe) return plain_model(*this).predict(plain_rows(where, *this, data, options.threads), options);
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

void LinearModel::predict_row(std::span<const RowValue> values, std::span<double> out,
                              std::span<const double> offset) const try {
  const State& s = known("predict_row");
  std::vector<double> numbers;
  for (std::size_t f = 0; f < values.size(); ++f) {
    const bool is_text = f < s.feature_names.size() && s.has_categories(f);
    if (values[f].is_name() != is_text && (values[f].is_name() || !std::isnan(values[f].number())))
      fail<ArgumentError>(
          "LinearModel::predict_row: column {} {}.",
          f < s.feature_names.size() ? fmt::format("\"{}\"", s.feature_names[f]) : std::to_string(f),
          is_text ? "is text, and the row has a number there" : "is numbers, and the row has a text there");
    if (!values[f].is_name()) {
      numbers.push_back(values[f].number());
      continue;
    }
    const auto found = std::ranges::lower_bound(s.categories[f], values[f].name());
    const bool is_known = found != s.categories[f].end() && *found == values[f].name();
    numbers.push_back(is_known ? static_cast<double>(found - s.categories[f].begin()) : new_category);
  }
  predict_row(numbers, out, offset);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("LinearModel::predict_row");
}

void LinearModel::predict_row(std::span<const double> values, std::span<double> out,
                              std::span<const double> offset) const {
  const State& s = known("predict_row");
  if (values.size() != s.feature_names.size() || out.size() != s.intercept.size())
    fail<ArgumentError>(
        "LinearModel::predict_row: {} values and {} outputs, but the model has {} features and {} outputs.",
        values.size(), out.size(), s.feature_names.size(), s.intercept.size());
  check_row_offset("LinearModel::predict_row", offset.size(), s);
  if (s.recipe) return predict_by_recipe(s, values, out, offset);
  const double* weight = s.weights.data();
  for (std::size_t k = 0; k < out.size(); ++k, weight += values.size())
    out[k] =
        std::inner_product(values.begin(), values.end(), weight, s.intercept[k]) + (offset.empty() ? 0 : offset[k]);
  // A missing value leaves no score that is a number: only then is there one to be looked for.
  if (std::ranges::any_of(out, [](double score) { return std::isnan(score); })) check_present(s, values);
  s.config.loss.predict(out);
}

}  // namespace linden
