// A Dataset as several blocks of rows, for tests of what goes over a RowSource.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "rows/row_source.hpp"

namespace linden {

/// The rows of `data` in blocks of these sizes, by turns. How many rows there are it tells after the first pass.
class Blocks final : public RowSource {
 public:
  Blocks(const Dataset& data, std::vector<std::int64_t> sizes) : source_(data), sizes_(std::move(sizes)) {
    schema_ = source_.schema();
    schema_.rows = 0;
  }

  const RowSchema& schema() const noexcept override { return schema_; }
  void rewind() override {
    source_.rewind();
    whole_ = source_.next();
    begin_ = 0;
    turn_ = 0;
  }
  const RowBlock* next() override {
    const RowsView& all = whole_->rows;
    if (begin_ == all.rows) return nullptr;
    const std::int64_t size = std::min(sizes_[turn_++ % sizes_.size()], all.rows - begin_);
    block_ = *whole_;
    block_.first = begin_;
    block_.is_last = begin_ + size == all.rows;
    block_.rows.rows = size;
    columns_.assign(all.columns, all.columns + (all.sparse ? 0 : all.features));
    for (ColumnView& column : columns_)
      column.values = static_cast<const char*>(column.values) +
                      begin_ * column.stride * static_cast<std::int64_t>(size_of(column.dtype));
    block_.rows.columns = columns_.data();
    if (all.sparse) block_.rows.entries.offsets = all.entries.offsets + begin_;
    if (!whole_->labels.empty()) block_.labels = whole_->labels.subspan(begin_, size);
    if (!whole_->weights.empty()) block_.weights = whole_->weights.subspan(begin_, size);
    begin_ += size;
    if (block_.is_last) schema_.rows = all.rows;
    return &block_;
  }

 private:
  DatasetSource source_;
  std::vector<std::int64_t> sizes_;
  RowSchema schema_;
  const RowBlock* whole_ = nullptr;
  RowBlock block_;
  std::vector<ColumnView> columns_;
  std::int64_t begin_ = 0;
  std::size_t turn_ = 0;
};

}  // namespace linden
