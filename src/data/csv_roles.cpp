#include "data/csv_roles.hpp"

#include <algorithm>
#include <string_view>

#include "base/fail.hpp"

namespace linden {
namespace {

std::size_t find_column(const CsvTable& table, const std::string& name) {
  const auto place = std::find(table.names.begin(), table.names.end(), name);
  if (place != table.names.end()) return static_cast<std::size_t>(place - table.names.begin());
  if (!table.header)
    fail<ArgumentError>("{}: no column \"{}\". Without a header, columns are numbered from 0 to {}.", table.source.call,
                        name, table.columns() - 1);
  fail<ArgumentError>("{}: no column \"{}\". {}Columns: {}.", table.source.call, name, did_you_mean(name, table.names),
                      listing(table.names));
}

const char* name_of(CsvRole role) {
  constexpr const char* names[] = {"a feature", "the label", "the weight", "dropped"};
  return names[static_cast<int>(role)];
}

}  // namespace

void check_delimiter(const Source& source, char delimiter) {
  constexpr std::string_view taken("\"\r\n\0.+-", 7);
  const bool is_letter = (delimiter >= 'a' && delimiter <= 'z') || (delimiter >= 'A' && delimiter <= 'Z');
  const bool is_digit = delimiter >= '0' && delimiter <= '9';
  if (is_letter || is_digit || taken.find(delimiter) != std::string_view::npos)
    fail<ArgumentError>(
        "{}: .delimiter is '{}' (byte {}), but a letter, digit, sign, point, quote or line end cannot "
        "separate fields.",
        source.call, delimiter >= ' ' ? std::string(1, delimiter) : std::string("\\"),
        static_cast<int>(static_cast<unsigned char>(delimiter)));
}

CsvRoles assign_roles(const CsvTable& table, const CsvOptions& options) {
  CsvRoles found{std::vector(table.names.size(), CsvRole::feature),
                 std::vector(table.names.size(), CsvKind::automatic)};
  const auto assign = [&](const std::string& name, CsvRole role) {
    const std::size_t column = find_column(table, name);
    CsvRole& assigned = found.roles[column];
    if (assigned != CsvRole::feature && assigned != role)
      fail<ArgumentError>("{}: column \"{}\" cannot be {} and {}.", table.source.call, name, name_of(assigned),
                          name_of(role));
    assigned = role;
    if (role == CsvRole::dropped) found.kinds[column] = CsvKind::dropped;
  };
  if (!options.label.empty()) assign(options.label, CsvRole::label);
  if (!options.weight.empty()) assign(options.weight, CsvRole::weight);
  for (const std::string& name : options.drop) assign(name, CsvRole::dropped);
  for (const std::string& name : options.categorical) {
    const std::size_t column = find_column(table, name);
    const CsvRole role = found.roles[column];
    if (role == CsvRole::label || role == CsvRole::weight)
      fail<ArgumentError>("{}: column \"{}\" is {}; .categorical is for features.", table.source.call, name,
                          name_of(role));
    if (role == CsvRole::feature) found.kinds[column] = CsvKind::categorical;
  }
  return found;
}

}  // namespace linden
