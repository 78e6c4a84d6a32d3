#include "model_text/tree_words.hpp"

#include <algorithm>
#include <cmath>

#include "base/counted.hpp"
#include "base/fail.hpp"

namespace linden {

std::string TreeWords::feature(int feature) const {
  return model_ == nullptr ? fmt::format("feature {}", feature) : model_->name_of(feature);
}

std::string TreeWords::category(int feature, int code) const {
  return model_ == nullptr ? fmt::format("category {}", code)
                           : model_->categories(feature)[static_cast<std::size_t>(code)];
}

std::vector<std::string> TreeWords::left_groups(const TreeNode& node) const {
  std::vector<std::string> names;
  for (const int code : node.left_categories) {
    names.push_back(category(node.feature, code));
    if (model_ == nullptr) continue;
    const auto others = std::ranges::count(model_->category_groups(node.feature), code) - 1;
    if (others > 0) names.back() += fmt::format(" and {} like it", others);
  }
  return names;
}

std::vector<std::string> TreeWords::left_categories(const TreeNode& node) const {
  std::vector<std::string> names;
  if (model_ == nullptr || model_->category_groups(node.feature).empty()) {
    for (const int code : node.left_categories) names.push_back(category(node.feature, code));
    return names;
  }
  const std::vector<int>& groups = model_->category_groups(node.feature);
  for (std::size_t code = 0; code < groups.size(); ++code)
    if (std::ranges::binary_search(node.left_categories, groups[code]))
      names.push_back(category(node.feature, static_cast<int>(code)));
  return names;
}

std::string TreeWords::rule(const TreeNode& node) const {
  std::string text = feature(node.feature);
  text += node.categorical ? fmt::format(" in {{{}}}", fmt::join(left_groups(node), ", "))
                           : fmt::format(" <= {}", node.threshold);
  if (node.missing_left) text += " or missing";
  if (node.zero_missing) text += node.missing_left ? " or zero" : " and not zero";
  return text;
}

std::string TreeWords::leaf(const Tree& tree, const TreeNode& node) const {
  std::string text = fmt::format("leaf {:.6g}", fmt::join(tree.values(node), " "));
  for (const LeafTerm& term : tree.terms(node))
    text += fmt::format(" {} {:.6g} ({} {} {:.6g})", term.slope < 0 ? '-' : '+', std::abs(term.slope),
                        feature(term.feature), term.centre < 0 ? '+' : '-', std::abs(term.centre));
  return text;
}

KnownOfNodes known_of(const Tree& tree) {
  if (tree.nodes.empty()) return {};
  const bool has_gain = std::ranges::any_of(tree.nodes, [](const TreeNode& node) { return node.gain != 0; });
  return {has_gain, tree.nodes[0].rows > 0, tree.nodes[0].cover > 0};
}

std::string rows_of_node(KnownOfNodes known, const TreeNode& node) {
  return known.rows ? counted(node.rows, "row") : "rows unknown";
}

std::string numbers_of(KnownOfNodes known, const TreeNode& node) {
  const std::string rows = rows_of_node(known, node);
  if (node.feature < 0) return rows;
  return known.gains ? fmt::format("gain {:.6g}, {}", node.gain, rows) : "gain unknown, " + rows;
}

}  // namespace linden
