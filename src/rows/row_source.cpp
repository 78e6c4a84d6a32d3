#include "rows/row_source.hpp"

#include <utility>

#include "model/training_data.hpp"

namespace linden {

ViewSource::ViewSource(const RowsView& rows, std::span<const double> weights)
    : schema_{rows.features, rows.sparse, rows.rows} {
  block_.rows = rows;
  block_.weights = weights;
}

const RowBlock* ViewSource::next() { return std::exchange(is_done_, true) ? nullptr : &block_; }

DatasetSource::DatasetSource(const Dataset& data)
    : schema_{data.features(), data.is_sparse(), data.rows()}, rows_(data) {
  block_.rows = rows_.view();
  if (data.has_label()) block_.labels = data.label().span<const double>();
  block_.weights = weights_of(data);
}

const RowBlock* DatasetSource::next() { return std::exchange(is_done_, true) ? nullptr : &block_; }

}  // namespace linden
