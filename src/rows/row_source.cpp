#include "rows/row_source.hpp"

#include <utility>

namespace linden {
namespace {

std::span<const double> span_of(const Tensor& numbers) {
  return numbers.elements() > 0 ? numbers.span<const double>() : std::span<const double>();
}

}  // namespace

DatasetSource::DatasetSource(const Dataset& data)
    : schema_{data.features(), data.is_sparse(), data.rows()}, rows_(data) {
  block_.rows = rows_.view();
  if (data.has_label()) block_.labels = span_of(data.label());
  block_.weights = span_of(data.weight());
}

const RowBlock* DatasetSource::next() { return std::exchange(is_done_, true) ? nullptr : &block_; }

}  // namespace linden
