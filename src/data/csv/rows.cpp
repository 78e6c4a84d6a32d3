// Where rows begin depends on the quotes before them. The text is cut behind line feeds, as if none were inside of
// quotes; blocks are counted, later parsed, in parallel, and a block that ends inside of quotes takes the rest of its
// row from those after it.
#include "data/csv/rows.hpp"

#include <algorithm>

#include "base/fail.hpp"

namespace linden {
namespace {

std::vector<CsvBlock> cut(const char* begin, const char* end, std::size_t size) {
  std::vector<CsvBlock> blocks;
  while (begin < end) {
    const char* const target = begin + std::min(size, static_cast<std::size_t>(end - begin));
    const char* const next = std::min(end, CsvGrammar::find('\n', target, end) + 1);
    blocks.push_back({begin, next});
    begin = next;
  }
  return blocks;
}

// Fills rows, lines and starts. Returns the row that the block does not end, if there is one.
const char* count_rows(CsvBlock& block, const CsvGrammar& grammar) {
  LineStarts starts;
  const char* open_row = nullptr;
  block.rows = block.lines = 0;
  const bool quotes = CsvGrammar::find('"', block.begin, block.end) != block.end;
  for (const char* p = block.begin; p < block.end; ++p, ++block.lines) {
    const char* const row = p;
    if (!grammar.is_blank_line(p)) {
      starts.add(block.lines);
      ++block.rows;
    }
    const char* const row_end = quotes ? grammar.row_end(p, p, block.end) : CsvGrammar::find('\n', p, block.end);
    while (quotes && (p = CsvGrammar::find('\n', p, row_end)) != row_end) ++p, ++block.lines;
    p = row_end;
    if (row_end == block.end) open_row = row;
  }
  block.starts = starts.take();
  return open_row;
}

// Blocks that end inside of quotes take the rest of their last row, of which the blocks after them know nothing.
// `open_rows`: of each block, where it begins, or null.
void close_rows(std::vector<CsvBlock>& blocks, std::vector<const char*>& open_rows, const CsvGrammar& grammar,
                const char* end) {
  for (std::size_t b = 0; b + 1 < blocks.size(); ++b) {
    if (open_rows[b] == nullptr) continue;
    CsvBlock& block = blocks[b];
    const char* const row_end = grammar.row_end(open_rows[b], open_rows[b], end);
    block.lines += std::count(block.end, row_end, '\n');
    block.end = std::min(end, row_end + 1);
    std::size_t next = b + 1;
    for (; next < blocks.size() && blocks[next].end <= block.end; ++next)
      blocks[next] = {block.end, block.end}, open_rows[next] = nullptr;
    if (next == blocks.size()) continue;
    blocks[next].begin = block.end;
    open_rows[next] = count_rows(blocks[next], grammar);
  }
}

std::string one_or_more(int count, const char* what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

}  // namespace

void find_rows(CsvTable& table, std::size_t size, Workers& workers) {
  table.blocks = cut(table.data, table.text.end(), size);
  std::vector<const char*> open_rows(table.blocks.size());
  workers.each(std::ssize(table.blocks), [&](std::int64_t task, int) {
    const auto b = static_cast<std::size_t>(task);
    open_rows[b] = count_rows(table.blocks[b], table.grammar);
  });
  close_rows(table.blocks, open_rows, table.grammar, table.text.end());
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
