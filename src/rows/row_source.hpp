// What fits see of their rows: blocks that follow one another, as often as they ask. A Dataset in memory is one block;
// rows that do not fit there are many.
#pragma once

#include <cstdint>
#include <linden/data.hpp>
#include <span>

#include "rows/dataset_rows.hpp"

namespace linden {

struct RowSchema {
  std::int32_t features = 0;
  bool sparse = false;
  std::int64_t rows = 0;  ///< of all blocks together; known when a pass has ended, if not before
};

/// Rows that follow one another, in the host's memory.
struct RowBlock {
  std::int64_t first = 0;           ///< the number of rows[0] among those of all blocks
  bool is_last = true;              ///< no block follows
  RowsView rows;                    ///< all features, in the order of the data, codes without translation
  std::span<const double> labels;   ///< [rows], classes by their codes; empty where the data has none
  std::span<const double> weights;  ///< [rows]; empty: all one
};

class RowSource {
 public:
  RowSource() = default;
  RowSource(const RowSource&) = delete;
  RowSource& operator=(const RowSource&) = delete;
  virtual ~RowSource() = default;

  virtual const RowSchema& schema() const noexcept = 0;
  /// Before the first block, as at the beginning.
  virtual void rewind() = 0;
  /// The next block, at least one a pass; null after the last. It and what it points to stay as they are until the next
  /// call.
  virtual const RowBlock* next() = 0;
};

/// Calls f(block) for all blocks, from the first one on.
template <class F>
void each_block(RowSource& source, const F& f) {
  source.rewind();
  while (const RowBlock* const block = source.next()) f(*block);
}

/// Rows in memory as one block. What the views point to must outlive it; `weights` is empty for all one.
class ViewSource final : public RowSource {
 public:
  explicit ViewSource(const RowsView& rows, std::span<const double> weights = {});

  const RowSchema& schema() const noexcept override { return schema_; }
  void rewind() override { is_done_ = false; }
  const RowBlock* next() override;

 private:
  RowSchema schema_;
  RowBlock block_;
  bool is_done_ = false;
};

/// A Dataset, which must outlive it, as one block.
class DatasetSource final : public RowSource {
 public:
  explicit DatasetSource(const Dataset& data);

  const RowSchema& schema() const noexcept override { return schema_; }
  void rewind() override { is_done_ = false; }
  const RowBlock* next() override;

 private:
  RowSchema schema_;
  DatasetRows rows_;
  RowBlock block_;
  bool is_done_ = false;
};

}  // namespace linden
