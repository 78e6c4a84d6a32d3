#include "linear/design.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/fail.hpp"
#include "base/memory.hpp"

namespace linden {
namespace {

constexpr std::int64_t chunk_rows = 4096;
constexpr std::int64_t most_chunks = 16;  // of the sums over entries of sparse rows: each has one an entry of a row

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

double value_at(const void* values, DType dtype, std::int64_t i) {
  return dtype == DType::f32 ? double{static_cast<const float*>(values)[i]} : static_cast<const double*>(values)[i];
}
double value_at(const DesignColumn& column, std::int64_t row) {
  return value_at(column.values, column.dtype, row * column.stride);
}

[[noreturn]] void refuse_missing(std::string_view where, std::span<const std::string> names) {
  fail<DataError>(
      "{}: missing values in {} {}, which linear models do not take. Hint: fill them or drop the rows or columns "
      "beforehand; boosted models take them as they are.",
      where, names.size() == 1 ? "column" : "columns", listing(names));
}

void refuse_text(std::string_view where, const Dataset& data, std::span<const int> columns) {
  if (data.is_sparse()) return;
  std::vector<std::string> names;
  for (const int c : columns)
    if (data.columns()[at(c)].categorical) names.push_back(data.columns()[at(c)].name);
  if (names.empty()) return;
  fail<DataError>(
      "{}: {} {} {} categories, which linear models do not take. Hint: drop {}, or give one column of zeros and ones a "
      "category; boosted models take categories as they are.",
      where, names.size() == 1 ? "column" : "columns", listing(names), names.size() == 1 ? "holds" : "hold",
      names.size() == 1 ? "it" : "them");
}

std::vector<int> all_columns(const Dataset& data) {
  std::vector<int> columns(at(data.features()));
  for (std::size_t j = 0; j < columns.size(); ++j) columns[j] = static_cast<int>(j);
  return columns;
}

std::vector<DesignColumn> dense_columns(const Dataset& data, std::span<const int> wanted) {
  std::vector<DesignColumn> columns;
  for (const int c : wanted) {
    const Tensor& values = data.columns()[at(c)].values;
    const bool is_f32 = values.dtype() == DType::f32;
    columns.push_back({is_f32 ? static_cast<const void*>(values.data<float>()) : values.data<double>(),
                       values.strides()[0], values.dtype()});
  }
  return columns;
}

DesignEntries entries_of(const Dataset& data) {
  const SparseRows& sparse = data.sparse();
  const bool is_f32 = sparse.values.dtype() == DType::f32;
  return {sparse.offsets.data<std::int64_t>(), sparse.columns.data<std::int32_t>(),
          is_f32 ? static_cast<const void*>(sparse.values.data<float>()) : sparse.values.data<double>(),
          sparse.values.dtype()};
}

// Row-major memory, whose rows are best read whole.
bool is_row_major(std::span<const DesignColumn> columns) {
  const std::size_t size = columns[0].dtype == DType::f32 ? sizeof(float) : sizeof(double);
  for (std::size_t j = 0; j < columns.size(); ++j)
    if (columns[j].values != static_cast<const char*>(columns[0].values) + j * size ||
        columns[j].stride != columns[0].stride || columns[j].dtype != columns[0].dtype)
      return false;
  return columns.size() > 1;
}

/// Sums over rows, column by column.
struct Sums {
  std::vector<double> first, second, largest;

