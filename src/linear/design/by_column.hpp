// Sparse entries turned from rows to columns.
#pragma once

#include <cstdint>
#include <vector>

#include "backend/linear_kernels.hpp"

namespace linden {

/// The entries of a sparse design column by column, rows ascending within each.
struct ByColumn {
  std::vector<std::int64_t> offsets;  ///< [columns + 1]
  std::vector<std::int32_t> indices;  ///< rows
  std::vector<char> values;           ///< of the design's dtype

  explicit ByColumn(const DesignView& view);
};

}  // namespace linden
