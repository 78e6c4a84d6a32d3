// From nodes to trees of ours.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "base/fail.hpp"
#include "boosting/model/foreign_splits.hpp"
#include "interop/import/onnx/ensemble.hpp"
#include "interop/trees/foreign_tree.hpp"

namespace linden::onnx {
namespace {

constexpr bool compares_equality(Mode mode) { return mode == Mode::eq || mode == Mode::neq || mode == Mode::member; }

// Values that features are compared with for equality, which are their categories.
using Categories = std::map<std::int64_t, std::vector<double>>;

Categories categories_of(const Ensemble& ensemble) {
  Categories all;
  for (const EnsembleNode& node : ensemble.nodes)
    if (compares_equality(node.mode)) {
      std::vector<double>& values = all[node.feature];
      if (node.mode == Mode::member)
        values.insert(values.end(), node.members.begin(), node.members.end());
      else
        values.push_back(node.split);
    }
  return all;
}

// The last value of the rows on the left: of floats the next float below a threshold that is none.
double threshold_of(double bound, Comparison comparison, bool is_double) {
  constexpr double largest = std::numeric_limits<double>::max();
  if (bound == std::numeric_limits<double>::infinity()) return largest;  // of all but infinity and what is missing
  if (is_double) return threshold_for(bound, comparison);
  auto rounded = static_cast<float>(bound);
  if (rounded == bound) return threshold_for(rounded, comparison);
  if (rounded > bound) rounded = std::nextafter(rounded, -std::numeric_limits<float>::infinity());
  return threshold_for(rounded, Comparison::less_or_equal);
}

class Builder {
 public:
  Builder(const Ensemble& ensemble, bool is_double, BoostedModel::State& state)
      : ensemble_(ensemble), is_double_(is_double), state_(state), used_(ensemble.nodes.size()) {
    for (auto& [feature, values] : categories_of(ensemble)) {
      const auto f = static_cast<std::size_t>(feature);
      std::map<std::string, double> named;
      for (const double value : values) named.emplace(fmt::format("{}", value), value);
      state.categorical[f] = true;
      for (const auto& [name, value] : named) {
        codes_[{feature, value}] = static_cast<int>(state.categories[f].size());
        state.categories[f].push_back(name);
      }
    }
  }

  ForeignTree tree(std::int32_t root, std::size_t width) {
    ForeignTree out;
    std::vector<std::pair<std::int32_t, std::size_t>> open{{root, 0}};
    out.nodes.emplace_back();
    out.values.resize(width);
    while (!open.empty()) {
      const auto [from, at] = open.back();
      open.pop_back();
      if (used_[static_cast<std::size_t>(from)])
        fail<FileError>("a node of the ensemble is reached by more than one way.");
      used_[static_cast<std::size_t>(from)] = true;
      const EnsembleNode& node = ensemble_.nodes[static_cast<std::size_t>(from)];
      if (node.mode == Mode::leaf) {
        for (const auto& [target, weight] : node.weights)
          out.values[at * width + (width > 1 ? static_cast<std::size_t>(target) : 0)] += weight;
        continue;
      }
      const std::size_t children = out.nodes.size();
      out.nodes[at] = split_of(node);
      out.nodes[at].left = static_cast<int>(children);
      out.nodes[at].right = static_cast<int>(children + 1);
      out.nodes.resize(children + 2);
      out.values.resize(out.nodes.size() * width);
      const bool true_is_left =
          node.mode == Mode::leq || node.mode == Mode::lt || node.mode == Mode::eq || node.mode == Mode::member;
      open.emplace_back(true_is_left ? node.if_true : node.if_false, children);
      open.emplace_back(true_is_left ? node.if_false : node.if_true, children + 1);
    }
    return out;
  }

