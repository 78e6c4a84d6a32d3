// A boosted model as a file: the envelope, the configuration, and a body of initial scores, trees and what else there
// is of a model (boosting/file).
#include "boosting/model/model_file.hpp"

#include <algorithm>
#include <linden/threads.hpp>

#include "base/fail.hpp"
#include "boosting/bins/category_groups.hpp"
#include "boosting/categories/statistics_file.hpp"
#include "boosting/file/baseline.hpp"
#include "boosting/file/history.hpp"
#include "boosting/file/trees.hpp"
#include "boosting/model/config/config.hpp"
#include "loss/link_only.hpp"
#include "model/config_json.hpp"
#include "model/file/envelope.hpp"
#include "model/file/save_model.hpp"

namespace linden {
namespace {

constexpr int linear_leaves_schema = 3;

}  // namespace

void write_boosted(const TextSink& out, std::string_view name, const BoostedModel::State& s, ModelFormat format) {
  const bool is_linear = std::ranges::any_of(s.trees, [](const Tree& tree) { return !tree.leaf_terms.empty(); });
  const int schema = is_linear ? linear_leaves_schema : plain_schema;
  write_model(
      out, name, {"boosted", s, s.config.loss, schema},
      [&](JsonWriter& json) {
        if (s.has_config) write_config(json, s.config);
        json["body"].open_object();
        json["initial_score"].values(s.initial_score);
        if (s.absent_missing) json["absent_missing"].value(1);
        if (s.baseline) write_baseline(json, *s.baseline);
        if (!s.position_biases.empty()) json["position_biases"].values(s.position_biases);
        if (!std::ranges::all_of(s.groups, &std::vector<int>::empty)) write_groups(json, s.groups);
        if (!s.statistics.empty()) write_statistics(json, s.statistics);
        write_trees(json, s.trees, s.columns());
        if (s.saves_history) write_history(json, s.history);
        json.close_object();
      },
      format);
}

namespace {

std::shared_ptr<BoostedModel::State> read_state(JsonReader& json) {
  Envelope envelope = read_envelope(json);
  ModelSchema& known = envelope.schema;
  auto state = std::make_shared<BoostedModel::State>();
  state->config.loss = envelope.loss;
  state->has_config = !is_link_only(envelope.loss) && json.next_is("config");
  if (state->has_config) {
    state->config = read_config<BoostingConfig>(json, envelope.loss);
    try {
      check_features(state->config, known.feature_names);
    } catch (const ArgumentError& error) {
      json.refuse_at("config", fmt::format("does not fit the columns ({})", error.what()));
    }
  }
  json["body"].open_object();
  state->initial_score = json["initial_score"].finites();
  const std::size_t outputs = state->initial_score.size();
  if (static_cast<int>(outputs) != envelope.loss.outputs()) json.refuse("does not have one entry an output");
  state->absent_missing = json.next_is("absent_missing") && json["absent_missing"].whole(1, 1) == 1;
  if (json.next_is("baseline")) state->baseline = read_baseline(json["baseline"], envelope.loss);
  if (json.next_is("position_biases")) state->position_biases = json["position_biases"].finites();
  const bool has_groups = json.next_is("category_groups");
  state->groups = has_groups ? read_groups(json["category_groups"], known) : CategoryGroups(known.categories.size());
  if (has_groups) check_groups(json, known, state->groups);
  TargetStatistics statistics;
  if (json.next_is("statistics")) statistics = read_statistics(json["statistics"], known);
  const int columns = static_cast<int>(known.feature_names.size()) + statistics.columns();
  state->trees = read_trees(json, {known, state->groups, columns, static_cast<int>(outputs)});
  if (state->trees.size() % static_cast<std::size_t>(state->trees_a_round()) != 0)
    json.refuse("does not have one tree an output in every round");
  if (state->trees.empty()) json.refuse("is empty");
  if (!has_groups) {  // as version 0.1 wrote every file
    find_groups(state->trees, known.categories, state->groups);
    check_groups(json, known, state->groups);
  }
  state->saves_history = json.next_is("history");
  if (state->saves_history) state->history = read_history(json["history"]);
  json.close_object();
  static_cast<ModelSchema&>(*state) = std::move(known);
  state->set_statistics(std::move(statistics));
  state->finish_forest(Threads::current());
  return state;
}

void check_lists(const std::string& name, const BoostedModel::State& state) {
  const std::size_t features = state.feature_names.size();
  if (state.categorical.size() != features || state.categories.size() != features || state.groups.size() != features)
    fail<ArgumentError>("{}: {} features have {} kinds, {} lists of categories and {} of groups.", name, features,
                        state.categorical.size(), state.categories.size(), state.groups.size());
  for (std::size_t t = 0; t < state.trees.size(); ++t)
    for (const TreeNode& node : state.trees[t].nodes)
      if (node.feature >= 0 && node.right != node.left + 1)
        fail<ArgumentError>("{}: tree {}: children {} and {} of a split do not lie side by side.", name, t, node.left,
                            node.right);
}

}  // namespace

std::shared_ptr<const BoostedModel::State> read_boosted(JsonReader& json) { return read_state(json); }

std::shared_ptr<const BoostedModel::State> as_loaded(const std::string& name, const BoostedModel::State& state) {
  check_lists(name, state);
  std::string text;
  write_boosted([&](std::string_view part) { text += part; }, name, state, ModelFormat::json);
  ModelSource source = source_of_text(text);
  source.name = name;
  const std::shared_ptr<BoostedModel::State> loaded = load_model_of(
      "boosted", [&] { return source; }, read_state);
  loaded->warnings = state.warnings;
  return loaded;
}

void BoostedModel::save(const std::filesystem::path& path, ModelFormat format) const {
  save_model(path, known("save"), format, write_boosted);
}
void BoostedModel::save(std::ostream& out, ModelFormat format) const {
  save_model(out, known("save"), format, write_boosted);
}
std::string BoostedModel::to_string() const { return model_to_string(known("to_string"), write_boosted); }
std::string BoostedModel::signature() const { return signature_of(known("signature"), write_boosted); }

BoostedModel BoostedModel::load(const std::filesystem::path& path) {
  return BoostedModel(load_model_of(
      "boosted", [&] { return source_of(path); }, read_boosted));
}
BoostedModel BoostedModel::load(std::istream& in) {
  return BoostedModel(load_model_of(
      "boosted", [&] { return source_of(in); }, read_boosted));
}
BoostedModel BoostedModel::from_string(std::string_view text) {
  return BoostedModel(load_model_of(
      "boosted", [&] { return source_of_text(text); }, read_boosted));
}

}  // namespace linden
