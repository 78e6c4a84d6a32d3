#include "boosting/bins/page_bins.hpp"

#include <algorithm>
#include <utility>

#include "base/hash/sha256.hpp"
#include "boosting/bins/feature_cuts.hpp"
#include "rows/selected_rows.hpp"

namespace linden {
namespace {

// Two pages are read while one is worked on, and its entries take as much again.
std::int64_t page_rows(const BinsView& view, std::int64_t memory) {
  constexpr std::int64_t least = 64, most = std::int64_t{1} << 19, share = 64, whole = 64;
  return std::clamp(memory / share / view.row_stride, least, most) / whole * whole;
}

// What a file of bins depends on beside the rows: how they lie in pages, which features, and the cuts of each.
std::string key_of(const StoredTable& table, const PageShape& shape, const std::vector<Cuts>& cuts,
                   const std::vector<int>& dense) {
  Sha256 hash;
  const auto add = [&](const void* first, std::size_t bytes) {
    hash.add({reinterpret_cast<const char*>(&bytes), sizeof bytes});
    hash.add({static_cast<const char*>(first), bytes});
  };
  const std::string name = table.folder.filename().string();
  add(name.data(), name.size());
  add(&shape, sizeof shape);
  for (const int f : dense) {
    const Cuts& c = cuts[static_cast<std::size_t>(f)];
    const std::int64_t facts[] = {f, c.categorical, c.has_missing, c.bins};
    add(facts, sizeof facts);
    add(c.numeric.data(), c.numeric.size() * sizeof(double));
    add(c.bin_of.data(), c.bin_of.size());
  }
  return hash.hex();
}

// Rows [first, first + rows) of dense columns.
std::vector<ColumnView> rows_of(const RowsView& all, std::int64_t first) {
  std::vector<ColumnView> columns(all.columns, all.columns + all.features);
  for (ColumnView& column : columns)
    column.values = static_cast<const char*>(column.values) +
                    first * column.stride * static_cast<std::int64_t>(size_of(column.dtype));
  return columns;
}

}  // namespace

std::unique_ptr<PageReader> pages_of_bins(const Backend& backend, Context& context, RowSource& source,
                                          const std::vector<Cuts>& cuts, const std::vector<int>& dense,
                                          const BinsView& view, const StoredTable& table) {
  const PageShape shape{view.rows, page_rows(view, table.memory), view.row_stride};
  const std::string key = key_of(table, shape, cuts, dense);
  const std::filesystem::path path = table.folder / (key.substr(0, 24) + ".bins");
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    PageWriter writer(path, shape, key);
    const FeatureCutList feature_cuts(cuts, dense);
    std::vector<std::uint8_t> by_row(static_cast<std::size_t>(shape.page_rows * view.row_stride));
    std::vector<std::uint8_t> by_feature(static_cast<std::size_t>(shape.page_rows * view.features));
    each_block(source, [&](const RowBlock& block) {
      const SelectedRows wanted(block.rows, dense);
      for (std::int64_t page = 0; page < shape.pages(); ++page) {
        const std::vector<ColumnView> columns = rows_of(wanted.view(), page * shape.page_rows);
        RowsView rows = wanted.view();
        rows.rows = shape.rows_of(page);
        rows.columns = columns.data();
        BinsView bins = view;
        bins.rows = rows.rows;
        bins.by_row = by_row.data();
        bins.by_feature = by_feature.data();
        backend.tree.bin(context, {rows, feature_cuts.data(), bins, 0});
        writer.add(by_row.data());
        for (const ColumnView& column : columns)
          table.release(column.values, rows.rows * static_cast<std::int64_t>(size_of(column.dtype)));
      }
    });
    writer.finish();
  }
  return std::make_unique<PageReader>(path, shape, key);
}

}  // namespace linden
