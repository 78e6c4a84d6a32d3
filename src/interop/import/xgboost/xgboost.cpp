#include "interop/import/xgboost/xgboost.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <set>

#include "base/fail.hpp"
#include "boosting/model/model_file.hpp"
#include "interop/import/xgboost/learner.hpp"
#include "interop/import/xgboost/objective.hpp"
#include "interop/import/xgboost/trees.hpp"
#include "linear/certificate.hpp"
#include "linear/model_file.hpp"

namespace linden {
namespace {

using xgboost::Learner;

constexpr int most_unnamed_features = 100'000;  // of more, those that no split reads are left out, as of sparse data

xgboost::Learner learner_of(std::string_view bytes) {
  if (xgboost::is_binary(bytes)) return xgboost::binary_learner(bytes);
  const std::size_t second = bytes.find_first_not_of(" \t\r\n", 1);
  const bool is_text = second == bytes.npos || bytes[second] == '"' || bytes[second] == '}';
  const Value document = is_text ? parse_json(bytes) : parse_ubjson(bytes);
  return xgboost::learner_of(Place(document));
}

// Numbers the features anew that splits read, and calls them by the numbers that they had.
void keep_read_features(Learner& learner, ModelSchema& schema) {
  std::set<std::int32_t> read;
  const auto each_split = [&](const auto& use) {
    for (xgboost::Tree& tree : learner.trees)
      for (std::size_t n = 0; n < tree.left.size(); ++n)
        if (tree.left[n] >= 0) use(tree.feature[n]);
  };
  each_split([&](std::int32_t feature) { read.insert(feature); });
  const std::vector<std::int32_t> kept(read.begin(), read.end());
  if (!kept.empty() && kept.back() >= learner.features)
    fail<FileError>("a split reads feature {} of {}.", kept.back(), learner.features);
  each_split([&](std::int32_t& feature) {
    feature = static_cast<std::int32_t>(std::ranges::lower_bound(kept, feature) - kept.begin());
  });
  for (const std::int32_t feature : kept) schema.feature_names.push_back(std::to_string(feature));
  learner.feature_types.clear();
  learner.categories.clear();
}

void name_features(Learner& learner, ModelSchema& schema) {
  if (!learner.feature_names.empty()) {
    if (std::ssize(learner.feature_names) != learner.features)
      fail<FileError>("there are {} names for {} features.", learner.feature_names.size(), learner.features);
    schema.feature_names = learner.feature_names;
    return;
  }
  if (!learner.is_linear && learner.features > most_unnamed_features) return keep_read_features(learner, schema);
  for (int f = 0; f < learner.features; ++f) schema.feature_names.push_back(std::to_string(f));
}

// What its scikit-learn interface would predict by, while everything else takes all rounds.
void remark_on_best(const Learner& learner, std::vector<std::string>& warnings) {
  const auto best = learner.attributes.find("best_iteration");
  if (best == learner.attributes.end()) return;
  std::int64_t round = 0;
  const std::string& text = best->second;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), round);
  if (error != std::errc() || stop != text.data() + text.size()) return;
  warnings.push_back(
      fmt::format("training was stopped early, with iteration {} the best: all rounds are here, and predictions are by "
                  "all of them, as those of XGBoost's Booster are; its scikit-learn interface takes {} iterations.",
                  round, round + 1));
}

std::shared_ptr<const BoostedModel::State> boosted(Learner& learner) {
  BoostedModel::State state;
  state.has_config = false;
  state.config.loss = xgboost::loss_of(learner);
  state.classes = xgboost::class_names(state.config.loss);
  state.initial_score = xgboost::initial_scores(learner);
  state.absent_missing = true;
  name_features(learner, state);
  xgboost::fill_trees(learner, state);
  remark_on_best(learner, state.warnings);
  return as_loaded("XGBoost's trees", state);
}

std::shared_ptr<const LinearModel::State> linear(Learner& learner) {
  const auto outputs = static_cast<std::size_t>(learner.outputs());
  const auto features = static_cast<std::size_t>(learner.features);
  if (learner.weights.size() / outputs != features + 1 || learner.weights.size() % outputs != 0)
    fail<FileError>(
        "gblinear has {} weights for {} features and {} outputs; there must be one of each feature and one "
        "more for each output.",
        learner.weights.size(), features, outputs);
  LinearModel::State state;
  name_features(learner, state);
  state.config.loss = xgboost::linear_loss_of(learner);
  state.classes = xgboost::class_names(state.config.loss);
  // XGBoost 3 adds the first base score to all outputs, though it keeps one for each.
  state.intercept.assign(outputs, xgboost::initial_scores(learner).front());
  state.weights.resize(outputs * features);
  for (std::size_t f = 0; f < features; ++f)
    for (std::size_t k = 0; k < outputs; ++k) state.weights[k * features + f] = learner.weights[f * outputs + k];
  for (std::size_t k = 0; k < outputs; ++k) state.intercept[k] += learner.weights[features * outputs + k];
  state.certificate = imported_certificate();
  state.warnings.emplace_back(
      "XGBoost's gblinear takes missing values for 0; linear models here refuse rows that have any.");
  return as_loaded("XGBoost's weights", state);
}

}  // namespace

AnyModel read_xgboost(std::string_view bytes) {
  Learner learner = learner_of(bytes);
  learner.bytes = bytes.size();
  if (learner.outputs() > std::max<std::int64_t>(static_cast<std::int64_t>(bytes.size()), 1))
    fail<FileError>("there are {} outputs, more than the file has room for.", learner.outputs());
  if (learner.is_linear) return LinearModel(linear(learner));
  return BoostedModel(boosted(learner));
}

bool is_xgboost_binary(std::string_view bytes) { return xgboost::is_binary(bytes); }

}  // namespace linden
