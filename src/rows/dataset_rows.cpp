#include "rows/dataset_rows.hpp"

#include <algorithm>
#include <utility>

namespace linden {
namespace {

const void* memory_of(const Tensor& t) {
  switch (t.dtype()) {
    case DType::f32: return t.data<float>();
    case DType::i32: return t.data<std::int32_t>();
    default: return t.data<double>();
  }
}

}  // namespace

ColumnView view_of(const Column& column) {
  ColumnView view;
  view.values = memory_of(column.values);
  view.stride = column.values.strides()[0];
  view.dtype = column.values.dtype();
  view.codes = static_cast<std::int32_t>(column.categories.size());
  return view;
}

EntriesView view_of(const SparseRows& sparse) {
  return {sparse.offsets.data<std::int64_t>(), sparse.columns.data<std::int32_t>(), memory_of(sparse.values),
          sparse.values.dtype()};
}

DatasetRows::DatasetRows(const Dataset& data) {
  view_.rows = data.rows();
  view_.features = data.features();
  view_.sparse = data.is_sparse();
  if (view_.sparse) {
    view_.entries = view_of(data.sparse());
    view_.entry_columns = data.features();
    return;
  }
  for (const Column& column : data.columns()) columns_.push_back(view_of(column));
  set_columns();
}

DatasetRows::DatasetRows(const Dataset& data, std::vector<FeatureSource> features) : features_(std::move(features)) {
  view_.rows = data.rows();
  view_.features = static_cast<std::int32_t>(features_.size());
  view_.sparse = data.is_sparse();
  if (view_.sparse) {
    feature_of_column_.assign(data.sparse().names.size(), -1);
    for (std::size_t f = 0; f < features_.size(); ++f)
      if (features_[f].column >= 0) feature_of_column_[features_[f].column] = static_cast<std::int32_t>(f);
    view_.entries = view_of(data.sparse());
    view_.entry_columns = static_cast<std::int32_t>(feature_of_column_.size());
    view_.feature_of_column = feature_of_column_.data();
    return;
  }
  for (const FeatureSource& feature : features_) {
    ColumnView& column = columns_.emplace_back(view_of(data.columns()[feature.column]));
    if (!feature.code.empty()) column.code = feature.code.data();
  }
  set_columns();
}

void DatasetRows::set_columns() {
  view_.columns = columns_.data();
  view_.all_f32 = std::ranges::all_of(columns_, [](const ColumnView& c) { return c.dtype == DType::f32; });
}

std::vector<FeatureSource> plain_sources(std::span<const int> columns) {
  std::vector<FeatureSource> sources;
  for (const int column : columns) sources.push_back({column, {}});
  return sources;
}

}  // namespace linden
