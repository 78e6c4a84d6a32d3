#include "interop/import/catboost/catboost.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <optional>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "boosting/model/foreign_splits.hpp"
#include "interop/document/value.hpp"
#include "interop/import/catboost/objective.hpp"
#include "interop/trees/foreign_tree.hpp"

namespace linden {
namespace catboost {
namespace {

constexpr std::int32_t most = INT32_MAX - 1;

// A test of a float feature, true where the value is greater than the border.
struct Border {
  int feature;
  float border;
  bool missing_passes;
};

struct Features {
  std::vector<std::string> names;
  std::vector<Border> borders;  // by split_index; those of categories, behind them, are not here
};

Features features_of(const Place& info) {
  for (const char* kind : {"text_features", "embedding_features"})
    if (const auto found = info.find(kind); found && found->size() > 0)
      found->refuse("are features that have no meaning here");
  const auto floats = info.find("float_features"), categorical = info.find("categorical_features");
  const std::size_t count = (floats ? floats->size() : 0) + (categorical ? categorical->size() : 0);
  Features features;
  features.names.resize(count);
  std::vector<bool> is_known(count);
  const auto add = [&](const Place& feature) {
    const std::int64_t at = feature["flat_feature_index"].whole(0, most);
    if (static_cast<std::size_t>(at) >= count || is_known[static_cast<std::size_t>(at)])
      feature["flat_feature_index"].refuse(
          fmt::format("is {}, and the {} features are not numbered 0, 1, ...", at, count));
    is_known[static_cast<std::size_t>(at)] = true;
    std::string& name = features.names[static_cast<std::size_t>(at)];
    if (const auto stated = feature.find("feature_id")) name = stated->text();
    if (name.empty()) name = std::to_string(at);
    return static_cast<int>(at);
  };
  for (std::size_t i = 0; floats && i < floats->size(); ++i) {
    const Place feature = floats->at(i);
    const int at = add(feature);
    const auto treatment = feature.find("nan_value_treatment");
    const bool missing_passes = treatment && treatment->text() == "AsTrue";  // AsIs: NaN > border is false
    const auto borders = feature.find("borders");
    if (!borders || borders->is_null()) continue;
    for (const double border : borders->numbers())
      features.borders.push_back({at, static_cast<float>(border), missing_passes});
  }
  for (std::size_t i = 0; categorical && i < categorical->size(); ++i) add(categorical->at(i));
  return features;
}

// Rows that pass a test go right.
TreeNode split_of(const Place& place, const Features& features) {
  const Place index = place["split_index"];
  const auto i = static_cast<std::size_t>(index.whole(0, most));
  const auto type = place.find("split_type");
  if ((type && type->text() != "FloatFeature") || i >= features.borders.size())
    place.refuse(
        "is a split by categories (one-hot, or by target statistics), which the file knows by hashes and not by name, "
        "so "
        "that they cannot be found in other data. Hint: train on categories as numbers, or save the model as ONNX");
  const Border& test = features.borders[i];
  TreeNode node;
  node.feature = test.feature;
  if (!std::isfinite(test.border)) index.refuse("names a border that is not finite");
  node.threshold = threshold_for(test.border, Comparison::less_or_equal);
  node.missing_left = !test.missing_passes;
  return node;
}

std::vector<double> values_of(const Place& place) {
  return place.is_number() ? std::vector{place.number()} : place.numbers();
}

// A row's leaf has a bit for each split, the first the lowest: the last split is the root.
ForeignTree oblivious_tree(const Place& place, const Features& features, std::size_t width) {
  constexpr std::size_t most_levels = 30;
  std::vector<TreeNode> splits;
  if (const auto listed = place.find("splits"); listed && !listed->is_null())
    for (std::size_t i = 0; i < listed->size(); ++i) splits.push_back(split_of(listed->at(i), features));
  const std::vector<double> values = values_of(place["leaf_values"]);
  if (splits.size() > most_levels || values.size() != width << splits.size())
    place.refuse(fmt::format("has {} splits and {} leaf_values of {} each", splits.size(), values.size(), width));
  const auto weights = place.find("leaf_weights");
  const std::size_t leaves = std::size_t{1} << splits.size();
  ForeignTree tree;
  tree.nodes.resize(2 * leaves - 1);
  tree.values.resize(tree.nodes.size() * width);
  std::ranges::copy(values, tree.values.end() - static_cast<std::ptrdiff_t>(values.size()));
  for (std::size_t i = 0; i < leaves - 1; ++i) {
    tree.nodes[i] = splits[splits.size() - static_cast<std::size_t>(std::bit_width(i + 1))];
    tree.nodes[i].left = static_cast<int>(2 * i + 1);
    tree.nodes[i].right = static_cast<int>(2 * i + 2);
  }
  if (!weights || weights->is_null() || weights->size() == 0) return tree;
  if (weights->size() != leaves) weights->refuse(fmt::format("has {} entries for {} leaves", weights->size(), leaves));
  for (std::size_t leaf = 0; leaf < leaves; ++leaf) tree.nodes[leaves - 1 + leaf].cover = weights->numbers()[leaf];
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
    tree.nodes[at] = split_of(place["split"], features);
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
  for (std::size_t t = 0, count = trees.size(); t < count; ++t) {
    const Place place = trees.at(t);
    ForeignTree tree = oblivious ? oblivious_tree(place, features, width) : nested_tree(place, features, width);
    if (scale.factor != 1)
      for (double& value : tree.values) value *= scale.factor;
    state.trees.push_back(laid_out(place.path(), tree, width > 1 ? Tree::all_outputs : 0, outputs));
    sum_covers(state.trees.back());
  }
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
