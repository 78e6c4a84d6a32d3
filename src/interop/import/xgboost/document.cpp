// XGBoost's JSON and UBJSON, of 1.0 to 3.4.
#include <charconv>
#include <cmath>
#include <limits>

#include "base/fail.hpp"
#include "base/utf8.hpp"
#include "interop/import/xgboost/learner.hpp"

namespace linden::xgboost {
namespace {

constexpr std::int32_t most = std::numeric_limits<std::int32_t>::max();

// Settings are text: "28".
std::int64_t whole_of(const Place& parent, const char* name, std::int64_t otherwise, std::int64_t high) {
  const std::optional<Place> place = parent.find(name);
  if (!place) return otherwise;
  if (!place->is_text()) return place->whole(0, high);
  const std::string& text = place->text();
  std::int64_t found = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), found);
  if (error != std::errc() || stop != text.data() + text.size() || found < 0 || found > high)
    place->refuse(fmt::format("is \"{}\", but must be a whole number in [0, {}]", text, high));
  return found;
}

// "5E-1", or, from 3.1 on, "[5E-1,1E0]".
std::vector<float> floats_of(const Place& place) {
  if (place.is_number()) return {place.float_number()};
  const std::string& whole = place.text();
  std::string_view text = whole;
  const bool is_list = text.starts_with('[') && text.ends_with(']') && text.size() >= 2;
  if (is_list) text = text.substr(1, text.size() - 2);
  std::vector<float> found;
  while (!text.empty()) {
    const std::string_view one = text.substr(0, text.find(','));
    float value = 0;
    const auto [stop, error] = std::from_chars(one.data(), one.data() + one.size(), value);
    if (error != std::errc() || stop != one.data() + one.size() || !std::isfinite(value))
      place.refuse(fmt::format("is \"{}\", but must be a number or a list of them", whole));
    found.push_back(value);
    text.remove_prefix(one.size() == text.size() ? one.size() : one.size() + 1);
    if (!is_list) break;
  }
  if (found.empty() || !text.empty())
    place.refuse(fmt::format("is \"{}\", but must be a number or a list of them", whole));
  return found;
}

std::map<std::string, std::string> texts_of(const Place& place) {
  std::map<std::string, std::string> texts;
  for (const std::string& name : place.names())
    if (const Place member = place[name]; member.is_text()) texts[name] = member.text();
  return texts;
}

// A list of one entry a node.
template <class List>
List per_node(const Place& tree, const char* name, List list, std::size_t nodes) {
  if (list.size() != nodes) tree.refuse(fmt::format("has {} entries in \"{}\" for {} nodes", list.size(), name, nodes));
  return list;
}

std::vector<char> flags(const Place& tree, const char* name, std::size_t nodes) {
  const std::vector<std::int32_t> found = per_node(tree, name, tree[name].wholes(0, 1), nodes);
  return {found.begin(), found.end()};
}

void read_categories(const Place& place, Tree& tree) {
  const std::size_t nodes = tree.left.size();
  const std::optional<Place> listed = place.find("categories_nodes");
  if (!place.find("split_type") || !listed) return;
  tree.categorical = flags(place, "split_type", nodes);
  tree.first_category.assign(nodes, 0);
  tree.category_count.assign(nodes, 0);
  tree.categories = place["categories"].wholes(0, most);
  const auto count = static_cast<std::int32_t>(tree.categories.size());
  const std::vector<std::int32_t> of = listed->wholes(0, static_cast<std::int32_t>(nodes) - 1);
  const std::vector<std::int32_t> first = place["categories_segments"].wholes(0, count);
  const std::vector<std::int32_t> size = place["categories_sizes"].wholes(0, count);
  if (first.size() != of.size() || size.size() != of.size())
    place.refuse("does not have one segment of categories for each node that has any");
  std::int64_t all = 0;
  for (std::size_t i = 0; i < of.size(); ++i) {
    const auto node = static_cast<std::size_t>(of[i]);
    all += size[i];
    if (first[i] > count - size[i] || all > count) place.refuse("has segments of categories that overlap");
    tree.first_category[node] = first[i];
    tree.category_count[node] = size[i];
  }
}

// Leaves of several values: rows of "leaf_weights", by number, or before 3.1 of "base_weights", by node.
void read_leaf_values(const Place& place, Tree& tree) {
  const std::size_t nodes = tree.left.size();
  const std::optional<Place> weights = place.find("leaf_weights");
  tree.leaf_values = (weights && weights->size() > 0 ? *weights : place["base_weights"]).floats();
  const auto rows = static_cast<std::int64_t>(tree.leaf_values.size()) / tree.width;
  const bool is_by_number = weights && weights->size() > 0;
  if (static_cast<std::int64_t>(tree.leaf_values.size()) != rows * tree.width ||
      (!is_by_number && rows != static_cast<std::int64_t>(nodes)))
    place.refuse(fmt::format("has {} values of leaves that have {} each", tree.leaf_values.size(), tree.width));
  tree.row.resize(nodes);
  for (std::size_t i = 0; i < nodes; ++i) {
    if (tree.left[i] >= 0) continue;
    tree.row[i] = is_by_number ? tree.right[i] : static_cast<std::int32_t>(i);
    if (tree.row[i] < 0 || tree.row[i] >= rows) place.refuse(fmt::format("has no values for leaf {}", i));
  }
}

