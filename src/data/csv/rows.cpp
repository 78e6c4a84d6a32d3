// Where rows begin depends on the quotes before them. One thread therefore walks from quote to quote, at the speed of
// memchr, and cuts the text into blocks; what is in the blocks is counted and parsed in parallel.
#include "data/csv/rows.hpp"

#include <algorithm>

#include "base/fail.hpp"

namespace linden {
namespace {

std::vector<CsvBlock> cut(const char* begin, const char* end, const CsvGrammar& grammar, std::size_t size) {
  std::vector<CsvBlock> blocks;
  const char* p = begin;  // outside of quotes
  const char* first = begin;
  while (first < end) {
    const char* target = first + std::min(size, static_cast<std::size_t>(end - first));
    while (p < target) {
      const char* quote = CsvGrammar::find('"', p, target);
      p = quote == target ? target : grammar.past_quote(begin, quote, end);
    }
    p = std::min(end, grammar.row_end(begin, p, end) + 1);
    blocks.push_back({first, p});
    first = p;
  }
  return blocks;
}

void count_rows(CsvBlock& block, const CsvGrammar& grammar) {
  LineStarts starts;
  const bool quotes = CsvGrammar::find('"', block.begin, block.end) != block.end;
  for (const char* p = block.begin; p < block.end; ++p, ++block.lines) {
    if (!grammar.is_blank_line(p)) {
      starts.add(block.lines);
      ++block.rows;
    }
    const char* const row_end = quotes ? grammar.row_end(p, p, block.end) : CsvGrammar::find('\n', p, block.end);
    while (quotes && (p = CsvGrammar::find('\n', p, row_end)) != row_end) ++p, ++block.lines;
    p = row_end;
  }
  block.starts = starts.take();
}

std::string one_or_more(int count, const char* what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

}  // namespace

void find_rows(CsvTable& table, std::size_t size, Workers& workers) {
  table.blocks = cut(table.data, table.text.end(), table.grammar, size);
  workers.each(static_cast<std::int64_t>(table.blocks.size()),
               [&](std::int64_t b, int) { count_rows(table.blocks[static_cast<std::size_t>(b)], table.grammar); });
  LineStarts starts;
  auto line = static_cast<std::int64_t>(line_of(table.text, table.data));
  table.rows = 0;
  for (CsvBlock& block : table.blocks) {
    block.first_row = table.rows;
    starts.append(block.starts, table.rows, line);
    table.rows += block.rows;
    line += block.lines;
  }
  table.starts = starts.take();
}

CsvField field_at(const CsvTable& table, std::int64_t row, int column) {
  const auto block = std::prev(std::upper_bound(table.blocks.begin(), table.blocks.end(), row,
                                                [](std::int64_t r, const CsvBlock& b) { return r < b.first_row; }));
  CsvField found;
  each_field(table, *block, [&](const char* p, std::int64_t r, int c, CsvField& field) {
    p = table.grammar.take(p, table.text.end(), field);
    if (r == row && c == column) found = field;
    return p;
  });
  return found;
}

void refuse(const CsvTable& table, const CsvTrouble& trouble) {
  const std::string place = fmt::format("{}:{}", table.source.file, line_of(table.text, trouble.where));
  switch (trouble.fault) {
    case CsvFault::nul_byte:
      fail<DataError>("{}: a NUL byte. Hint: the file must be text in UTF-8 or another encoding of single bytes.",
                      place);
    case CsvFault::open_quote:
      fail<DataError>(
          "{}: the quote that opens a field here is never closed. Hint: write a quote inside a quoted "
          "field twice.",
          place);
    case CsvFault::after_quote:
      fail<DataError>("{}: text after the quote that closes a field. Hint: write a quote inside a quoted field twice.",
                      place);
    case CsvFault::carriage_return:
      fail<DataError>("{}: a carriage return without a line feed. Hint: end lines with a line feed.", place);
    default:
      fail<DataError>(
          "{}: row has {}, but the {} has {}. Hint: quote a field that has the delimiter '{}' in it.", place,
          one_or_more(trouble.fields, "field"), table.header ? "header" : "first row", table.columns(),
          table.grammar.delimiter() == '\t' ? std::string("\\t") : std::string(1, table.grammar.delimiter()));
  }
}

void refuse_first(const CsvTable& table, std::span<const CsvTrouble> troubles) {
  const CsvTrouble* first = nullptr;
  for (const CsvTrouble& trouble : troubles)
    if (trouble.fault != CsvFault::none && (!first || trouble.where < first->where)) first = &trouble;
  if (first) refuse(table, *first);
}

}  // namespace linden
