#include "explain/program.hpp"

#include <algorithm>

#include "base/fail.hpp"
#include "explain/quadrature.hpp"
#include "explain/shares.hpp"

namespace linden {
namespace {

// What a tree shows on the way through it, left before right, to whoever has these four functions. The level of a node
// is the number of splits above it.
template <class Visitor>
void visit(const Tree& tree, Visitor& visitor) {
  struct Open {
    int node;
    int done;  // of its subtrees
  };
  std::vector<Open> open{{0, 0}};
  while (!open.empty()) {
    Open& at = open.back();
    const auto level = static_cast<std::int32_t>(open.size()) - 1;
    const TreeNode& node = tree.nodes[static_cast<std::size_t>(at.node)];
    if (node.feature < 0) {
      visitor.leaf(node, level);
      open.pop_back();
      continue;
    }
    const int done = at.done++;
    if (done == 0) {
      if (visitor.enter(at.node, level))
        open.push_back({node.left, 0});
      else
        open.pop_back();  // what is below is known
    } else if (done == 1) {
      visitor.turn(at.node, level);
      open.push_back({node.right, 0});
    } else {
      visitor.leave(at.node, level);
      open.pop_back();
    }
  }
}

// The features that a forest uses by their numbers in the model.
struct UsedFeatures {
  const std::vector<int>& used;
  std::uint32_t operator()(int feature) const {
    return static_cast<std::uint32_t>(std::ranges::lower_bound(used, feature) - used.begin());
  }
};

// How many features one way asks at most, a slope's among them.
struct CountFeatures {
  const Tree& tree;
  UsedFeatures number;
  std::vector<int> asked;  // by feature: how many splits of the way ask it
  int now = 0, most = 0, levels = 0;

  bool enter(int node, std::int32_t level) {
    now += asked[number(tree.nodes[node].feature)]++ == 0;
    levels = std::max(levels, level + 1);
    return true;
  }
  void turn(int, std::int32_t) {}
  void leave(int node, std::int32_t) { now -= --asked[number(tree.nodes[node].feature)] == 0; }
  void leaf(const TreeNode& node, std::int32_t) {
    const bool has_more =
        std::ranges::any_of(tree.terms(node), [&](const LeafTerm& term) { return asked[number(term.feature)] == 0; });
    most = std::max(most, now + (has_more ? 1 : 0));
  }
};

// Points of the least rule that has the integrals, or of one for which kernels were compiled.
std::int32_t points_for(int features) { return std::max((features + 1) / 2, 1); }

}  // namespace

void check_levels(std::string_view where, std::span<const Tree> trees) {
  for (std::size_t t = 0; t < trees.size(); ++t)
    if (const int levels = trees[t].depth(); levels > most_explained_levels)
      fail<ArgumentError>("{}: tree {} has {} levels; trees of up to {} are explained.", where, t, levels,
                          most_explained_levels);
}

std::int64_t ExplainProgram::rule_of(std::int32_t points) {
  const auto [known, is_new] = rules_.emplace(points, std::ssize(weights_));
  if (!is_new) return known->second;
  const QuadratureRule rule = gauss_legendre(points);
  weights_.insert(weights_.end(), rule.weights.begin(), rule.weights.end());
  weights_.insert(weights_.end(), rule.points.begin(), rule.points.end());
  weights_.insert(weights_.end(), rule.points.size(), 1.0);
  for (const double t : rule.points) weights_.push_back(-1 / (1 - t));
  for (const double t : rule.points) weights_.push_back(1 / t);
  return known->second;
}

// Writes one tree.
class ExplainProgram::Builder {
 public:
  Builder(ExplainProgram& program, const Tree& tree, const Forest& forest, std::int32_t number, bool by_rows)
      : program_(program),
        tree_(tree),
        forest_(forest.view(forest.trees())),
        root_(forest_.roots[number]),
        number_{forest.used()},
        shares_(left_shares(tree, by_rows)),
        last_(forest.used().size(), -1),
        slot_(forest.used().size(), -1) {
    CountFeatures count{tree, number_, std::vector<int>(forest.used().size())};
    visit(tree, count);
    out_.points = is_for(ExplainPurpose::background) ? 1 : points_for(count.most);
    out_.levels = count.levels;
    out_.features = count.most;
    out_.rule = is_for(ExplainPurpose::background) ? 0 : program.rule_of(out_.points);
    out_.first_step = std::ssize(program.steps_);
    out_.first_split = std::ssize(program.splits_);
    out_.first_value = std::ssize(program.values_);
    out_.first_way = std::ssize(program.first_of_way_) - 1;
    out_.first_slot = std::ssize(program.slots_);
    out_.output = tree.output;
    out_.oblivious = forest_.levels[number];
    visit(tree, *this);
    out_.end_step = std::ssize(program.steps_);
    out_.slots = static_cast<std::int32_t>(std::ssize(program.slots_) - out_.first_slot);
    // Leaves are visited from left to right, and stand in the order of nodes.
    program.values_.insert(program.values_.end(), tree.leaf_values.begin(), tree.leaf_values.end());
    for (std::vector<ExplainTerm>& terms : terms_of_leaf_)
      program.terms_.insert(program.terms_.end(), terms.begin(), terms.end());
    for (std::vector<ExplainTerm>& way : way_of_leaf_) {
      program.ways_.insert(program.ways_.end(), way.begin(), way.end());
      program.first_of_way_.push_back(std::ssize(program.ways_));
    }
    program.trees_.push_back(out_);
  }

