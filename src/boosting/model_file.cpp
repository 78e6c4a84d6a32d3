// The body of a boosted model's file: initial scores, and each tree as parallel lists over its nodes.
#include <algorithm>
#include <cmath>

#include "base/fail.hpp"
#include "boosting/model.hpp"
#include "model/config_json.hpp"
#include "model/envelope.hpp"

namespace linden {
namespace {

constexpr std::int64_t most = std::int64_t{1} << 53;

Json tree_to_json(const Tree& tree) {
  Json feature = Json::array(), threshold = Json::array(), missing_left = Json::array(), left = Json::array(),
       value = Json::array(), gain = Json::array(), cover = Json::array(), rows = Json::array();
  Json categories = Json::object();  // node -> codes that go left
  for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
    const TreeNode& node = tree.nodes[i];
    feature.push_back(node.feature);
    threshold.push_back(node.threshold);
    missing_left.push_back(node.missing_left ? 1 : 0);
    left.push_back(node.left);
    value.push_back(node.value);
    gain.push_back(node.gain);
    cover.push_back(node.cover);
    rows.push_back(node.rows);
    if (node.categorical) categories[std::to_string(i)] = node.left_categories;
  }
  return {{"output", tree.output},  {"feature", feature},
          {"threshold", threshold}, {"missing_left", missing_left},
          {"left", left},           {"value", value},
          {"gain", gain},           {"cover", cover},
          {"rows", rows},           {"left_categories", categories}};
}

using Groups = std::vector<std::vector<int>>;  // category_groups.hpp

Groups groups_from_json(const JsonReader& json, const Envelope& envelope) {
  Groups groups(envelope.feature_names.size());
  for (std::size_t i = 0; i < json.size(); ++i) {
    const JsonReader& entry = json[i];
    const auto feature = static_cast<std::size_t>(entry["feature"].whole(0, std::ssize(groups) - 1));
    const JsonReader& codes = entry["lowest_codes"];
    const auto known = std::ssize(envelope.categories[feature]);
    if (!groups[feature].empty()) entry["feature"].refuse("has its groups twice");
    std::int64_t code = 0;
    for (const std::int64_t lowest : codes.wholes(-1, known - 1)) {
      if (lowest > code || (lowest >= 0 && lowest < code && groups[feature][lowest] != lowest))
        codes[static_cast<std::size_t>(code)].refuse(fmt::format("is {}, which is not the lowest of a group", lowest));
      groups[feature].push_back(static_cast<int>(lowest));
      ++code;
    }
    if (code != known) codes.refuse(fmt::format("has {} entries for {} categories", code, known));
  }
  // A node's set has one bit a group, and save never writes more groups than a feature can have bins.
  constexpr std::int64_t most_groups = 256;
  for (std::size_t f = 0; f < groups.size(); ++f) {
    std::int64_t count = groups[f].empty() ? std::ssize(envelope.categories[f]) : 0;
    for (std::size_t code = 0; code < groups[f].size(); ++code) count += groups[f][code] == static_cast<int>(code);
    if (count > most_groups)
      json.refuse(fmt::format("gives feature {} {} groups, more than {}", f, count, most_groups));
  }
  return groups;
}

void read_categories(const JsonReader& at, TreeNode& node, const Groups& groups, std::int64_t known) {
  node.categorical = true;
  const std::vector<int>& lowest = groups[node.feature];
  for (const std::int64_t code : at.wholes(0, known - 1)) {
    if (!lowest.empty() && lowest[code] != code) at.refuse(fmt::format("has {}, which stands for no group", code));
    node.left_categories.push_back(static_cast<int>(code));
  }
  if (std::adjacent_find(node.left_categories.begin(), node.left_categories.end(), std::greater_equal<>()) !=
      node.left_categories.end())
    at.refuse("is not ascending");
}

Tree tree_from_json(const JsonReader& json, const Envelope& envelope, const Groups& groups, int output) {
  Tree tree;
  tree.output = static_cast<int>(json["output"].whole(output, output));
  const auto features = static_cast<std::int64_t>(envelope.feature_names.size());
  const auto feature = json["feature"].wholes(-1, features - 1);
  const std::size_t count = feature.size();
  if (count % 2 == 0) json["feature"].refuse("does not have an odd number of nodes");
  const auto list = [&](const char* name, auto read) {
    auto values = read(json[name]);
    if (values.size() != count) json[name].refuse(fmt::format("has {} entries for {} nodes", values.size(), count));
    return values;
  };
  const auto finites = [](const JsonReader& r) { return r.finites(); };
  const auto threshold = list("threshold", finites), value = list("value", finites), gain = list("gain", finites),
             cover = list("cover", finites);
  const auto missing_left = list("missing_left", [](const JsonReader& r) { return r.wholes(0, 1); });
  const auto left =
      list("left", [&](const JsonReader& r) { return r.wholes(-1, static_cast<std::int64_t>(count) - 2); });
  const auto rows = list("rows", [](const JsonReader& r) { return r.wholes(0, most); });
  tree.nodes.resize(count);
  std::int64_t next = 1;  // children are numbered as their parents are split: each pair once
  std::vector<bool> taken(count);
  for (std::size_t i = 0; i < count; ++i) {
    TreeNode& node = tree.nodes[i];
    node = {static_cast<int>(feature[i]),
            threshold[i],
            missing_left[i] == 1,
            false,
            {},
            static_cast<int>(left[i]),
            -1,
            value[i],
            gain[i],
            cover[i],
            rows[i]};
    const std::string name = std::to_string(i);
    if (node.feature < 0) {
      if (node.left >= 0) json["left"][i].refuse("gives children to a leaf");
      continue;
    }
    if (node.left <= static_cast<int>(i) || taken[node.left]) json["left"][i].refuse("is not a child of its own");
    taken[node.left] = true;
    next += 2;
    node.right = node.left + 1;
    if (json["left_categories"].has(name))
      read_categories(json["left_categories"][name], node, groups, std::ssize(envelope.categories[node.feature]));
    if (node.categorical != envelope.categorical[node.feature]) json["feature"][i].refuse("is split against its kind");
  }
  const auto categorical =
      std::count_if(tree.nodes.begin(), tree.nodes.end(), [](const TreeNode& n) { return n.categorical; });
  if (json["left_categories"].members() != static_cast<std::size_t>(categorical))
    json["left_categories"].refuse("names a node that has no categorical split");
  for (std::size_t i = 1; i < count; i += 2)
    if (!taken[i]) json["left"].refuse(fmt::format("leaves node {} without a parent", i));
  if (next != static_cast<std::int64_t>(count)) json["left"].refuse("does not reach every node once");
  return tree;
}

}  // namespace

