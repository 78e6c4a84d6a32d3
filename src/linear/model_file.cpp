// A linear model as text: the envelope, its intercept, weights and certificate.
#include "linear/model_file.hpp"

#include <algorithm>

#include "base/fail.hpp"
#include "linear/certificate.hpp"
#include "linear/recipe/recipe_file.hpp"
#include "model/config_json.hpp"
#include "model/file/envelope.hpp"
#include "model/file/save_model.hpp"

namespace linden {

void write_linear(const TextSink& out, std::string_view name, const LinearModel::State& s, ModelFormat format) {
  write_model(
      out, name, {"linear", s, s.config.loss, s.recipe ? recipe_schema : plain_schema},
      [&](JsonWriter& json) {
        write_config(json, s.config);
        json["body"].open_object();
        json["intercept"].values(s.intercept);
        json["weights"].values(s.weights);
        if (s.recipe) write_recipe(json["recipe"], *s.recipe);
        if (!s.weight_column.empty()) json["weight_column"].value(s.weight_column);
        if (!s.trials_column.empty()) json["trials_column"].value(s.trials_column);
        write_certificate(json["certificate"], s.certificate, false);
        json.close_object();
      },
      format);
}

namespace {

std::shared_ptr<LinearModel::State> read_state(JsonReader& json) {
  Envelope envelope = read_envelope(json);
  ModelSchema& known = envelope.schema;
  const auto categorical = std::ranges::find(known.categorical, true) - known.categorical.begin();
  const bool has_text = categorical < std::ssize(known.categorical);
  auto state = std::make_shared<LinearModel::State>();
  static_cast<ModelSchema&>(*state) = std::move(known);
  state->config = read_config<LinearConfig>(json, envelope.loss);
  json["body"].open_object();
  state->intercept = json["intercept"].finites();
  if (state->outputs() != envelope.loss.outputs()) json.refuse("does not have one entry an output");
  state->weights = json["weights"].finites();
  if (json.next_is("recipe")) {
    const std::int64_t outputs = std::ssize(state->intercept), weights = std::ssize(state->weights);
    if (weights % outputs != 0) json.refuse("does not have as many weights for each output");
    state->recipe = read_recipe(json["recipe"], *state, weights / outputs);
  } else if (has_text) {
    json.refuse_at(fmt::format("columns[{}]", categorical), "has categories, and there is no recipe for columns");
  } else {
    state->categorical = {};
    state->categories = {};
  }
  if (json.next_is("weight_column")) state->weight_column = json["weight_column"].text();
  if (json.next_is("trials_column")) state->trials_column = json["trials_column"].text();
  if (state->weights.size() != state->intercept.size() * state->weight_names().size())
    json.refuse(fmt::format("has {} entries for {} output(s) of {} features", state->weights.size(),
                            state->intercept.size(), state->weight_names().size()));
  state->certificate = read_certificate(json["certificate"], state->weight_names());
  json.close_object();
  return state;
}

}  // namespace

std::shared_ptr<const LinearModel::State> read_linear(JsonReader& json) { return read_state(json); }

std::shared_ptr<const LinearModel::State> as_loaded(const std::string& name, const LinearModel::State& state) {
  std::string text;
  write_linear([&](std::string_view part) { text += part; }, name, state, ModelFormat::json);
  ModelSource source = source_of_text(text);
  source.name = name;
  const std::shared_ptr<LinearModel::State> loaded = load_model_of(
      "linear", [&] { return source; }, read_state);
  loaded->warnings = state.warnings;
  return loaded;
}

void LinearModel::save(const std::filesystem::path& path, ModelFormat format) const {
  save_model(path, known("save"), format, write_linear);
}
void LinearModel::save(std::ostream& out, ModelFormat format) const {
  save_model(out, known("save"), format, write_linear);
}
std::string LinearModel::to_string() const { return model_to_string(known("to_string"), write_linear); }
std::string LinearModel::signature() const { return signature_of(known("signature"), write_linear); }

LinearModel LinearModel::load(const std::filesystem::path& path) {
  return LinearModel(load_model_of(
      "linear", [&] { return source_of(path); }, read_linear));
}
LinearModel LinearModel::load(std::istream& in) {
  return LinearModel(load_model_of(
      "linear", [&] { return source_of(in); }, read_linear));
}
LinearModel LinearModel::from_string(std::string_view text) {
  return LinearModel(load_model_of(
      "linear", [&] { return source_of_text(text); }, read_linear));
}

}  // namespace linden
