// The rows that count: rows of weight 0 leave before anything looks at them, so that neither cuts, bins, counts of
// rows, classes nor first scores can tell that they were there.
#pragma once

#include <linden/data.hpp>
#include <linden/loss.hpp>
#include <span>
#include <vector>

#include "backend/tree/tree_input.hpp"

namespace linden {

class CountedRows {
 public:
  /// A loss on the tape keeps all rows: its function may hold tensors of them, and may compare rows. That of one group
  /// does not.
  CountedRows(const Dataset& all, const Loss& loss);

  const Dataset& data() const noexcept { return data_; }
  /// The loss, its parameters by row those of the rows that count.
  const Loss& loss() const noexcept { return loss_; }
  /// As many rows as the user has, for refusals that name one: in place of a row that does not count stands the one
  /// before it that does.
  Dataset as_numbered() const;
  /// The ranges with the rows as the user numbers them.
  std::vector<GradientRange> as_numbered(std::span<const GradientRange> ranges) const;

 private:
  std::vector<std::int64_t> rows_;  // empty: all
  Dataset all_, data_;
  Loss loss_;
};

}  // namespace linden