  explicit Sums(std::size_t columns) : first(columns), second(columns), largest(columns) {}
  void add(const Sums& other) {
    for (std::size_t j = 0; j < first.size(); ++j) {
      first[j] += other.first[j];
      second[j] += other.second[j];
      largest[j] = std::max(largest[j], other.largest[j]);
    }
  }
};

template <class T>
void add_rows(const T* x, std::int64_t stride, std::int64_t begin, std::int64_t end, const double* weights,
              const double* reference, Sums& sums) {
  const std::size_t columns = sums.first.size();
  double* const first = sums.first.data();
  double* const second = sums.second.data();
  for (std::int64_t row = begin; row < end; ++row) {
    const T* const values = x + row * stride;
    const double w = weights != nullptr ? weights[row] : 1.0;
    for (std::size_t j = 0; j < columns; ++j) {
      const double d = static_cast<double>(values[j]) - reference[j], wd = w * d;
      first[j] += wd;
      second[j] += wd * d;
    }
  }
}

template <class T>
void add_column(const T* x, std::int64_t stride, std::int64_t begin, std::int64_t end, const double* weights,
                double reference, double& first, double& second) {
  double sum[4] = {}, square[4] = {};
  const auto add = [&](std::int64_t row, int lane) {
    const double d = static_cast<double>(x[row * stride]) - reference;
    const double wd = (weights != nullptr ? weights[row] : 1.0) * d;
    sum[lane] += wd;
    square[lane] += wd * d;
  };
  std::int64_t row = begin;
  for (; row + 4 <= end; row += 4)
    for (int lane = 0; lane < 4; ++lane) add(row + lane, lane);
  for (; row < end; ++row) add(row, 0);
  first += (sum[0] + sum[1]) + (sum[2] + sum[3]);
  second += (square[0] + square[1]) + (square[2] + square[3]);
}

Sums sums_about(std::span<const DesignColumn> columns, std::int64_t rows, const double* weights,
                const std::vector<double>& reference, Arena& arena) {
  const std::int64_t chunks = (rows + chunk_rows - 1) / chunk_rows, together = (chunks + 63) / 64;
  std::vector<Sums> partial(at((chunks + together - 1) / together), Sums(columns.size()));
  const bool by_row = is_row_major(columns);
  arena.chunks(rows, chunk_rows * together, [&](std::int64_t begin, std::int64_t end, std::int64_t chunk, int) {
    Sums& sums = partial[at(chunk)];
    if (by_row) {
      if (columns[0].dtype == DType::f32)
        add_rows(static_cast<const float*>(columns[0].values), columns[0].stride, begin, end, weights, reference.data(),
                 sums);
      else
        add_rows(static_cast<const double*>(columns[0].values), columns[0].stride, begin, end, weights,
                 reference.data(), sums);
      return;
    }
    for (std::size_t j = 0; j < columns.size(); ++j) {
      const DesignColumn& c = columns[j];
      if (c.dtype == DType::f32)
        add_column(static_cast<const float*>(c.values), c.stride, begin, end, weights, reference[j], sums.first[j],
                   sums.second[j]);
      else
        add_column(static_cast<const double*>(c.values), c.stride, begin, end, weights, reference[j], sums.first[j],
                   sums.second[j]);
    }
  });
  for (std::size_t chunk = 1; chunk < partial.size(); ++chunk) partial[0].add(partial[chunk]);
  return std::move(partial[0]);
}

struct Moments {
  double mean = 0, deviation = 0;
};

// A column whose one-pass sums have lost digits or overflowed: about its mean, in units of its largest value.
Moments careful_moments(const DesignColumn& column, std::int64_t rows, const double* weights, double total) {
  double largest = 0;
  for (std::int64_t row = 0; row < rows; ++row) largest = std::max(largest, std::abs(value_at(column, row)));
  if (largest == 0) return {};
  const double unit = std::ldexp(1.0, std::ilogb(largest));
  const auto sum = [&](auto term) {
    double result = 0;
    for (std::int64_t row = 0; row < rows; ++row)
      result += (weights != nullptr ? weights[row] : 1.0) * term(value_at(column, row) / unit);
    return result;
  };
  double mean = sum([](double x) { return x; }) / total;
  mean += sum([&](double x) { return x - mean; }) / total;
  const double variance = sum([&](double x) { return (x - mean) * (x - mean); }) / total;
  return {mean * unit, std::sqrt(variance) * unit};
}

std::vector<Moments> dense_moments(std::span<const DesignColumn> columns, std::int64_t rows, const double* weights,
                                   double total, Arena& arena) {
  std::vector<double> reference(columns.size());
  const std::int64_t step = std::max<std::int64_t>(rows / 32, 1);
  for (std::size_t j = 0; j < columns.size(); ++j) {
    double sum = 0;
    std::int64_t count = 0;
    for (std::int64_t row = 0; row < rows; row += step, ++count) sum += value_at(columns[j], row);
    reference[j] = sum / static_cast<double>(count);
  }
  const Sums sums = sums_about(columns, rows, weights, reference, arena);
  std::vector<Moments> moments(columns.size());
  arena.each(static_cast<std::int64_t>(columns.size()), [&](std::int64_t i, int) {
    const std::size_t j = at(i);
    const double off = sums.first[j] / total, square = sums.second[j] / total;
    const double variance = square - off * off;
    moments[j] = {reference[j] + off, std::sqrt(std::max(variance, 0.0))};
    // Where the reference is many deviations from the mean, the difference of squares has lost digits; small squares
    // are 0, and large ones infinite.
    const bool is_rough = !(variance > 1e-4 * square) || !(square > 1e-280);
    if (is_rough || !std::isfinite(square)) moments[j] = careful_moments(columns[j], rows, weights, total);
  });
  return moments;
}

std::vector<Moments> sparse_moments(const DesignEntries& entries, std::size_t columns, std::int64_t rows,
                                    const double* weights, double total, Arena& arena) {
  const std::int64_t fit = entries.offsets[rows] / (4 * static_cast<std::int64_t>(columns) + 1);
  const std::int64_t chunks = std::clamp<std::int64_t>(fit, 1, most_chunks);
  const auto sums_of = [&](auto add) {
    std::vector<Sums> partial(at(chunks), Sums(columns));
    arena.each(chunks, [&](std::int64_t chunk, int) {
      Sums& sums = partial[at(chunk)];
      for (std::int64_t row = rows * chunk / chunks; row < rows * (chunk + 1) / chunks; ++row)
        for (std::int64_t e = entries.offsets[row]; e < entries.offsets[row + 1]; ++e)
          add(at(entries.indices[e]), value_at(entries.values, entries.dtype, e),
              weights != nullptr ? weights[row] : 1.0, sums);
    });
    for (std::int64_t chunk = 1; chunk < chunks; ++chunk) partial[0].add(partial[at(chunk)]);
    return std::move(partial[0]);
  };
  const Sums present = sums_of([](std::size_t j, double x, double w, Sums& sums) {
    sums.first[j] += w * x;
    sums.second[j] += w;
    sums.largest[j] = std::max(sums.largest[j], std::abs(x));
  });
  std::vector<double> mean(columns), unit(columns);  // squares are of values in units of the largest
  for (std::size_t j = 0; j < columns; ++j) {
    mean[j] = present.first[j] / total;
    unit[j] = present.largest[j] > 0 ? std::ldexp(1.0, std::ilogb(present.largest[j])) : 1;
  }
  const Sums about = sums_of([&](std::size_t j, double x, double w, Sums& sums) {
    const double d = (x - mean[j]) / unit[j];
    sums.second[j] += w * d * d;
  });
  std::vector<Moments> moments(columns);
  for (std::size_t j = 0; j < columns; ++j) {
    const double absent = std::max(total - present.second[j], 0.0), d = mean[j] / unit[j];
    moments[j] = {mean[j], unit[j] * std::sqrt((about.second[j] + absent * d * d) / total)};
  }
  return moments;
}

double total_of(std::span<const double> weights, std::int64_t rows) {
  if (weights.empty()) return static_cast<double>(rows);
  double total = 0;
  for (const double w : weights) total += w;
  return total;
}

}  // namespace

/// Entries of some columns of sparse rows.
struct Design::Copy {
  std::vector<std::int64_t> offsets;
  std::vector<std::int32_t> indices;
  std::vector<double> values;

