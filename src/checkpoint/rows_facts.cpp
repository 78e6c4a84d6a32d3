// Each value is mixed with its row and column, and the results are added: so neither the order of threads nor the split
// of rows among ranks shows.
#include "checkpoint/rows_facts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <vector>

#include "backend/raw_value.hpp"
#include "base/hash/page_sum.hpp"
#include "rows/dataset_rows.hpp"

namespace linden {
namespace {

constexpr std::int64_t rows_at_once = std::int64_t{1} << 16;

// The last steps of MurmurHash3 (Appleby 2011), by which each bit of a word changes half of the others.
std::uint64_t stirred(std::uint64_t word) noexcept {
  word = (word ^ (word >> 33)) * 0xff51afd7ed558ccd;
  word = (word ^ (word >> 33)) * 0xc4ceb9fe1a85ec53;
  return word ^ (word >> 33);
}

std::uint64_t mixed(double value, std::int64_t row, std::int64_t column) noexcept {
  const auto place =
      static_cast<std::uint64_t>(row) * 0x9e3779b97f4a7c15 + static_cast<std::uint64_t>(column) * 0xd1b54a32d192ed03;
  return stirred(std::bit_cast<std::uint64_t>(value) ^ stirred(place));
}

std::string text_of(std::uint64_t sum) { return fmt::format("{:016x}", sum); }

std::uint64_t sum_of_entries(const RowsView& rows, std::int64_t first, Workers& workers) {
  std::vector<std::uint64_t> sums(static_cast<std::size_t>((rows.rows + rows_at_once - 1) / rows_at_once));
  workers.each(std::ssize(sums), [&](std::int64_t part, int) {
    const std::int64_t begin = part * rows_at_once;
    std::uint64_t sum = 0;
    each_entry(rows, begin, std::min(rows.rows, begin + rows_at_once),
               [&](std::int64_t row, std::int32_t feature, double value) {
                 sum += mixed(value, first + begin + row, feature);
               });
    sums[static_cast<std::size_t>(part)] = sum;
  });
  std::uint64_t sum = 0;
  for (const std::uint64_t part : sums) sum += part;
  return sum;
}

std::uint64_t sum_of_columns(const RowsView& rows, std::int64_t first, Workers& workers,
                             const std::function<void(std::int64_t)>& after) {
  std::vector<std::uint64_t> sums(static_cast<std::size_t>(rows.features));
  workers.each(rows.features, [&](std::int64_t column, int) {
    std::uint64_t sum = 0;
    for (std::int64_t row = 0; row < rows.rows; ++row)
      sum += mixed(raw_value(rows.columns[column], row), first + row, column);
    sums[static_cast<std::size_t>(column)] = sum;
    if (after) after(column);
  });
  std::uint64_t sum = 0;
  for (const std::uint64_t part : sums) sum += part;
  return sum;
}

}  // namespace

std::string digits_of(std::span<const double> values) { return text_of(page_sum(values.data(), values.size_bytes())); }
std::string digits_of(std::span<const std::int64_t> values) {
  return text_of(page_sum(values.data(), values.size_bytes()));
}

std::string digits_of_columns(const Dataset& data, std::int64_t first, const Ranks& ranks, Workers& workers,
                              const std::function<void(std::int64_t)>& after) {
  std::uint64_t sum = 0;
  if (data.rows() > 0) {
    const DatasetRows rows(data);
    sum = rows.view().sparse ? sum_of_entries(rows.view(), first, workers)
                             : sum_of_columns(rows.view(), first, workers, after);
  }
  std::uint64_t all = 0;
  for (const double part : ranks.gather(std::vector{std::bit_cast<double>(sum)}))
    all += std::bit_cast<std::uint64_t>(part);
  return text_of(all);
}

}  // namespace linden
