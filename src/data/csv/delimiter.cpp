// A delimiter divides all rows into as many fields. A comma does so by chance in numbers with decimal commas, and is
// found inside of text more often than the others: it comes last.
#include "data/csv/delimiter.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "data/text/fields.hpp"

namespace linden {
namespace {

constexpr int most_rows = 50;
constexpr std::ptrdiff_t most_bytes = 1 << 16;  // beyond two rows

// Whether a field opens with a quote behind some other delimiter, which is then the one.
bool is_divided_further(const CsvField& field) {
  for (std::size_t i = 1; !field.quoted && i < field.text.size(); ++i)
    if (field.text[i] == '"' && std::string_view("\t;|,").find(field.text[i - 1]) != std::string_view::npos)
      return true;
  return false;
}

// The number of fields of the first rows, or 0 when it differs among them.
int fields_by(char delimiter, const Text& text) {
  const CsvGrammar grammar(delimiter);
  const char* const end = text.end();
  int fields = 0, rows = 0;
  for (const char* p = text.begin(); p < end && rows < most_rows && (rows < 2 || p - text.begin() < most_bytes);) {
    if (grammar.is_blank_line(p)) {
      p = CsvGrammar::find('\n', p, end) + 1;
      continue;
    }
    int count = 0;
    CsvField field;
    for (;; ++p) {
      p = grammar.take(p, end, field);
      if (field.fault != CsvFault::none || is_divided_further(field)) return 0;
      ++count;
      if (*p == '\n') break;
    }
    ++p;
    if (rows++ > 0 && count != fields) return 0;
    fields = count;
  }
  return fields;
}

}  // namespace

char guess_delimiter(const Text& text, const Source& source, char decimal) {
  if (source.ending == ".tsv" || source.ending == ".tab") return '\t';
  const int by_comma = decimal == ',' ? 0 : fields_by(',', text);
  const int by_tab = fields_by('\t', text);
  if (by_tab > 1 && by_tab >= by_comma) return '\t';
  const int by_semicolon = fields_by(';', text);
  if (by_semicolon > 1 && by_semicolon + 1 >= by_comma) return ';';  // a decimal comma in each is one field more
  if (fields_by('|', text) > std::max(1, by_comma)) return '|';
  return decimal == ',' ? ';' : ',';
}

}  // namespace linden
