// Parts of a design: some of its columns, or some of its rows. Dense columns are views, all else is copied.
#include <algorithm>
#include <utility>

#include "backend/raw_value.hpp"
#include "linear/design/design.hpp"
#include "rows/copy_rows.hpp"

namespace linden {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

}  // namespace

RowBlocks RowBlocks::spread(std::int64_t rows, std::int64_t wanted) noexcept {
  constexpr std::int64_t size = 16;  // two cache lines of a column
  if (rows < 2 * size || 2 * wanted > rows) return all(rows);
  const std::int64_t count = (wanted + size - 1) / size;
  return {size, rows / count, count};
}

/// What a part owns: sparse entries, or dense columns one after the other.
struct Design::Copy {
  std::vector<std::int64_t> offsets;
  std::vector<std::int32_t> indices;
  std::vector<double> values;
};

std::vector<std::int32_t> Design::places_of(std::span<const int> columns, std::int64_t all_columns) {
  std::vector<std::int32_t> place(at(all_columns), -1);
  for (std::size_t j = 0; j < columns.size(); ++j)
    if (columns[j] >= 0) place[at(columns[j])] = static_cast<std::int32_t>(j);
  return place;
}

void Design::take_entries(const EntriesView& entries, std::span<const int> columns, std::int64_t all_columns,
                          Workers& workers) {
  entries_ = entries;
  if (static_cast<std::int64_t>(columns.size()) == all_columns) return;
  const std::int64_t count = entries.offsets[rows_];
  const bool is_wide = count < all_columns / 4;  // then a table of all columns would be most of the work
  const std::vector<std::int32_t> place = is_wide ? std::vector<std::int32_t>{} : places_of(columns, all_columns);
  const auto copy = std::make_shared<Copy>();
  copy->indices.resize(at(count));
  workers.chunks(count, 65536, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
    for (std::int64_t e = begin; e < end; ++e) {
      const std::int32_t column = entries.indices[e];
      copy->indices[at(e)] =
          is_wide
              ? static_cast<std::int32_t>(std::lower_bound(columns.begin(), columns.end(), column) - columns.begin())
              : place[at(column)];
    }
  });
  entries_.indices = copy->indices.data();
  copy_ = copy;
}

void Design::copy_entries(const EntriesView& entries, const RowBlocks& blocks, std::span<const std::int32_t> place,
                          Workers& workers) {
  // Calls each(e, j) for the entries of a row that stay.
  const auto visit = [&](std::int64_t row, const auto& each) {
    const std::int64_t from = blocks.row(row);
    for (std::int64_t e = entries.offsets[from]; e < entries.offsets[from + 1]; ++e)
      if (const std::int32_t j = place[at(entries.indices[e])]; j >= 0) each(e, j);
  };
  const auto copy = std::make_shared<Copy>();
  copy->offsets.resize(at(rows_ + 1));
  workers.chunks(rows_, 1024, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
    for (std::int64_t row = begin; row < end; ++row)
      visit(row, [&](std::int64_t, std::int32_t) { ++copy->offsets[at(row + 1)]; });
  });
  for (std::int64_t row = 0; row < rows_; ++row) copy->offsets[at(row + 1)] += copy->offsets[at(row)];
  copy->indices.resize(at(copy->offsets.back()));
  copy->values.resize(at(copy->offsets.back()));
  workers.chunks(rows_, 1024, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
    for (std::int64_t row = begin; row < end; ++row) {
      std::size_t to = at(copy->offsets[at(row)]);
      visit(row, [&](std::int64_t e, std::int32_t j) {
        copy->indices[to] = j;
        copy->values[to++] = entry_value(entries, e);
      });
    }
  });
  entries_ = {copy->offsets.data(), copy->indices.data(), copy->values.data(), DType::f64};
  copy_ = copy;
}

