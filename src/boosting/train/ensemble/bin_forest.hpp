// BinForest: trees of a fit laid out over bins, for the kernel that adds them to scores.
#pragma once

#include <cstdint>
#include <linden/boosting.hpp>
#include <span>
#include <vector>

#include "backend/backend.hpp"
#include "backend/tree/bin_forest.hpp"
#include "boosting/bins/cuts.hpp"

namespace linden {

/// Which feature of a BinsView holds each feature of the data, -1 for one that no tree splits by.
struct BinPlaces {
  /// That of data with so many features, of which the view has these, in its order.
  BinPlaces(std::size_t features, std::span<const int> used);

  std::vector<std::int32_t> of;
  /// Where rows have missing values for which their feature has no bin: the feature whose bin 1 says so. Else -1.
  std::vector<std::int32_t> missing_of;
};

class BinForest {
 public:
  /// For rows at these places; the trees must have been grown from bins of these cuts.
  BinForest(std::span<const Cuts> cuts, const BinPlaces& places) : cuts_(cuts), places_(places) {}

  /// Appends a tree, of the same kind as those before it, its leaf values going from so many times what they are to so
  /// many times.
  void add(const Tree& tree, double from, double to);

  std::int64_t nodes() const noexcept { return std::ssize(nodes_); }

  /// Adds the trees to the scores [outputs, bins.rows] of rows on their device.
  void add_to(const Backend& backend, Context& context, const BinsView& bins, double* scores) const;

 private:
  BinNode laid_out(const TreeNode& node) const;
  void ask_for_missing(std::int32_t at, std::int32_t feature, bool missing_left);

  std::span<const Cuts> cuts_;
  const BinPlaces& places_;
  std::vector<BinNode> nodes_;
  std::vector<double> values_;                    // [nodes, width_]
  std::vector<std::int32_t> roots_{0}, outputs_;  // a root for the tree to come, too
  std::size_t width_ = 1;
};

}  // namespace linden
