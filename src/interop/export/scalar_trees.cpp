#include "interop/export/scalar_trees.hpp"

#include <algorithm>

#include "base/utf8.hpp"

namespace linden::exporting {

std::vector<ScalarTree> scalar_trees(const BoostedModel::State& model) {
  std::vector<ScalarTree> trees;
  const auto add = [&](const Tree& tree, int output) {
    const bool is_first = std::ssize(trees) < model.outputs();
    trees.push_back({&tree, output, is_first, model.initial_score[static_cast<std::size_t>(output)]});
  };
  for (const Tree& tree : model.trees) {
    if (tree.output >= 0) add(tree, tree.output);
    for (int k = 0; tree.output < 0 && k < model.outputs(); ++k) add(tree, k);
  }
  return trees;
}

CategorySplit category_split(const BoostedModel::State& model, const TreeNode& node) {
  const auto feature = static_cast<std::size_t>(node.feature);
  const std::vector<int> none;
  const std::vector<int>& groups = feature < model.groups.size() ? model.groups[feature] : none;
  CategorySplit split{.codes = {},
                      .listed = node.missing_left ? node.right : node.left,
                      .others = node.missing_left ? node.left : node.right};
  for (int code = 0; code < static_cast<int>(model.categories[feature].size()); ++code) {
    const int group = groups.empty() ? code : groups[static_cast<std::size_t>(code)];
    if (group < 0) continue;  // goes where missing ones go
    const bool left = std::ranges::binary_search(node.left_categories, group);
    if (left != node.missing_left) split.codes.push_back(code);
  }
  return split;
}

void check_no_offset(const Request& request, bool has_offset) {
  if (has_offset && !request.options.scores)
    refuse(request,
           "it was fitted with an offset, which is added to the score before the link. Hint: export the scores, and "
           "add the offset to them.");
}

void check_utf8(const Request& request, const ModelSchema& schema) {
  const auto check = [&](const std::vector<std::string>& names) {
    if (!std::ranges::all_of(names, [](const std::string& name) { return is_utf8(name); }))
      refuse(request, "a feature, category or class name is not UTF-8. Hint: convert the data to UTF-8.");
  };
  check(schema.feature_names);
  check(schema.classes);
  for (const std::vector<std::string>& categories : schema.categories) check(categories);
}

void check_plain(const Request& request, const BoostedModel::State& model) {
  check_utf8(request, model);
  check_no_offset(request, !model.offset.empty());
  if (!model.derived.empty())
    refuse(request,
           fmt::format("its trees read target statistics of categories (\"{}\"), whose tables have no place there. "
                       "Hint: cpp and c have them; or train with categories.encoding = \"partition\".",
                       model.derived.front().name));
}

void check_no_zero_missing(const Request& request, const BoostedModel::State& model) {
  for (const Tree& tree : model.trees)
    if (const auto node = std::ranges::find_if(tree.nodes, &TreeNode::zero_missing); node != tree.nodes.end())
      refuse(request, fmt::format("zeros of \"{}\" count as missing, as in models of LightGBM. Hint: lightgbm, cpp and "
                                  "c can say that.",
                                  model.column_name(node->feature)));
}

void check_constant_leaves(const Request& request, const BoostedModel::State& model) {
  if (std::ranges::any_of(model.trees, [](const Tree& tree) { return !tree.leaf_terms.empty(); }))
    refuse(request, "its leaves are linear, and leaves are constants there. Hint: cpp and c have such leaves.");
}

void refuse_link(const Request& request, const Loss& loss) {
  refuse(request, fmt::format("it has no word for the link {} of {} output(s). Hint: export the scores, and compute "
                              "predictions from them.",
                              name_of(loss.link()), loss.outputs()));
}

}  // namespace linden::exporting
