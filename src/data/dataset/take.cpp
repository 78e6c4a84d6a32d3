// Dataset::take: some rows of a dataset, copied.
#include <algorithm>
#include <cstring>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "data/dataset/builder.hpp"
#include "data/dataset/groups.hpp"

namespace linden {
namespace {

using Rows = std::span<const std::int64_t>;

template <class Bits>
void gather(const void* from, std::int64_t stride, Rows rows, void* to) {
  const auto* const source = static_cast<const Bits*>(from);
  auto* const target = static_cast<Bits*>(to);
  for (std::size_t i = 0; i < rows.size(); ++i) target[i] = source[rows[i] * stride];
}

const void* first_of(const Tensor& values) {
  switch (values.dtype()) {
    case DType::f32: return values.data<const float>();
    case DType::f64: return values.data<const double>();
    default: return values.data<const std::int32_t>();
  }
}

// Entries [first, first + rows.size()) of `taken` become these rows of `values`. A vector of f32, f64 or i32.
void gather(const Tensor& values, Rows rows, std::int64_t first, const Tensor& taken) {
  const std::size_t size = size_of(values.dtype());
  auto* const to = static_cast<char*>(const_cast<void*>(first_of(taken))) + static_cast<std::size_t>(first) * size;
  if (size == 4)
    gather<std::uint32_t>(first_of(values), values.strides()[0], rows, to);
  else
    gather<std::uint64_t>(first_of(values), values.strides()[0], rows, to);
}

// Contiguous f64 [rows] or [rows, K].
Tensor take_numbers(const Tensor& values, Rows rows) {
  if (values.elements() == 0) return values;
  const auto count = static_cast<std::int64_t>(rows.size());
  const std::int64_t width = values.rank() == 2 ? values.size(1) : 1;
  Tensor taken = Tensor::empty(values.rank() == 2 ? Shape{count, width} : Shape{count});
  auto* to = taken.data<double>();
  for (const std::int64_t row : rows) to = std::copy_n(values.data<const double>() + row * width, width, to);
  return taken;
}

Tensor take_groups(const Tensor& starts, Rows rows) {
  if (starts.elements() == 0) return starts;
  const std::vector<std::int64_t> groups = group_numbers(starts);
  std::vector<std::int64_t> taken;
  for (const std::int64_t row : rows) taken.push_back(groups[static_cast<std::size_t>(row)]);
  return group_starts(taken, [&](const TornGroup& torn) {
    const auto row = [&](std::int64_t place) { return rows[static_cast<std::size_t>(place)]; };
    fail<DataError>(
        "Dataset::take: rows {} and {} are of one group, and row {}, taken between them, is of another. Hint: take the "
        "rows of a group one after another.",
        row(torn.first), row(torn.last), row(torn.between));
  });
}

std::vector<Column> take_columns(const std::vector<Column>& columns, Rows rows) {
  std::vector<Column> taken = columns;
  for (Column& column : taken)
    column.values = Tensor::empty({static_cast<std::int64_t>(rows.size())}, column.values.dtype());
  constexpr std::size_t tile = 256;  // rows, so that row-major memory is read once and not once for each column
  for (std::size_t begin = 0; begin < rows.size(); begin += tile)
    for (std::size_t c = 0; c < columns.size(); ++c)
      gather(columns[c].values, rows.subspan(begin, std::min(tile, rows.size() - begin)),
             static_cast<std::int64_t>(begin), taken[c].values);
  return taken;
}

SparseRows take_sparse(const SparseRows& sparse, Rows rows) {
  const auto offsets = sparse.offsets.span<const std::int64_t>();
  const auto length = [&](std::int64_t row) {
    return offsets[static_cast<std::size_t>(row) + 1] - offsets[static_cast<std::size_t>(row)];
  };
  SparseRows taken{sparse.names, Tensor::empty({static_cast<std::int64_t>(rows.size()) + 1}, DType::i64), {}, {}};
  const auto to = taken.offsets.span<std::int64_t>();
  to[0] = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) to[i + 1] = to[i] + length(rows[i]);
  taken.columns = Tensor::empty({to.back()}, DType::i32);
  taken.values = Tensor::empty({to.back()}, sparse.values.dtype());
  const auto copy = [&](const Tensor& from, const Tensor& into) {
    const std::size_t size = size_of(from.dtype());
    const auto* const source = static_cast<const char*>(first_of(from));
    auto* const target = static_cast<char*>(const_cast<void*>(first_of(into)));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::size_t bytes = static_cast<std::size_t>(length(rows[i])) * size;
      const auto start = static_cast<std::size_t>(offsets[static_cast<std::size_t>(rows[i])]);
      if (bytes > 0) std::memcpy(target + static_cast<std::size_t>(to[i]) * size, source + start * size, bytes);
    }
  };
  copy(sparse.columns, taken.columns);
  copy(sparse.values, taken.values);
  return taken;
}

}  // namespace

Dataset Dataset::take(std::span<const std::int64_t> rows) const try {
  for (const std::int64_t row : rows)
    if (row < 0 || row >= state_->rows)
      fail<ArgumentError>("Dataset::take: row {} is out of range; there are {} rows.", row, state_->rows);
  State state = *state_;
  state.stored = nullptr;
  state.rows = static_cast<std::int64_t>(rows.size());
  if (state_->is_sparse)
    state.sparse = take_sparse(state_->sparse, rows);
  else
    state.columns = take_columns(state_->columns, rows);
  state.label = take_numbers(state_->label, rows);
  state.weight = take_numbers(state_->weight, rows);
  state.groups = take_groups(state_->groups, rows);
  state.offset = take_numbers(state_->offset, rows);
  state.origin = origin_of_rows(state_->origin, {rows.begin(), rows.end()});
  return DatasetBuilder::make(std::move(state));
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Dataset::take");
}

}  // namespace linden
