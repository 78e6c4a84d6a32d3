// Trees over bytes, as a CPU predicts many rows. A row is first turned into bytes: of a number the rank of its value
// among the forest's thresholds, of a category the number of its group. A split is then one comparison of as many rows
// as a register has bytes, and a tree a program for a machine with a stack, that finds for all these rows at once where
// they leave it: no row goes down, so that nothing waits for memory and no branch depends on a row.
//
// Bytes of a feature are a plane: there may be several, where missing values go both ways, or where the thresholds are
// more than a byte can count.
#pragma once

#include <cstdint>

namespace linden {

/// A feature's thresholds and planes.
struct ByteFeature {
  std::int64_t first_threshold = 0;  ///< of `search - 1`, ascending, the last of them infinite as filling
  std::int32_t search = 1;           ///< a power of two
  std::int32_t first_plane = 0, planes = 0;
  std::int32_t groups = -1;  ///< of categories, whose missing ones have this number; -1: numbers
};

/// A plane of numbers has min(max(rank - base, 0), 255) - 128, where a value's rank is the number of thresholds below
/// it; missing values have the least byte or the greatest.
struct BytePlane {
  static constexpr std::int32_t thresholds = 255;  ///< that one plane tells apart

  std::int32_t base = 0;
  bool missing_left = false, zero_missing = false;
};

/// A split: rows whose (byte & mask) > limit go right.
struct ByteSplit {
  std::uint16_t plane = 0;
  std::int8_t limit = 127, mask = -1;
};

/// A split's step: what comes of its children becomes what comes of it. Children that are exits are known by number.
/// Of the others the last result is at hand, and the one before it on the stack.
struct ByteStep {
  enum Kind : std::uint8_t {
    two_exits,   ///< puts the result at hand on the stack, and makes another one
    left_exit,   ///< the right child's result is at hand
    right_exit,  ///< the left child's is
    last_right,  ///< the right child's result is at hand, the left one's on the stack
    last_left,   ///< the other way round
  };
  static constexpr int stack = 8;  ///< what a tree needs at most, where the harder child is first

  ByteSplit split;
  Kind kind = two_exits;
  std::uint8_t left = 0, right = 0;
};

/// A node that a row goes down to by itself. Children lie side by side; a leaf points to itself.
struct ByteNode {
  ByteSplit split;
  std::int32_t left = 0;
};

/// A plane of one tree: up to 7 of its splits by one category, a bit each for what goes right.
struct ByteSets {
  std::uint16_t plane = 0;      ///< of the groups' numbers
  std::int32_t first_bits = 0;  ///< of groups + 1 bytes
};

/// A tree; or an oblivious one, whose steps are the splits of its levels and give the number of a leaf.
struct ByteTree {
  static constexpr std::int32_t exits = 256;  ///< at most

  bool oblivious = false;
  std::int32_t first_step = 0, steps = 0;
  std::int32_t first_sets = 0, sets = 0;    ///< their planes follow those of the features
  std::int32_t first_leaf = 0, leaves = 0;  ///< first_leaf: of the leaves of all trees
  std::int32_t first_exit = -1;             ///< of the lists of exits; -1: exits are the numbers of leaves
};

struct ByteForestView {
  const ByteFeature* features = nullptr;  ///< as many as the forest uses
  const BytePlane* planes = nullptr;
  const double* thresholds = nullptr;
  const float* f32_thresholds = nullptr;  ///< the greatest floats that are no greater: the same rank for every float
  const ByteTree* trees = nullptr;        ///< null: the forest is not laid out so
  const ByteStep* steps = nullptr;
  const ByteSets* sets = nullptr;
  const std::uint8_t* bits = nullptr;
  const std::int32_t* exits = nullptr;  ///< the node behind each
  const ByteNode* nodes = nullptr;
  const std::int32_t* leaf_of_node = nullptr;
  const double* values = nullptr;  ///< of leaves, where each tree adds to one score
  std::int32_t plane_count = 0;    ///< of features and of the tree that has the most sets
  std::int32_t feature_planes = 0;
};

}  // namespace linden
