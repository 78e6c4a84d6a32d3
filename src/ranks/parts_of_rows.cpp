#include "ranks/parts_of_rows.hpp"

#include <algorithm>
#include <utility>

#include "data/dataset/builder.hpp"

namespace linden {
namespace {

using State = DatasetBuilder::State;

// Where parts of a dataset begin, and the end of the last.
std::vector<std::int64_t> bounds_of(const Dataset& data, int parts) {
  std::vector<std::int64_t> starts, bounds;
  if (data.has_groups()) {
    const auto of_groups = DatasetBuilder::state(data).groups.span<const std::int64_t>();
    starts.assign(of_groups.begin(), of_groups.end());
  }
  for (int part = 0; part <= parts; ++part) {
    const std::int64_t even = data.rows() * part / parts;
    bounds.push_back(starts.empty() ? even : *std::ranges::lower_bound(starts, even));
  }
  return bounds;
}

Tensor rows_of(const Tensor& values, std::int64_t begin, std::int64_t end) {
  return values.elements() == 0 ? values : values.slice(0, begin, end);
}

SparseRows rows_of(const SparseRows& sparse, std::int64_t begin, std::int64_t end) {
  const auto offsets = sparse.offsets.span<const std::int64_t>().subspan(static_cast<std::size_t>(begin),
                                                                         static_cast<std::size_t>(end - begin + 1));
  std::vector<std::int64_t> moved;
  for (const std::int64_t offset : offsets) moved.push_back(offset - offsets.front());
  return {sparse.names, Tensor::copy_of(std::span(std::as_const(moved)), {std::ssize(moved)}),
          sparse.columns.slice(0, offsets.front(), offsets.back()),
          sparse.values.slice(0, offsets.front(), offsets.back())};
}

Tensor groups_of(const Tensor& groups, std::int64_t begin, std::int64_t end) {
  if (groups.elements() == 0 || begin == end) return {};
  std::vector<std::int64_t> starts;
  for (const std::int64_t start : groups.span<const std::int64_t>())
    if (start >= begin && start <= end) starts.push_back(start - begin);
  return Tensor::copy_of(std::span(std::as_const(starts)), {std::ssize(starts)});
}

Dataset rows_of(const Dataset& data, std::int64_t begin, std::int64_t end) {
  State state = DatasetBuilder::state(data);
  state.rows = end - begin;
  for (Column& column : state.columns) column.values = column.values.slice(0, begin, end);
  if (state.is_sparse) state.sparse = rows_of(state.sparse, begin, end);
  state.label = rows_of(state.label, begin, end);
  state.weight = rows_of(state.weight, begin, end);
  state.offset = rows_of(state.offset, begin, end);
  state.groups = groups_of(state.groups, begin, end);
  state.origin = nullptr;  // rows are named by the whole
  return DatasetBuilder::make(std::move(state));
}

Dataset without_features(const Dataset& data) {
  State state = DatasetBuilder::state(data);
  state.is_sparse = false;
  state.columns.clear();
  state.sparse = {};
  state.stored = nullptr;
  return DatasetBuilder::make(std::move(state));
}

std::vector<RowsOfRanks> parts_of(const Dataset& data, const std::vector<std::int64_t>& bounds) {
  const Dataset whole = without_features(data);
  std::vector<RowsOfRanks> parts;
  for (std::size_t part = 0; part + 1 < bounds.size(); ++part)
    parts.push_back({rows_of(data, bounds[part], bounds[part + 1]), whole});
  return parts;
}

}  // namespace

std::vector<PartOfRows> parts_of_rows(const Dataset& train, const ValidationSets& valid, int parts) {
  std::vector<PartOfRows> all;
  const std::vector<std::int64_t> bounds = bounds_of(train, parts);
  for (RowsOfRanks& rows : parts_of(train, bounds)) all.push_back({std::move(rows), {}, bounds[all.size()]});
  for (const ValidationSet& set : valid) {
    std::vector<RowsOfRanks> of_set = parts_of(set.data, bounds_of(set.data, parts));
    for (std::size_t part = 0; part < all.size(); ++part) all[part].valid.push_back(std::move(of_set[part]));
  }
  return all;
}

}  // namespace linden
