#include "boosting/train/file_rows.hpp"

#include <algorithm>

#include "backend/loss/row_losses.hpp"
#include "base/fail.hpp"
#include "boosting/model/config/config.hpp"
#include "loss/custom.hpp"
#include "tensor/access.hpp"

namespace linden {
namespace {

// The values of a column as keys, and sorted.
constexpr std::int64_t bytes_of_cuts = 16;
// A row's node in a tree.
constexpr std::int64_t bytes_of_node = 4;

// Its label, and of each output the score, the gradient and the curvature.
std::int64_t bytes_of_rows(std::int64_t rows, std::int64_t outputs) { return rows * (8 + 16 * outputs); }

std::int64_t bytes_of(const Tensor& values) {
  return values.elements() * static_cast<std::int64_t>(size_of(values.dtype()));
}

[[noreturn]] void refuse(const char* what, const char* hint) {
  fail<ArgumentError>("fit_boosted: {} not for rows in files, which are read page by page. Hint: {}.", what, hint);
}

void check_config(const BoostingConfig& config, const Loss& loss) {
  constexpr const char* memory = "rows in memory, Dataset::from_csv";
  if (config.mode.kind != Mode::boosting)
    refuse("BoostingConfig.mode.kind is another than boosting, and this is", ".mode.kind = boosting");
  if (config.mode.parallel_trees > 1) refuse("BoostingConfig.mode.parallel_trees > 1 is", "leave it out");
  if (config.linear_leaves.enabled) refuse("BoostingConfig.linear_leaves is", "leave it out");
  if (has_shared_trees(config, loss.outputs()))
    refuse("BoostingConfig.multi_output.strategy = multi_output_tree is", ".strategy = one_output_per_tree");
  if (is_of_groups(loss)) refuse("a loss of groups is", memory);
  for (int k = 0; k < loss.outputs(); ++k)
    if (renewal_level(spec_of_output(loss.definition(), k)) > 0)
      refuse("a loss whose leaves are order statistics, as those of quantile and absolute, is",
             "huber is like absolute, and its leaves are sums");
}

}  // namespace

const StoredTable* rows_in_files(const Dataset& all, const Dataset& train, const BoostingConfig& config,
                                 const Loss& loss, std::span<const CategoryEncoding> encodings, const Device& device,
                                 const Ranks& ranks) {
  const StoredTable* const table = stored_table(all);
  if (table == nullptr) return nullptr;
  if (stored_table(train) == nullptr)
    fail<DataError>(
        "fit_boosted: rows of weight 0 are left out, and rows in files are not copied. Hint: leave them out of the "
        "files.");
  if (device != Device::cpu())
    fail<ArgumentError>("fit_boosted: rows in files are trained on by a CPU, and .device is {}. Hint: Device::cpu().",
                        device.name());
  if (!ranks.is_alone()) refuse("rows on several machines are", "rows in memory on each, or one machine");
  check_config(config, loss);
  if (std::ranges::find(encodings, CategoryEncoding::statistics) != encodings.end())
    refuse("target statistics of categories, which are columns of their own, are",
           ".categories.encoding = partition keeps categories");
  const std::int64_t of_a_row = bytes_of_rows(1, loss.outputs()) + bytes_of_cuts;
  if (train.rows() * of_a_row > table->memory)
    fail<MemoryError>(
        "fit_boosted: of each of {} rows {} bytes are kept, {} in all, and .memory is {}. Hint: more memory, or fewer "
        "rows.",
        train.rows(), of_a_row, train.rows() * of_a_row, table->memory);
  return table;
}

std::vector<Cuts> cuts_of_files(const StoredTable& table, const Dataset& train, RowSource& source,
                                const CutRules& rules, std::span<const RowSlopes> slopes, Workers& workers) {
  const std::int64_t affordable = table.memory / 4 / (bytes_of_cuts * train.rows());
  Workers few(static_cast<int>(std::clamp<std::int64_t>(affordable, 1, workers.threads())));
  return make_cuts(source, rules, slopes, few, {}, [&](std::int64_t f) { release_column(table, train, f); });
}

std::int64_t memory_for_pages(const StoredTable& table, std::int64_t rows, std::int64_t outputs) {
  return table.memory / 16 * 11 - bytes_of_rows(rows, outputs) - rows * bytes_of_node;
}

void release_column(const StoredTable& table, const Dataset& train, std::int64_t feature) {
  const Tensor& values = train.columns()[static_cast<std::size_t>(feature)].values;
  table.release(TensorAccess::data(values), bytes_of(values));
}

void release_columns(const StoredTable& table, const Dataset& train) {
  for (int f = 0; f < train.features(); ++f) release_column(table, train, f);
  for (const Tensor& values : {train.label(), train.offset()})
    if (values.elements() > 0) table.release(values.data<const double>(), bytes_of(values));
}

}  // namespace linden
