// A thread that walks over trees for its rows, one after the other (backend/explain/walk.hpp). All threads take the
// same steps, and what they remember lies side by side: nothing diverges.
#pragma once

#include <algorithm>

#include "backend/explain_kernels.hpp"
#include "backend/explain/walk.hpp"
#include "backend/raw_value.hpp"
#include "cuda/runtime/simt.hpp"
#include "cuda/runtime/stream.hpp"

namespace linden::cuda {

inline constexpr unsigned explain_threads = 128;

/// Where threads find the rows and what they remember.
struct ExplainWork {
  ForestView forest;
  ExplainView program;
  const ColumnView* columns;
  std::int64_t first_row, rows;
  double* sums;
  std::int64_t places, stride;  ///< of an output: [places, stride]
  double* memory;               ///< [numbers, threads]
  std::uint8_t* flags;          ///< [levels + 1, threads]
  std::int64_t threads;

  /// Numbers that a thread remembers.
  static std::int64_t numbers(const ExplainView& program) {
    const std::int64_t points = program.points, levels = program.levels + 1;
    return points * (2 * levels + 1 + program.features + 1) + levels;
  }
};

class ThreadLanes {
 public:
  using Number = double;
  using Mask = bool;

  __device__ ThreadLanes(const ExplainWork& work, std::int64_t thread) : work_(work) {
    const std::int64_t points = work.program.points, levels = work.program.levels + 1;
    way_ = work.memory + thread;
    left_ = way_ + points * levels * work.threads;
    below_ = left_ + points * levels * work.threads;
    entry_ = below_ + points * work.threads;
    edge_ = entry_ + points * (work.program.features + 1) * work.threads;
    flags_ = reinterpret_cast<bool*>(work.flags) + thread;
  }

  __device__ void set_row(std::int64_t row) { row_ = row; }
  /// The sums that the next walk adds to, and the points of its rule.
  __device__ void set_tree(const ExplainTree& tree, std::int32_t column) {
    const std::int64_t output = tree.output < 0 ? column : tree.output;
    sums_ = work_.sums + output * work_.places * work_.stride + row_;
    points_ = tree.points;
  }

  LINDEN_HD static double all(double x) { return x; }
  LINDEN_HD static double fused(double a, double b, double c) { return a * b + c; }
  LINDEN_HD static double blend(bool mask, double a, double b) { return mask ? a : b; }
  LINDEN_HD static bool everywhere() { return true; }
  LINDEN_HD static bool without(bool a, bool b) { return a && !b; }
  LINDEN_HD double value(std::uint32_t feature) const {
    return raw_value(work_.columns[feature], work_.first_row + row_);
  }
  LINDEN_HD bool goes_left(const ExplainSplit& split, std::int32_t) const {
    return value_goes_left(work_.forest, split, value(split.feature));
  }

  LINDEN_HD double& way(std::int32_t level, std::int32_t q) const { return at(way_, level, q); }
  LINDEN_HD double& left(std::int32_t level, std::int32_t q) const { return at(left_, level, q); }
  LINDEN_HD double& entry(std::int32_t i, std::int32_t q) const { return at(entry_, i, q); }
  LINDEN_HD double& below(std::int32_t q) const { return below_[q * work_.threads]; }
  LINDEN_HD double& edge(std::int32_t level) const { return edge_[level * work_.threads]; }
  LINDEN_HD bool& follows(std::int32_t level) const { return flags_[level * work_.threads]; }

  LINDEN_HD void add(const ExplainSplit& split, double x) const { sums_[split.feature * work_.stride] += x; }
  LINDEN_HD void add(std::uint32_t feature, double x) const { sums_[feature * work_.stride] += x; }
  LINDEN_HD void add(std::uint32_t i, std::uint32_t j, double x) const {
    sums_[pair_number(i, j, work_.forest.features) * work_.stride] += x;
  }

 private:
  LINDEN_HD double& at(double* first, std::int32_t i, std::int32_t q) const {
    return first[(std::int64_t{i} * points_ + q) * work_.threads];
  }

  const ExplainWork& work_;
  double *way_, *left_, *below_, *entry_, *edge_;
  bool* flags_;
  std::int64_t row_ = 0, points_ = 0;
  double* sums_ = nullptr;
};

/// Calls f(lanes, tree, column) for the rows of this thread, all trees and the values of their leaves.
template <class F>
__device__ __forceinline__ void each_walk(const ExplainWork& work, const F& f) {
  const std::int64_t thread = std::int64_t{blockIdx.x} * explain_threads + threadIdx.x;
  ThreadLanes lanes(work, thread);
  for (std::int64_t row = thread; row < work.rows; row += work.threads) {
    lanes.set_row(row);
    for (std::int32_t t = 0; t < work.program.tree_count; ++t)
      for (std::int32_t k = 0; k < work.program.width; ++k) {
        lanes.set_tree(work.program.trees[t], k);
        f(lanes, t, k);
      }
  }
}

/// Calls run(shape, work) with room for as many threads as the rows keep busy.
template <class Run>
void with_threads(Context& context, const ExplainTask& task, std::int64_t places, const Run& run) {
  if (task.row_count == 0) return;
  constexpr std::int64_t most_bytes = std::int64_t{512} << 20;
  const std::int64_t numbers = ExplainWork::numbers(task.program), levels = task.program.levels + 1;
  const std::int64_t most_blocks = std::max(most_bytes / (explain_threads * (8 * numbers + levels)), std::int64_t{1});
  const std::int64_t blocks = std::min((task.row_count + explain_threads - 1) / explain_threads, most_blocks);
  const std::int64_t threads = blocks * explain_threads;
  const Scratch<double> memory(context, numbers * threads, "the walks over trees");
  const Scratch<std::uint8_t> flags(context, levels * threads, "the walks over trees");
  run(LaunchShape{.grid = unsigned(blocks), .block = explain_threads, .stream = stream_of(context)},
      ExplainWork{task.forest, task.program, task.rows.columns, task.first_row, task.row_count, task.sums, places,
                  task.stride, memory.data(), flags.data(), threads});
}

}  // namespace linden::cuda
