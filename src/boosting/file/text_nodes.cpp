#include "boosting/file/text_nodes.hpp"

#include "base/fail.hpp"

namespace linden {
namespace {

constexpr std::int64_t most = std::int64_t{1} << 53;

void write_leaf_values(JsonWriter& json, const Tree& tree) {
  json.open_list();
  for (const TreeNode& node : tree.nodes) {
    if (node.feature >= 0) continue;
    for (const double value : tree.values(node)) json.value(value);
  }
  json.close_list();
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

}  // namespace

void write_text_nodes(JsonWriter& json, const Tree& tree) {
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

// Nodes are made once all of their lists are there: they take many times the memory of a short entry.
void read_text_nodes(JsonReader& json, Tree& tree, std::int64_t columns, int outputs) {
  std::vector<std::int32_t> feature;
  for (json["feature"].open_list(); json.next();)
    feature.push_back(static_cast<std::int32_t>(json.whole(-1, columns - 1)));
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

}  // namespace linden