// Each task takes the entries of its rows from all of the columns, whose rows ascend.
void Design::take_columns(const ByColumn& by_column, DType dtype, std::span<const int> columns, Workers& workers) {
  constexpr std::int64_t tasks = 16, least_rows = 1024;
  const EntriesView from{by_column.offsets.data(), by_column.indices.data(), by_column.values.data(), dtype};
  const std::int64_t size = std::max(least_rows, (rows_ + tasks - 1) / tasks);
  const auto visit = [&](std::int64_t begin, std::int64_t end, const auto& each) {
    for (std::size_t j = 0; j < columns.size(); ++j) {
      const std::int32_t* const first = from.indices + from.offsets[columns[j]];
      const std::int32_t* const last = from.indices + from.offsets[columns[j] + 1];
      for (const std::int32_t* row = std::lower_bound(first, last, begin); row != last && *row < end; ++row)
        each(*row, static_cast<std::int32_t>(j), row - from.indices);
    }
  };
  const auto copy = std::make_shared<Copy>();
  copy->offsets.resize(at(rows_ + 1));
  workers.chunks(rows_, size, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
    visit(begin, end, [&](std::int64_t row, std::int32_t, std::int64_t) { ++copy->offsets[at(row + 1)]; });
  });
  for (std::int64_t row = 0; row < rows_; ++row) copy->offsets[at(row + 1)] += copy->offsets[at(row)];
  copy->indices.resize(at(copy->offsets.back()));
  copy->values.resize(at(copy->offsets.back()));
  workers.chunks(rows_, size, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
    std::vector<std::int64_t> next(copy->offsets.begin() + begin, copy->offsets.begin() + end);
    visit(begin, end, [&](std::int64_t row, std::int32_t j, std::int64_t e) {
      const std::size_t to = at(next[at(row - begin)]++);
      copy->indices[to] = j;
      copy->values[to] = entry_value(from, e);
    });
  });
  entries_ = {copy->offsets.data(), copy->indices.data(), copy->values.data(), DType::f64};
  copy_ = copy;
}

// Columns of row-major memory share their cache lines with columns that are no part of this: they are read once, and
// lie beside each other from then on. Not where they would take much memory.
void Design::gather_columns(Workers& workers) {
  constexpr std::int64_t most_bytes = std::int64_t{256} << 20, rows_at_once = 64;
  const bool is_contiguous = std::ranges::all_of(dense_, [](const ColumnView& column) { return column.stride == 1; });
  if (is_contiguous || rows_ * std::ssize(dense_) * 8 > most_bytes) return;
  const auto copy = std::make_shared<Copy>();
  copy->values.resize(at(rows_ * std::ssize(dense_)));
  double* const values = copy->values.data();
  const DesignView from = view();
  workers.chunks(rows_, rows_at_once, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
    copy_rows(from, begin, end, values + begin, rows_);
  });
  for (std::size_t j = 0; j < dense_.size(); ++j)
    dense_[j] = {values + static_cast<std::int64_t>(j) * rows_, 1, DType::f64};
  copy_ = copy;
}

void Design::copy_columns(const DesignView& from, const RowBlocks& blocks, Workers& workers) {
  const auto copy = std::make_shared<Copy>();
  copy->values.resize(at(rows_ * from.features));
  double* const values = copy->values.data();
  workers.each(blocks.count, [&](std::int64_t block, int) {
    const std::int64_t begin = block * blocks.step;
    copy_rows(from, begin, begin + blocks.size, values + block * blocks.size, rows_);
  });
  for (std::int64_t j = 0; j < from.features; ++j) dense_.push_back({values + j * rows_, 1, DType::f64});
  copy_ = copy;
}

Design Design::of_columns(std::span<const int> columns, Workers& workers, const ByColumn* by_column) const {
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
  if (sparse_ && by_column != nullptr)
    part.take_columns(*by_column, entries_.dtype, columns, workers);
  else if (sparse_)
    part.copy_entries(entries_, RowBlocks::all(rows_), places_of(columns, this->columns()), workers);
  else
    part.gather_columns(workers);
  return part;
}

Design Design::of_rows(const RowBlocks& blocks, Workers& workers) const {
  Design part;
  part.rows_ = blocks.rows();
  part.sparse_ = sparse_;
  part.intercept_ = intercept_;
  part.shift_ = shift_;
  part.factor_ = factor_;
  part.deviation_ = deviation_;
  if (sparse_) {
    std::vector<std::int32_t> place(at(columns()));
    for (std::size_t j = 0; j < place.size(); ++j) place[j] = static_cast<std::int32_t>(j);
    part.copy_entries(entries_, blocks, place, workers);
  } else {
    part.copy_columns(view(), blocks, workers);
  }
  return part;
}

}  // namespace linden
