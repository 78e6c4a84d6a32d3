#include "inspection/feature_column.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/fail.hpp"
#include "boosting/model/model.hpp"
#include "data/dataset/builder.hpp"
#include "linear/model.hpp"
#include "model/features/match_features.hpp"

namespace linden {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

// Calls use(row, column, value) for the entries of sparse rows, row by row.
template <class Number, class Use>
void each_entry(const SparseRows& rows, const Use& use) {
  const auto offsets = rows.offsets.span<const std::int64_t>();
  const auto columns = rows.columns.span<const std::int32_t>();
  const auto values = rows.values.span<const Number>();
  for (std::size_t row = 0; row + 1 < offsets.size(); ++row)
    for (auto e = static_cast<std::size_t>(offsets[row]); e < static_cast<std::size_t>(offsets[row + 1]); ++e)
      use(row, columns[e], static_cast<double>(values[e]));
}

template <class Use>
void each_entry_of(const SparseRows& rows, const Use& use) {
  rows.values.dtype() == DType::f32 ? each_entry<float>(rows, use) : each_entry<double>(rows, use);
}

std::vector<double> numbers_of(const Tensor& values) {
  return (values.dtype() == DType::f64 ? values.contiguous() : values.cast(DType::f64)).to_vector<double>();
}

}  // namespace

const ModelSchema& schema_of(const AnyModel& model) {
  return std::visit([](const auto& one) -> const ModelSchema& { return one.state(); }, model);
}

int feature_number(std::string_view where, const AnyModel& model, std::string_view name) {
  const std::vector<std::string>& names = schema_of(model).feature_names;
  const auto found = std::ranges::find(names, name);
  if (found == names.end())
    fail<ArgumentError>("{}: the model has no feature \"{}\". {}Features: {}.", where, name, did_you_mean(name, names),
                        listing(names));
  return static_cast<int>(found - names.begin());
}

FeatureColumn::FeatureColumn(std::string_view where, const AnyModel& model, const Dataset& data, int feature)
    : schema_(&schema_of(model)), data_(data), feature_(feature) {
  const FeatureSource source = match_features(where, data, *schema_, {feature}).front();
  column_ = source.column;
  if (data.is_sparse()) {
    values_.resize(static_cast<std::size_t>(data.rows()));
    if (column_ >= 0)
      each_entry_of(data.sparse(), [&](std::size_t row, std::int32_t column, double value) {
        if (column == column_) values_[row] = value;
      });
    return;
  }
  values_ = numbers_of(data.columns()[static_cast<std::size_t>(column_)].values);
  if (!is_categorical()) return;
  for (double& value : values_) {
    const int code = value < 0             ? -1
                     : source.code.empty() ? static_cast<int>(value)
                                           : source.code[static_cast<std::size_t>(value)];
    value = code < 0 ? missing : code;
  }
}

Dataset FeatureColumn::with(const std::vector<double>& values) const {
  return data_.is_sparse() ? with_sparse(values) : with_dense(values);
}

Dataset FeatureColumn::with_dense(const std::vector<double>& values) const {
  DatasetBuilder::State state = DatasetBuilder::state(data_);
  Column& column = state.columns[static_cast<std::size_t>(column_)];
  if (is_categorical()) {
    std::vector<std::int32_t> codes;
    codes.reserve(values.size());
    for (const double value : values) codes.push_back(std::isnan(value) ? -1 : static_cast<std::int32_t>(value));
    column.values = Tensor::copy_of(codes);
    column.categories = categories();
  } else {
    column.values = Tensor::copy_of(values);
  }
  return DatasetBuilder::make(std::move(state));
}

Dataset FeatureColumn::with_sparse(const std::vector<double>& values) const {
  DatasetBuilder::State state = DatasetBuilder::state(data_);
  SparseRows& rows = state.sparse;
  const auto place = column_ >= 0 ? column_ : static_cast<std::int32_t>(rows.names.size());
  std::vector<std::int64_t> offsets{0};
  std::vector<std::int32_t> columns;
  std::vector<double> entries;
  // Entries come row by row, columns ascending: the new one goes in before the first behind its place.
  std::size_t open = 0;     // the row that is being written
  bool is_written = false;  // whether its new entry is
  const auto write_new = [&] {
    if (!is_written && values[open] != 0) {
      columns.push_back(place);
      entries.push_back(values[open]);
    }
    is_written = true;
  };
  const auto close_until = [&](std::size_t row) {
    for (; open < row; ++open, is_written = false) {
      write_new();
      offsets.push_back(static_cast<std::int64_t>(columns.size()));
    }
  };
  each_entry_of(data_.sparse(), [&](std::size_t row, std::int32_t column, double value) {
    close_until(row);
    if (column >= place) write_new();
    if (column == place) return;
    columns.push_back(column);
    entries.push_back(value);
  });
  close_until(values.size());
  if (column_ < 0) rows.names.push_back(name());
  rows.offsets = Tensor::copy_of(offsets);
  rows.columns = Tensor::copy_of(columns);
  rows.values = Tensor::copy_of(entries);
  return DatasetBuilder::make(std::move(state));
}

}  // namespace linden
