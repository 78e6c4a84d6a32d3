// What features add to scores against rows of a background, which lend their values of features that are not known.
#pragma once

#include <linden/boosting.hpp>
#include <span>
#include <vector>

#include "backend/rows_view.hpp"
#include "backend/tree/forest_view.hpp"
#include "base/parallel.hpp"

namespace linden {

class InterventionalTrees {
 public:
  /// Weights of the background sum to 1. All arguments must outlive the object.
  InterventionalTrees(std::span<const Tree> trees, const ForestView& forest, const RowsView& background,
                      std::span<const double> weights, int outputs);

  /// What the trees add to the scores of the background, on average: [outputs].
  std::vector<double> mean_scores() const;

  /// Adds the values of rows first .. first + count - 1, [outputs, features, stride], and, where `pairs` is not null,
  /// what pairs of features do together, [outputs, pairs, stride].
  void explain(const RowsView& rows, std::int64_t first, std::int64_t count, double* values, double* pairs,
               std::int64_t stride, Workers& workers) const;

 private:
  class Walk;

  /// a! b! / (a + b + 1)!
  double together(std::int64_t a, std::int64_t b) const;

  /// Background rows that take the same ways through a tree, whichever side each of its splits is asked from.
  struct Groups {
    std::vector<std::uint8_t> goes_left;  ///< [groups, nodes]
    std::vector<std::int32_t> row;        ///< one of each
    std::vector<double> weight;
  };
  Groups groups_of(std::int32_t tree) const;
  void set_ways(std::int32_t tree, const double* row, std::uint8_t* goes_left) const;

  std::span<const Tree> trees_;
  const ForestView& forest_;
  std::vector<double> background_;  // [rows, features]
  std::span<const double> weights_;
  int outputs_;
  std::vector<double> together_;  // [most + 1, most + 1]: a! b! / (a + b + 1)!
  std::int32_t most_ = 0;         // levels of a tree
};

}  // namespace linden
