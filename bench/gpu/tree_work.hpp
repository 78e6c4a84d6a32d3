// What growing a tree asks for: rows and nodes by level, counted from the finished tree, and the updates that follow.
#pragma once

#include <cstdint>
#include <linden/boosting.hpp>
#include <vector>

namespace linden::bench {

struct LevelWork {
  std::int64_t nodes = 0, rows = 0;              ///< of this depth
  std::int64_t split_nodes = 0, split_rows = 0;  ///< of those that were split
  std::int64_t built_nodes = 0, built_rows = 0;  ///< whose histograms are summed row by row: smaller children
};

/// By depth. Nodes at `max_depth` (0: no limit) have no histograms.
std::vector<LevelWork> work_of(const Tree& tree, int max_depth);

/// Rows summed into histograms.
std::int64_t built_rows(const std::vector<LevelWork>& work);

/// Updates (a row added to a bin of a feature) by formula: the root in full, half of the rows on each level below.
inline double formula_updates(std::int64_t rows, int features, int depth) {
  return static_cast<double>(rows) * features * (1 + (depth - 1) / 2.0);
}

}  // namespace linden::bench
