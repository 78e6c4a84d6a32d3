// The seam of explanations: what src/explain asks of a device, as a table of functions over plain memory.
#pragma once

#include <cstdint>
#include <linden/device.hpp>

#include "backend/context.hpp"
#include "backend/explain/program.hpp"
#include "backend/rows_view.hpp"
#include "backend/tree/forest_view.hpp"

namespace linden {

/// Explains rows by all trees of a program.
struct ExplainTask {
  ForestView forest;
  ExplainView program;
  RowsView rows;  ///< on a GPU dense
  std::int64_t first_row = 0, row_count = 0;
  std::int64_t all_rows = 0;  ///< how many are explained in all, by this and other tasks
  std::int32_t outputs = 1;
  double* sums = nullptr;   ///< added to: [outputs, features, stride], or of pairs [outputs, pairs, stride]
  std::int64_t stride = 0;  ///< at least row_count rounded up to explain_lanes; what lies behind may be written
  void* scratch = nullptr;  ///< scratch() bytes of the host's
};

inline constexpr std::int64_t explain_lanes = 8;

struct ExplainKernels {
  /// Adds the values of all features, path dependent.
  void (*contributions)(Context&, const ExplainTask&);
  /// Adds what pairs of features do together: the whole of it, once for each pair. Of a program for interactions.
  void (*interactions)(Context&, const ExplainTask&);
  /// Bytes of scratch memory that either wants. On a GPU 0.
  std::int64_t (*scratch)(Context&, const ExplainTask&);
};

/// The CPU's table for this machine's instruction level.
const ExplainKernels& cpu_explain_kernels();

/// That of a device. Throws DeviceError for a GPU that this process cannot use.
const ExplainKernels& explain_kernels_of(const Device& device);

}  // namespace linden
