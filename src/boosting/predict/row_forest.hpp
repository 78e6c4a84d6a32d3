// RowForest: a forest laid out for one row at a time. A descent waits for memory at every step, so that several trees
// go down at a time, for as many steps as the deepest of them has: trees of about the same depth go together. Nodes are
// small, and a step has no branch. Oblivious trees do not go down: the bits of all their levels are found at once.
//
// A row is first written to `slots`, as integers in the order of the numbers that they stand for (key_of in the
// source): these are compared sooner than doubles. Slot 0 is below all. A number has two, for splits that send missing
// values right and left: its value in both, or infinity and -infinity when it is missing. A category has its group's
// number in the first. Where zeros are missing for some splits, numbers have two more for these, behind those of all
// features.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "boosting/predict/forest.hpp"

namespace linden {

class RowForest {
 public:
  RowForest() = default;
  /// `forest` must outlive it.
  explicit RowForest(const Forest& forest);

  /// Slots of a row.
  std::size_t slots() const noexcept { return 2 + 2 * codes_.size() * (has_zeros_ ? 2 : 1); }

  void set_number(std::int64_t* slots, std::size_t used, double value) const noexcept;
  /// Slot 0.
  static void start(std::int64_t* slots) noexcept { slots[0] = std::numeric_limits<std::int64_t>::min(); }
  /// A code out of range, or NaN, is missing.
  void set_code(std::int64_t* slots, std::size_t used, double code) const noexcept;
  /// Whether a feature is categorical, by its place in Forest::used().
  bool is_categorical(std::size_t used) const noexcept { return codes_[used] >= 0; }

  /// Adds the trees, in their order, to scores [outputs].
  void add(const std::int64_t* slots, double* scores) const;

 private:
  /// A leaf points to itself, and compares slot 0 with the bits of its value (any where trees add to all scores). A
  /// split by category has the set of groups that go left in place of the threshold, where they are at most 63; the
  /// last bit is for missing ones. Nodes are known by their place in units of eight bytes, twice their number: so a
  /// step has no arithmetic but that of `left`.
  struct Node {
    std::int64_t threshold;
    std::uint32_t slot;
    std::uint32_t left;
  };
  enum class Kind { numbers, few_codes, many_codes };

  /// Trees that go down together; where there are fewer, the first of them stands in for the others.
  struct Group {
    static constexpr int trees = 12;
    std::int32_t steps = 0;
    std::uint32_t roots[trees];
    std::int32_t places[trees];  ///< in their block
  };
  /// Consecutive trees, whose leaves are all found before their values are added.
  static constexpr std::int32_t block = 256;

  /// An oblivious tree: its levels, each a copy of one of its nodes that leads to this node, and its first leaf.
  struct LevelTree {
    std::uint32_t first_level, levels, first_leaf;
  };

  bool find_levels();
  void group_trees();
  const Node& node(std::uint32_t place) const noexcept { return nodes_[place / 2]; }
  template <Kind kind>
  std::uint32_t goes_right(const Node& node, std::uint32_t at, const std::int64_t* slots) const;
  template <Kind kind>
  std::uint32_t leaf_by_levels(const LevelTree& tree, const std::int64_t* slots) const;
  template <Kind kind>
  void descend(const Group& group, const std::int64_t* slots, std::uint32_t* leaves) const;
  template <Kind kind>
  void add_all(const std::int64_t* slots, double* scores) const;

  const Forest* source_ = nullptr;
  ForestView forest_;
  std::vector<Node> nodes_;
  std::vector<LevelTree> level_trees_;  // of a forest all of whose trees are oblivious; they need no groups
  std::vector<Node> levels_;
  std::vector<Group> groups_;        // of the first block, of the second, ...
  std::vector<std::int32_t> codes_;  // by feature used: how many groups there are, -1 for numbers
  Kind kind_ = Kind::numbers;
  bool has_zeros_ = false;  // splits for which zeros are missing
};

}  // namespace linden
