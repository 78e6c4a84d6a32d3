// Models as text: trees drawn for people, for Graphviz and for programs, and what differs between two models.
//
//     print_tree(std::cout, model, 0);                              // the first tree
//     std::ofstream("tree.dot") << tree_text(model, 0, TreeFormat::dot);
//     std::cout << diff(load_model("old.json"), load_model("new.linden"));
#pragma once

#include <iosfwd>
#include <linden/boosted_model.hpp>
#include <linden/export.hpp>
#include <linden/model.hpp>
#include <string>
#include <vector>

namespace linden {

/// How a tree is written.
enum class TreeFormat {
  text,  ///< a line a node, children indented below their parent
  dot,   ///< a graph that Graphviz draws: dot -Tsvg
  json,  ///< one object, whose `nodes` are in the order of Tree::nodes and know their children by number; gains, covers
         ///< and rows are null where the model does not have them, as those of other libraries
};

/// Writes a tree of a model, by the names of its features and categories. Throws ArgumentError for an empty model and
/// for a number that is not in [0, trees).
LINDEN_API void print_tree(std::ostream& out, const BoostedModel& model, int tree,
                           TreeFormat format = TreeFormat::text);
/// The same text.
LINDEN_API std::string tree_text(const BoostedModel& model, int tree, TreeFormat format = TreeFormat::text);

/// A tree alone, which knows its features by their numbers: "feature 3 <= 0.5".
LINDEN_API std::ostream& operator<<(std::ostream& out, const Tree& tree);

/// Something that is said of both models, in the words of each; "" where it is not said of one.
struct Difference {
  std::string what;  ///< "max_leaves", "feature 3", "rounds"
  std::string first, second;
};

/// What differs between two models. Of trees: which is the first, and how far leaves are apart in trees that are
/// otherwise the same.
struct ModelDiff {
  /// Family, loss, labels, classes, features with their categories, configuration, rounds, the scores that models start
  /// from, all else that is one thing a model.
  std::vector<Difference> differences;

  // Of boosted models; trees are compared one by one, as far as both have them.
  int trees = 0;            ///< how many were compared
  int different_trees = 0;  ///< how many of these differ in anything
  int first_tree = -1;      ///< the first that does; -1: none
  std::string first_node;   ///< where in it, and how: "node 4: age <= 31 against age <= 32"
  int moved_leaves = 0;     ///< leaves of trees with the same splits whose values differ
  double largest_leaf = 0;  ///< the largest difference of such values
  int largest_leaf_tree = -1, largest_leaf_number = -1;

  // Of linear models with the same features.
  int moved_weights = 0;      ///< weights and intercepts that differ
  double largest_weight = 0;  ///< the largest difference of them
  std::string largest_weight_of;

  /// Whether nothing differs: both then predict the same bits, and have the same signature().
  bool equal() const noexcept { return differences.empty() && different_trees == 0 && moved_weights == 0; }
};

/// Compares two models of any families. Throws ArgumentError for an empty one.
LINDEN_API ModelDiff diff(const AnyModel& first, const AnyModel& second);

/// A line a difference: "max_leaves  31 | 63"; nothing where there is none.
LINDEN_API std::ostream& operator<<(std::ostream& out, const ModelDiff& diff);

}  // namespace linden
