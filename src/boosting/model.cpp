#include "boosting/model.hpp"

#include <algorithm>
#include <cmath>

#include "backend/traverse.hpp"
#include "base/fail.hpp"
#include "boosting/category_groups.hpp"
#include "boosting/predictor.hpp"
#include "model/labels.hpp"
#include "model/match_features.hpp"
#include "model/predictions.hpp"

namespace linden {

int Tree::depth() const {
  std::vector<int> depths(nodes.size());
  int deepest = 0;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].feature < 0) continue;
    depths[nodes[i].left] = depths[nodes[i].right] = depths[i] + 1;
    deepest = std::max(deepest, depths[i] + 1);
  }
  return deepest;
}

BoostedModel::BoostedModel(std::shared_ptr<const State> state) noexcept : state_(std::move(state)) {}
BoostedModel::BoostedModel(const BoostedModel&) = default;
BoostedModel::BoostedModel(BoostedModel&&) noexcept = default;
BoostedModel& BoostedModel::operator=(const BoostedModel&) = default;
BoostedModel& BoostedModel::operator=(BoostedModel&&) noexcept = default;
BoostedModel::~BoostedModel() = default;

const BoostingConfig& BoostedModel::config() const& noexcept { return state_->config; }
const Loss& BoostedModel::loss() const& noexcept { return state_->config.loss; }
int BoostedModel::outputs() const noexcept { return state_->outputs(); }
int BoostedModel::rounds() const noexcept { return static_cast<int>(state_->trees.size()) / outputs(); }
const std::vector<Tree>& BoostedModel::trees() const& noexcept { return state_->trees; }
const std::vector<double>& BoostedModel::initial_score() const& noexcept { return state_->initial_score; }
const std::vector<std::string>& BoostedModel::feature_names() const& noexcept { return state_->feature_names; }
const std::string& BoostedModel::label_name() const& noexcept { return state_->label; }
const std::vector<std::string>& BoostedModel::classes() const& noexcept { return state_->classes; }
const std::vector<std::vector<MetricValue>>& BoostedModel::history() const& noexcept { return state_->history; }

Schema BoostedModel::schema() const {
  Schema schema;
  for (std::size_t f = 0; f < state_->feature_names.size(); ++f)
    schema.features.push_back({state_->feature_names[f], state_->categorical[f], state_->categories[f]});
  schema.label_name = state_->label;
  schema.classes = state_->classes;
  schema.missing = state_->missing;
  schema.only_missing = state_->only_missing;
  return schema;
}

const std::vector<std::string>& BoostedModel::warnings() const& noexcept { return state_->warnings; }
double BoostedModel::seconds_binning() const noexcept { return state_->seconds_binning; }
double BoostedModel::seconds_training() const noexcept { return state_->seconds_training; }

const std::vector<std::string>& BoostedModel::categories(int feature) const& {
  if (feature < 0 || feature >= static_cast<int>(state_->categories.size()))
    fail<ArgumentError>("BoostedModel::categories: feature {} of {}.", feature, state_->categories.size());
  return state_->categories[feature];
}

const std::vector<int>& BoostedModel::category_groups(int feature) const& {
  if (feature < 0 || feature >= static_cast<int>(state_->groups.size()))
    fail<ArgumentError>("BoostedModel::category_groups: feature {} of {}.", feature, state_->groups.size());
  return state_->groups[feature];
}

bool BoostedModel::is_categorical(int feature) const {
  if (feature < 0 || feature >= static_cast<int>(state_->categorical.size()))
    fail<ArgumentError>("BoostedModel::is_categorical: feature {} of {}.", feature, state_->categorical.size());
  return state_->categorical[feature];
}

Tensor BoostedModel::labels_of(const Dataset& data) const {
  const std::vector<double> labels = known_labels("BoostedModel::labels_of", data, state_->classes);
  return Tensor::copy_of(std::span(labels), {data.rows()});
}

Tensor BoostedModel::predict(const Dataset& data, const PredictOptions& options) const {
  constexpr std::string_view where = "BoostedModel::predict";
  if (options.rounds < 0 || options.rounds > rounds())
    fail<ArgumentError>("{}: {} rounds of a model that has {}. Hint: 0 uses all.", where, options.rounds, rounds());
  const Backend& backend = backend_of(options.device);
  Arena arena(options.threads);
  DeviceContext context(options.device, arena);
  const State& s = *state_;
  const std::int64_t rows = data.rows();
  const std::int32_t trees = (options.rounds == 0 ? rounds() : options.rounds) * outputs();
  std::vector<FeatureSource> sources =
      match_features(where, data, {s.feature_names, s.categorical, s.categories}, s.forest.used());
  translate_to_groups(sources, s.forest.used(), s.groups);
  const RawView view(data, std::move(sources));

  if (options.output == Output::leaf) {
    Tensor leaves = Tensor::empty({rows, trees}, DType::i32);
    find_leaves(backend, context, s.forest, trees, view, leaves.data<std::int32_t>());
    return leaves;
  }
  std::vector<double> scores(static_cast<std::size_t>(rows * outputs()));
  for (int k = 0; k < outputs(); ++k) std::fill_n(scores.begin() + k * rows, rows, s.initial_score[k]);
  add_scores(backend, context, s.forest, trees, view, scores);
  const Tensor result = predictions(loss(), outputs(), rows, scores.data(), options.output != Output::score, arena);
  return options.output == Output::label ? class_numbers(where, result, !s.classes.empty()) : result;
}

void BoostedModel::predict_row(std::span<const double> values, std::span<double> out) const {
  const State& s = *state_;
  if (values.size() != s.feature_names.size() || out.size() != s.initial_score.size())
    fail<ArgumentError>(
        "BoostedModel::predict_row: {} values and {} outputs, but the model has {} features and {} outputs.",
        values.size(), out.size(), s.feature_names.size(), s.initial_score.size());
  std::copy(s.initial_score.begin(), s.initial_score.end(), out.begin());
  const ForestView forest = s.forest.view(static_cast<std::int32_t>(s.trees.size()));
  const std::vector<int>& used = s.forest.used();
  for (std::int32_t tree = 0; tree < forest.trees; ++tree) {
    std::int32_t at = forest.roots[tree];
    while (forest.details[at].leaf < 0) {
      const ForestNode& node = forest.nodes[at];
      const double value = values[used[node.feature]];
      at = next_node<true>(forest, at, node.categorical ? s.forest.group_of(node.feature, value) : value);
    }
    out[forest.outputs[tree]] += forest.details[at].value;
  }
  s.config.loss.predict(out);
}

}  // namespace linden
