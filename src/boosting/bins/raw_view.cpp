#include "boosting/bins/raw_view.hpp"

#include <utility>

namespace linden {
namespace {

NumberKind kind_of(DType dtype) {
  return dtype == DType::f32 ? NumberKind::f32 : dtype == DType::i32 ? NumberKind::i32 : NumberKind::f64;
}

const void* memory_of(const Tensor& t) {
  switch (t.dtype()) {
    case DType::f32: return t.data<float>();
    case DType::i32: return t.data<std::int32_t>();
    default: return t.data<double>();
  }
}

}  // namespace

RawView::RawView(const Dataset& data, std::vector<FeatureSource> features) : features_(std::move(features)) {
  rows_.rows = data.rows();
  rows_.features = static_cast<std::int32_t>(features_.size());
  if (data.is_sparse()) {
    const SparseRows& sparse = data.sparse();
    feature_of_column_.assign(sparse.names.size(), -1);
    for (std::size_t f = 0; f < features_.size(); ++f)
      if (features_[f].column >= 0) feature_of_column_[features_[f].column] = static_cast<std::int32_t>(f);
    rows_.offsets = sparse.offsets.data<std::int64_t>();
    rows_.entry_columns = sparse.columns.data<std::int32_t>();
    rows_.entry_values = memory_of(sparse.values);
    rows_.entry_kind = kind_of(sparse.values.dtype());
    rows_.feature_of_column = feature_of_column_.data();
    return;
  }
  columns_.resize(features_.size() + 1);  // never empty, so that its address says "dense"
  for (std::size_t f = 0; f < features_.size(); ++f) {
    const Column& column = data.columns()[features_[f].column];
    ColumnView& view = columns_[f];
    view.values = memory_of(column.values);
    view.stride = column.values.strides()[0];
    view.kind = kind_of(column.values.dtype());
    view.codes = static_cast<std::int32_t>(column.categories.size());
    view.code = features_[f].code.empty() ? nullptr : features_[f].code.data();
  }
  rows_.columns = columns_.data();
}

std::vector<FeatureSource> plain_sources(std::span<const int> columns) {
  std::vector<FeatureSource> sources;
  for (const int column : columns) sources.push_back({column, {}});
  return sources;
}

}  // namespace linden
