// A learner as a file: the envelope of models, and the sums of its coordinates. What follows from these is not stored.
#include <algorithm>
#include <memory>
#include <utility>

#include "base/fail.hpp"
#include "model/config_json.hpp"
#include "model/file/envelope.hpp"
#include "model/file/save_model.hpp"
#include "online/state.hpp"

namespace linden {
namespace {

constexpr std::string_view family = "online";

// [outputs, columns].
std::vector<double> in_order(const std::vector<Coordinates>& weights, std::vector<double> Coordinates::*sums,
                             const std::vector<std::int32_t>& slots) {
  std::vector<double> values;
  for (const Coordinates& of_output : weights)
    for (const std::int32_t slot : slots) values.push_back((of_output.*sums)[static_cast<std::size_t>(slot)]);
  return values;
}

std::vector<double> read_sums(JsonReader& json, std::size_t count, bool are_squares) {
  std::vector<double> values = json.finites();
  if (values.size() != count) json.refuse(fmt::format("has {} entries, not {}", values.size(), count));
  if (are_squares && std::ranges::any_of(values, [](double n) { return n < 0; })) json.refuse("has a sum below 0");
  return values;
}

double read_from_zero(JsonReader& json) {
  const double value = json.finite();
  if (value < 0) json.refuse(fmt::format("is {}, below 0", value));
  return value;
}

// Names as they are in the file have the slots 0, 1, ...
void number(OnlineLearner::State& state) {
  ModelSchema& schema = state.schema;
  std::int32_t next = 0;
  if (state.is_sparse) {
    for (std::string& name : schema.feature_names) state.columns.emplace(std::move(name), next++);
    schema.feature_names.clear();
    schema.categorical.clear();
    schema.categories.clear();
  }
  for (std::size_t f = 0; f < schema.categorical.size(); ++f) next += schema.categorical[f] ? 0 : 1;
  state.categories.resize(schema.categories.size());
  for (std::size_t f = 0; f < schema.categories.size(); ++f)
    for (std::string& name : std::exchange(schema.categories[f], {})) state.categories[f].emplace(name, next++);
  for (Coordinates& of_output : state.weights) of_output.resize(static_cast<std::size_t>(next));
}

const OnlineLearner::State& saved(const OnlineLearner::State& state) {
  if (!state.is_begun) fail<ArgumentError>("OnlineLearner::save: no row was learnt. Hint: partial_fit.");
  return state;
}

}  // namespace

void write_online(const TextSink& out, std::string_view name, const OnlineLearner::State& s, ModelFormat format) {
  const OnlineColumns columns = columns_of(s);
  write_model(
      out, name, {family, columns.schema, s.config.loss},
      [&](JsonWriter& json) {
        write_config(json, s.config);
        json["body"].open_object();
        json["sparse"].value(static_cast<std::int64_t>(s.is_sparse ? 1 : 0));
        json["rows"].value(s.progress.rows);
        json["weight"].value(s.progress.weight);
        json["loss_sum"].value(s.progress.loss_sum);
        json["intercept_z"].values(s.intercept.z);
        json["intercept_n"].values(s.intercept.n);
        json["z"].values(in_order(s.weights, &Coordinates::z, columns.slots));
        json["n"].values(in_order(s.weights, &Coordinates::n, columns.slots));
        json.close_object();
      },
      format);
}

std::unique_ptr<OnlineLearner::State> read_online(JsonReader& json) {
  Envelope envelope = read_envelope(json);
  auto state = std::make_unique<OnlineLearner::State>();
  state->config = read_config<OnlineConfig>(json, envelope.loss);
  state->config.classes = envelope.schema.classes;
  state->schema = std::move(envelope.schema);
  state->is_begun = true;
  const auto outputs = static_cast<std::size_t>(envelope.loss.outputs());
  state->weights.resize(outputs);
  json["body"].open_object();
  state->is_sparse = json["sparse"].whole(0, 1) == 1;
  if (state->is_sparse && std::ranges::find(state->schema.categorical, true) != state->schema.categorical.end())
    json.refuse("is 1, and a column has categories");
  state->progress.rows = json["rows"].whole(0, INT64_MAX);
  state->progress.weight = read_from_zero(json["weight"]);
  state->progress.loss_sum = json["loss_sum"].finite();
  number(*state);
  const StepRule rule(state->config, true), free(state->config, false);
  state->intercept.z = read_sums(json["intercept_z"], outputs, false);
  state->intercept.n = read_sums(json["intercept_n"], outputs, true);
  state->intercept.settle(free);
  const std::size_t columns = static_cast<std::size_t>(state->slots());
  const std::vector<double> z = read_sums(json["z"], outputs * columns, false);
  const std::vector<double> n = read_sums(json["n"], outputs * columns, true);
  for (std::size_t k = 0; k < outputs; ++k) {
    const auto part = [&](const std::vector<double>& all) {
      return std::vector<double>(all.begin() + static_cast<std::ptrdiff_t>(k * columns),
                                 all.begin() + static_cast<std::ptrdiff_t>((k + 1) * columns));
    };
    state->weights[k].z = part(z);
    state->weights[k].n = part(n);
    state->weights[k].settle(rule);
  }
  json.close_object();
  return state;
}

void OnlineLearner::save(const std::filesystem::path& path, ModelFormat format) const {
  save_model(path, saved(*state_), format, write_online);
}
void OnlineLearner::save(std::ostream& out, ModelFormat format) const {
  save_model(out, saved(*state_), format, write_online);
}
std::string OnlineLearner::to_string() const { return model_to_string(saved(*state_), write_online); }

OnlineLearner OnlineLearner::load(const std::filesystem::path& path) {
  return OnlineLearner(load_model_of(
      family, [&] { return source_of(path); }, read_online));
}
OnlineLearner OnlineLearner::load(std::istream& in) {
  return OnlineLearner(load_model_of(
      family, [&] { return source_of(in); }, read_online));
}
OnlineLearner OnlineLearner::from_string(std::string_view text) {
  return OnlineLearner(load_model_of(
      family, [&] { return source_of_text(text); }, read_online));
}

}  // namespace linden
