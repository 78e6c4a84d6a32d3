#include "interop/import/catboost/splits.hpp"

#include <algorithm>
#include <numeric>

#include "base/fail.hpp"
#include "boosting/model/foreign_splits.hpp"

namespace linden::catboost {
namespace {

class Rewriter {
 public:
  Rewriter(const std::string& name, const ForeignTree& tree, std::size_t width, const Features& features,
           Statistics& statistics)
      : name_(name), tree_(tree), width_(width), features_(features), statistics_(statistics) {}

  ForeignTree rewritten() {
    add();
    std::vector<Open> open{{0, 0, {}}};
    while (!open.empty()) {
      Open next = std::move(open.back());
      open.pop_back();
      const std::optional<Node> node = node_for(next);
      const auto from = static_cast<std::size_t>(next.from);
      if (!node) {
        out_.nodes[next.at] = tree_.nodes[from];
        std::copy_n(tree_.values.begin() + static_cast<std::ptrdiff_t>(from * width_), width_,
                    out_.values.begin() + static_cast<std::ptrdiff_t>(next.at * width_));
        continue;
      }
      const std::size_t left = add(), right = add();
      out_.nodes[next.at] = node->split;
      out_.nodes[next.at].left = static_cast<int>(left);
      out_.nodes[next.at].right = static_cast<int>(right);
      for (const bool passes : {false, true}) {
        Open below{passes ? node->right : node->left, passes ? right : left, next.known};
        if (node->test) below.known.emplace_back(*node->test, passes);
        open.push_back(std::move(below));
      }
    }
    return std::move(out_);
  }

 private:
  // A node to come: that of the source, its place, and what the way there has asked.
  struct Open {
    std::int32_t from;
    std::size_t at;
    std::vector<std::pair<Test, bool>> known;
  };
  struct Node {
    TreeNode split;
    std::int32_t left, right;  // nodes of the source
    std::optional<Test> test;
  };

  std::size_t add() {
    if (out_.nodes.size() > 64 + 16 * tree_.nodes.size())
      fail<FileError>("{} has CTRs of too many tests that no split before them asks.", name_);
    out_.add_leaf(0);
    out_.values.resize(out_.nodes.size() * width_);
    return out_.nodes.size() - 1;
  }

  // What the node becomes, or nothing: a leaf. Splits whose answer is known are passed by.
  std::optional<Node> node_for(Open& open) const {
    while (true) {
      const TreeNode& from = tree_.nodes[static_cast<std::size_t>(open.from)];
      if (from.feature < 0) return std::nullopt;
      const auto number = static_cast<std::size_t>(from.feature);
      const Split& split = features_.splits[number];
      if (split.ctr < 0) {
        const auto known = answer(open, split.test);
        if (!known) return Node{split_of(split.test), from.left, from.right, split.test};
        open.from = *known ? from.right : from.left;
        continue;
      }
      const std::vector<Test>& tests = features_.ctrs[static_cast<std::size_t>(split.ctr)].tests;
      std::uint32_t passed = 0;
      for (std::size_t t = 0; t < tests.size(); ++t) {
        const auto known = answer(open, tests[t]);
        if (!known) return Node{split_of(tests[t]), open.from, open.from, tests[t]};
        passed |= static_cast<std::uint32_t>(*known) << t;
      }
      const Statistics::Cut cut = statistics_.cut(number, passed);
      if (cut.column >= 0) {
        TreeNode node;
        node.feature = cut.column;
        node.threshold = cut.threshold;
        return Node{node, from.left, from.right, std::nullopt};
      }
      open.from = cut.all_pass ? from.right : from.left;
    }
  }

  static std::optional<bool> answer(const Open& open, const Test& test) {
    const auto known = std::ranges::find(open.known, test, &std::pair<Test, bool>::first);
    return known == open.known.end() ? std::nullopt : std::optional(known->second);
  }

  TreeNode split_of(const Test& test) const {
    const auto f = static_cast<std::size_t>(test.feature);
    TreeNode node;
    node.feature = test.feature;
    if (!test.by_category) {
      node.threshold = threshold_for(test.border, Comparison::less_or_equal);
      node.missing_left = !features_.missing_passes[f];
      return node;
    }
    const std::int32_t code = statistics_.code(test);
    if (code < 0) {
      const Statistics::Cut cut = statistics_.missing(test.feature);
      node.feature = cut.column;
      node.threshold = cut.threshold;
      return node;
    }
    node.categorical = true;
    node.missing_left = true;
    for (std::int32_t other = 0; other < std::ssize(statistics_.categories()[f]); ++other)
      if (other != code) node.left_categories.push_back(other);
    return node;
  }

  const std::string& name_;
  const ForeignTree& tree_;
  const std::size_t width_;
  const Features& features_;
  Statistics& statistics_;
  ForeignTree out_;
};

}  // namespace

ForeignTree with_splits(const std::string& name, const ForeignTree& tree, std::size_t width, const Features& features,
                        Statistics& statistics) {
  return Rewriter(name, tree, width, features, statistics).rewritten();
}

}  // namespace linden::catboost
