// A boosted model as text: the envelope, initial scores, and each tree as parallel lists over its nodes. Trees that add
// to all scores have one more list over leaves and scores, "values", where the others have one over nodes, "value".
// Binary files have shorter lists of nodes (boosting/tree_file), and all else as text has it.
#include "boosting/model/model_file.hpp"

#include <algorithm>
#include <charconv>

#include "base/fail.hpp"
#include "boosting/bins/category_groups.hpp"
#include "boosting/model/config.hpp"
#include "boosting/categories/statistics_file.hpp"
#include "boosting/tree_file/packed_nodes.hpp"
#include "loss/link_only.hpp"
#include "model/config_json.hpp"
#include "model/file/envelope.hpp"
#include "model/file/save_model.hpp"

namespace linden {
namespace {

using Groups = std::vector<std::vector<int>>;  // category_groups.hpp

constexpr std::int64_t most = std::int64_t{1} << 53;
constexpr int linear_leaves_schema = 3;

void write_leaf_values(JsonWriter& json, const Tree& tree) {
  json.open_list();
  for (const TreeNode& node : tree.nodes) {
    if (node.feature >= 0) continue;
    for (const double value : tree.values(node)) json.value(value);
  }
  json.close_list();
}

void write_leaf_terms(JsonWriter& json, const std::vector<LeafTerm>& terms) {
  json.open_object();
  json["leaf"].values(terms, [](const LeafTerm& t) { return t.leaf; });
  json["feature"].values(terms, [](const LeafTerm& t) { return t.feature; });
  json["slope"].values(terms, [](const LeafTerm& t) { return t.slope; });
  json["centre"].values(terms, [](const LeafTerm& t) { return t.centre; });
  json["low"].values(terms, [](const LeafTerm& t) { return t.low; });
  json["high"].values(terms, [](const LeafTerm& t) { return t.high; });
  json.close_object();
}

void write_nodes(JsonWriter& json, const Tree& tree) {
  const auto list = [&](const char* name, const auto& part) { json[name].values(tree.nodes, part); };
  list("feature", [](const TreeNode& n) { return n.feature; });
  list("threshold", [](const TreeNode& n) { return n.threshold; });
  list("missing_left", [](const TreeNode& n) { return n.missing_left ? 1 : 0; });
  list("left", [](const TreeNode& n) { return n.left; });
  if (tree.output == Tree::all_outputs)
    write_leaf_values(json["values"], tree);
  else
    list("value", [&](const TreeNode& n) { return n.feature < 0 ? tree.value(n) : 0.0; });
  list("gain", [](const TreeNode& n) { return n.gain; });
  list("cover", [](const TreeNode& n) { return n.cover; });
  list("rows", [](const TreeNode& n) { return n.rows; });
}

void write_tree(JsonWriter& json, const Tree& tree, const Thresholds& thresholds) {
  json.open_object();
  json["output"].value(tree.output);
  json.is_packed() ? write_packed_nodes(json, tree, thresholds) : write_nodes(json, tree);
  json["left_categories"].open_object();  // node -> codes that go left
  for (std::size_t i = 0; i < tree.nodes.size(); ++i)
    if (tree.nodes[i].categorical) json[std::to_string(i)].values(tree.nodes[i].left_categories);
  json.close_object();
  if (std::ranges::any_of(tree.nodes, &TreeNode::zero_missing)) {  // numbers of nodes
    json["zero_missing"].open_list();
    for (std::size_t i = 0; i < tree.nodes.size(); ++i)
      if (tree.nodes[i].zero_missing) json.value(static_cast<std::int64_t>(i));
    json.close_list();
  }
  if (!tree.leaf_terms.empty()) write_leaf_terms(json["leaf_terms"], tree.leaf_terms);
  json.close_object();
}

void write_groups(JsonWriter& json, const Groups& groups) {
  json["category_groups"].open_list();
  for (std::size_t f = 0; f < groups.size(); ++f) {
    if (groups[f].empty()) continue;
    json.open_object();
    json["feature"].value(static_cast<std::int64_t>(f));
    json["lowest_codes"].values(groups[f]);
    json.close_object();
  }
  json.close_list();
}

void write_baseline(JsonWriter& json, const BaselineHazard& baseline) {
  json["baseline"].open_object();
  json["times"].values(baseline.times);
  json["hazards"].values(baseline.hazards);
  json.close_object();
}

BaselineHazard read_baseline(JsonReader& json, const Loss& loss) {
  if (loss.label_kind() != LabelKind::times) json.refuse("does not go with the loss");
  BaselineHazard baseline;
  json.open_object();
  baseline.times = json["times"].finites();
  baseline.hazards = json["hazards"].finites();
  if (baseline.times.size() != baseline.hazards.size()) json.refuse("does not have one entry a time");
  if (!std::ranges::is_sorted(baseline.times) || !std::ranges::is_sorted(baseline.hazards) ||
      (!baseline.hazards.empty() && baseline.hazards.front() < 0))
    json.refuse("does not ascend");
  json.close_object();
  return baseline;
}

std::vector<int> read_lowest_codes(JsonReader& json, std::int64_t known) {
  std::vector<int> groups;
  for (json.open_list(); json.next();) {
    const auto code = static_cast<std::int64_t>(groups.size());
    const std::int64_t lowest = json.whole(-1, known - 1);
    if (lowest > code || (lowest >= 0 && lowest < code && groups[lowest] != lowest))
      json.refuse(fmt::format("is {}, which is not the lowest of a group", lowest));
    groups.push_back(static_cast<int>(lowest));
  }
  if (std::ssize(groups) != known) json.refuse(fmt::format("has {} entries for {} categories", groups.size(), known));
  return groups;
}

Groups read_groups(JsonReader& json, const ModelSchema& known) {
  Groups groups(known.feature_names.size());
  for (json.open_list(); json.next();) {
    json.open_object();
    const auto feature = static_cast<std::size_t>(json["feature"].whole(0, std::ssize(groups) - 1));
    if (!groups[feature].empty()) json.refuse("has its groups twice");
    groups[feature] = read_lowest_codes(json["lowest_codes"], std::ssize(known.categories[feature]));
    json.close_object();
  }
  return groups;
}

// A node's set has one bit a group, and save never writes more groups than a feature can have bins.
void check_groups(const JsonReader& json, const ModelSchema& known, const Groups& groups) {
  constexpr std::int64_t most_groups = 256;
  for (std::size_t f = 0; f < groups.size(); ++f) {
    const std::int64_t count = group_count(groups[f], known.categories[f].size());
    if (count > most_groups)
      json.refuse(fmt::format("gives feature {} {} groups, more than {}", f, count, most_groups));
  }
}

// Lists of one entry a term: by leaf, and in a leaf by feature. Terms are made once all are there.
std::vector<LeafTerm> read_leaf_terms(JsonReader& json, const ModelSchema& known, int leaves) {
  std::vector<std::int32_t> leaf, feature;
  json["leaf_terms"].open_object();
  for (json["leaf"].open_list(); json.next();)
    leaf.push_back(static_cast<std::int32_t>(json.whole(leaf.empty() ? 0 : leaf.back(), leaves - 1)));
  if (leaf.empty()) json.refuse("is empty");
  const auto list = [&](const char* name, const auto& read) {
    std::size_t i = 0;
    for (json[name].open_list(); json.next(); ++i) {
      if (i == leaf.size()) json.refuse("is one more than there are terms");
      read(i);
    }
    if (i != leaf.size()) json.refuse(fmt::format("has {} entries for {} terms", i, leaf.size()));
  };
  const auto numbers = [&](const char* name, const auto& check) {
    std::vector<double> values;
    list(name, [&](std::size_t i) {
      values.push_back(json.finite());
      check(i, values.back());
    });
    return values;
  };
  list("feature", [&](std::size_t i) {
    feature.push_back(static_cast<std::int32_t>(json.whole(0, std::ssize(known.feature_names) - 1)));
    if (known.has_categories(static_cast<std::size_t>(feature[i]))) json.refuse("is a feature of categories");
    if (i > 0 && leaf[i - 1] == leaf[i] && feature[i - 1] >= feature[i]) json.refuse("is not ascending in its leaf");
  });
  const auto anything = [](std::size_t, double) {};
  const std::vector<double> slope = numbers("slope", anything), centre = numbers("centre", anything);
  const std::vector<double> low = numbers("low", [&](std::size_t i, double value) {
    if (value > centre[i]) json.refuse("is above the centre");
  });
  const std::vector<double> high = numbers("high", [&](std::size_t i, double value) {
    if (value < centre[i]) json.refuse("is below the centre");
  });
  json.close_object();
  std::vector<LeafTerm> terms;
  for (std::size_t i = 0; i < leaf.size(); ++i)
    terms.push_back({leaf[i], feature[i], slope[i], centre[i], low[i], high[i]});
  return terms;
}

// Reads a list of one entry a node.
template <class Read>
auto read_list(JsonReader& json, const char* name, std::size_t nodes, const Read& read) {
  std::vector<decltype(read())> list;
  list.reserve(nodes);
  std::size_t entries = 0;
  for (json[name].open_list(); json.next(); ++entries) {
    const auto entry = read();
    if (entries < nodes) list.push_back(entry);
  }
  if (entries != nodes) json.refuse(fmt::format("has {} entries for {} nodes", entries, nodes));
  return list;
}

// The values of leaves out of a list over nodes.
std::vector<double> read_values_by_node(JsonReader& json, const std::vector<std::int32_t>& feature) {
  std::vector<double> values;
  values.reserve(feature.size() / 2 + 1);
  std::size_t node = 0;
  read_list(json, "value", feature.size(), [&] {
    const double value = json.finite();
    const bool is_split = node < feature.size() && feature[node] >= 0;
    if (is_split && value != 0) json.refuse("is the value of a split, which has none");
    if (!is_split) values.push_back(value);
    ++node;
    return std::uint8_t{};
  });
  return values;
}

// The values of leaves out of a list [leaves, outputs].
std::vector<double> read_values_by_leaf(JsonReader& json, std::int64_t nodes, int outputs) {
  std::vector<double> values = json["values"].finites();
  const std::int64_t leaves = (nodes + 1) / 2;
  if (std::ssize(values) != leaves * outputs)
    json.refuse(fmt::format("has {} entries for {} leaves and {} outputs", values.size(), leaves, outputs));
  return values;
}

// Nodes are made once all of their lists are there: they take many times the memory of a short entry.
void read_nodes(JsonReader& json, Tree& tree, std::int64_t features, int outputs) {
  std::vector<std::int32_t> feature;
  for (json["feature"].open_list(); json.next();)
    feature.push_back(static_cast<std::int32_t>(json.whole(-1, features - 1)));
  const auto count = static_cast<std::int64_t>(feature.size());
  if (count % 2 == 0) json.refuse("does not have an odd number of nodes");
  if (count > INT32_MAX) json.refuse(fmt::format("has more than {} nodes", INT32_MAX));
  const auto list = [&](const char* name, const auto& read) { return read_list(json, name, feature.size(), read); };
  const auto finite = [&] { return json.finite(); };
  const auto threshold = list("threshold", finite);
  const auto missing_left = list("missing_left", [&] { return json.whole(0, 1) == 1; });
  const auto left = list("left", [&] { return static_cast<std::int32_t>(json.whole(-1, count - 2)); });
  tree.leaf_values =
      tree.output == Tree::all_outputs ? read_values_by_leaf(json, count, outputs) : read_values_by_node(json, feature);
  const auto gain = list("gain", finite);
  const auto cover = list("cover", finite);
  const auto rows = list("rows", [&] { return json.whole(0, most); });
  tree.nodes.resize(feature.size());
  int leaves = 0;
  for (std::size_t i = 0; i < feature.size(); ++i) {
    TreeNode& node = tree.nodes[i];
    node.feature = feature[i];
    node.threshold = threshold[i];
    node.missing_left = missing_left[i];
    node.left = left[i];
    if (feature[i] < 0) node.leaf = leaves++;
    node.gain = gain[i];
    node.cover = cover[i];
    node.rows = rows[i];
  }
}

// Children are numbered as their parents are split: each pair once.
void check_shape(const JsonReader& json, std::vector<TreeNode>& nodes) {
  const auto refuse = [&](const std::string& place, std::string_view what) {
    json.refuse_at(json.path() + place, what);
  };
  const std::size_t count = nodes.size();
  std::vector<bool> taken(count);
  for (std::size_t i = 0; i < count; ++i) {
    TreeNode& node = nodes[i];
    if (node.feature < 0) {
      if (node.left >= 0) refuse(fmt::format(".left[{}]", i), "gives children to a leaf");
      continue;
    }
    if (node.left <= static_cast<int>(i) || taken[node.left])
      refuse(fmt::format(".left[{}]", i), "is not a child of its own");
    taken[node.left] = true;
    node.right = node.left + 1;
  }
  for (std::size_t i = 1; i < count; i += 2)
    if (!taken[i]) refuse(".left", fmt::format("leaves node {} without a parent", i));
  for (std::size_t i = 2; i < count; i += 2)
    if (taken[i]) refuse(".left", "does not reach every node once");
}

// The codes that go left, by the number of the node.
void read_left_categories(JsonReader& json, std::vector<TreeNode>& nodes, const ModelSchema& known,
                          const Groups& groups) {
  std::string name;
  std::vector<int> codes;
  for (json["left_categories"].open_object(); json.next_member(name);) {
    std::size_t i = nodes.size();
    std::from_chars(name.data(), name.data() + name.size(), i);
    if (i >= nodes.size() || name != std::to_string(i)) json.refuse("is not the number of a node");
    TreeNode& node = nodes[i];
    if (node.feature < 0) json.refuse("is a leaf, which has no categories");
    if (node.categorical) json.refuse("is there twice");
    if (static_cast<std::size_t>(node.feature) >= known.categorical.size() || !known.categorical[node.feature])
      json.refuse("is a split of numbers, which has no categories");
    node.categorical = true;
    const auto categories = std::ssize(known.categories[node.feature]);
    const std::vector<int>& lowest = groups[node.feature];
    codes.clear();
    for (json.open_list(); json.next();) {
      const auto code = static_cast<int>(json.whole(0, categories - 1));
      if (!lowest.empty() && lowest[code] != code) json.refuse(fmt::format("is {}, which stands for no group", code));
      codes.push_back(code);
    }
    if (std::ranges::adjacent_find(codes, std::greater_equal<>()) != codes.end()) json.refuse("is not ascending");
    node.left_categories = codes;
  }
}

// The nodes whose splits take zeros for missing values.
void read_zero_missing(JsonReader& json, std::vector<TreeNode>& nodes) {
  std::int64_t first = 0;
  for (json["zero_missing"].open_list(); json.next();) {
    const std::int64_t i = json.whole(first, std::ssize(nodes) - 1);
    TreeNode& node = nodes[static_cast<std::size_t>(i)];
    if (node.feature < 0 || node.categorical) json.refuse("is no split of numbers");
    node.zero_missing = true;
    first = i + 1;
  }
}

// `columns`: features and derived ones. `before` are the trees before it: the first says whether all add to every
// score, or each to one in turn.
Tree read_tree(JsonReader& json, const ModelSchema& known, int columns, const Thresholds& thresholds,
               const Groups& groups, const std::vector<Tree>& before, int outputs) {
  Tree tree;
  json.open_object();
  const auto turn = static_cast<int>(before.size() % static_cast<std::size_t>(outputs));
  const bool may_add_to_all = outputs > 1 && (before.empty() || before.front().output == Tree::all_outputs);
  const int low = may_add_to_all ? Tree::all_outputs : turn;
  tree.output = static_cast<int>(json["output"].whole(low, before.empty() ? turn : low));
  json.is_packed() ? read_packed_nodes(json, tree, thresholds, outputs) : read_nodes(json, tree, columns, outputs);
  std::vector<TreeNode>& nodes = tree.nodes;
  read_left_categories(json, nodes, known, groups);
  if (json.next_is("zero_missing")) read_zero_missing(json, nodes);
  const bool is_linear = tree.output != Tree::all_outputs && json.next_is("leaf_terms");
  if (is_linear) tree.leaf_terms = read_leaf_terms(json, known, tree.leaves());
  json.close_object();
  check_shape(json, nodes);
  for (std::size_t i = 0; i < nodes.size(); ++i)
    if (nodes[i].feature >= 0 && static_cast<std::size_t>(nodes[i].feature) < known.categorical.size() &&
        nodes[i].categorical != known.categorical[nodes[i].feature])
      json.refuse_at(fmt::format("{}.feature[{}]", json.path(), i), "is split against its kind");
  return tree;
}

// The metrics' names once, then a list of values for each round.
void write_history(JsonWriter& json, const std::vector<std::vector<MetricValue>>& history) {
  const std::vector<MetricValue> metrics = history.empty() ? std::vector<MetricValue>{} : history.front();
  json.open_object();
  json["metrics"].values(metrics, [](const MetricValue& m) -> const std::string& { return m.name; });
  json["higher_is_better"].values(metrics, [](const MetricValue& m) { return m.higher_is_better ? 1 : 0; });
  json["rounds"].open_list();
  for (const auto& round : history) json.values(round, [](const MetricValue& m) { return m.value; });
  json.close_list();
  json.close_object();
}

// In memory every round has the metrics' names again. That is a few times the file, unless someone means it ill.
std::vector<std::vector<MetricValue>> read_history(JsonReader& json) {
  constexpr std::uint64_t most_times = 64;
  std::vector<std::vector<MetricValue>> history;
  std::vector<MetricValue> metrics;
  std::uint64_t bytes = 0, bytes_a_round = sizeof metrics;
  json.open_object();
  for (const std::string& name : json["metrics"].texts()) metrics.push_back({name, 0, false});
  std::size_t known = 0;
  for (json["higher_is_better"].open_list(); json.next(); ++known) {
    if (known == metrics.size()) json.refuse("is one more than there are metrics");
    metrics[known].higher_is_better = json.whole(0, 1) == 1;
  }
  if (known != metrics.size()) json.refuse("does not have one entry a metric");
  for (const MetricValue& metric : metrics) bytes_a_round += sizeof metric + metric.name.size();
  for (json["rounds"].open_list(); json.next();) {
    bytes += bytes_a_round;
    if (bytes > most_times * json.taken()) json.refuse("repeats names that are too long");
    std::vector<MetricValue>& round = history.emplace_back(metrics);
    std::size_t m = 0;
    for (json.open_list(); json.next(); ++m) {
      if (m == round.size()) json.refuse("is one more than there are metrics");
      round[m].value = json.number();
    }
    if (m != round.size()) json.refuse("does not have one entry a metric");
  }
  json.close_object();
  return history;
}

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
        Thresholds thresholds;
        if (json.is_packed()) write_thresholds(json, thresholds = thresholds_of(s.trees, s.columns()));
        json["trees"].open_list();
        for (const Tree& tree : s.trees) write_tree(json, tree, thresholds);
        json.close_list();
        if (s.saves_history) write_history(json["history"], s.history);
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
  state->groups = has_groups ? read_groups(json["category_groups"], known) : Groups(known.categories.size());
  if (has_groups) check_groups(json, known, state->groups);
  TargetStatistics statistics;
  if (json.next_is("statistics")) statistics = read_statistics(json["statistics"], known);
  const int columns = static_cast<int>(known.feature_names.size()) + statistics.columns();
  Thresholds thresholds;
  if (json.is_packed()) thresholds = read_thresholds(json, columns);
  for (json["trees"].open_list(); json.next();)
    state->trees.push_back(
        read_tree(json, known, columns, thresholds, state->groups, state->trees, static_cast<int>(outputs)));
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
  state->finish_forest();
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