  DesignEntries view() const { return {offsets.data(), indices.data(), values.data(), DType::f64}; }
};

void Design::keep_entries(const DesignEntries& entries, std::span<const int> columns, std::int64_t all_columns,
                          Arena& arena) {
  std::vector<std::int32_t> place(at(all_columns), -1);
  for (std::size_t j = 0; j < columns.size(); ++j) place[at(columns[j])] = static_cast<std::int32_t>(j);
  // Calls each(e, j) for the entries of a row that stay.
  const auto visit = [&](std::int64_t row, const auto& each) {
    for (std::int64_t e = entries.offsets[row]; e < entries.offsets[row + 1]; ++e)
      if (const std::int32_t j = place[at(entries.indices[e])]; j >= 0) each(e, j);
  };
  const auto copy = std::make_shared<Copy>();
  copy->offsets.resize(at(rows_ + 1));
  arena.chunks(rows_, 1024, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
    for (std::int64_t row = begin; row < end; ++row)
      visit(row, [&](std::int64_t, std::int32_t) { ++copy->offsets[at(row + 1)]; });
  });
  for (std::int64_t row = 0; row < rows_; ++row) copy->offsets[at(row + 1)] += copy->offsets[at(row)];
  copy->indices.resize(at(copy->offsets.back()));
  copy->values.resize(at(copy->offsets.back()));
  arena.chunks(rows_, 1024, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
    for (std::int64_t row = begin; row < end; ++row) {
      std::size_t to = at(copy->offsets[at(row)]);
      visit(row, [&](std::int64_t e, std::int32_t j) {
        copy->indices[to] = j;
        copy->values[to++] = value_at(entries.values, entries.dtype, e);
      });
    }
  });
  by_row_ = copy->view();
  copy_ = copy;
}

