#include "boosting/model/model.hpp"

#include <algorithm>
#include <cmath>
#include <linden/ops.hpp>
#include <numeric>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "boosting/model/matched_rows.hpp"
#include "boosting/predict/predictor.hpp"
#include "model/labels.hpp"
#include "model/offsets.hpp"
#include "model/predictions.hpp"
#include "rows/dataset_rows.hpp"

namespace linden {

int Tree::depth() const try {
  std::vector<int> depths(nodes.size());
  int deepest = 0;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].feature < 0) continue;
    depths[nodes[i].left] = depths[nodes[i].right] = depths[i] + 1;
    deepest = std::max(deepest, depths[i] + 1);
  }
  return deepest;
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Tree::depth");
}

double Tree::value(const TreeNode& leaf) const try {
  const std::span<const double> all = values(leaf);
  if (all.size() != 1)
    fail<ArgumentError>("Tree::value: the tree adds to {} scores. Hint: values has what a leaf adds to each.",
                        all.size());
  return all[0];
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Tree::value");
}

namespace {

[[noreturn]] void refuse_split(const char* call, const TreeNode& node) {
  fail<ArgumentError>("Tree::{}: the node is no leaf of this tree{}.", call,
                      node.feature >= 0 ? ", but a split. Hint: leaves are the nodes whose leaf is 0 or more" : "");
}

}  // namespace

std::span<const double> Tree::values(const TreeNode& leaf) const try {
  if (leaf.leaf < 0 || leaf.leaf >= leaves() || leaf_values.size() % static_cast<std::size_t>(leaves()) != 0)
    refuse_split("values", leaf);
  const std::size_t width = leaf_values.size() / static_cast<std::size_t>(leaves());
  return std::span(leaf_values).subspan(static_cast<std::size_t>(leaf.leaf) * width, width);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Tree::values");
}

std::span<const LeafTerm> Tree::terms(const TreeNode& leaf) const try {
  if (leaf.leaf < 0 || leaf.leaf >= leaves()) refuse_split("terms", leaf);
  const auto first = std::ranges::lower_bound(leaf_terms, leaf.leaf, {}, &LeafTerm::leaf);
  return {first, std::ranges::upper_bound(leaf_terms, leaf.leaf, {}, &LeafTerm::leaf)};
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Tree::terms");
}

BoostedModel::BoostedModel() noexcept = default;
BoostedModel::BoostedModel(std::shared_ptr<const State> state) noexcept : state_(std::move(state)) {}
BoostedModel::BoostedModel(const BoostedModel&) = default;
BoostedModel::BoostedModel(BoostedModel&&) noexcept = default;
BoostedModel& BoostedModel::operator=(const BoostedModel&) = default;
BoostedModel& BoostedModel::operator=(BoostedModel&&) noexcept = default;
BoostedModel::~BoostedModel() = default;

const BoostedModel::State& BoostedModel::known(const char* call) const {
  if (empty())
    fail<ArgumentError>("BoostedModel::{}: the model is empty. Hint: fit_boosted and BoostedModel::load make one.",
                        call);
  return *state_;
}

bool BoostedModel::has_config() const { return known("has_config").has_config; }

const BoostingConfig& BoostedModel::config() const& {
  const State& s = known("config");
  if (!s.has_config)
    fail<ArgumentError>(
        "BoostedModel::config: the model was not trained here, so that it has no configuration. Hint: has_config() "
        "tells; loss() has its link.");
  return s.config;
}

const Loss& BoostedModel::loss() const& { return known("loss").config.loss; }
int BoostedModel::outputs() const { return known("outputs").outputs(); }
int BoostedModel::rounds() const {
  const State& s = known("rounds");
  return static_cast<int>(s.trees.size()) / s.trees_a_round();
}
const std::vector<Tree>& BoostedModel::trees() const& { return known("trees").trees; }
const std::vector<double>& BoostedModel::initial_score() const& { return known("initial_score").initial_score; }
const std::vector<std::string>& BoostedModel::feature_names() const& { return known("feature_names").feature_names; }
const std::string& BoostedModel::label_name() const& { return known("label_name").label; }
bool BoostedModel::has_offset() const { return !known("has_offset").offset.empty(); }
const std::vector<std::string>& BoostedModel::classes() const& { return known("classes").classes; }
const std::vector<std::vector<MetricValue>>& BoostedModel::history() const& { return known("history").history; }
const std::vector<double>& BoostedModel::position_biases() const& { return known("position_biases").position_biases; }
const std::vector<std::string>& BoostedModel::warnings() const& { return known("warnings").warnings; }
double BoostedModel::seconds_binning() const { return known("seconds_binning").seconds_binning; }
double BoostedModel::seconds_training() const { return known("seconds_training").seconds_training; }

Schema BoostedModel::schema() const try { return known("schema").schema(); } catch (const std::bad_alloc&) {
  fail_out_of_memory("BoostedModel::schema");
}

