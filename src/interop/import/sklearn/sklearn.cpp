#include "interop/import/sklearn/sklearn.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "boosting/model/foreign_splits.hpp"
#include "interop/document/value.hpp"
#include "interop/trees/foreign_tree.hpp"
#include "loss/link_only.hpp"

namespace linden {
namespace sklearn {
namespace {

constexpr std::int32_t most = INT32_MAX;

struct Row {
  std::string_view name, ours, parameter;
};

constexpr Row rows[] = {{"squared_error", "squared", ""}, {"absolute_error", "absolute", ""}, {"gamma", "gamma", ""},
                        {"poisson", "poisson", ""},       {"quantile", "quantile", "level"},  {"log_loss", "", ""},
                        {"exponential", "logistic", ""}};

Loss loss_of(const Place& root, int outputs) {
  const std::string& name = root["loss"].text();
  const auto row = std::ranges::find(rows, name, &Row::name);
  // Huber's changes its delta in each round.
  if (row == std::end(rows)) return link_only_loss("scikit-learn " + name, Link::identity, outputs, LabelKind::real);
  if (row->name == "log_loss") return outputs == 1 ? loss::logistic() : loss::softmax({outputs});
  if (outputs != 1) root["initial_score"].refuse(fmt::format("has {} scores, and {} has one", outputs, name));
  const Loss plain = loss::by_name(row->ours);
  return row->parameter.empty() ? plain : plain.with_parameter(row->parameter, root["parameter"].number());
}

// Ours by the numbers of scikit-learn.
std::vector<std::int32_t> codes_of(const std::vector<std::string>& names, std::vector<std::string>& sorted) {
  sorted = names;
  std::ranges::sort(sorted);
  std::vector<std::int32_t> codes;
  for (const std::string& name : names)
    codes.push_back(static_cast<std::int32_t>(std::ranges::lower_bound(sorted, name) - sorted.begin()));
  return codes;
}

using Codes = std::vector<std::vector<std::int32_t>>;  // one list a feature

// The last of the numbers on the left. Rows of GradientBoosting are floats, its thresholds doubles.
double threshold_of(double bound, bool is_float) {
  constexpr double largest = std::numeric_limits<double>::max();
  if (bound == std::numeric_limits<double>::infinity()) return largest;  // what is missing from all else
  if (!is_float) return threshold_for(bound, Comparison::less_or_equal);
  auto rounded = static_cast<float>(bound);
  if (rounded > bound) rounded = std::nextafter(rounded, -std::numeric_limits<float>::infinity());
  return threshold_for(rounded, Comparison::less_or_equal);
}

ForeignTree tree_of(const Place& place, const Codes& codes, bool is_float, double factor) {
  const auto features = static_cast<std::int32_t>(codes.size());
  const std::vector<std::int32_t> feature = place["feature"].wholes(-2, features - 1);
  const std::size_t count = feature.size();
  const auto list = [&](const char* name) {
    std::vector<double> values = place[name].numbers();
    if (values.size() != count) place[name].refuse(fmt::format("has {} entries for {} nodes", values.size(), count));
    return values;
  };
  const std::vector<double> threshold = list("threshold"), left = list("left"), right = list("right"),
                            value = list("value"), count_of_rows = list("rows");
  const bool is_hist = place.find("gain").has_value();
  const auto child = [&](double at) {
    if (!(at >= 0 && at < static_cast<double>(count)) || at != std::floor(at))
      place.refuse(fmt::format("has a child {}, and there are {} nodes", at, count));
    return static_cast<int>(at);
  };
  ForeignTree tree;
  tree.nodes.resize(count);
  tree.values = value;
  for (double& one : tree.values) one *= factor;
  const std::optional<Place> sets = place.find("left_categories");
  if (sets && sets->size() != count) sets->refuse(fmt::format("has {} entries for {} nodes", sets->size(), count));
  for (std::size_t i = 0; i < count; ++i) {
    TreeNode& node = tree.nodes[i];
    node.rows = rows_of(count_of_rows[i]);
    node.cover = count_of_rows[i];
    node.feature = std::max(feature[i], -1);
    if (node.feature < 0) continue;
    node.left = child(left[i]);
    node.right = child(right[i]);
    if (is_hist) {
      node.gain = list("gain")[i];
      node.missing_left = list("missing_left")[i] != 0;
    }
    const std::vector<std::int32_t>& known = codes[static_cast<std::size_t>(node.feature)];
    if (known.empty()) {
      if (!std::isfinite(threshold[i]) && !(threshold[i] > 0))
        place["threshold"].refuse(fmt::format("has {}", threshold[i]));
      node.threshold = threshold_of(threshold[i], is_float);
      continue;
    }
    if (!sets) place.refuse("splits by categories without \"left_categories\"");
    node.categorical = true;
    for (const std::int32_t code : sets->at(i).wholes(0, static_cast<std::int32_t>(known.size()) - 1))
      node.left_categories.push_back(known[static_cast<std::size_t>(code)]);
    std::ranges::sort(node.left_categories);
    node.left_categories.erase(std::unique(node.left_categories.begin(), node.left_categories.end()),
                               node.left_categories.end());
  }
  return tree;
}

BoostedModel::State state_of(const Place& root) {
  const std::string& kind = root["model"].text();
  constexpr std::string_view known[] = {"GradientBoostingRegressor", "GradientBoostingClassifier",
                                        "HistGradientBoostingRegressor", "HistGradientBoostingClassifier"};
  if (std::ranges::find(known, kind) == std::end(known))
    root["model"].refuse(
        fmt::format("is \"{}\", and {}, {}, {} and {} are known", kind, known[0], known[1], known[2], known[3]));
  // Probabilities of the exponential loss are 1 / (1 + exp(-2 s)).
  const double factor = root["loss"].text() == "exponential" ? 2 : 1;
  std::vector<double> start = root["initial_score"].numbers();
  if (start.empty()) root["initial_score"].refuse("is empty");
  for (double& score : start) score *= factor;
  const auto outputs = start.size();
  BoostedModel::State state =
      foreign_state(loss_of(root, static_cast<int>(outputs)), root["feature_names"].texts(), std::move(start));
  std::vector<std::string> classes = root["classes"].size() == 0 ? std::vector<std::string>() : root["classes"].texts();
  if (!classes.empty() && classes.size() == state.classes.size()) state.classes = std::move(classes);
  Codes codes(state.feature_names.size());
  const Place categories = root["categories"];
  for (const std::string& name : categories.names()) {
    std::size_t f = codes.size();
    std::from_chars(name.data(), name.data() + name.size(), f);
    if (f >= codes.size() || name != std::to_string(f)) categories[name].refuse("is no number of a feature");
    state.categorical[f] = true;
    codes[f] = codes_of(categories[name].texts(), state.categories[f]);
  }
  const Place rounds = root["rounds"];
  for (std::size_t round = 0, count = rounds.size(); round < count; ++round) {
    const Place trees = rounds.at(round);
    if (trees.size() != outputs) trees.refuse(fmt::format("has {} trees for {} scores", trees.size(), outputs));
    for (std::size_t k = 0; k < outputs; ++k) {
      const Place place = trees.at(k);
      state.trees.push_back(
          laid_out(place.path(), tree_of(place, codes, !kind.starts_with("Hist"), factor), static_cast<int>(k)));
    }
  }
  if (factor != 1) state.warnings.emplace_back("Scores are twice scikit-learn's, whose loss is exponential.");
  return state;
}

}  // namespace
}  // namespace sklearn

bool looks_like_sklearn(std::string_view head) {
  return head.starts_with('{') && head.substr(0, 200).find("\"scikit-learn\"") != head.npos;
}

std::shared_ptr<const BoostedModel::State> read_sklearn(std::string_view bytes) {
  return or_out_of_memory("read_sklearn", [&] {
    const Value document = parse_json(bytes);
    const Place root(document);
    if (root["format"].text() != "scikit-learn") root["format"].refuse("is not \"scikit-learn\"");
    return imported("the scikit-learn model", sklearn::state_of(root));
  });
}

}  // namespace linden
