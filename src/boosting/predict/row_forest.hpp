// RowForest: a forest laid out for one row at a time. A descent waits for memory at every step, so that eight trees go
// down at a time; nodes are small, and a step has no branch.
//
// A row is first written to `slots`. Slot 0 is -infinity. A number has two, for splits that send missing values right
// and left: its value in both, or +infinity and -infinity when it is missing. A category has its group's number in the
// first. Where zeros are missing for some splits, numbers have two more for these, behind those of all features.
#pragma once

#include <cstdint>
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

  void set_number(double* slots, std::size_t used, double value) const noexcept;
  /// A code out of range, or NaN, is missing.
  void set_code(double* slots, std::size_t used, double code) const noexcept;
  /// Whether a feature is categorical, by its place in Forest::used().
  bool is_categorical(std::size_t used) const noexcept { return codes_[used] >= 0; }

  /// Adds the trees, in their order, to scores [outputs].
  void add(const double* slots, double* scores) const;

 private:
  /// A leaf points to itself, and compares slot 0 with its value (any where trees add to all scores). A split by
  /// category has the set of groups that go left in place of the threshold, where they are at most 63; the last bit is
  /// for missing ones.
  struct Node {
    double threshold;
    std::uint32_t slot;
    std::int32_t left;
  };
  enum class Kind { numbers, few_codes, many_codes };

  template <Kind kind>
  void descend(const std::int32_t* roots, const double* slots, std::int32_t* at) const;
  template <Kind kind>
  void add_all(const double* slots, double* scores) const;

  const Forest* source_ = nullptr;
  ForestView forest_;
  std::vector<Node> nodes_;
  std::vector<std::int32_t> codes_;  // by feature used: how many groups there are, -1 for numbers
  Kind kind_ = Kind::numbers;
  bool has_zeros_ = false;  // splits for which zeros are missing
};

}  // namespace linden
