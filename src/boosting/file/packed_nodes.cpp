#include "boosting/file/packed_nodes.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/fail.hpp"

namespace linden {
namespace {

constexpr std::int64_t most_rows = std::int64_t{1} << 53;

bool is_same(double a, double b) { return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b); }

// Total over all finite numbers: -0 comes before 0.
bool precedes(double a, double b) { return a < b || (a == b && std::signbit(a) && !std::signbit(b)); }

// The nodes of a tree by their kind, in their order.
struct Kinds {
  explicit Kinds(const Tree& tree) {
    for (const TreeNode& node : tree.nodes) (node.feature < 0 ? leaves : splits).push_back(&node);
  }
  std::vector<const TreeNode*> splits, leaves;
};

// What is to be added to the sum of the children's covers to have that of each split, or nothing where a sum loses
// bits.
bool find_excess(const Tree& tree, const Kinds& kinds, std::vector<double>& excess) {
  for (const TreeNode* node : kinds.splits) {
    const double sum = tree.nodes[static_cast<std::size_t>(node->left)].cover +
                       tree.nodes[static_cast<std::size_t>(node->right)].cover;
    excess.push_back(node->cover - sum);
    if (!is_same(sum + excess.back(), node->cover)) return false;
  }
  if (std::ranges::all_of(excess, [](double e) { return is_same(e, 0); })) excess.clear();
  return true;
}

bool rows_add_up(const Tree& tree, const Kinds& kinds) {
  return std::ranges::all_of(kinds.splits, [&](const TreeNode* node) {
    return node->rows == tree.nodes[static_cast<std::size_t>(node->left)].rows +
                             tree.nodes[static_cast<std::size_t>(node->right)].rows;
  });
}

// A tree while it is read: what each node is, and lists over some of the nodes.
class NodeLists {
 public:
  NodeLists(JsonReader& json, Tree& tree, std::int64_t columns) : json_(json), nodes_(tree.nodes) {
    const std::vector<std::int64_t> feature = json["feature"].wholes(-1, columns - 1);
    const std::size_t count = feature.size();
    if (count % 2 == 0) json.refuse("does not have an odd number of nodes");
    if (count > INT32_MAX) json.refuse(fmt::format("has more than {} nodes", INT32_MAX));
    // By the sign, without a branch: what a node is no processor foresees.
    std::vector<std::int32_t> splits(count), leaves(count);
    std::size_t split_count = 0, leaf_count = 0;
    for (std::size_t i = 0; i < count; ++i) {
      splits[split_count] = leaves[leaf_count] = static_cast<std::int32_t>(i);
      split_count += feature[i] >= 0 ? 1 : 0;
      leaf_count += feature[i] < 0 ? 1 : 0;
    }
    if (split_count != count / 2) json.refuse(fmt::format("has {} splits for {} leaves", split_count, leaf_count));
    splits.resize(split_count);
    leaves.resize(leaf_count);
    splits_ = std::move(splits);
    leaves_ = std::move(leaves);
    nodes_.resize(count);
    for (const std::int32_t split : splits_) node(split).feature = static_cast<int>(feature[place_of(split)]);
    for (std::size_t leaf = 0; leaf < leaf_count; ++leaf) node(leaves_[leaf]).leaf = static_cast<int>(leaf);
  }

  std::size_t splits() const { return splits_.size(); }
  std::size_t leaves() const { return leaves_.size(); }

  bool are_splits(const auto& list) const { return list.size() == splits_.size(); }
  bool are_leaves(const auto& list) const { return list.size() == leaves_.size(); }
  bool are_all(const auto& list) const { return list.size() == nodes_.size(); }
  [[noreturn]] void refuse_size(std::size_t size) const {
    json_.refuse(fmt::format("has {} entries for {} splits and {} leaves", size, splits_.size(), leaves_.size()));
  }

  // Hands out the entries of a list of splits, or of all nodes.
  void to_splits_or_all(const auto& list, const auto& set) { to_some_or_all(splits_, list, set); }
  // Of leaves, or of all nodes.
  void to_leaves_or_all(const auto& list, const auto& set) { to_some_or_all(leaves_, list, set); }
  // What splits have of their children, the last ones first.
  void sum_up(const auto& sum) {
    for (std::size_t split = splits_.size(); split-- > 0;) {
      TreeNode& parent = node(splits_[split]);
      sum(parent, node(parent.left), node(parent.left + 1), split);
    }
  }