void BoostedModel::save(const std::filesystem::path& path) const {
  const State& s = *state_;
  Json groups = Json::array();
  for (std::size_t f = 0; f < s.groups.size(); ++f)
    if (!s.groups[f].empty()) groups.push_back({{"feature", f}, {"lowest_codes", s.groups[f]}});
  Envelope envelope{"boosted", s.feature_names, s.categorical, s.categories,
                    s.label,   s.classes,       s.config.loss, config_to_json(s.config),
                    {}};
  Json trees = Json::array();
  for (const Tree& tree : s.trees) trees.push_back(tree_to_json(tree));
  envelope.body = {
      {"initial_score", s.initial_score}, {"category_groups", std::move(groups)}, {"trees", std::move(trees)}};
  write_model(path, envelope);
}

BoostedModel BoostedModel::load(const std::filesystem::path& path) {
  Envelope envelope = read_model(path, "boosted");
  const std::string file = path.string();
  auto state = std::make_shared<State>();
  state->config = config_from_json<BoostingConfig>({envelope.config, file, "config"}, envelope.loss);
  const JsonReader body(envelope.body, file, "body");
  state->initial_score = body["initial_score"].finites();
  if (static_cast<int>(state->initial_score.size()) != envelope.loss.outputs())
    body["initial_score"].refuse("does not have one entry an output");
  state->groups = groups_from_json(body["category_groups"], envelope);
  const JsonReader trees = body["trees"];
  if (trees.size() % state->initial_score.size() != 0) trees.refuse("does not have one tree an output in every round");
  for (std::size_t i = 0; i < trees.size(); ++i)
    state->trees.push_back(
        tree_from_json(trees[i], envelope, state->groups, static_cast<int>(i % state->initial_score.size())));
  state->feature_names = std::move(envelope.feature_names);
  state->categorical = std::move(envelope.categorical);
  state->categories = std::move(envelope.categories);
  state->label = std::move(envelope.label);
  state->classes = std::move(envelope.classes);
  state->forest = Forest(state->trees, state->categories, state->groups);
  return BoostedModel(std::move(state));
}

}  // namespace linden
