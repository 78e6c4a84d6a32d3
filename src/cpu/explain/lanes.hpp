// The rows of a tile that are explained together, a lane each, and the memory of a walk over a tree.
#pragma once

#include <cstdint>

#include "backend/explain_kernels.hpp"
#include "backend/tree/traverse.hpp"
#include "cpu/linear/vector.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// Memory of a walk: what the deepest tree of a program wants.
struct WalkMemory {
  static constexpr std::int64_t pack_bytes = sizeof(Pack);

  explicit WalkMemory(const ExplainView& view, std::byte* memory = nullptr) {
    const std::int64_t points = view.points, levels = view.levels;
    const auto take = [&](std::int64_t packs) {
      auto* const first = reinterpret_cast<Pack*>(memory + bytes);
      bytes += packs * pack_bytes;
      return first;
    };
    way = take((levels + 1) * points);
    left = take((levels + 1) * points);
    below = take(points);
    entry = take((std::int64_t{view.features} + 1) * points);
    edge = take(levels + 1);
    follows = reinterpret_cast<PackBits*>(take(levels + 1));
  }

  Pack *way, *left, *below, *entry, *edge;
  PackBits* follows;
  std::int64_t bytes = 0;
};

/// What the rows of a pack are: values by column, [features, tile]; or, of an oblivious tree, all ways down it, of
/// which the first is `pattern`.
class RowLanes {
 public:
  using Number = Pack;
  using Mask = PackBits;

  RowLanes(const ForestView& forest, const WalkMemory& memory) : forest_(forest), memory_(memory) {}

  /// The next walk is over a tree whose rules have so many points.
  void set_points(std::int32_t points) { points_ = points; }
  void set_rows(const double* values, std::int64_t tile) {
    values_ = values;
    tile_ = tile;
  }
  /// All ways down a tree of so many levels from this one on.
  void set_patterns(std::int64_t first, std::int32_t levels) {
    first_pattern_ = first;
    pattern_levels_ = levels;
  }
  /// sums[place * stride] belongs to the first row of the pack; a place is a feature, a slot of a tree or a pair.
  void set_sums(double* sums, std::int64_t stride) {
    sums_ = sums;
    stride_ = stride;
  }

  static Pack all(double x) { return linden::all(x); }
  static Pack fused(Pack a, Pack b, Pack c) { return linden::fused(a, b, c); }
  static Pack blend(PackBits mask, Pack a, Pack b) { return mask ? a : b; }
  static PackBits everywhere() { return ~PackBits{}; }
  static PackBits without(PackBits a, PackBits b) { return a & ~b; }
  Pack value(std::uint32_t feature) const { return load(values_ + feature * tile_); }

  PackBits goes_left(const ExplainSplit& split, std::int32_t level) const {
    if (pattern_levels_ >= 0) return goes_left_by_pattern(level);
    const Pack x = value(split.feature);
    if (split.special != 0) {
      PackBits left{};
      for (int i = 0; i < pack_lanes; ++i) left[i] = special_goes_left(forest_, split.at, x[i]) ? -1 : 0;
      return left;
    }
    const Pack threshold = all(split.threshold);
    return split.missing_left != 0 ? ~(x > threshold) : x <= threshold;
  }

  Pack& way(std::int32_t level, std::int32_t q) const { return memory_.way[std::int64_t{level} * points_ + q]; }
  Pack& left(std::int32_t level, std::int32_t q) const { return memory_.left[std::int64_t{level} * points_ + q]; }
  Pack& entry(std::int32_t i, std::int32_t q) const { return memory_.entry[std::int64_t{i} * points_ + q]; }
  Pack& below(std::int32_t q) const { return memory_.below[q]; }
  Pack& edge(std::int32_t level) const { return memory_.edge[level]; }
  PackBits& follows(std::int32_t level) const { return memory_.follows[level]; }

  void add(const ExplainSplit& split, Pack x) const {
    add_at(pattern_levels_ >= 0 ? split.slot : static_cast<std::int64_t>(split.feature), x);
  }
  void add(std::uint32_t feature, Pack x) const { add_at(feature, x); }
  void add(std::uint32_t i, std::uint32_t j, Pack x) const { add_at(pair_number(i, j, forest_.features), x); }

 private:
  PackBits goes_left_by_pattern(std::int32_t level) const {
    PackBits left{};
    for (int i = 0; i < pack_lanes; ++i)
      left[i] = (((first_pattern_ + i) >> (pattern_levels_ - 1 - level)) & 1) == 0 ? -1 : 0;
    return left;
  }
  void add_at(std::int64_t place, Pack x) const {
    double* const sum = sums_ + place * stride_;
    store(sum, load(sum) + x);
  }

  const ForestView& forest_;
  const WalkMemory& memory_;
  std::int64_t points_ = 0;
  const double* values_ = nullptr;
  std::int64_t tile_ = 0;
  std::int64_t first_pattern_ = 0;
  std::int32_t pattern_levels_ = -1;
  double* sums_ = nullptr;
  std::int64_t stride_ = 0;
};

LINDEN_LEVEL_END
}  // namespace linden