 private:
  static std::size_t place_of(std::int32_t number) { return static_cast<std::size_t>(number); }
  TreeNode& node(std::int32_t number) { return nodes_[place_of(number)]; }

  void to_some_or_all(const std::vector<std::int32_t>& some, const auto& list, const auto& set) {
    if (list.size() == some.size())
      for (std::size_t i = 0; i < some.size(); ++i) set(node(some[i]), list[i]);
    else if (are_all(list))
      for (std::size_t i = 0; i < nodes_.size(); ++i) set(nodes_[i], list[i]);
    else
      refuse_size(list.size());
  }

  JsonReader& json_;
  std::vector<TreeNode>& nodes_;
  std::vector<std::int32_t> splits_, leaves_;  // numbers of nodes
};

void read_split_thresholds(JsonReader& json, NodeLists& lists, const Thresholds& thresholds) {
  // A tree whose leaves have thresholds, as no training makes any, has them all as they are.
  if (json.next_is("thresholds"))
    return lists.to_splits_or_all(json["thresholds"].finites(),
                                  [](TreeNode& node, double threshold) { node.threshold = threshold; });
  const std::vector<std::int64_t> places = json["threshold"].wholes(0, INT32_MAX);
  if (!lists.are_splits(places)) lists.refuse_size(places.size());
  lists.to_splits_or_all(places, [&](TreeNode& node, std::int64_t place) {
    const std::vector<double>& known = thresholds[static_cast<std::size_t>(node.feature)];
    if (static_cast<std::size_t>(place) >= known.size())
      json.refuse(fmt::format("has a place among the {} thresholds of feature {} that there is not", known.size(),
                              node.feature));
    node.threshold = known[static_cast<std::size_t>(place)];
  });
}

void read_cover(JsonReader& json, NodeLists& lists) {
  const std::vector<double> cover = json["cover"].finites();
  lists.to_leaves_or_all(cover, [](TreeNode& node, double of_node) { node.cover = of_node; });
  if (!lists.are_leaves(cover)) return;
  const std::vector<double> excess = json["cover_excess"].finites();
  if (!excess.empty() && !lists.are_splits(excess)) lists.refuse_size(excess.size());
  lists.sum_up([&](TreeNode& node, const TreeNode& left, const TreeNode& right, std::size_t split) {
    node.cover = left.cover + right.cover;
    if (!excess.empty()) node.cover += excess[split];
    if (!std::isfinite(node.cover)) json.refuse("makes a cover that is not finite");
  });
}

void read_rows(JsonReader& json, NodeLists& lists) {
  const std::vector<std::int64_t> rows = json["rows"].wholes(0, most_rows);
  lists.to_leaves_or_all(rows, [](TreeNode& node, std::int64_t of_node) { node.rows = of_node; });
  if (!lists.are_leaves(rows)) return;
  lists.sum_up([&](TreeNode& node, const TreeNode& left, const TreeNode& right, std::size_t) {
    node.rows = left.rows + right.rows;
    if (node.rows > most_rows) json.refuse(fmt::format("adds up to more than {}", most_rows));
  });
}

}  // namespace

Thresholds thresholds_of(std::span<const Tree> trees, int columns) {
  Thresholds thresholds(static_cast<std::size_t>(columns));
  for (const Tree& tree : trees)
    for (const TreeNode& node : tree.nodes)
      if (node.feature >= 0) thresholds[static_cast<std::size_t>(node.feature)].push_back(node.threshold);
  for (std::vector<double>& list : thresholds) {
    std::ranges::sort(list, precedes);
    list.erase(std::unique(list.begin(), list.end(), is_same), list.end());
  }
  return thresholds;
}

void write_thresholds(JsonWriter& json, const Thresholds& thresholds) {
  json["thresholds"].open_list();
  for (const std::vector<double>& list : thresholds) json.values(list);
  json.close_list();
}

