// A column of text is taken for a slip when most of its distinct values are numbers, or would be with another decimal
// sign and without separators of thousands.
#include "data/csv/remarks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/counted.hpp"
#include "data/text/number.hpp"

namespace linden {
namespace {

char other_sign(const CsvTable& table) { return table.decimal == ',' ? '.' : ','; }

// "1,5", "1.234,5" and "1,234.5" where the decimal sign is a point: there are digits on both sides of the other sign.
bool has_other_sign(const CsvTable& table, std::string text) {
  const std::size_t sign = text.find(other_sign(table));
  if (sign == std::string::npos || sign + 1 == text.size() || !std::isdigit(static_cast<unsigned char>(text.back())))
    return false;
  std::erase_if(text, [](char c) { return c == ',' || c == '.'; });
  return parse_number(text).has_value();
}

// How many of a column's values are numbers, and how many are with the other decimal sign.
struct Numbers {
  std::size_t plain = 0, others = 0, all = 0;

  Numbers(const CsvTable& table, const CsvColumn& column) : all(column.categories.size()) {
    for (const std::string& value : column.categories)
      if (table.number(value))
        ++plain;
      else if (has_other_sign(table, value))
        ++others;
  }

  bool most_are_plain() const { return 2 * plain >= all; }
  bool look_like_a_slip() const { return 2 * (plain + others) >= all; }
};

std::string place_of(const CsvTable& table, const char* where) {
  return fmt::format("{}:{}", table.source.file, line_of(table.text, where));
}

std::string first_text(const CsvTable& table, const CsvColumn& column) {
  CsvField field;
  table.grammar.take(column.first_text, table.text.end(), field);
  return shown(field.value());
}

// What became of a column that is text: "the label has 101 classes" or "column "b" is text (101 values)".
std::string outcome(const CsvTable& table, const CsvColumn& column, CsvRole role, std::size_t c) {
  if (role == CsvRole::label)
    return fmt::format("the label (column \"{}\") is text, {}", table.names[c],
                       counted(column.categories.size(), "class", "classes"));
  return fmt::format("column \"{}\" is text, {}", table.names[c], counted(column.categories.size(), "value"));
}

std::string column_remark(const CsvTable& table, const CsvColumn& column, CsvRole role, std::size_t c) {
  const Numbers numbers(table, column);
  const std::string what = fmt::format("{}: {}", place_of(table, column.first_text), outcome(table, column, role, c));
  if (numbers.most_are_plain())
    return fmt::format(
        "{}: {} here is no number, {} of its values are. Hint: mend the field, or name it among the "
        "missing tokens if it means that.",
        what, first_text(table, column), numbers.plain);
  const bool comma = table.decimal == ',';
  return fmt::format(
      "{}: {} has a {}, and numbers are written with a {} and without separators of thousands. Hint: .decimal = '{}' "
      "if "
      "that is the decimal sign here.",
      what, first_text(table, column), comma ? "point" : "comma", comma ? "comma" : "point", other_sign(table));
}

// A first line most of whose names are numbers is likely a row.
std::string header_remark(const CsvTable& table) {
  const auto is_number = [&](const std::string& name) { return table.number(name).has_value(); };
  const auto number = std::ranges::find_if(table.names, is_number);
  const auto numbers = static_cast<std::size_t>(std::ranges::count_if(table.names, is_number));
  if (!table.header || table.has_given_names || 2 * numbers <= table.names.size()) return "";
  return fmt::format(
      "{}: the names of the columns are numbers ({} and {} more of {}): is this line a row? Hint: say "
      "that the file has no header.",
      place_of(table, table.header_line), shown(*number), numbers - 1, table.names.size());
}

bool is_slip(const CsvTable& table, const CsvColumn& column) {
  return column.first_text != nullptr && Numbers(table, column).look_like_a_slip();
}

}  // namespace

std::vector<std::string> csv_remarks(const CsvTable& table, const std::vector<CsvColumn>& columns,
                                     const std::vector<CsvRole>& roles) {
  std::vector<std::string> remarks;
  if (std::string header = header_remark(table); !header.empty()) remarks.push_back(std::move(header));
  for (std::size_t c = 0; c < columns.size(); ++c)
    if (is_slip(table, columns[c])) remarks.push_back(column_remark(table, columns[c], roles[c], c));
  return remarks;
}

std::string csv_slip(const CsvTable& table, const CsvColumn& column) {
  if (!is_slip(table, column)) return "";
  return fmt::format("line {}: {}", line_of(table.text, column.first_text), first_text(table, column));
}

}  // namespace linden
