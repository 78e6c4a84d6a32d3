#include "boosting/bins/wide_columns.hpp"

#include <algorithm>

#include "backend/raw_value.hpp"

namespace linden {
namespace {

constexpr std::int64_t chunk_rows = 4096;

}  // namespace

WideColumns::WideColumns(const std::vector<Cuts>& cuts, std::span<const int> features, std::int64_t rows)
    : rows_(rows), bins_(features.size() * static_cast<std::size_t>(rows)) {
  for (const int f : features) {
    cuts_.push_back(&cuts[static_cast<std::size_t>(f)]);
    view_.most_bins = std::max(view_.most_bins, cuts_.back()->bins);
  }
  view_.features = static_cast<std::int32_t>(features.size());
}

void WideColumns::add(const RowsView& rows, std::int64_t first, Workers& workers) {
  workers.chunks(rows.rows, chunk_rows, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
    const auto set = [&](std::int64_t row, std::size_t f, double value) {
      bins_[f * static_cast<std::size_t>(rows_) + static_cast<std::size_t>(first + row)] =
          static_cast<std::uint16_t>(cuts_[f]->bin_of_number(value));
    };
    for (std::size_t f = 0; f < cuts_.size(); ++f)
      for (std::int64_t row = begin; row < end; ++row) set(row, f, rows.sparse ? 0 : raw_value(rows.columns[f], row));
    if (rows.sparse)
      each_entry(rows, begin, end, [&](std::int64_t row, std::int32_t f, double value) {
        set(begin + row, static_cast<std::size_t>(f), value);
      });
  });
}

const WideBins& WideColumns::place(const Backend& backend, Context& context) {
  device_bins_ = OnDevice<std::uint16_t>(backend.memory, context, bins_.data(), std::ssize(bins_), "wide bins");
  view_.by_feature = device_bins_.data();
  return view_;
}

}  // namespace linden