  bool enter(int node, std::int32_t level) {
    const TreeNode& split = tree_.nodes[static_cast<std::size_t>(node)];
    const std::uint32_t feature = number_(split.feature);
    if (slot_[feature] < 0) {
      slot_[feature] = static_cast<std::int32_t>(std::ssize(program_.slots_) - out_.first_slot);
      program_.slots_.push_back(feature);
    }
    const ForestNode& laid_out = forest_.nodes[root_ + node];
    ExplainSplit out;
    out.threshold = split.threshold;
    out.share = shares_[static_cast<std::size_t>(node)];
    out.above = last_[feature];
    out.weights = weights_at(feature);
    out.at = root_ + node;
    out.feature = feature;
    out.slot = slot_[feature];
    out.missing_left = laid_out.missing_left;
    out.special = laid_out.special;
    const TreeNode& left = tree_.nodes[static_cast<std::size_t>(split.left)];
    const TreeNode& right = tree_.nodes[static_cast<std::size_t>(split.right)];
    const bool are_twins = is_for(ExplainPurpose::values) && is_constant(left) && is_constant(right);
    out.left_leaf = std::max(left.leaf, 0);
    out.right_leaf = std::max(right.leaf, 0);
    const auto index = static_cast<std::int32_t>(std::ssize(program_.splits_) - out_.first_split);
    program_.splits_.push_back(out);
    program_.steps_.push_back({are_twins ? ExplainMove::twins : ExplainMove::enter, index, level});
    if (are_twins) return false;
    const double before = last_[feature] < 0 ? 1 : way_[static_cast<std::size_t>(last_[feature])].share;
    way_.push_back({feature, last_[feature], index, before, before * out.share, -1});
    last_[feature] = level;
    return true;
  }

  void turn(int node, std::int32_t level) {
    Step& step = way_.back();
    step.share = step.before * (1 - shares_[static_cast<std::size_t>(node)]);
    step.weights = -1;
    program_.steps_.push_back({ExplainMove::turn, step.split, level});
  }

  void leave(int, std::int32_t level) {
    const Step& step = way_.back();
    if (is_for(ExplainPurpose::values)) program_.steps_.push_back({ExplainMove::leave, step.split, level});
    last_[step.feature] = step.above;
    way_.pop_back();
  }

  void leaf(const TreeNode& node, std::int32_t level) {
    program_.steps_.push_back({ExplainMove::leaf, node.leaf, level});
    for (const LeafTerm& term : tree_.terms(node)) {
      const std::uint32_t feature = number_(term.feature);
      list_of(terms_of_leaf_, node.leaf).push_back({weights_at(feature), feature, last_[feature]});
    }
    if (is_for(ExplainPurpose::values)) return;
    std::vector<ExplainTerm>& way = list_of(way_of_leaf_, node.leaf);
    for (std::size_t l = 0; l < way_.size(); ++l)
      if (const std::uint32_t feature = way_[l].feature; last_[feature] == static_cast<std::int32_t>(l))
        way.push_back({weights_at(feature), feature, last_[feature]});
  }

