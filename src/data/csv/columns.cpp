// A pass over the text, parallel over blocks of rows: columns are taken for numbers, straight into their memory, but
// for those whose first rows hold text, which become codes. Columns that turn out to be text further down take a second
// pass. Codes are given block by block, and the dictionaries of the blocks are then merged into one in byte order.
#include "data/csv/columns.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <deque>
#include <limits>
#include <numeric>
#include <string_view>

#include "base/fail.hpp"
#include "base/huge_pages.hpp"
#include "data/csv/words.hpp"
#include "data/text/number.hpp"

namespace linden {
namespace {

// Where the first field of a column stands that is neither missing nor a number; nullptr: in none of those read.
using FirstText = std::atomic<const char*>;

void keep_first(FirstText& first, const char* where) {
  const char* known = first.load(std::memory_order_relaxed);
  while ((known == nullptr || where < known) && !first.compare_exchange_weak(known, where, std::memory_order_relaxed)) {
  }
}

// What a field of a column of numbers says, and which are missing only if the column holds numbers.
enum class Said : std::uint8_t { number, missing, doubtful, text };

Said number_of(const CsvTable& table, const MissingTokens& missing, const CsvField& field, double& value) {
  value = std::numeric_limits<double>::quiet_NaN();
  if (missing.has(field)) return Said::missing;
  if (const auto number = table.number(field.text)) {
    value = *number;
    return Said::number;
  }
  return missing.has_among_numbers(field) ? Said::doubtful : Said::text;
}

// All words of a block, one entry a column with categories. Fields without doubled quotes are views of the text.
struct BlockWords {
  std::vector<Words> columns;
  std::deque<std::string> unescaped;

  std::int32_t code(std::size_t column, const CsvField& field, const MissingTokens& missing) {
    if (missing.has(field)) return -1;
    if (!field.is_escaped()) return columns[column].code(field.text);
    return columns[column].code(
        field.value(), [&](std::string_view word) -> std::string_view { return unescaped.emplace_back(word); });
  }
};

// Where the codes of a column with categories go, and its place among such columns; no codes for other columns.
struct CodeColumn {
  std::int32_t* codes = nullptr;
  std::size_t place = 0;
};

// Columns with categories, and the words of their blocks.
struct CodeColumns {
  std::vector<CodeColumn> targets;       // one a column of the table
  std::vector<std::size_t> categorical;  // the columns
  std::vector<BlockWords> blocks;

  explicit CodeColumns(const CsvTable& table)
      : targets(static_cast<std::size_t>(table.columns())), blocks(table.blocks.size()) {}

