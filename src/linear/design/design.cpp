#include "linear/design/design.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "backend/raw_value.hpp"
#include "base/fail.hpp"
#include "base/memory.hpp"
#include "data/dataset/columns_with_entries.hpp"
#include "linear/design/moments.hpp"
#include "linear/recipe/cook.hpp"
#include "rows/dataset_rows.hpp"

namespace linden {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

void refuse_text(std::string_view where, const Dataset& data, std::span<const int> columns, bool is_alone) {
  if (data.is_sparse()) return;
  std::vector<std::string> names;
  for (const int c : columns)
    if (data.columns()[at(c)].categorical) names.push_back(data.columns()[at(c)].name);
  if (names.empty()) return;
  fail<DataError>(
      "{}: {} {} {} categories, which {}. Hint: drop {}, or give one column of zeros and ones a category; boosted "
      "models take categories as they are.",
      where, names.size() == 1 ? "column" : "columns", listing(names), names.size() == 1 ? "holds" : "hold",
      is_alone ? "are no numbers" : "linear models of rows on several machines do not take",
      names.size() == 1 ? "it" : "them");
}

std::vector<ColumnView> dense_columns(const Dataset& data, std::span<const int> wanted) {
  std::vector<ColumnView> columns;
  for (const int c : wanted) columns.push_back(view_of(data.columns()[at(c)]));
  return columns;
}

}  // namespace

std::vector<int> fitted_columns(const Dataset& data, const Ranks& ranks) {
  if (!data.is_sparse()) {
    std::vector<int> columns(data.columns().size());
    std::iota(columns.begin(), columns.end(), 0);
    return columns;
  }
  const std::span<const std::int32_t> entries = data.sparse().columns.span<const std::int32_t>();
  const std::vector<std::int32_t> here = columns_with_entries({&entries, 1}, data.features());
  if (ranks.is_alone()) return here;
  std::vector<double> has_entry(at(data.features()));
  for (const int c : here) has_entry[at(c)] = 1;
  ranks.max(has_entry);
  std::vector<int> columns;
  for (int c = 0; c < data.features(); ++c)
    if (has_entry[at(c)] > 0) columns.push_back(c);
  return columns;
}

std::vector<std::string> names_of(const Dataset& data, std::span<const int> columns) {
  std::vector<std::string> names;
  names.reserve(columns.size());
  for (const int c : columns)
    names.push_back(data.is_sparse() ? data.sparse().names[at(c)] : data.columns()[at(c)].name);
  return names;
}

void Design::check_present(std::string_view where, const Dataset& data, std::span<const int> columns, Workers& workers,
                           const Ranks& ranks) const {
  std::vector<double> missing(columns.size());
  std::vector<std::int64_t> first(columns.size(), rows_);
  if (sparse_) {
    for (std::int64_t row = rows_; row-- > 0;)
      for (std::int64_t e = entries_.offsets[row]; e < entries_.offsets[row + 1]; ++e)
        if (std::isnan(entry_value(entries_, e))) {
          missing[at(entries_.indices[e])] = 1;
          first[at(entries_.indices[e])] = row;
        }
  } else {
    workers.each(this->columns(), [&](std::int64_t j, int) {
      for (std::int64_t row = 0; row < rows_ && missing[at(j)] == 0; ++row)
        if (std::isnan(raw_value(dense_[at(j)], row))) {
          missing[at(j)] = 1;
          first[at(j)] = row;
        }
    });
  }
  ranks.max(missing);
  std::vector<int> found;
  for (std::size_t j = 0; j < columns.size(); ++j)
    if (missing[j] != 0) found.push_back(columns[j]);
  if (found.empty()) return;
  // All ranks say the same, whose rows ever they are.
  refuse_missing(where, names_of(data, found), ranks.is_alone() ? data.where(*std::ranges::min_element(first)) : "");
}

Design::Design(std::string_view where, const Dataset& data, std::span<const double> weights, bool intercept,
               Workers& workers, const Ranks& ranks)
    : rows_(data.rows()), sparse_(data.is_sparse()), intercept_(intercept) {
  const std::vector<int> columns = fitted_columns(data, ranks);
  refuse_text(where, data, columns, ranks.is_alone());
  shift_.resize(columns.size());
  factor_.resize(columns.size());
  deviation_.resize(columns.size());
  if (sparse_)
    take_entries(view_of(data.sparse()), columns, data.features(), workers);
  else
    dense_ = dense_columns(data, columns);
  ViewSource here(view(), weights);
  const std::vector<ColumnMoments> moments = moments_of_ranks(column_moments(here, workers), rows_, weights, ranks);
  if (std::ranges::any_of(moments, [](const ColumnMoments& m) { return !std::isfinite(m.mean + m.deviation); }))
    check_present(where, data, columns, workers, ranks);
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

Design::Design(std::string_view where, const Dataset& data, std::span<const int> columns, Workers& workers)
    : rows_(data.rows()),
      sparse_(data.is_sparse()),
      shift_(columns.size(), 0.0),
      factor_(columns.size(), 1.0),
      deviation_(columns.size(), 1.0) {
  refuse_text(where, data, columns, true);
  if (sparse_) {
    const auto is_in_place = [&, column = 0](int c) mutable { return c == column++; };
    if (static_cast<int>(columns.size()) == data.features() && std::ranges::all_of(columns, is_in_place))
      entries_ = view_of(data.sparse());
    else
      copy_entries(view_of(data.sparse()), RowBlocks::all(rows_), places_of(columns, data.features()), workers);
  } else {
    dense_ = dense_columns(data, columns);
  }
  check_present(where, data, columns, workers, {});
}

std::int64_t Design::entries() const noexcept {
  return sparse_ ? entries_.offsets[rows_] : rows_ * std::int64_t{columns()};
}

DesignView Design::view() const noexcept {
  DesignView view;
  view.rows = rows_;
  view.features = columns();
  view.sparse = sparse_;
  view.all_f32 = std::ranges::all_of(dense_, [](const ColumnView& c) { return c.dtype == DType::f32; });
  view.columns = dense_.data();
  view.entries = entries_;
  view.entry_columns = columns();
  view.intercept = intercept_;
  view.shift = shift_.data();
  view.factor = factor_.data();
  return view;
}

}  // namespace linden
