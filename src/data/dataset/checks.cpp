// The checks walk memory in its own order and look for the culprit only when there is one.
#include "data/dataset/checks.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>

#include "base/fail.hpp"

namespace linden {
namespace {

template <class T>
bool has_infinity(const T* values, std::int64_t count, std::int64_t stride) {
  bool found = false;
  if (stride == 1)
    for (std::int64_t i = 0; i < count; ++i) found |= std::isinf(values[i]);
  else
    for (std::int64_t i = 0; i < count; ++i) found |= std::isinf(values[i * stride]);
  return found;
}

[[noreturn]] void refuse_infinity(std::string_view name, std::int64_t row) {
  fail<DataError>("Dataset: feature \"{}\" is infinite at row {}. Hint: use NaN for a value that is not known.", name,
                  row);
}

// `values` is [rows, features], or one feature [rows].
template <class T>
void refuse_infinities(const Tensor& values, std::span<const std::string> names) {
  constexpr std::int64_t tile = 256;  // rows, so that the columns of a row-major tile stay in the cache
  const bool is_matrix = values.rank() == 2;
  const std::int64_t rows = values.size(0), features = is_matrix ? values.size(1) : 1;
  const std::int64_t down = values.strides()[0], across = is_matrix ? values.strides()[1] : 0;
  const T* const data = values.data<T>();
  for (std::int64_t begin = 0; begin < rows; begin += tile) {
    const std::int64_t end = std::min(rows, begin + tile);
    bool found = false;
    if (across == 1)
      for (std::int64_t r = begin; r < end; ++r) found |= has_infinity(data + r * down, features, 1);
    else
      for (std::int64_t f = 0; f < features; ++f)
        found |= has_infinity(data + begin * down + f * across, end - begin, down);
    if (!found) continue;
    for (std::int64_t r = begin; r < end; ++r)
      for (std::int64_t f = 0; f < features; ++f)
        if (std::isinf(data[r * down + f * across])) refuse_infinity(names[static_cast<std::size_t>(f)], r);
  }
}

template <class T>
void refuse_sparse_infinities(const SparseRows& sparse) {
  const auto values = sparse.values.span<const T>();
  if (!has_infinity(values.data(), static_cast<std::int64_t>(values.size()), 1)) return;
  const auto entry = std::find_if(values.begin(), values.end(), [](T v) { return std::isinf(v); }) - values.begin();
  const auto offsets = sparse.offsets.span<const std::int64_t>();
  const auto row = std::upper_bound(offsets.begin(), offsets.end(), entry) - offsets.begin() - 1;
  const std::int32_t column = sparse.columns.span<const std::int32_t>()[static_cast<std::size_t>(entry)];
  refuse_infinity(sparse.names[static_cast<std::size_t>(column)], row);
}

template <class Single, class Double>
void by_dtype(DType dtype, Single&& single, Double&& twice) {
  if (dtype == DType::f32) return single();
  if (dtype == DType::f64) return twice();
  fail<ArgumentError>("Dataset: features are f32 or f64, not {}.", name_of(dtype));
}

void check_codes(const Column& column) {
  for (std::size_t k = 1; k < column.categories.size(); ++k)
    if (column.categories[k - 1] >= column.categories[k])
      fail<DataError>(
          "Dataset: the categories of feature \"{}\" are not distinct and in byte order: \"{}\" stands "
          "before \"{}\".",
          column.name, column.categories[k - 1], column.categories[k]);
  const std::int64_t stride = column.values.strides()[0];
  const auto* const codes = column.values.data<std::int32_t>();
  for (std::int64_t r = 0; r < column.values.size(0); ++r) {
    const std::int64_t code = codes[r * stride];
    if (code < -1 || code >= static_cast<std::int64_t>(column.categories.size()))
      fail<DataError>("Dataset: feature \"{}\" has code {} at row {}, but it has {} categories.", column.name, code, r,
                      column.categories.size());
  }
}

std::int64_t columns_of(const Tensor& values) { return values.rank() == 2 ? values.size(1) : 1; }

void check_size(const char* what, const Tensor& values, std::int64_t rows, bool may_have_columns) {
  if (values.rank() == 1 && values.size(0) != rows)
    fail<ArgumentError>("Dataset: {} has {} entries, but there are {} rows.", what, values.size(0), rows);
  if (values.rank() == 2 && (values.size(0) != rows || !may_have_columns))
    fail<ArgumentError>("Dataset: {} has shape {}, but must be [{}]{}.", what, values.shape().text(), rows,
                        may_have_columns ? fmt::format(" or [{}, K]", rows) : "");
}

void check_finite(const char* what, const Tensor& values, std::int64_t rows) {
  check_size(what, values, rows, true);
  const auto numbers = values.span<const double>();
  const auto bad = std::ranges::find_if(numbers, [](double number) { return !std::isfinite(number); });
  if (bad != numbers.end())
    fail<DataError>("Dataset: {} is {} at row {}.", what, *bad, (bad - numbers.begin()) / columns_of(values));
}

}  // namespace

std::string number_name(std::int64_t feature) { return fmt::format("f{}", feature); }

std::vector<std::string> checked_names(std::span<const std::string> names, std::int64_t features) {
  std::vector<std::string> checked(names.begin(), names.end());
  if (names.empty()) {
    checked.reserve(static_cast<std::size_t>(features));
    for (std::int64_t f = 0; f < features; ++f) checked.push_back(number_name(f));
    return checked;
  }
  if (static_cast<std::int64_t>(checked.size()) != features)
    fail<ArgumentError>("Dataset: {} names for {} features.", checked.size(), features);
  std::set<std::string_view> seen;
  for (const std::string& name : checked)
    if (!seen.insert(name).second) fail<ArgumentError>("Dataset: two features are called \"{}\".", name);
  return checked;
}

std::vector<std::string> checked_names(std::string_view what, std::span<const std::string> names,
                                       const Tensor& values) {
  const std::int64_t columns = values.elements() == 0 ? 0 : columns_of(values);
  if (!names.empty() && static_cast<std::int64_t>(names.size()) != columns)
    fail<ArgumentError>("Dataset: {} names for {} {}s.", names.size(), columns, what);
  std::set<std::string_view> seen;
  for (const std::string& name : names)
    if (!seen.insert(name).second) fail<ArgumentError>("Dataset: two {}s are called \"{}\".", what, name);
  return {names.begin(), names.end()};
}

void check_label(const Tensor& label, std::int64_t rows) {
  if (columns_of(label) != 2) return check_finite("the label", label, rows);
  check_size("the label", label, rows, true);
  const auto numbers = label.span<const double>();
  for (std::size_t i = 0; i < numbers.size(); ++i)  // the second may be a bound of a time that has none
    if (!std::isfinite(numbers[i]) && !(i % 2 == 1 && numbers[i] > 0))
      fail<DataError>("Dataset: the label is {} at row {}.", numbers[i], i / 2);
}
void check_offset(const Tensor& offset, std::int64_t rows) { check_finite("the offset", offset, rows); }

void check_groups(const Tensor& starts, std::int64_t rows) {
  const std::int64_t grouped = starts.span<const std::int64_t>().back();
  if (grouped != rows) fail<ArgumentError>("Dataset: the groups have {} rows, but there are {}.", grouped, rows);
}

void check_weight(const Tensor& weights, std::int64_t rows) {
  check_size("the weight", weights, rows, false);
  const auto weight = weights.span<const double>();
  bool positive = weight.empty();
  for (std::size_t r = 0; r < weight.size(); ++r) {
    if (!(weight[r] >= 0 && std::isfinite(weight[r])))
      fail<DataError>("Dataset: the weight is {} at row {}, but a weight is a finite number, at least 0.", weight[r],
                      r);
    positive |= weight[r] > 0;
  }
  if (!positive) fail<DataError>("Dataset: every weight is 0.");
}

void check_classes(const Tensor& labels, std::span<const std::string> classes) {
  if (labels.rank() == 2)
    fail<ArgumentError>("Dataset: there are {} classes, but {} labels a row, which are numbers.", classes.size(),
                        labels.size(1));
  const auto label = labels.span<const double>();
  std::set<std::string_view> seen;
  for (const std::string& name : classes)
    if (!seen.insert(name).second) fail<ArgumentError>("Dataset: two classes are called \"{}\".", name);
  for (std::size_t r = 0; r < label.size(); ++r)
    if (!(label[r] >= 0 && label[r] < static_cast<double>(classes.size()) && label[r] == std::floor(label[r])))
      fail<DataError>("Dataset: the label is {} at row {}, which is no number of one of {} classes.", label[r], r,
                      classes.size());
}

void check_host(std::string_view what, const Tensor& values) {
  if (values.device().kind() == Device::Kind::cpu) return;
  fail<DeviceError>("Dataset: {} on {}, but a dataset is made from memory of the host. Hint: to(Device::cpu()).", what,
                    values.device().name());
}

void check_features(const Tensor& values, std::span<const std::string> names) {
  check_host("features are", values);
  by_dtype(
      values.dtype(), [&] { refuse_infinities<float>(values, names); },
      [&] { refuse_infinities<double>(values, names); });
}

void check_column(const Column& column, std::int64_t rows) {
  const Tensor& values = column.values;
  if (values.rank() != 1 || values.size(0) != rows)
    fail<ArgumentError>("Dataset: feature \"{}\" has shape {}, but there are {} rows.", column.name,
                        values.shape().text(), rows);
  const bool fits =
      column.categorical ? values.dtype() == DType::i32 : values.dtype() == DType::f32 || values.dtype() == DType::f64;
  if (!fits)
    fail<ArgumentError>("Dataset: feature \"{}\" is {}, but {}.", column.name, name_of(values.dtype()),
                        column.categorical ? "codes of categories are i32" : "numbers are f32 or f64");
  check_host("features are", values);
  if (column.categorical) return check_codes(column);
  if (!column.categories.empty())
    fail<ArgumentError>("Dataset: feature \"{}\" has {} categories, but is not categorical.", column.name,
                        column.categories.size());
  check_features(values, {&column.name, 1});
}

void check_entries(const SparseRows& sparse, std::int64_t features) {
  for (const Tensor* part : {&sparse.offsets, &sparse.columns, &sparse.values})
    check_host("sparse features are", *part);
  const auto offsets = sparse.offsets.span<const std::int64_t>();
  const auto columns = sparse.columns.span<const std::int32_t>();
  const auto entries = static_cast<std::int64_t>(columns.size());
  if (offsets.empty()) fail<ArgumentError>("Dataset: no offsets; there must be one more than there are rows.");
  if (sparse.values.elements() != entries)
    fail<ArgumentError>("Dataset: {} values for {} columns.", sparse.values.elements(), entries);
  if (offsets.front() != 0 || offsets.back() != entries)
    fail<ArgumentError>("Dataset: offsets run from {} to {}, but must run from 0 to {}, the number of entries.",
                        offsets.front(), offsets.back(), entries);
  for (std::size_t r = 0; r + 1 < offsets.size(); ++r)
    if (offsets[r] > offsets[r + 1])
      fail<ArgumentError>("Dataset: the offsets of row {} descend from {} to {}.", r, offsets[r], offsets[r + 1]);
  for (std::size_t r = 0; r + 1 < offsets.size(); ++r)
    for (std::int64_t i = offsets[r]; i < offsets[r + 1]; ++i) {
      const std::int32_t column = columns[static_cast<std::size_t>(i)];
      if (column < 0 || column >= features)
        fail<DataError>("Dataset: row {} has column {}, but there are {} features.", r, column, features);
      if (i > offsets[r] && columns[static_cast<std::size_t>(i - 1)] >= column)
        fail<DataError>("Dataset: the columns of row {} do not ascend: {} stands before {}.", r,
                        columns[static_cast<std::size_t>(i - 1)], column);
    }
}

void check_values(const SparseRows& sparse) {
  by_dtype(
      sparse.values.dtype(), [&] { refuse_sparse_infinities<float>(sparse); },
      [&] { refuse_sparse_infinities<double>(sparse); });
}

}  // namespace linden