  void add(std::size_t column, CsvColumn& to, std::int64_t rows) {
    to.values = Tensor::empty({rows}, DType::i32);
    targets[column] = {to.values.data<std::int32_t>(), categorical.size()};
    categorical.push_back(column);
  }
};

// The first pass over a block. A column that is known to be text further up is not parsed as numbers.
CsvTrouble read_block(const CsvTable& table, std::size_t b, const MissingTokens& missing,
                      std::span<double* const> values, std::span<FirstText> first_text,
                      std::span<std::atomic<bool>> doubtful, CodeColumns& coded) {
  const CsvBlock& block = table.blocks[b];
  const CsvGrammar grammar = table.grammar;
  const bool has_points = table.decimal == '.';
  const char* const end = table.text.end();
  const char* nul = CsvGrammar::find('\0', block.begin, block.end);
  BlockWords& words = coded.blocks[b];
  words.columns.resize(coded.categorical.size());
  const CsvTrouble form = each_field(table, block, [&](const char* p, std::int64_t row, int column, CsvField& field) {
    const auto c = static_cast<std::size_t>(column);
    if (const CodeColumn& target = coded.targets[c]; target.codes != nullptr) {
      p = grammar.take(p, end, field);
      if (field.fault == CsvFault::none) target.codes[row] = words.code(target.place, field, missing);
      return p;
    }
    const char* const known = first_text[c].load(std::memory_order_relaxed);
    const bool wanted = values[c] != nullptr && (known == nullptr || p < known);
    p = grammar.skip_blanks(p);
    const bool quoted = *p == '"';
    if (wanted && has_points && missing.plainly_number(p[quoted])) {
      const char* q = parse_number_prefix(p + quoted, end, values[c][row]);
      if (q != nullptr && (!quoted || *q++ == '"')) {
        q = grammar.skip_blanks(q);
        if (*q == '\r' && q[1] == '\n') ++q;
        if (*q == grammar.delimiter() || *q == '\n') return q;
      }
    }
    p = grammar.take(p, end, field);
    if (!wanted || field.fault != CsvFault::none) return p;
    const Said said = number_of(table, missing, field, values[c][row]);
    if (said == Said::doubtful) doubtful[c].store(true, std::memory_order_relaxed);
    if (said == Said::text) keep_first(first_text[c], field.begin);
    return p;
  });
  for (Words& column : words.columns) column.close();
  if (nul != block.end && (form.fault == CsvFault::none || nul < form.where)) return {CsvFault::nul_byte, nul};
  return form;
}

// The second pass over a block.
void read_words(const CsvTable& table, std::size_t b, const MissingTokens& missing, CodeColumns& coded) {
  BlockWords& words = coded.blocks[b];
  words.columns.resize(coded.categorical.size());
  each_field(table, table.blocks[b], [&](const char* p, std::int64_t row, int column, CsvField& field) {
    p = table.grammar.take(p, table.text.end(), field);
    const CodeColumn& target = coded.targets[static_cast<std::size_t>(column)];
    if (target.codes != nullptr) target.codes[row] = words.code(target.place, field, missing);
    return p;
  });
  for (Words& column : words.columns) column.close();
}

// Where each column has its first text among the first rows, as far as these are in good form.
std::vector<const char*> early_texts(const CsvTable& table, const MissingTokens& missing) {
  constexpr int rows = 64;
  const char* const text_end = table.text.end();
  CsvBlock sample{table.data, table.data};
  for (int row = 0; row < rows && sample.end < text_end; ++row)
    sample.end = std::min(text_end, table.grammar.row_end(sample.end, sample.end, text_end) + 1);
  std::vector<const char*> first(static_cast<std::size_t>(table.columns()), nullptr);
  each_field(table, sample, [&](const char* p, std::int64_t, int column, CsvField& field) {
    p = table.grammar.take(p, text_end, field);
    const char*& known = first[static_cast<std::size_t>(column)];
    double value = 0;
    if (known == nullptr && field.fault == CsvFault::none && number_of(table, missing, field, value) == Said::text)
      known = field.begin;
    return p;
  });
  return first;
}

// One dictionary for the column, and the codes of the blocks changed to it.
std::vector<std::string> merge_words(const CsvTable& table, std::span<const BlockWords> found,
                                     const CodeColumn& target) {
  Words all;  // of all blocks, as they come
  std::vector<std::vector<std::int32_t>> codes(found.size());
  for (std::size_t b = 0; b < found.size(); ++b)
    for (const std::string_view word : found[b].columns[target.place].all()) codes[b].push_back(all.code(word));
  std::vector<std::int32_t> order(all.all().size()), place(order.size());
  std::iota(order.begin(), order.end(), 0);
  const auto word_of = [&](std::int32_t code) { return all.all()[static_cast<std::size_t>(code)]; };
  std::ranges::sort(order, {}, word_of);
  std::vector<std::string> sorted;
  for (const std::int32_t code : order) {
    place[static_cast<std::size_t>(code)] = static_cast<std::int32_t>(sorted.size());
    sorted.emplace_back(word_of(code));
  }
  for (std::size_t b = 0; b < found.size(); ++b) {
    for (std::int32_t& code : codes[b]) code = place[static_cast<std::size_t>(code)];
    std::int32_t* const first = target.codes + table.blocks[b].first_row;
    for (std::int64_t row = 0; row < table.blocks[b].rows; ++row)
      if (first[row] >= 0) first[row] = codes[b][static_cast<std::size_t>(first[row])];
  }
  return sorted;
}

void merge_columns(const CsvTable& table, const CodeColumns& coded, std::vector<CsvColumn>& columns, Workers& workers) {
  workers.each(std::ssize(coded.categorical), [&](std::int64_t task, int) {
    const std::size_t c = coded.categorical[static_cast<std::size_t>(task)];
    columns[c].categories = merge_words(table, coded.blocks, coded.targets[c]);
  });
}

// Refuses the first field that is no number in a column that has to hold numbers.
void refuse_text(const CsvTable& table, std::span<const CsvColumn> columns, std::span<const CsvKind> kinds) {
  const CsvColumn* first = nullptr;
  for (std::size_t c = 0; c < columns.size(); ++c)
    if (kinds[c] == CsvKind::numbers && columns[c].first_text != nullptr &&
        (first == nullptr || columns[c].first_text < first->first_text))
      first = &columns[c];
  if (first == nullptr) return;
  CsvField field;
  table.grammar.take(first->first_text, table.text.end(), field);
  const char other = table.decimal == ',' ? '.' : ',';
  fail<DataError>("{}:{}: column \"{}\" is {}, but it held numbers in training. Hint: {}.", table.source.file,
                  line_of(table.text, first->first_text), table.names[static_cast<std::size_t>(first - columns.data())],
                  shown(field.value()),
                  parse_number(field.text, other)
                      ? fmt::format(".decimal = '{}' if that is the decimal sign here", other)
                      : std::string("mend the field, or name it among the missing tokens if it means that"));
}

}  // namespace

bool has_no_number(const Tensor& values) {
  return std::ranges::all_of(values.span<const double>(), [](double v) { return std::isnan(v); });
}

std::vector<CsvColumn> read_columns(const CsvTable& table, std::span<const CsvKind> kinds, const MissingTokens& missing,
                                    Workers& workers) {
  const std::size_t count = kinds.size();
  std::vector<CsvColumn> columns(count);
  std::vector<double*> values(count, nullptr);
  std::vector<FirstText> first_text(count);
  std::vector<std::atomic<bool>> doubtful(count);
  const std::vector<const char*> early = early_texts(table, missing);
  CodeColumns coded(table), coded_late(table);
  for (std::size_t c = 0; c < count; ++c) {
    const bool takes_numbers = kinds[c] == CsvKind::automatic || kinds[c] == CsvKind::numbers;
    if (takes_numbers) first_text[c] = early[c];
    if (kinds[c] == CsvKind::categorical || (kinds[c] == CsvKind::automatic && early[c] != nullptr))
      coded.add(c, columns[c], table.rows);
    if (!takes_numbers || early[c] != nullptr) continue;
    columns[c].values = Tensor::empty({table.rows}, DType::f64);
    values[c] = columns[c].values.data<double>();
    wish_for_huge_pages(values[c], static_cast<std::size_t>(table.rows) * sizeof(double));
  }
  std::vector<CsvTrouble> troubles(table.blocks.size());
  workers.each(std::ssize(troubles), [&](std::int64_t task, int) {
    const auto b = static_cast<std::size_t>(task);
    troubles[b] = read_block(table, b, missing, values, first_text, doubtful, coded);
  });
  refuse_first(table, troubles);
  for (std::size_t c = 0; c < count; ++c) {
    columns[c].first_text = first_text[c];
    columns[c].categorical = kinds[c] == CsvKind::categorical || columns[c].first_text != nullptr ||
                             (kinds[c] == CsvKind::automatic && doubtful[c] && has_no_number(columns[c].values));
  }
  refuse_text(table, columns, kinds);
  for (std::size_t c = 0; c < count; ++c)
    if (columns[c].categorical && coded.targets[c].codes == nullptr) coded_late.add(c, columns[c], table.rows);
  if (!coded_late.categorical.empty())
    workers.each(std::ssize(table.blocks), [&](std::int64_t task, int) {
      read_words(table, static_cast<std::size_t>(task), missing, coded_late);
    });
  merge_columns(table, coded, columns, workers);
  merge_columns(table, coded_late, columns, workers);
  return columns;
}

}  // namespace linden
