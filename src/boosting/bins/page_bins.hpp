// Bins of rows that memory does not hold: a file of pages, made once, beside the table that the rows are of, and taken
// as it is where its key says that it is of the same cuts.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "boosting/bins/cuts.hpp"
#include "boosting/bins/pages/page_file.hpp"
#include "data/files/stored_table.hpp"
#include "rows/row_source.hpp"

namespace linden {

/// By row, without the bins by feature. `view`: of all rows, its arrays null. `dense`: the data's feature behind each.
std::unique_ptr<PageReader> pages_of_bins(const Backend& backend, Context& context, RowSource& source,
                                          const std::vector<Cuts>& cuts, const std::vector<int>& dense,
                                          const BinsView& view, const StoredTable& table);

}  // namespace linden