 private:
  // A split on the way down, and the side of it on which we are.
  struct Step {
    std::uint32_t feature;
    std::int32_t above;  // the level of the last split before by the same feature
    std::int32_t split;
    double before, share;  // of the background that the feature lets come here: to the split, and to this side
    std::int64_t weights;  // -1: not yet worked out
  };

  bool is_for(ExplainPurpose purpose) const { return program_.purpose_ == purpose; }
  bool is_constant(const TreeNode& node) const { return node.feature < 0 && tree_.terms(node).empty(); }

  std::vector<ExplainTerm>& list_of(std::vector<std::vector<ExplainTerm>>& lists, int leaf) const {
    lists.resize(static_cast<std::size_t>(tree_.leaves()));
    return lists[static_cast<std::size_t>(leaf)];
  }

  // The weights of the way so far, for a feature.
  std::int64_t weights_at(std::uint32_t feature) {
    if (is_for(ExplainPurpose::background)) return 0;
    if (last_[feature] < 0) return out_.rule + out_.points;
    Step& step = way_[static_cast<std::size_t>(last_[feature])];
    if (step.weights >= 0) return step.weights;
    step.weights = std::ssize(program_.weights_);
    const double z = step.share;
    const auto add = [&](const auto& weight) {
      for (std::int32_t q = 0; q < out_.points; ++q) {
        const double t = program_.weights_[static_cast<std::size_t>(out_.rule + out_.points + q)];
        program_.weights_.push_back(weight(t, z * (1 - t) + t));
      }
    };
    add([](double t, double f) { return t / f; });
    add([z](double, double f) { return z / (f * f); });
    if (is_for(ExplainPurpose::pairs)) add([z](double, double f) { return (1 - z) / f; });
    return step.weights;
  }

  ExplainProgram& program_;
  const Tree& tree_;
  const ForestView forest_;
  const std::int32_t root_;
  const UsedFeatures number_;
  const std::vector<double> shares_;
  std::vector<std::int32_t> last_;  // by feature: the level of the last split of the way by it
  std::vector<std::int32_t> slot_;
  std::vector<Step> way_;
  std::vector<std::vector<ExplainTerm>> terms_of_leaf_, way_of_leaf_;
  ExplainTree out_;
};

ExplainProgram::ExplainProgram(std::string_view where, std::span<const Tree> trees, const Forest& forest, bool by_rows,
                               ExplainPurpose purpose)
    : purpose_(purpose) {
  check_levels(where, trees);
  for (std::size_t t = 0; t < trees.size(); ++t)
    Builder(*this, trees[t], forest, static_cast<std::int32_t>(t), by_rows);
  if (!trees.empty())
    width_ = static_cast<std::int32_t>(trees[0].leaf_values.size() / static_cast<std::size_t>(trees[0].leaves()));
}

ExplainView ExplainProgram::on_host() const {
  ExplainView view;
  view.trees = trees_.data();
  view.steps = steps_.data();
  view.splits = splits_.data();
  view.weights = weights_.data();
  view.values = values_.data();
  view.terms = terms_.data();
  view.first_of_way = first_of_way_.data();
  view.ways = ways_.data();
  view.slots = slots_.data();
  view.tree_count = static_cast<std::int32_t>(trees_.size());
  view.width = width_;
  for (const ExplainTree& tree : trees_) {
    view.points = std::max(view.points, tree.points);
    view.levels = std::max(view.levels, tree.levels);
    view.features = std::max(view.features, tree.features);
  }
  return view;
}

ExplainView ExplainProgram::on_device(const Backend& backend, Context& context, DeviceArray<std::byte>& memory) const {
  ExplainView view = on_host();
  memory = on_device_together(backend.memory, context, "trees to explain", HostList{view.trees, std::ssize(trees_)},
                              HostList{view.steps, std::ssize(steps_)}, HostList{view.splits, std::ssize(splits_)},
                              HostList{view.weights, std::ssize(weights_)}, HostList{view.values, std::ssize(values_)},
                              HostList{view.terms, std::ssize(terms_)},
                              HostList{view.first_of_way, std::ssize(first_of_way_)},
                              HostList{view.ways, std::ssize(ways_)}, HostList{view.slots, std::ssize(slots_)});
  return view;
}

}  // namespace linden
