#include <linden/model_text.hpp>
#include <ostream>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "model_text/tree_words.hpp"

namespace linden {

std::string tree_text(const BoostedModel& model, int tree, TreeFormat format) {
  return or_out_of_memory("print_tree", [&]() -> std::string {
    if (model.empty()) fail<ArgumentError>("print_tree: the model is empty.");
    const auto trees = std::ssize(model.trees());
    if (tree < 0 || tree >= trees)
      fail<ArgumentError>("print_tree: tree {} of a model that has trees 0 to {}.", tree, trees - 1);
    const TreeWords words(model);
    const Tree& drawn = model.trees()[static_cast<std::size_t>(tree)];
    switch (format) {
      case TreeFormat::dot: return drawn_as_dot(words, drawn, tree);
      case TreeFormat::json: return drawn_as_json(words, drawn, tree);
      case TreeFormat::text: break;
    }
    return drawn_as_text(words, drawn);
  });
}

void print_tree(std::ostream& out, const BoostedModel& model, int tree, TreeFormat format) {
  out << tree_text(model, tree, format);
}

std::ostream& operator<<(std::ostream& out, const Tree& tree) {
  return out << or_out_of_memory("operator<<", [&] { return drawn_as_text(TreeWords(), tree); });
}

}  // namespace linden