const std::vector<std::string>& BoostedModel::categories(int feature) const& {
  const State& s = known("categories");
  if (feature < 0 || feature >= static_cast<int>(s.categories.size()))
    fail<ArgumentError>("BoostedModel::categories: feature {} of {}.", feature, s.categories.size());
  return s.categories[feature];
}

const std::vector<int>& BoostedModel::category_groups(int feature) const& {
  const State& s = known("category_groups");
  if (feature < 0 || feature >= static_cast<int>(s.groups.size()))
    fail<ArgumentError>("BoostedModel::category_groups: feature {} of {}.", feature, s.groups.size());
  return s.groups[feature];
}

bool BoostedModel::is_categorical(int feature) const {
  const State& s = known("is_categorical");
  if (feature < 0 || feature >= static_cast<int>(s.categorical.size()))
    fail<ArgumentError>("BoostedModel::is_categorical: feature {} of {}.", feature, s.categorical.size());
  return s.categorical[feature];
}

Tensor BoostedModel::labels_of(const Dataset& data) const try {
  const State& s = known("labels_of");
  return known_labels("BoostedModel::labels_of", data, s.config.loss, s.classes);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("BoostedModel::labels_of");
}

namespace {

// Sparse rows whose absent values are missing are laid out whole (match_rows): so many values at a time.
constexpr std::int64_t most_values = std::int64_t{1} << 22;

Tensor in_parts(const BoostedModel& model, const Dataset& data, std::int64_t rows_a_part,
                const PredictOptions& options) {
  std::vector<Tensor> parts;
  for (std::int64_t first = 0; first < data.rows(); first += rows_a_part) {
    std::vector<std::int64_t> rows(static_cast<std::size_t>(std::min(rows_a_part, data.rows() - first)));
    std::iota(rows.begin(), rows.end(), first);
    parts.push_back(model.predict(data.with_groups({}).take(rows), options));
  }
  return concatenate(parts, 0);
}

}  // namespace

Tensor BoostedModel::predict(const Dataset& data, const PredictOptions& options) const try {
  constexpr std::string_view where = "BoostedModel::predict";
  const State& s = known("predict");
  if (options.rounds < 0 || options.rounds > rounds())
    fail<ArgumentError>("{}: {} rounds of a model that has {}. Hint: 0 uses all.", where, options.rounds, rounds());
  if (s.is_forest() && options.rounds > 0 && options.rounds < rounds()) {  // the mean of these, not a part of the sum
    PredictOptions all_of_them = options;
    all_of_them.rounds = 0;
    return first_rounds(options.rounds).predict(data, all_of_them);
  }
  if (!options.quantiles.empty() && options.output != Output::prediction)
    fail<ArgumentError>(
        "{}: .quantiles take the place of predictions, and .output asks for another thing. Hint: leave "
        "one out.",
        where);
  const std::int64_t rows_a_part =
      std::max<std::int64_t>(most_values / std::max<std::int64_t>(std::ssize(s.forest.used()), 1), 1);
  if (s.absent_missing && data.is_sparse() && data.rows() > rows_a_part)
    return in_parts(*this, data, rows_a_part, options);
  const Backend& backend = backend_of(options.device);
  Workers workers(options.threads);
  DeviceContext context(options.device, workers);
  const std::int64_t rows = data.rows();
  const std::int32_t trees = (options.rounds == 0 ? rounds() : options.rounds) * s.trees_a_round();
  MatchedRows matched = match_rows(where, data, s, s.forest.used(), workers);
  const DatasetRows rows_of_data(matched.data, std::move(matched.sources));
  const RowsView& view = rows_of_data.view();

  if (options.output == Output::leaf) {
    Tensor leaves = Tensor::empty({rows, trees}, DType::i32);
    find_leaves(backend, context, s.forest, s.byte_forest, trees, view, leaves.data<std::int32_t>());
    return leaves;
  }
  std::vector<double> scores(static_cast<std::size_t>(rows * outputs()));
  const std::vector<double> offsets = known_offsets(where, data, s);
  for (int k = 0; k < outputs(); ++k)
    for (std::int64_t row = k * rows; row < (k + 1) * rows; ++row)
      scores[row] = s.initial_score[k] + (offsets.empty() ? 0 : offsets[row]);
  add_scores(backend, context, s.forest, s.byte_forest, trees, view, scores);
  if (!options.quantiles.empty()) return quantiles(where, loss(), options.quantiles, rows, scores.data(), workers);
  const Tensor result = predictions(loss(), outputs(), rows, scores.data(), options.output != Output::score, workers);
  return options.output == Output::label ? class_numbers(where, result, !s.classes.empty()) : result;
} catch (const std::bad_alloc&) {
  fail_out_of_memory("BoostedModel::predict");
}

}  // namespace linden
