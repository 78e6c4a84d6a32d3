// The seam of explanations: what src/explain asks of a device, as a table of functions over plain memory.
#pragma once

#include <cstdint>
#include <linden/device.hpp>

#include "backend/context.hpp"
#include "backend/explain/games.hpp"
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

/// What else there is to say where rows are explained against a background, by trees first_tree .. end_tree - 1 of a
/// program.
struct BackgroundTask {
  PatternView patterns;
  std::int32_t first_tree = 0, end_tree = 0;
  double* pair_sums = nullptr;  ///< added to: [outputs, pairs, stride]; null: pairs are not asked for
};

struct ExplainKernels {
  /// Adds the values of all features, path dependent.
  void (*contributions)(Context&, const ExplainTask&);
  /// Adds what pairs of features do together: the whole of it, once for each pair. Of a program for interactions.
  void (*interactions)(Context&, const ExplainTask&);
  /// Adds the values of all features against a background, and what pairs of features do together.
  void (*against_background)(Context&, const ExplainTask&, const BackgroundTask&);
  /// Bytes of scratch memory that the first two want, and the last. On a GPU 0.
  std::int64_t (*scratch)(Context&, const ExplainTask&);
  std::int64_t (*background_scratch)(Context&, const ExplainTask&);
};

/// The CPU's table for this machine's instruction level.
const ExplainKernels& cpu_explain_kernels();

/// That of a device. Throws DeviceError for a GPU that this process cannot use.
const ExplainKernels& explain_kernels_of(const Device& device);

}  // namespace linden
