// Dataset::from_csv: the header, then the columns, then what a label, a weight and a feature may hold.
#include "data/csv.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/fail.hpp"
#include "data/csv_columns.hpp"
#include "data/csv_remarks.hpp"
#include "data/csv_roles.hpp"
#include "data/csv_rows.hpp"
#include "data/dataset_builder.hpp"
#include "data/number.hpp"

namespace linden {
namespace {

// Enough text for a task that what it keeps for each column does not outweigh it.
std::size_t block_size(std::size_t columns) { return std::max(std::size_t{512} << 10, columns * 256); }

// Reads the names from the header, or counts the columns of the first row. Fills names and data.
void read_names(CsvTable& table) {
  const CsvGrammar& grammar = table.grammar;
  const char* const end = table.text.end();
  const char* p = table.text.begin();
  while (p < end && grammar.is_blank_line(p)) p = CsvGrammar::find('\n', p, end) + 1;
  if (p >= end) fail<DataError>("{}: the file is empty.", table.source.call);
  table.data = table.header_line = p;
  const char* row_end = grammar.row_end(p, p, end);
  const char* nul = CsvGrammar::find('\0', p, row_end);
  if (nul != row_end) refuse(table, {CsvFault::nul_byte, nul});
  CsvField field;
  for (;; ++p) {
    p = grammar.take(p, end, field);
    if (field.fault != CsvFault::none) refuse(table, {field.fault, field.begin});
    table.names.push_back(table.header ? field.value() : std::to_string(table.names.size()));
    if (*p == '\n') break;
  }
  if (!table.header) return;
  std::set<std::string_view> seen;
  for (const std::string& name : table.names)
    if (!seen.insert(name).second)
      fail<DataError>(
          "{}:{}: two columns are called \"{}\". Hint: rename one, or use .header = false if this line is a row.",
          table.source.file, line_of(table.text, table.data), name);
  table.data = std::min(p + 1, end);
}

// The first row whose value the role does not allow, or the number of rows.
std::int64_t first_bad(const CsvColumn& column, CsvRole role) {
  const std::int64_t rows = column.values.elements();
  const auto first = [&](auto values, auto&& is_bad) {
    return std::find_if(values.begin(), values.end(), is_bad) - values.begin();
  };
  if (!column.categorical) {
    const auto values = column.values.span<const double>();
    if (role == CsvRole::feature) return first(values, [](double v) { return std::isinf(v); });
    if (role == CsvRole::label) return first(values, [](double v) { return !std::isfinite(v); });
    return first(values, [](double v) { return !(v >= 0 && std::isfinite(v)); });
  }
  const auto codes = column.values.span<const std::int32_t>();
  if (role == CsvRole::feature) return rows;
  return first(codes, [&](std::int32_t code) {
    return code < 0 || (role == CsvRole::weight && !parse_number(column.categories[static_cast<std::size_t>(code)]));
  });
}

[[noreturn]] void refuse_value(const CsvTable& table, CsvRole role, std::int64_t row, std::size_t c) {
  const CsvField field = field_at(table, row, static_cast<int>(c));
  const std::string place = fmt::format("{}:{}", table.source.file, line_of(table.text, field.begin));
  const std::string& name = table.names[c];
  const bool infinite = std::isinf(parse_number(field.text).value_or(0));
  if (role == CsvRole::weight)
    fail<DataError>("{}: the weight (column \"{}\") is {}, but a weight is a finite number, at least 0.", place, name,
                    shown(field.value()));
  if (role == CsvRole::feature)
    fail<DataError>("{}: column \"{}\" {} ({}). Hint: leave the field empty if its value is not known.", place, name,
                    why_infinite(field.text), shown(field.value()));
  if (infinite)
    fail<DataError>("{}: the label (column \"{}\") {} ({}). Hint: remove the row.", place, name,
                    why_infinite(field.text), shown(field.value()));
  fail<DataError>("{}: the label (column \"{}\") is missing{}. Hint: remove the row.", place, name,
                  field.text.empty() ? "" : fmt::format(" ({})", shown(field.value())));
}

// Refuses the first row, then column, that holds what its role does not allow.
void check_values(const CsvTable& table, const std::vector<CsvColumn>& columns, const std::vector<CsvRole>& roles,
                  Arena& arena) {
  std::vector<std::int64_t> bad(columns.size(), table.rows);
  arena.each(static_cast<std::int64_t>(columns.size()), [&](std::int64_t task, int) {
    const auto c = static_cast<std::size_t>(task);
    if (roles[c] != CsvRole::dropped) bad[c] = first_bad(columns[c], roles[c]);
  });
  const auto first = std::min_element(bad.begin(), bad.end());
  const auto c = static_cast<std::size_t>(first - bad.begin());
  if (*first < table.rows) refuse_value(table, roles[c], *first, c);
}

Tensor as_f64(const Tensor& codes) {
  Tensor numbers = Tensor::empty(codes.shape(), DType::f64);
  const auto from = codes.span<const std::int32_t>();
  std::copy(from.begin(), from.end(), numbers.data<double>());
  return numbers;
}

void check_weights(const CsvTable& table, const Tensor& weight, const std::string& name) {
  const auto values = weight.span<const double>();
  if (std::all_of(values.begin(), values.end(), [](double w) { return w == 0; }))
    fail<DataError>("{}: every weight (column \"{}\") is 0.", table.source.call, name);
}

}  // namespace

Dataset parse_csv(const Text& text, const Source& source, const CsvOptions& options, std::size_t block) {
  check_delimiter(source, options.delimiter);
  Arena arena(options.threads);
  CsvTable table{text, source, CsvGrammar(options.delimiter), options.header};
  read_names(table);
  const CsvRoles roles = assign_roles(table, options);
  find_rows(table, block ? block : block_size(table.names.size()), arena);
  if (table.rows == 0) fail<DataError>("{}: the file has a header but no rows.", source.call);
  std::vector<CsvColumn> columns = read_columns(table, roles.kinds, options.missing, arena);
  check_values(table, columns, roles.roles, arena);

  DatasetBuilder::State state;
  state.rows = table.rows;
  state.remarks = csv_remarks(table, columns, roles.roles);
  for (std::size_t c = 0; c < columns.size(); ++c) {
    CsvColumn& column = columns[c];
    switch (roles.roles[c]) {
      case CsvRole::feature:
        state.columns.push_back(
            {table.names[c], std::move(column.values), column.categorical, std::move(column.categories)});
        break;
      case CsvRole::label:
        state.label_name = table.names[c];
        state.label = column.categorical ? as_f64(column.values) : std::move(column.values);
        state.classes = std::move(column.categories);
        break;
      case CsvRole::weight:
        check_weights(table, column.values, table.names[c]);
        state.weight = std::move(column.values);
        break;
      case CsvRole::dropped: break;
    }
  }
  return DatasetBuilder::make(std::move(state));
}

Dataset Dataset::from_csv(const std::filesystem::path& path, const CsvOptions& options) {
  const Source source("from_csv", path);
  return parse_csv(Text::read(path, source.call), source, options);
}

}  // namespace linden
