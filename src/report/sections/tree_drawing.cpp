// A tree as SVG, its root on the left and a line a leaf, so that it reads like an outline.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "model_text/tree_words.hpp"
#include "report/sections/sections.hpp"

namespace linden::reporting {
namespace {

constexpr double line = 34, level = 212, wide = 178, tall = 28;
constexpr int most_leaves = 64;  // of a larger tree the first levels alone are drawn
constexpr int levels_of_large = 5;

std::string condition(const BoostedModel& model, const TreeNode& node) {
  std::string text = shortened(model.name_of(node.feature), 14);
  if (node.categorical) {
    std::string names;
    for (const int code : node.left_categories)
      names += (names.empty() ? "" : ", ") + model.categories(node.feature)[static_cast<std::size_t>(code)];
    return text + " in " + shortened(names, 10);
  }
  return text + " \xE2\x89\xA4 " + number(node.threshold);
}

class Drawing {
 public:
  Drawing(const BoostedModel& model, const Tree& tree)
      : model_(model),
        tree_(tree),
        known_(known_of(tree)),
        deepest_(tree.leaves() > most_leaves ? levels_of_large : 1 << 20) {}

  std::string svg(std::string_view title) {
    place(0, 0);
    return fmt::format(
        "<svg class=\"tree\" role=\"img\" width=\"{0:.0f}\" height=\"{1:.0f}\" viewBox=\"0 0 {0:.0f} "
        "{1:.0f}\"><title>{2}</title>"
        "<desc>Splits from left to right; the upper branch is yes. {3} leaves.</desc>{4}{5}</svg>",
        (depth_ + 1) * level, lines_ * line + 8, escaped(title), tree_.leaves(), edges_, nodes_);
  }

 private:
  // Draws a node and all below it, and returns the height of its middle.
  double place(int index, int depth) {
    const TreeNode& node = tree_.nodes[static_cast<std::size_t>(index)];
    depth_ = std::max(depth_, depth);
    const bool is_leaf = node.feature < 0, is_cut = !is_leaf && depth >= deepest_;
    if (is_leaf || is_cut) {
      const double y = lines_++ * line + line / 2 + 4;
      box(depth, y, "leaf", is_cut ? "\xE2\x80\xA6 further splits" : value(node), rows_of_node(known_, node));
      return y;
    }
    const double upper = place(node.left, depth + 1), lower = place(node.right, depth + 1), y = (upper + lower) / 2;
    edge(depth, y, upper, node.missing_left ? "yes, missing" : "yes");
    edge(depth, y, lower, node.missing_left ? "no" : "no, missing");
    box(depth, y, "node", condition(model_, node),
        rows_of_node(known_, node) + (known_.gains ? ", gain " + number(node.gain) : ""));
    return y;
  }

  std::string value(const TreeNode& node) const {
    const auto values = tree_.values(node);
    std::string text = number(values[0]);
    for (std::size_t k = 1; k < std::min<std::size_t>(3, values.size()); ++k) text += "  " + number(values[k]);
    if (values.size() > 3) text += " \xE2\x80\xA6";
    if (!tree_.terms(node).empty()) text += fmt::format(" + {} slopes", tree_.terms(node).size());
    return shortened(text, 28);
  }

  void box(int depth, double y, std::string_view kind, const std::string& text, const std::string& below) {
    const double x = depth * level + 4;
    fmt::format_to(std::back_inserter(nodes_),
                   "<rect class=\"{}\" x=\"{:.0f}\" y=\"{:.1f}\" width=\"{}\" height=\"{}\" rx=\"6\"/><text "
                   "x=\"{:.0f}\" y=\"{:.1f}\">{}</text>"
                   "<text class=\"small\" x=\"{:.0f}\" y=\"{:.1f}\">{}</text>",
                   kind, x, y - tall / 2, wide, tall, x + 8, y - 1.5, escaped(text), x + 8, y + 10.5, escaped(below));
  }

  void edge(int depth, double from, double to, std::string_view word) {
    const double x = depth * level + 4 + wide, end = (depth + 1) * level + 4, middle = (x + end) / 2;
    fmt::format_to(std::back_inserter(edges_),
                   "<path class=\"edge\" d=\"M{0:.0f},{1:.1f}C{2:.0f},{1:.1f} {2:.0f},{3:.1f} "
                   "{4:.0f},{3:.1f}\"><title>{5}</title></path>",
                   x, from, middle, to, end, word);
  }

  const BoostedModel& model_;
  const Tree& tree_;
  const KnownOfNodes known_;
  int deepest_, depth_ = 0, lines_ = 0;
  std::string nodes_, edges_;
};

}  // namespace

std::string drawn_tree(const BoostedModel& model, const Tree& tree, std::string_view title) {
  return Drawing(model, tree).svg(title);
}

}  // namespace linden::reporting
