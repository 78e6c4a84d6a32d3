#include "interop/import/catboost/catboost.hpp"

#include <algorithm>
#include <bit>
#include <optional>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "interop/document/value.hpp"
#include "interop/import/catboost/features.hpp"
#include "interop/import/catboost/objective.hpp"
#include "interop/import/catboost/splits.hpp"
#include "interop/import/catboost/statistics.hpp"
#include "interop/trees/foreign_tree.hpp"

namespace linden {
namespace catboost {
namespace {

constexpr std::int32_t most = INT32_MAX - 1;

// A tree as the file has it: a split has its number in place of a feature.
std::int32_t split_of(const Place& place, const Features& features) {
  const std::int64_t number = place["split_index"].whole(0, most);
  if (number >= std::ssize(features.splits))
    place.refuse(fmt::format("is split {} of {}", number, features.splits.size()));
  return static_cast<std::int32_t>(number);
}

std::vector<double> values_of(const Place& place) {
  return place.is_number() ? std::vector{place.number()} : place.numbers();
}

// A row's leaf has a bit for each split, the first the lowest: with the last split for the root, leaves are in their
// order. But the tests that CTRs are of are splits before them, which must come first on the way.
ForeignTree oblivious_tree(const Place& place, const Features& features, std::size_t width) {
  constexpr std::size_t most_levels = 30;
  std::vector<std::int32_t> splits;
  if (const auto listed = place.find("splits"); listed && !listed->is_null())
    for (std::size_t i = 0; i < listed->size(); ++i) splits.push_back(split_of(listed->at(i), features));
  const std::vector<double> values = values_of(place["leaf_values"]);
  if (splits.size() > most_levels || values.size() != width << splits.size())
    place.refuse(fmt::format("has {} splits and {} leaf_values of {} each", splits.size(), values.size(), width));
  const auto weights = place.find("leaf_weights");
  const std::size_t leaves = std::size_t{1} << splits.size();
  const bool first_is_root = std::ranges::any_of(splits, [&](std::int32_t number) {
    const Split& split = features.splits[static_cast<std::size_t>(number)];
    return split.ctr >= 0 && !features.ctrs[static_cast<std::size_t>(split.ctr)].tests.empty();
  });
  const auto leaf_at = [&](std::size_t place_in_row) {
    if (!first_is_root) return place_in_row;
    std::size_t leaf = 0;
    for (std::size_t level = 0; level < splits.size(); ++level)
      leaf |= (place_in_row >> level & 1) << (splits.size() - 1 - level);
    return leaf;
  };
  std::vector<double> covers(leaves);
  if (weights && !weights->is_null() && weights->size() > 0) covers = weights->numbers();
  if (covers.size() != leaves) weights->refuse(fmt::format("has {} entries for {} leaves", covers.size(), leaves));
  ForeignTree tree;
  tree.nodes.resize(2 * leaves - 1);
  tree.values.resize(tree.nodes.size() * width);
  for (std::size_t i = 0; i < leaves; ++i) {
    tree.nodes[leaves - 1 + i].cover = covers[leaf_at(i)];
    for (std::size_t k = 0; k < width; ++k) tree.values[(leaves - 1 + i) * width + k] = values[leaf_at(i) * width + k];
  }
  for (std::size_t i = 0; i < leaves - 1; ++i) {
    const auto level = static_cast<std::size_t>(std::bit_width(i + 1)) - 1;
    tree.nodes[i].feature = splits[first_is_root ? level : splits.size() - 1 - level];
    tree.nodes[i].left = static_cast<int>(2 * i + 1);
    tree.nodes[i].right = static_cast<int>(2 * i + 2);
  }
  return tree;
}

// Nodes in nodes: {"left", "right", "split"} or {"value", "weight"}.
ForeignTree nested_tree(const Place& root, const Features& features, std::size_t width) {
  struct Open {
    Place place;
    std::size_t at;
  };
  ForeignTree tree;
  tree.nodes.emplace_back();
  tree.values.resize(width);
  std::vector<Open> open{{root, 0}};
  while (!open.empty()) {
    const auto [place, at] = std::move(open.back());
    open.pop_back();
    if (const auto value = place.find("value")) {
      const std::vector<double> values = values_of(*value);
      if (values.size() != width) value->refuse(fmt::format("has {} values for {} scores", values.size(), width));
      std::ranges::copy(values, tree.values.begin() + static_cast<std::ptrdiff_t>(at * width));
      if (const auto weight = place.find("weight")) tree.nodes[at].cover = weight->number();
      continue;
    }
    const std::size_t left = tree.nodes.size();
    tree.nodes[at].feature = split_of(place["split"], features);
    tree.nodes[at].left = static_cast<int>(left);
    tree.nodes[at].right = static_cast<int>(left + 1);
    tree.nodes.resize(left + 2);
    tree.values.resize(tree.nodes.size() * width);
    for (const auto& [side, child] : {std::pair("left", left), std::pair("right", left + 1)}) {
      const Place below = place[side];
      open.push_back({below, child});
    }
  }
  return tree;
}

// Weights of rows, from the leaves up; of trees that are laid out, children behind their parents.
void sum_covers(Tree& tree) {
  for (std::size_t i = tree.nodes.size(); i-- > 0;) {
    TreeNode& node = tree.nodes[i];
    if (node.feature >= 0)
      node.cover = tree.nodes[static_cast<std::size_t>(node.left)].cover +
                   tree.nodes[static_cast<std::size_t>(node.right)].cover;
    node.rows = rows_of(node.cover);
  }
}

struct Scale {
  double factor = 1;
  std::vector<double> bias;
};

Scale scale_of(const Place& root) {
  Scale scale;
  const auto found = root.find("scale_and_bias");
  if (!found) return scale;
  if (found->size() != 2) found->refuse("is not a scale and a bias");
  std::vector<double> both;  // [1, 0.5] is a list of numbers, [1, [0.5]] is not
  try {
    both = found->numbers();
  } catch (const FileError&) {
    scale.factor = found->at(0).number();
    scale.bias = values_of(found->at(1));
    return scale;
  }
  scale.factor = both[0];
  scale.bias = {both[1]};
  return scale;
}

BoostedModel::State state_of(const Place& root) {
  const Features features = features_of(root["features_info"]);
  const auto oblivious = root.find("oblivious_trees"), nested = root.find("trees");
  if (!oblivious && !nested) root.refuse("has neither \"oblivious_trees\" nor \"trees\"");
  const Place trees = oblivious ? *oblivious : *nested;
  Scale scale = scale_of(root);
  const std::size_t width = std::max<std::size_t>(1, scale.bias.size());
  scale.bias.resize(width);
  const int outputs = static_cast<int>(width);
  BoostedModel::State state = foreign_state(loss_of(root, outputs), features.names, scale.bias);
  std::vector<std::string> classes = classes_of(root);
  if (!classes.empty() && classes.size() == state.classes.size()) state.classes = std::move(classes);
  const auto shares = state.classes.size();  // of two classes one share is enough
  Statistics statistics(features, root.find("ctr_data"), shares > 2 ? static_cast<int>(shares) : 1);
  state.categorical = features.categorical;
  state.categories = statistics.categories();
  for (std::size_t t = 0, count = trees.size(); t < count; ++t) {
    const Place place = trees.at(t);
    ForeignTree tree = with_splits(
        place.path(), oblivious ? oblivious_tree(place, features, width) : nested_tree(place, features, width), width,
        features, statistics);
    if (scale.factor != 1)
      for (double& value : tree.values) value *= scale.factor;
    state.trees.push_back(laid_out(place.path(), tree, width > 1 ? Tree::all_outputs : 0, outputs));
    sum_covers(state.trees.back());
  }
  state.set_statistics(statistics.tables());
  return state;
}

}  // namespace
}  // namespace catboost

bool looks_like_catboost(std::string_view head) {
  if (!head.starts_with('{')) return false;
  constexpr std::string_view marks[] = {"\"features_info\"", "\"oblivious_trees\"", "\"ctr_data\"",
                                        "\"float_features\""};
  return std::ranges::any_of(marks, [&](std::string_view mark) { return head.find(mark) != head.npos; });
}

std::shared_ptr<const BoostedModel::State> read_catboost(std::string_view bytes) {
  return or_out_of_memory("read_catboost", [&] {
    const Value document = parse_json(bytes);
    return imported("the CatBoost model", catboost::state_of(Place(document)));
  });
}

}  // namespace linden
