// ByteForest: a Forest laid out for the prediction of many rows at a time (backend/tree/byte_forest_view.hpp).
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "backend/tree/byte_forest_view.hpp"
#include "boosting/predict/forest.hpp"

namespace linden {

class ByteForest {
 public:
  ByteForest() = default;
  /// Stays empty where bytes do not do: for a category of 256 groups, for more planes than have a number, and
  /// for trees of more than 256 leaves that split by category far down.
  explicit ByteForest(const Forest& forest);

  bool empty() const noexcept { return trees_.empty(); }
  ByteForestView view() const noexcept;

 private:
  class Builder;

  std::vector<ByteFeature> features_;
  std::vector<BytePlane> planes_;
  std::vector<double> thresholds_;
  std::vector<float> f32_thresholds_;
  std::vector<ByteTree> trees_;
  std::vector<ByteStep> steps_;
  std::vector<ByteSets> sets_;
  std::vector<std::uint8_t> bits_;
  std::vector<std::int32_t> exits_;
  std::vector<ByteNode> nodes_;
  std::vector<std::int32_t> leaf_of_node_;
  std::vector<double> values_;
  std::int32_t plane_count_ = 0;
};

/// The layout over bytes, made once so many rows were asked for that it would have paid. A copy counts anew.
class LazyByteForest {
 public:
  LazyByteForest() : made_(std::make_unique<Made>()) {}
  LazyByteForest(const LazyByteForest&) : LazyByteForest() {}
  LazyByteForest(LazyByteForest&&) noexcept = default;
  LazyByteForest& operator=(LazyByteForest&&) noexcept = default;

  /// For a prediction of so many rows; empty where there is none, or none yet. `forest` is the same one in all calls,
  /// any number of which may run at once.
  ByteForestView of(const Forest& forest, std::int64_t rows) const;

 private:
  struct Made {
    std::atomic<std::int64_t> rows = 0;
    std::once_flag once;
    ByteForest bytes;
  };
  std::unique_ptr<Made> made_;
};

}  // namespace linden
