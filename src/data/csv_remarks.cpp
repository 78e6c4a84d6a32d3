// A column of text is taken for a slip when most of its distinct values are numbers, or would be with a point in the
// place of a comma.
#include "data/csv_remarks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "data/number.hpp"

namespace linden {
namespace {

bool is_number(const std::string& text) { return parse_number(text).has_value(); }

// "1,5", "1.234,5" and "1,234.5", which no number is here; commas have digits on both sides.
bool has_decimal_comma(std::string text) {
  const std::size_t comma = text.find(',');
  if (comma == std::string::npos || comma + 1 == text.size() || !std::isdigit(static_cast<unsigned char>(text.back())))
    return false;
  std::erase_if(text, [](char c) { return c == ',' || c == '.'; });
  return is_number(text);
}

std::string place_of(const CsvTable& table, const char* where) {
  return fmt::format("{}:{}", table.source.file, line_of(table.text, where));
}

// What became of a column that is text: "the label has 101 classes" or "column "b" is text (101 values)".
std::string outcome(const CsvTable& table, const CsvColumn& column, CsvRole role, std::size_t c) {
  if (role == CsvRole::label)
    return fmt::format("the label (column \"{}\") is text, {} classes", table.names[c], column.categories.size());
  return fmt::format("column \"{}\" is text, {} values", table.names[c], column.categories.size());
}

std::string column_remark(const CsvTable& table, const CsvColumn& column, CsvRole role, std::size_t c) {
  const std::vector<std::string>& values = column.categories;
  CsvField field;
  table.grammar.take(column.first_text, table.text.end(), field);
  const std::string what = fmt::format("{}: {}", place_of(table, column.first_text), outcome(table, column, role, c));
  const auto numbers = static_cast<std::size_t>(std::ranges::count_if(values, is_number));
  if (2 * numbers >= values.size())
    return fmt::format(
        "{}: {} here is no number, {} of its values are. Hint: mend the field, or name it among the "
        "missing tokens if it means that.",
        what, shown(field.value()), numbers);
  const auto commas = static_cast<std::size_t>(std::ranges::count_if(values, has_decimal_comma));
  if (2 * (numbers + commas) >= values.size())
    return fmt::format("{}: {} has a comma, and numbers are written with a point and without separators of thousands.",
                       what, shown(field.value()));
  return "";
}

// A first line most of whose names are numbers is likely a row.
std::string header_remark(const CsvTable& table) {
  const auto number = std::ranges::find_if(table.names, is_number);
  const auto numbers = static_cast<std::size_t>(std::ranges::count_if(table.names, is_number));
  if (!table.header || 2 * numbers <= table.names.size()) return "";
  return fmt::format(
      "{}: the names of the columns are numbers ({} and {} more of {}): is this line a row? Hint: say "
      "that the file has no header.",
      place_of(table, table.header_line), shown(*number), numbers - 1, table.names.size());
}

}  // namespace

std::vector<std::string> csv_remarks(const CsvTable& table, const std::vector<CsvColumn>& columns,
                                     const std::vector<CsvRole>& roles) {
  std::vector<std::string> remarks;
  const auto add = [&](std::string remark) {
    if (!remark.empty()) remarks.push_back(std::move(remark));
  };
  add(header_remark(table));
  for (std::size_t c = 0; c < columns.size(); ++c)
    if (columns[c].first_text != nullptr) add(column_remark(table, columns[c], roles[c], c));
  return remarks;
}

}  // namespace linden
