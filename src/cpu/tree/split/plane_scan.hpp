// The cuts of a numeric feature in a tree of several planes: what each cut gains is added up plane by plane.
//
// A bin that adds nothing in any plane is passed over, as in packed_scan.hpp. Packed cells of a plane without l1 go a
// vector at a time, all others one by one: the sums are the same.
#pragma once

#include <cstring>

#include "backend/tree/plane_math.hpp"
#include "cpu/tree/split/packed_scan.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// The cells of a feature in one plane.
struct PlaneCells {
  const void* cells;
  bool is_packed;

  const PackedCell* packed() const { return static_cast<const PackedCell*>(cells); }
  WideCell at(int bin) const {
    if (!is_packed) return static_cast<const WideCell*>(cells)[bin];
    return {gradient_of(packed()[bin]), curvature_of(packed()[bin])};
  }
};

/// Sets the bits of the bins that add something.
inline void mark_filled(const PlaneCells& cells, int bins, std::uint64_t* bits) {
  int bin = 0;
  if (cells.is_packed)
    for (; bin + BinVector::lanes <= bins; bin += BinVector::lanes)
      bits[bin >> 6] |= std::uint64_t{BinVector(cells.packed() + bin).filled()} << (bin & 63);
  for (; bin < bins; ++bin) {
    const WideCell cell = cells.at(bin);
    bits[bin >> 6] |= std::uint64_t{cell.gradient != 0 || cell.curvature != 0} << (bin & 63);
  }
}

/// Which cuts are tried.
struct OpenCuts {
  const Scan& s;
  const std::int64_t* left_rows;  ///< by bin: how many rows a cut after it sends left, or null where nobody counts
  bool is_drawn;                  ///< whether there is but one, after the bin `only`, or none where that is -1
  int only;

  bool are_all() const { return left_rows == nullptr && !is_drawn; }
  bool has(int bin) const {
    return (!is_drawn || bin == only) && (left_rows == nullptr || enough_rows(s, left_rows[bin]));
  }
};

class PlaneScan {
 public:
  /// `kept`: the bins, of so many values, after which cuts are tried. `missing`: whether there is a bin of missing
  /// values behind them.
  PlaneScan(const std::uint64_t* kept, int values, bool missing) : values_(values), has_missing_(missing) {
    for (int word = 0; word < 4; ++word) kept_.count += __builtin_popcountll(kept_.bits[word] = kept[word]);
    for (int i = 0; i < kept_.count + gain_lanes; ++i) right_.gains[i] = right_.weights[i] = 0;
    for (int i = 0; has_missing_ && i < kept_.count + gain_lanes; ++i) left_.gains[i] = left_.weights[i] = 0;
  }

  void add(const Scan& s, const PlaneCells& cells) {
    if (cells.is_packed && s.limits.l1 == 0)
      add_packed(s, cells.packed());
    else
      add_singly(s, cells);
  }

  /// The best cut among bins [0, cuts), with missing values on the right or on the left. `weight`: that of the node.
  Best best(bool missing_left, int cuts, double weight, double least, const OpenCuts& open) {
    Side& side = missing_left ? left_ : right_;
    const int count = kept_.count - (cuts < values_ && kept_.has(cuts));
    if (least > 0)
      for (int i = 0; i < count; ++i)
        if (!are_heavy(side.weights[i], weight, least)) side.gains[i] = 0;
    if (!open.are_all())
      for (int i = 0; i < count; ++i)
        if (!open.has(kept_.bin(i))) side.gains[i] = 0;
    LargestGain largest;
    for (int i = 0; i < count; i += gain_lanes) largest.add(lanes_at(side.gains + i), count);
    Best best = largest.best();
    if (best.bin >= 0) best.bin = kept_.bin(best.bin);
    return best;
  }

 private:
  // What cuts gain, and what goes left weighs, added up so far.
  struct Side {
    alignas(64) double gains[256 + 8], weights[256 + 8];
  };

  static Gains lanes_at(const double* values) {
    Gains lanes;
    std::memcpy(&lanes, values, sizeof lanes);
    return lanes;
  }
  static void add_to(double* values, Gains added) {
    const Gains sum = lanes_at(values) + added;
    std::memcpy(values, &sum, sizeof sum);
  }

  void add_packed(const Scan& s, const PackedCell* cells) {
    sum_kept(cells);
    const auto extra = has_missing_ ? static_cast<std::uint64_t>(cells[values_].sums) : 0;
    for (int i = 0; i < kept_.count; i += gain_lanes) {
      Sums sums;
      std::memcpy(&sums, kept_.sums + i, sizeof sums);
      add_lanes(s, sums, right_, i);
      if (has_missing_) add_lanes(s, sums + extra, left_, i);
    }
  }
  static void add_lanes(const Scan& s, Sums sums, Side& side, int i) {
    const auto gradient = reinterpret_cast<Gains>((sums >> 32) ^ 0x4330'0000'8000'0000) - (0x1p52 + 0x1p31);
    const auto curvature = reinterpret_cast<Gains>((sums & 0xffff'ffff) | 0x4330'0000'0000'0000) - 0x1p52;
    add_to(side.gains + i, plain_gain<Gains>(s, gradient, curvature));
    add_to(side.weights + i, curvature * s.curvature_unit);
  }

  // What lies in the bins up to each that is kept.
  void sum_kept(const PackedCell* cells) {
    constexpr int lanes = BinVector::lanes;
    auto before = BinVector::nothing();
    std::int64_t* to = kept_.sums;
    const auto keep = [&](BinVector vector, int first) {
      const unsigned set = static_cast<unsigned>(kept_.bits[first >> 6] >> (first & 63)) & ((1u << lanes) - 1);
      vector.add_up();
      vector.follow(before);
      vector.write(set, to);
      to += __builtin_popcount(set);
    };
    int bin = 0;
    for (; bin + lanes <= values_; bin += lanes) keep(BinVector(cells + bin), bin);
    if (bin < values_) {
      PackedCell rest[lanes] = {};
      for (int i = bin; i < values_; ++i) rest[i - bin] = cells[i];
      keep(BinVector(rest), bin);
    }
    for (int i = 0; i < gain_lanes; ++i) kept_.sums[kept_.count + i] = 0;
  }

  void add_singly(const Scan& s, const PlaneCells& cells) {
    const WideCell missing = has_missing_ ? cells.at(values_) : WideCell{0, 0};
    const auto add = [&](Side& side, int i, std::int64_t gradient, std::int64_t curvature) {
      side.gains[i] += plane_gain(s, gradient, curvature, s.limits.l2);
      side.weights[i] += plane_weight(s, curvature);
    };
    WideCell sum{0, 0};
    for (int bin = 0, i = 0; bin < values_; ++bin) {
      const WideCell cell = cells.at(bin);
      sum = {sum.gradient + cell.gradient, sum.curvature + cell.curvature};
      if (!kept_.has(bin)) continue;
      add(right_, i, sum.gradient, sum.curvature);
      if (has_missing_) add(left_, i, sum.gradient + missing.gradient, sum.curvature + missing.curvature);
      ++i;
    }
  }

  const int values_;
  const bool has_missing_;
  KeptBins kept_;
  Side right_, left_;  // where missing values go
};

LINDEN_LEVEL_END
}  // namespace linden