 private:
  // NaN compares as false, but for !=.
  TreeNode split_of(const EnsembleNode& node) const {
    TreeNode split;
    split.feature = static_cast<int>(node.feature);
    if (state_.categorical[static_cast<std::size_t>(node.feature)] != compares_equality(node.mode))
      fail<FileError>(
          "feature {} is compared by size in some nodes and for equality in others: a feature is one of numbers or of "
          "categories.",
          node.feature);
    const bool is_missing_true = node.missing_is_true || node.mode == Mode::neq;
    switch (node.mode) {
      case Mode::leq:
      case Mode::gt:
        split.threshold = threshold_of(node.split, Comparison::less_or_equal, is_double_);
        split.missing_left = (node.mode == Mode::leq) == is_missing_true;
        break;
      case Mode::lt:
      case Mode::gte:
        split.threshold = threshold_of(node.split, Comparison::less, is_double_);
        split.missing_left = (node.mode == Mode::lt) == is_missing_true;
        break;
      default:
        if (node.missing_is_true && node.mode != Mode::neq)
          fail<FileError>(
              "feature {} has values that are missing go with one of its categories, and those that are unknown not: "
              "here they go together.",
              node.feature);
        split.categorical = true;
        for (const double value : node.mode == Mode::member ? node.members : std::vector{node.split})
          split.left_categories.push_back(codes_.at({node.feature, value}));
        std::ranges::sort(split.left_categories);
        split.left_categories.erase(std::unique(split.left_categories.begin(), split.left_categories.end()),
                                    split.left_categories.end());
    }
    return split;
  }

  const Ensemble& ensemble_;
  const bool is_double_;
  BoostedModel::State& state_;
  std::map<std::pair<std::int64_t, double>, int> codes_;
  std::vector<bool> used_;
};

// The one target that a tree adds to; -1: several.
std::int32_t target_of(const Ensemble& ensemble, std::int32_t root) {
  std::int32_t target = -2;
  std::vector<std::int32_t> open{root};
  std::size_t steps = 0;
  while (!open.empty()) {
    const EnsembleNode& node = ensemble.nodes[static_cast<std::size_t>(open.back())];
    open.pop_back();
    if (++steps > ensemble.nodes.size()) return -1;  // a cycle, which the builder refuses
    if (node.mode != Mode::leaf) {
      open.push_back(node.if_true);
      open.push_back(node.if_false);
      continue;
    }
    for (const auto& [to, weight] : node.weights) {
      if (target >= 0 && to != target) return -1;
      target = to;
    }
  }
  return std::max(target, 0);
}

}  // namespace

void add_trees(const Ensemble& ensemble, bool is_double, std::size_t bytes, BoostedModel::State& state) {
  const auto features = static_cast<std::int64_t>(state.feature_names.size());
  for (const EnsembleNode& node : ensemble.nodes) {
    if (node.mode == Mode::leaf) continue;
    if (node.feature < 0 || node.feature >= features)
      fail<FileError>("a node of the ensemble is by feature {} of {}.", node.feature, features);
    const bool is_number = !std::isnan(node.split) && node.split != -std::numeric_limits<double>::infinity();
    if (!is_number && node.mode != Mode::member) fail<FileError>("a node compares with {}.", node.split);
  }
  const auto width = static_cast<std::size_t>(state.outputs());
  Builder builder(ensemble, is_double, state);
  if (width == 1) {
    for (std::size_t t = 0; t < ensemble.roots.size(); ++t)
      state.trees.push_back(laid_out(fmt::format("tree {}", t), builder.tree(ensemble.roots[t], 1), 0));
    return;
  }
  std::vector<std::vector<std::int32_t>> by_target(width);
  bool each_has_one = true;
  for (const std::int32_t root : ensemble.roots) {
    const std::int32_t target = target_of(ensemble, root);
    each_has_one = each_has_one && target >= 0;
    if (each_has_one) by_target[static_cast<std::size_t>(target)].push_back(root);
  }
  each_has_one = each_has_one && std::ranges::all_of(by_target, [&](const auto& list) {
                   return list.size() == by_target.front().size();
                 });
  if (each_has_one) {
    for (std::size_t round = 0; round < by_target.front().size(); ++round)
      for (std::size_t k = 0; k < width; ++k)
        state.trees.push_back(laid_out(fmt::format("tree {} of target {}", round, k),
                                       builder.tree(by_target[k][round], 1), static_cast<int>(k)));
    return;
  }
  if (ensemble.nodes.size() * width > 4 * bytes)
    fail<FileError>("the ensemble adds to {} targets, too many for its {} nodes.", width, ensemble.nodes.size());
  for (std::size_t t = 0; t < ensemble.roots.size(); ++t)
    state.trees.push_back(laid_out(fmt::format("tree {}", t), builder.tree(ensemble.roots[t], width), Tree::all_outputs,
                                   static_cast<int>(width)));
}

}  // namespace linden::onnx
