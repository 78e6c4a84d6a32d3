#include "boosting/bins/category_groups.hpp"

#include <algorithm>
#include <utility>

namespace linden {

std::vector<int> category_groups(const Cuts& cuts) {
  std::vector<int> groups;
  for (std::size_t code = 0; code < cuts.bin_of.size(); ++code)
    groups.push_back(cuts.seen[code] ? cuts.first_code[cuts.bin_of[code]] : -1);
  const auto stands_for_itself = [&, code = 0](int group) mutable { return group == code++; };
  return std::ranges::all_of(groups, stands_for_itself) ? std::vector<int>{} : groups;
}

std::int64_t group_count(const std::vector<int>& groups, std::size_t categories) {
  if (groups.empty()) return static_cast<std::int64_t>(categories);
  std::int64_t count = 0;
  for (std::size_t code = 0; code < groups.size(); ++code) count += groups[code] == static_cast<int>(code);
  return count;
}

void find_groups(std::vector<Tree>& trees, std::span<const std::vector<std::string>> categories,
                 std::vector<std::vector<int>>& groups) {
  constexpr std::size_t most_bins = 256;
  // Each node splits the classes of codes into those that it lists and the others.
  std::vector<std::vector<int>> classes(categories.size());
  for (std::size_t f = 0; f < categories.size(); ++f)
    if (categories[f].size() > most_bins) classes[f].assign(categories[f].size(), 0);
  if (std::ranges::all_of(classes, &std::vector<int>::empty)) return;
  std::vector<int> part_of;                      // [class]: the one that its listed codes go to
  std::vector<std::size_t> listed_by;            // [class]: the last node that listed one of its codes
  std::vector<int> count(categories.size(), 1);  // classes of each feature
  std::size_t number = 0;
  const auto each_node = [&](const auto& action) {
    for (Tree& tree : trees)
      for (TreeNode& node : tree.nodes)
        if (node.feature >= 0 && static_cast<std::size_t>(node.feature) < classes.size() &&  // derived ones follow
            !classes[static_cast<std::size_t>(node.feature)].empty())
          action(node);
  };
  each_node([&](const TreeNode& node) {
    ++number;
    for (const int code : node.left_categories) {
      int& own = classes[node.feature][code];
      const auto old = static_cast<std::size_t>(own);
      if (old >= part_of.size()) {
        part_of.resize(old + 1);
        listed_by.resize(old + 1);
      }
      if (std::exchange(listed_by[old], number) != number) part_of[old] = count[node.feature]++;
      own = part_of[old];
    }
  });
  for (std::size_t f = 0; f < classes.size(); ++f) {
    if (classes[f].empty()) continue;
    std::vector<int> lowest(static_cast<std::size_t>(count[f]), -1);
    for (std::size_t code = 0; code < classes[f].size(); ++code) {
      int& first = lowest[classes[f][code]];
      if (first < 0) first = static_cast<int>(code);
      groups[f].push_back(first);
    }
  }
  each_node([&](TreeNode& node) {
    const std::vector<int>& group = groups[node.feature];
    std::erase_if(node.left_categories, [&](int code) { return group[code] != code; });
    node.left_categories.shrink_to_fit();
  });
}

std::vector<std::int32_t> group_numbers(const std::vector<int>& groups) {
  std::vector<std::int32_t> numbers;
  std::int32_t count = 0;
  for (std::size_t code = 0; code < groups.size(); ++code) {
    const int group = groups[code];
    numbers.push_back(group < 0 ? -1 : group == static_cast<int>(code) ? count++ : numbers[group]);
  }
  return numbers;
}

void translate_to_groups(std::vector<FeatureSource>& sources, std::span<const int> features,
                         const std::vector<std::vector<int>>& groups) {
  for (std::size_t i = 0; i < sources.size(); ++i) {
    if (groups[features[i]].empty()) continue;
    std::vector<std::int32_t> numbers = group_numbers(groups[features[i]]);
    std::vector<std::int32_t>& code = sources[i].code;
    if (code.empty())
      code = std::move(numbers);
    else
      for (std::int32_t& c : code) c = c < 0 ? -1 : numbers[c];
  }
}

}  // namespace linden