Thresholds read_thresholds(JsonReader& json, int columns) {
  Thresholds thresholds;
  for (json["thresholds"].open_list(); json.next();) thresholds.push_back(json.finites());
  if (std::ssize(thresholds) != columns)
    json.refuse(fmt::format("has {} lists for {} columns", thresholds.size(), columns));
  return thresholds;
}

void write_packed_nodes(JsonWriter& json, const Tree& tree, const Thresholds& thresholds) {
  const Kinds kinds(tree);
  json["feature"].values(tree.nodes, [](const TreeNode& node) { return node.feature; });
  if (std::ranges::all_of(kinds.leaves, [](const TreeNode* leaf) { return is_same(leaf->threshold, 0); }))
    json["threshold"].values(kinds.splits, [&](const TreeNode* node) {
      const std::vector<double>& list = thresholds[static_cast<std::size_t>(node->feature)];
      return static_cast<std::int64_t>(std::ranges::lower_bound(list, node->threshold, precedes) - list.begin());
    });
  else
    json["thresholds"].values(tree.nodes, [](const TreeNode& node) { return node.threshold; });
  json["missing_left"].open_list();  // of splits, of all nodes where a leaf has one, or of none where there is none
  const auto is_left = [](const TreeNode* node) { return node->missing_left; };
  if (std::ranges::any_of(kinds.leaves, is_left))
    for (const TreeNode& node : tree.nodes) json.value(node.missing_left ? 1 : 0);
  else if (std::ranges::any_of(kinds.splits, is_left))
    for (const TreeNode* node : kinds.splits) json.value(node->missing_left ? 1 : 0);
  json.close_list();
  json["left"].values(kinds.splits, [](const TreeNode* node) { return (node->left - 1) / 2; });  // the first pair is 0
  json["value"].open_list();                                                                     // [leaves, outputs]
  for (const TreeNode* leaf : kinds.leaves)
    for (const double value : tree.values(*leaf)) json.value(value);
  json.close_list();
  if (std::ranges::all_of(kinds.leaves, [](const TreeNode* leaf) { return is_same(leaf->gain, 0); }))
    json["gain"].values(kinds.splits, [](const TreeNode* node) { return node->gain; });
  else
    json["gain"].values(tree.nodes, [](const TreeNode& node) { return node.gain; });
  if (std::vector<double> excess; find_excess(tree, kinds, excess)) {
    json["cover"].values(kinds.leaves, [](const TreeNode* leaf) { return leaf->cover; });
    json["cover_excess"].values(excess);
  } else {
    json["cover"].values(tree.nodes, [](const TreeNode& node) { return node.cover; });
  }
  if (rows_add_up(tree, kinds))
    json["rows"].values(kinds.leaves, [](const TreeNode* leaf) { return leaf->rows; });
  else
    json["rows"].values(tree.nodes, [](const TreeNode& node) { return node.rows; });
}

void read_packed_nodes(JsonReader& json, Tree& tree, const Thresholds& thresholds, int outputs) {
  NodeLists lists(json, tree, std::ssize(thresholds));
  read_split_thresholds(json, lists, thresholds);
  const std::vector<std::int64_t> missing_left = json["missing_left"].wholes(0, 1);
  if (!missing_left.empty())
    lists.to_splits_or_all(missing_left,
                           [](TreeNode& node, std::int64_t is_left) { node.missing_left = is_left == 1; });
  const std::vector<std::int64_t> left = json["left"].wholes(0, static_cast<std::int64_t>(lists.splits()) - 1);
  if (!lists.are_splits(left)) lists.refuse_size(left.size());
  lists.to_splits_or_all(left, [](TreeNode& node, std::int64_t pair) { node.left = static_cast<int>(2 * pair + 1); });
  tree.leaf_values = json["value"].finites();
  const std::size_t width = tree.output == Tree::all_outputs ? static_cast<std::size_t>(outputs) : 1;
  if (tree.leaf_values.size() != lists.leaves() * width)
    json.refuse(
        fmt::format("has {} entries for {} leaves and {} outputs", tree.leaf_values.size(), lists.leaves(), width));
  lists.to_splits_or_all(json["gain"].finites(), [](TreeNode& node, double gain) { node.gain = gain; });
  read_cover(json, lists);
  read_rows(json, lists);
}

}  // namespace linden
