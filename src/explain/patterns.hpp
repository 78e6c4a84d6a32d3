// BackgroundPatterns: at the leaves of trees, which features of the way there the rows of a background have as the way
// wants them (backend/explain/games.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <linden/boosting.hpp>
#include <span>
#include <vector>

#include "backend/backend.hpp"
#include "backend/explain/games.hpp"
#include "backend/rows_view.hpp"
#include "base/parallel.hpp"

namespace linden {

class BackgroundPatterns {
 public:
  /// `program` is one for a background, on the host, and `forest` is what it is of. Weights sum to 1. What the views
  /// point to must outlive the object.
  BackgroundPatterns(const ExplainView& program, const ForestView& forest, const RowsView& background,
                     std::span<const double> weights, int outputs);

  /// Works out the patterns of trees from `first` on, of as many as there is room for; says where they end. That does
  /// not depend on the number of threads.
  std::int32_t work_out(std::int32_t first, Workers& workers);

  /// Those worked out last in the memory of a device; on a GPU `memory` is where.
  PatternView on_device(const Backend& backend, Context& context, DeviceArray<std::byte>& memory) const;

  /// What all trees worked out so far add to the scores of the background, on average: [outputs].
  std::span<const double> means() const noexcept { return means_; }

 private:
  /// Of the leaves of some trees, as PatternView has them.
  struct Lists {
    std::vector<PatternLeaf> leaves;
    std::vector<std::uint64_t> bits;
    std::vector<std::int32_t> lacking;
    std::vector<double> weights, slopes;

    std::size_t bytes() const noexcept;
    void append(const Lists& more);
  };
  class TreeWalk;

  void add_means(std::int32_t tree, const Lists& lists);

  const ExplainView& program_;
  const ForestView& forest_;
  std::vector<double> values_;  // [features, rows], of the rows that weigh something
  std::vector<double> weights_;
  std::int32_t words_, most_;
  std::vector<double> together_;  // [most + 1, most + 1]
  std::vector<double> means_;
  Lists lists_;
  std::int64_t first_leaf_ = 0;
};

}  // namespace linden
