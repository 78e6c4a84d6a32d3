// Fits of rows in files (data/files/stored_table.hpp): what goes with them, and what memory their cuts may take.
#pragma once

#include <linden/boosting.hpp>
#include <span>
#include <vector>

#include "backend/comms.hpp"
#include "base/parallel.hpp"
#include "boosting/bins/category_bins.hpp"
#include "boosting/bins/cuts.hpp"
#include "data/files/stored_table.hpp"
#include "loss/definition.hpp"

namespace linden {

/// Throws ArgumentError where a fit of rows in files is asked for what needs all of their values, or their bins by
/// feature, at once; DataError where rows of weight 0 would have to be left out; MemoryError where what is kept of each
/// row is more than it may take. `train`: the rows of `all` that count. Null for rows in memory.
const StoredTable* rows_in_files(const Dataset& all, const Dataset& train, const BoostingConfig& config,
                                 const Loss& loss, std::span<const CategoryEncoding> encodings, const Device& device,
                                 const Ranks& ranks);
/// make_cuts by as many threads as may have the values of a column each; what a column took is given back.
std::vector<Cuts> cuts_of_files(const StoredTable& table, const Dataset& train, RowSource& source,
                                const CutRules& rules, std::span<const RowSlopes> slopes, Workers& workers);
/// What is left for pages beside what is kept of each row, histograms, and the page that is worked on.
std::int64_t memory_for_pages(const StoredTable& table, std::int64_t rows, std::int64_t outputs);
/// Gives back the memory of a column.
void release_column(const StoredTable& table, const Dataset& train, std::int64_t feature);
/// Gives back the memory of all columns, labels and offsets.
void release_columns(const StoredTable& table, const Dataset& train);

}  // namespace linden
