#include "boosting/file/trees.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <linden/threads.hpp>
#include <optional>

#include "base/fail.hpp"
#include "base/parallel.hpp"
#include "boosting/file/leaf_terms.hpp"
#include "boosting/file/packed_nodes.hpp"
#include "boosting/file/text_nodes.hpp"

namespace linden {
namespace {

void write_tree(JsonWriter& json, const Tree& tree, const Thresholds& thresholds) {
  json.open_object();
  json["output"].value(tree.output);
  json.is_packed() ? write_packed_nodes(json, tree, thresholds) : write_text_nodes(json, tree);
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
  if (!tree.leaf_terms.empty()) write_leaf_terms(json, tree.leaf_terms);
  json.close_object();
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
                          const CategoryGroups& groups) {
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

// What is known of all trees while one is read.
struct Reading {
  const TreeSurroundings& around;
  Thresholds thresholds = {};         // of binary files
  std::optional<int> first_output{};  // of the first tree, which says whether all add to every score, or one in turn
};

Tree read_tree(JsonReader& json, const Reading& reading, std::size_t number) {
  const ModelSchema& known = reading.around.known;
  const int outputs = reading.around.outputs;
  Tree tree;
  json.open_object();
  const auto turn = static_cast<int>(number % static_cast<std::size_t>(outputs));
  const bool may_add_to_all = outputs > 1 && reading.first_output.value_or(Tree::all_outputs) == Tree::all_outputs;
  const int low = may_add_to_all ? Tree::all_outputs : turn;
  tree.output = static_cast<int>(json["output"].whole(low, reading.first_output ? low : turn));
  if (json.is_packed())
    read_packed_nodes(json, tree, reading.thresholds, outputs);
  else
    read_text_nodes(json, tree, reading.around.columns, outputs);
  std::vector<TreeNode>& nodes = tree.nodes;
  read_left_categories(json, nodes, known, reading.around.groups);
  if (json.next_is("zero_missing")) read_zero_missing(json, nodes);
  const bool is_linear = tree.output != Tree::all_outputs && json.next_is("leaf_terms");
  if (is_linear) tree.leaf_terms = read_leaf_terms(json, known, tree.leaves());
  json.close_object();
  check_shape(json, nodes);
  if (std::ranges::find(known.categorical, true) == known.categorical.end()) return tree;
  for (std::size_t i = 0; i < nodes.size(); ++i)
    if (nodes[i].feature >= 0 && static_cast<std::size_t>(nodes[i].feature) < known.categorical.size() &&
        nodes[i].categorical != known.categorical[nodes[i].feature])
      json.refuse_at(fmt::format("{}.feature[{}]", json.path(), i), "is split against its kind");
  return tree;
}

// The trees of a list that is open, one after another.
std::vector<Tree> read_in_order(JsonReader& json, Reading& reading) {
  std::vector<Tree> trees;
  while (json.next()) {
    trees.push_back(read_tree(json, reading, trees.size()));
    reading.first_output = trees.front().output;
  }
  return trees;
}

// The same of a packed list: parts of it by several threads. None where there is but one part, or anything is wrong;
// `json` then stands where it stood.
std::vector<Tree> read_side_by_side(JsonReader& json, Reading& reading) {
  constexpr std::uint64_t part_bytes = std::uint64_t{1} << 17;
  JsonReader behind = json;
  std::vector<JsonReader> parts = behind.parts(part_bytes);
  if (parts.size() < 2) return {};
  std::vector<std::size_t> begins{0};
  for (const JsonReader& part : parts) begins.push_back(part.end_of_part());
  std::vector<std::vector<Tree>> trees(parts.size());
  try {
    JsonReader first = parts[0];
    first.next();
    reading.first_output = read_tree(first, reading, 0).output;
    Workers workers(Threads::current());
    workers.each(std::ssize(parts), [&](std::int64_t p, int) {
      const auto part = static_cast<std::size_t>(p);
      for (std::size_t number = begins[part]; parts[part].next(); ++number)
        trees[part].push_back(read_tree(parts[part], reading, number));
    });
  } catch (const Error&) {
    reading.first_output.reset();
    return {};
  }
  behind.next();
  json = std::move(behind);
  std::vector<Tree> all;
  for (std::vector<Tree>& part : trees) std::ranges::move(part, std::back_inserter(all));
  return all;
}

}  // namespace

void write_trees(JsonWriter& json, std::span<const Tree> trees, int columns) {
  Thresholds thresholds;
  if (json.is_packed()) write_thresholds(json, thresholds = thresholds_of(trees, columns));
  json["trees"].open_list();
  for (const Tree& tree : trees) write_tree(json, tree, thresholds);
  json.close_list();
}

std::vector<Tree> read_trees(JsonReader& json, const TreeSurroundings& around) {
  Reading reading{.around = around};
  if (json.is_packed()) reading.thresholds = read_thresholds(json, around.columns);
  json["trees"].open_list();
  std::vector<Tree> trees = read_side_by_side(json, reading);
  // Where anything is wrong with a tree, the first such one is to be named.
  return trees.empty() ? read_in_order(json, reading) : std::move(trees);
}

}  // namespace linden