Tree tree_of(const Place& place) {
  Tree tree;
  tree.left = place["left_children"].wholes(-1, most);
  const std::size_t nodes = tree.left.size();
  if (nodes == 0) place.refuse("has no nodes");
  tree.right = per_node(place, "right_children", place["right_children"].wholes(-1, most), nodes);
  tree.feature = per_node(place, "split_indices", place["split_indices"].wholes(0, most), nodes);
  tree.value = per_node(place, "split_conditions", place["split_conditions"].floats(), nodes);
  tree.default_left = flags(place, "default_left", nodes);
  tree.gain = per_node(place, "loss_changes", place["loss_changes"].floats(), nodes);
  tree.cover = per_node(place, "sum_hessian", place["sum_hessian"].floats(), nodes);
  read_categories(place, tree);
  if (const auto parameters = place.find("tree_param"))
    tree.width = static_cast<int>(whole_of(*parameters, "size_leaf_vector", 1, most));
  if (tree.width > 1)
    read_leaf_values(place, tree);
  else
    tree.width = 1;
  return tree;
}

std::vector<std::string> category_names(const Place& place) {
  std::vector<std::string> names;
  if (place.find("type")) {  // numbers
    for (const double value : place["values"].numbers()) names.push_back(fmt::format("{}", value));
    return names;
  }
  const std::vector<std::int32_t> bytes = place["values"].wholes(-128, 255);
  const std::vector<std::int32_t> offsets = place["offsets"].wholes(0, static_cast<std::int32_t>(bytes.size()));
  for (std::size_t i = 1; i < offsets.size(); ++i) {
    if (offsets[i] < offsets[i - 1]) place["offsets"].refuse("is not ascending");
    std::string& name = names.emplace_back();
    for (std::int32_t at = offsets[i - 1]; at < offsets[i]; ++at)
      name += static_cast<char>(bytes[static_cast<std::size_t>(at)]);
    if (!is_utf8(name)) place.refuse("has a category whose name is not UTF-8");
  }
  return names;
}

void read_trees(const Place& model, Learner& learner) {
  const Place trees = model["trees"];
  for (std::size_t t = 0, count = trees.size(); t < count; ++t) learner.trees.push_back(tree_of(trees.at(t)));
  learner.output_of_tree = model["tree_info"].wholes(0, most);
  if (learner.output_of_tree.size() != learner.trees.size())
    model.refuse(fmt::format("has {} trees and {} entries in \"tree_info\"", learner.trees.size(),
                             learner.output_of_tree.size()));
  const std::optional<Place> cats = model.find("cats");
  const std::optional<Place> names = cats ? cats->find("enc") : std::nullopt;
  for (std::size_t f = 0; names && f < names->size(); ++f) learner.categories.push_back(category_names(names->at(f)));
}

void read_weights_of_trees(const Place& place, Learner& learner) {
  const std::optional<Place> weights = place.find("weight_drop");
  if (weights && !weights->is_null() && weights->size() > 0) learner.tree_weights = weights->floats();
}

// DART had a layout of its own up to 3.2; weights have stood in three places.
void read_booster(const Place& booster, Learner& learner) {
  const std::string& name = booster["name"].text();
  if (name == "gblinear") {
    learner.is_linear = true;
    learner.weights = booster["model"]["weights"].floats();
    return;
  }
  if (name != "gbtree" && name != "dart")
    booster["name"].refuse(fmt::format("is \"{}\", but gbtree, dart and gblinear are known", name));
  const std::optional<Place> inner = booster.find("gbtree");
  const Place model = (inner ? *inner : booster)["model"];
  read_trees(model, learner);
  for (const Place& place : {booster, inner ? *inner : booster, model}) read_weights_of_trees(place, learner);
}

}  // namespace

std::map<std::string, std::string> parameters_of(const Place& objective) {
  std::map<std::string, std::string> parameters;
  for (const std::string& name : objective.names())
    if (const Place group = objective[name]; group.is_object()) parameters.merge(texts_of(group));
  return parameters;
}

Learner learner_of(const Place& document) {
  const std::optional<Place> snapshot = document.find("Model");  // of memory, with the configuration beside it
  const Place root = snapshot ? *snapshot : document;
  const Place place = root["learner"];
  Learner learner;
  const Place objective = place["objective"];
  learner.objective = objective["name"].text();
  learner.parameters = parameters_of(objective);
  const Place parameters = place["learner_model_param"];
  learner.base_score = floats_of(parameters["base_score"]);
  learner.features = static_cast<int>(whole_of(parameters, "num_feature", 0, most));
  learner.classes = static_cast<int>(whole_of(parameters, "num_class", 0, most));
  learner.targets = static_cast<int>(std::max<std::int64_t>(whole_of(parameters, "num_target", 1, most), 1));
  if (const auto names = place.find("feature_names"); names && names->is_list()) learner.feature_names = names->texts();
  if (const auto types = place.find("feature_types"); types && types->is_list()) learner.feature_types = types->texts();
  if (const auto attributes = place.find("attributes"); attributes && attributes->is_object())
    learner.attributes = texts_of(*attributes);
  read_booster(place["gradient_booster"], learner);
  return learner;
}

}  // namespace linden::xgboost