void Design::check_present(std::string_view where, std::span<const std::string> names, Arena& arena) const {
  std::vector<char> missing(names.size());
  if (sparse_) {
    for (std::int64_t e = 0; e < by_row_.offsets[rows_]; ++e)
      if (std::isnan(value_at(by_row_.values, by_row_.dtype, e))) missing[at(by_row_.indices[e])] = 1;
  } else {
    arena.each(columns(), [&](std::int64_t j, int) {
      for (std::int64_t row = 0; row < rows_ && missing[at(j)] == 0; ++row)
        missing[at(j)] = std::isnan(value_at(dense_[at(j)], row)) ? 1 : 0;
    });
  }
  std::vector<std::string> found;
  for (std::size_t j = 0; j < names.size(); ++j)
    if (missing[j] != 0) found.push_back(names[j]);
  if (!found.empty()) refuse_missing(where, found);
}

Design::Design(std::string_view where, const Dataset& data, std::span<const double> weights, bool intercept,
               Arena& arena)
    : rows_(data.rows()), sparse_(data.is_sparse()), intercept_(intercept) {
  const std::vector<int> columns = all_columns(data);
  refuse_text(where, data, columns);
  shift_.resize(columns.size());
  factor_.resize(columns.size());
  deviation_.resize(columns.size());
  if (columns.empty()) return;
  const double total = total_of(weights, rows_);
  const double* const w = weights.empty() ? nullptr : weights.data();
  std::vector<Moments> moments;
  if (sparse_) {
    by_row_ = entries_of(data);
    moments = sparse_moments(by_row_, columns.size(), rows_, w, total, arena);
  } else {
    dense_ = dense_columns(data, columns);
    moments = dense_moments(dense_, rows_, w, total, arena);
  }
  if (std::ranges::any_of(moments, [](const Moments& m) { return !std::isfinite(m.mean + m.deviation); }))
    check_present(where, data.feature_names(), arena);
  constexpr double rounding = 8 * std::numeric_limits<double>::epsilon();
  for (std::size_t j = 0; j < columns.size(); ++j) {
    const auto [mean, deviation] = moments[j];
    const bool is_constant = !(deviation > rounding * std::abs(mean));
    deviation_[j] = is_constant ? 0 : deviation;
    shift_[j] = intercept ? mean : 0;
    const double scale = intercept ? deviation_[j] : std::hypot(deviation_[j], mean);
    factor_[j] = scale > 0 && std::isfinite(1 / scale) ? 1 / scale : 0;
  }
}

Design::Design(std::string_view where, const Dataset& data, std::span<const int> columns, Arena& arena)
    : rows_(data.rows()),
      sparse_(data.is_sparse()),
      shift_(columns.size(), 0.0),
      factor_(columns.size(), 1.0),
      deviation_(columns.size(), 1.0) {
  refuse_text(where, data, columns);
  if (sparse_) {
    const std::vector<int> all = all_columns(data);
    if (std::ranges::equal(columns, all))
      by_row_ = entries_of(data);
    else
      keep_entries(entries_of(data), columns, data.features(), arena);
  } else {
    dense_ = dense_columns(data, columns);
  }
  std::vector<std::string> names;
  const std::vector<std::string> all_names = data.feature_names();
  for (const int c : columns) names.push_back(all_names[at(c)]);
  check_present(where, names, arena);
}

Design Design::of_columns(std::span<const int> columns, Arena& arena) const {
  Design part;
  part.rows_ = rows_;
  part.sparse_ = sparse_;
  part.intercept_ = intercept_;
  for (const int c : columns) {
    part.shift_.push_back(shift_[at(c)]);
    part.factor_.push_back(factor_[at(c)]);
    part.deviation_.push_back(deviation_[at(c)]);
    if (!sparse_) part.dense_.push_back(dense_[at(c)]);
  }
  if (sparse_) part.keep_entries(by_row_, columns, this->columns(), arena);
  return part;
}

std::int64_t Design::entries() const noexcept {
  return sparse_ ? by_row_.offsets[rows_] : rows_ * std::int64_t{columns()};
}

DesignView Design::view() const noexcept {
  DesignView view;
  view.rows = rows_;
  view.columns = columns();
  view.intercept = intercept_;
  view.sparse = sparse_;
  view.shift = shift_.data();
  view.factor = factor_.data();
  view.column = dense_.data();
  view.by_row = by_row_;
  return view;
}

}  // namespace linden
