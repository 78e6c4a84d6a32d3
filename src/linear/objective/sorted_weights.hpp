// SLOPE of an objective's weights, those of each output by themselves: sorted_penalty.hpp in the units that are
// penalised, with l2.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace linden {

struct SortedWeights {
  std::vector<std::size_t> columns;  ///< that take part
  std::vector<double> strengths;     ///< one a column, the largest weight's first
  std::vector<double> unit;          ///< of each of these columns, by which its weight is multiplied to be penalised
  double l2 = 0;                     ///< of all of them, in that unit
  std::vector<std::uint8_t> is_in;   ///< [width]; empty where there is no SLOPE

  bool empty() const noexcept { return columns.empty(); }
  bool has(std::size_t column) const noexcept { return !empty() && is_in[column] != 0; }

  // Of parameters [outputs, width]; slopes are those of the smooth part, l2 with it.
  double value(std::span<const double> u) const;
  /// Overwrites the entries of these columns.
  void least_subgradient(std::span<const double> u, std::span<const double> slope, std::span<double> out) const;
  /// The least of `most` and the largest t for which the conjugate is finite at -t v.
  double factor(std::span<const double> v, double most) const;
  /// P(u) + P*(-q) + u . q, of P with l2, for q = t v.
  double gap(std::span<const double> u, std::span<const double> v, double t) const;

  /// The weights of one output, and slopes, in the units that are penalised; `first` is where the output begins.
  std::vector<double> weights(std::span<const double> u, std::size_t first) const;
  std::vector<double> slopes(std::span<const double> v, std::size_t first) const;
  std::size_t width() const noexcept { return is_in.size(); }
};

/// Sizes that differ by rounding alone, as steps leave them, are the same: the largest such difference.
double alike_of(std::span<const double> z) noexcept;

}  // namespace linden
