// RowsOfRanks: the rows of one rank by the columns of all, and what is known of the rows of all ranks beside their
// features.
#pragma once

#include <cstdint>
#include <linden/data.hpp>
#include <span>
#include <string_view>
#include <vector>

#include "backend/comms.hpp"
#include "model/labels.hpp"

namespace linden {

/// Alone, both are the data itself.
struct RowsOfRanks {
  /// This rank's rows: features in one order on all ranks, with the categories of all, in byte order. What a rank
  /// without rows lacks it has of the others.
  Dataset here;
  /// The rows of all in the order of ranks: labels, weights, groups, offsets, and no features. Labels of text have the
  /// classes of all.
  Dataset whole;
};

/// Throws ArgumentError or DataError on all ranks, naming one, where columns, labels, groups or offsets are of another
/// kind than another rank's.
RowsOfRanks rows_of_ranks(std::string_view where, const Dataset& data, const Ranks& ranks);

/// A row of the same columns that are all 0, without a label.
Dataset row_of_zeros(const Dataset& data);

/// Where the rows of this rank begin among those of all.
std::int64_t first_of_ranks(const Ranks& ranks, std::int64_t rows);

/// The labels of rows [first, first + rows) of these.
Labels part_of(const Labels& labels, std::int64_t first, std::int64_t rows);
/// Of values [outputs, all], those of these rows; none stay none.
std::vector<double> part_of(std::span<const double> values, std::int64_t outputs, std::int64_t first,
                            std::int64_t rows);
/// What is known of this rank's rows, first, first + 1, ..., from what is known of all ranks'. Alone it is that itself,
/// which must outlive the object.
class RankPart {
 public:
  RankPart(const Ranks& ranks, std::int64_t first, std::int64_t rows, std::int64_t outputs, const Labels& labels,
           std::span<const double> weights, std::span<const double> offsets)
      : labels_(labels), weights_(weights), offsets_(offsets) {
    if (ranks.is_alone()) return;
    own_labels_ = part_of(labels, first, rows);
    own_weights_ = part_of(weights, 1, first, rows);
    own_offsets_ = part_of(offsets, outputs, first, rows);
    is_part_ = true;
  }
  RankPart(const RankPart&) = delete;
  RankPart& operator=(const RankPart&) = delete;

  const Labels& all_labels() const noexcept { return labels_; }
  std::span<const double> all_offsets() const noexcept { return offsets_; }
  const Labels& labels() const noexcept { return is_part_ ? own_labels_ : labels_; }
  /// [rows], or empty for all one.
  std::span<const double> weights() const noexcept { return is_part_ ? own_weights_ : weights_; }
  /// [outputs, rows], or empty.
  std::span<const double> offsets() const noexcept { return is_part_ ? own_offsets_ : offsets_; }

 private:
  const Labels& labels_;
  std::span<const double> weights_, offsets_;
  Labels own_labels_;
  std::vector<double> own_weights_, own_offsets_;
  bool is_part_ = false;
};

/// Values [outputs, rows] of each rank as those of all, [outputs, all].
std::vector<double> whole_of(const Ranks& ranks, std::span<const double> values, std::int64_t outputs);

}  // namespace linden
