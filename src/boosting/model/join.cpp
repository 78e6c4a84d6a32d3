#include "boosting/model/join.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "base/fail.hpp"
#include "boosting/bins/category_groups.hpp"

namespace linden {
namespace {

constexpr std::int64_t most_groups = 256;  // a node's set has a bit for each

int group_of(const std::vector<int>& groups, int code) {
  return groups.empty() ? code : groups[static_cast<std::size_t>(code)];
}

// Codes are together where they are so in both.
std::vector<int> common(const std::vector<int>& a, const std::vector<int>& b, std::size_t categories) {
  if (a == b) return a;
  std::map<std::pair<int, int>, int> lowest;
  std::vector<int> groups;
  bool is_itself = true;
  for (int code = 0; code < static_cast<int>(categories); ++code) {
    const std::pair<int, int> both{group_of(a, code), group_of(b, code)};
    const bool is_unseen = both.first < 0 && both.second < 0;
    groups.push_back(is_unseen ? -1 : lowest.emplace(both, code).first->second);
    is_itself = is_itself && groups.back() == code;
  }
  return is_itself ? std::vector<int>{} : groups;
}

// The node's codes by the finer groups. A category that its training had no row of goes where missing values go.
void translate(TreeNode& node, const std::vector<int>& groups, const std::vector<int>& finer, std::size_t categories) {
  std::vector<bool> listed(categories);
  for (const int code : node.left_categories) listed[static_cast<std::size_t>(code)] = true;
  node.left_categories.clear();
  for (int code = 0; code < static_cast<int>(categories); ++code) {
    if (group_of(finer, code) != code) continue;
    const int group = group_of(groups, code);
    if (group < 0 ? node.missing_left : listed[static_cast<std::size_t>(group)]) node.left_categories.push_back(code);
  }
}

void translate(std::vector<Tree>& trees, const std::vector<std::vector<int>>& groups,
               const std::vector<std::vector<int>>& finer, const std::vector<std::vector<std::string>>& categories) {
  for (Tree& tree : trees)
    for (TreeNode& node : tree.nodes) {
      if (node.feature < 0 || !node.categorical) continue;
      const auto f = static_cast<std::size_t>(node.feature);
      if (groups[f] != finer[f]) translate(node, groups[f], finer[f], categories[f].size());
    }
}

template <class List>
void check_same(std::string_view where, std::string_view what, std::string_view things, const List& one,
                const List& other) {
  if (one == other) return;
  for (std::size_t i = 0; i < std::min(one.size(), other.size()); ++i)
    if (one[i] != other[i])
      fail<ArgumentError>("{}: {} has other {}: \"{}\" in the place of \"{}\".", where, what, things, other[i], one[i]);
  fail<ArgumentError>("{}: {} has {} {} and not {}.", where, what, other.size(), things, one.size());
}

}  // namespace

void append_trees(std::string_view where, BoostedModel::State& whole, std::vector<Tree> trees,
                  const std::vector<std::vector<int>>& groups, const TargetStatistics& statistics) {
  std::vector<std::vector<int>> finer;
  for (std::size_t f = 0; f < groups.size(); ++f) {
    finer.push_back(common(whole.groups[f], groups[f], whole.categories[f].size()));
    if (!finer[f].empty() && group_count(finer[f], whole.categories[f].size()) > most_groups)
      fail<ArgumentError>(
          "{}: feature \"{}\" would have {} groups of categories, since the trees of each model group them in another "
          "way; at most {} can be told apart.",
          where, whole.feature_names[f], group_count(finer[f], whole.categories[f].size()), most_groups);
  }
  translate(whole.trees, whole.groups, finer, whole.categories);
  translate(trees, groups, finer, whole.categories);
  whole.groups = std::move(finer);
  if (!statistics.empty()) {
    const auto features = static_cast<int>(whole.feature_names.size());
    for (Tree& tree : trees)
      for (TreeNode& node : tree.nodes)
        if (node.feature >= features) node.feature += whole.statistics.columns();
    TargetStatistics both = whole.statistics;
    both.append(statistics);
    whole.set_statistics(std::move(both));
  }
  std::ranges::move(trees, std::back_inserter(whole.trees));
}

std::string described(const Loss& loss) {
  std::string text;
  for (const auto& [name, value] : loss.parameters())
    text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", name, value);
  return text.empty() ? loss.name() : fmt::format("{} ({})", loss.name(), text);
}

void check_alike(std::string_view where, std::string_view what, const BoostedModel::State& one,
                 const BoostedModel::State& other) {
  check_same(where, what, "features", one.feature_names, other.feature_names);
  for (std::size_t f = 0; f < one.feature_names.size(); ++f) {
    if (one.has_categories(f) != other.has_categories(f))
      fail<ArgumentError>("{}: {} has {} in feature \"{}\", and not {}.", where, what,
                          other.has_categories(f) ? "categories" : "numbers", one.feature_names[f],
                          one.has_categories(f) ? "categories" : "numbers");
    check_same(where, what, fmt::format("categories of feature \"{}\"", one.feature_names[f]), one.categories[f],
               other.categories[f]);
  }
  const std::string loss = described(one.config.loss), other_loss = described(other.config.loss);
  if (loss != other_loss || one.outputs() != other.outputs())
    fail<ArgumentError>("{}: {} has the loss {} with {} outputs, and not {} with {}.", where, what, other_loss,
                        other.outputs(), loss, one.outputs());
  check_same(where, what, "classes", one.classes, other.classes);
  if (one.offset.empty() != other.offset.empty())
    fail<ArgumentError>("{}: {} was fitted {} an offset, and not {} one.", where, what,
                        other.offset.empty() ? "without" : "with", other.offset.empty() ? "with" : "without");
}

}  // namespace linden
