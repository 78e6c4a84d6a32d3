// What a node of a tree says, in words, whatever it is drawn as.
#pragma once

#include <linden/boosted_model.hpp>
#include <string>
#include <vector>

namespace linden {

/// The names of a model, or, for a tree alone, numbers: "feature 3", "category 2".
class TreeWords {
 public:
  TreeWords() = default;
  explicit TreeWords(const BoostedModel& model) : model_(&model) {}

  std::string feature(int feature) const;
  /// The categories that go left, by groups: the first of each, and how many there are beside it.
  std::vector<std::string> left_groups(const TreeNode& node) const;
  /// All of them.
  std::vector<std::string> left_categories(const TreeNode& node) const;
  /// What is true of the rows that go left: "age <= 31 or missing".
  std::string rule(const TreeNode& split) const;
  /// What a leaf adds: "leaf 0.5 + 0.25 (age - 31)".
  std::string leaf(const Tree& tree, const TreeNode& node) const;

 private:
  std::string category(int feature, int code) const;

  const BoostedModel* model_ = nullptr;
};

/// What a tree knows of its nodes: those of other libraries may lack any of these, and have 0 everywhere then.
struct KnownOfNodes {
  bool gains = false, rows = false, covers = false;
};
KnownOfNodes known_of(const Tree& tree);

/// "80 rows", or that it is unknown how many.
std::string rows_of_node(KnownOfNodes known, const TreeNode& node);
/// The node's line of numbers: "gain 12.5, 80 rows", of a leaf its rows.
std::string numbers_of(KnownOfNodes known, const TreeNode& node);

/// A tree in each of the formats.
std::string drawn_as_text(const TreeWords& words, const Tree& tree);
std::string drawn_as_dot(const TreeWords& words, const Tree& tree, int number);
std::string drawn_as_json(const TreeWords& words, const Tree& tree, int number);

}  // namespace linden
