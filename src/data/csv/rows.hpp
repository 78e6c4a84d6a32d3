// The rows of a CSV text, found in parallel: blocks that begin where a row begins, how many rows each has, and the
// first fault in their form.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/parallel.hpp"
#include "data/text/fields.hpp"
#include "data/text/number.hpp"
#include "data/text/origin.hpp"
#include "data/text/text_file.hpp"

namespace linden {

/// A fault in the form of a row, and where.
struct CsvTrouble {
  CsvFault fault = CsvFault::none;
  const char* where = nullptr;
  int fields = 0;  ///< how many the row has, for CsvFault::fields
};

/// Some whole rows.
struct CsvBlock {
  const char* begin = nullptr;
  const char* end = nullptr;
  std::int64_t first_row = 0;
  std::int64_t rows = 0;
  std::int64_t lines = 0;
  std::vector<LineStart> starts = {};  ///< rows and lines counted from the block's first
};

/// A text of which the header has been read: what the passes over it share.
struct CsvTable {
  const Text& text;
  const Source& source;
  CsvGrammar grammar;
  bool header = true;
  char decimal = '.';
  std::vector<std::string> names = {};  ///< of the columns
  bool has_given_names = false;  ///< whether a schema, whose features are called by their places, gave them (roles.hpp)
  const char* header_line = nullptr;  ///< where the first line that is not blank begins
  const char* data = nullptr;         ///< where the rows begin
  std::vector<CsvBlock> blocks = {};
  std::int64_t rows = 0;
  std::vector<LineStart> starts = {};  ///< where the rows stand

  int columns() const noexcept { return static_cast<int>(names.size()); }
  std::optional<double> number(std::string_view field) const { return parse_number(field, decimal); }
};

/// Divides the rows into blocks of about `size` bytes and counts them. Fills blocks, rows and starts.
void find_rows(CsvTable& table, std::size_t size, Workers& workers);

/// The field of this row and column of a table in good form.
CsvField field_at(const CsvTable& table, std::int64_t row, int column);

/// Throws DataError for the trouble.
[[noreturn]] void refuse(const CsvTable& table, const CsvTrouble& trouble);

/// Throws for the trouble that stands first, if there is any.
void refuse_first(const CsvTable& table, std::span<const CsvTrouble> troubles);

/// Calls take(p, row, column, field) for the fields of a block, which returns where the field ends and sets its fault.
/// Returns the first fault in the form of the block.
template <class Take>
CsvTrouble each_field(const CsvTable& table, const CsvBlock& block, Take&& take) {
  const CsvGrammar grammar = table.grammar;
  const int columns = table.columns();
  std::int64_t row = block.first_row;
  CsvField field;
  for (const char* p = block.begin; p < block.end;) {
    if (grammar.is_blank_line(p)) {
      p = CsvGrammar::find('\n', p, block.end) + 1;
      continue;
    }
    const char* begin = p;
    int count = 0;
    for (;; ++p) {
      p = count < columns ? take(p, row, count, field) : grammar.take(p, table.text.end(), field);
      if (field.fault != CsvFault::none) return {field.fault, field.begin};
      ++count;
      if (*p == '\n') break;
    }
    if (count != columns) return {CsvFault::fields, begin, count};
    ++row;
    ++p;
  }
  return {};
}

}  // namespace linden
