// Two passes, each parallel over blocks of rows. The first takes every column for numbers, straight into its memory,
// and notes which columns hold something else; the second gives the fields of those codes, block by block, and the
// dictionaries of the blocks are then merged into one in byte order.
#include "data/csv/columns.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <deque>
#include <limits>
#include <string_view>
#include <unordered_map>

#include "base/fail.hpp"
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

// The first pass over a block. A column that is known to be text further up is not parsed.
CsvTrouble read_numbers(const CsvTable& table, const CsvBlock& block, const MissingTokens& missing,
                        std::span<double* const> values, std::span<FirstText> first_text,
                        std::span<std::atomic<bool>> doubtful) {
  const CsvGrammar grammar = table.grammar;
  const bool has_points = table.decimal == '.';
  const char* const end = table.text.end();
  const char* nul = CsvGrammar::find('\0', block.begin, block.end);
  const CsvTrouble form = each_field(table, block, [&](const char* p, std::int64_t row, int column, CsvField& field) {
    const auto c = static_cast<std::size_t>(column);
    const char* const known = first_text[c].load(std::memory_order_relaxed);
    const bool wanted = values[c] != nullptr && (known == nullptr || p < known);
    p = grammar.skip_blanks(p);
    if (wanted && has_points && missing.plainly_number(*p)) {
      if (const char* q = parse_number_prefix(p, end, values[c][row])) {
        q = grammar.skip_blanks(q);
        if (*q == '\r' && q[1] == '\n') ++q;
        if (*q == grammar.delimiter() || *q == '\n') return q;
      }
    }
    p = grammar.take(p, end, field);
    if (!wanted || field.fault != CsvFault::none) return p;
    if (missing.has(field))
      values[c][row] = std::numeric_limits<double>::quiet_NaN();
    else if (const auto number = table.number(field.text))
      values[c][row] = *number;
    else if (missing.has_among_numbers(field))
      values[c][row] = std::numeric_limits<double>::quiet_NaN(), doubtful[c].store(true, std::memory_order_relaxed);
    else
      keep_first(first_text[c], field.begin);
    return p;
  });
  if (nul != block.end && (form.fault == CsvFault::none || nul < form.where)) return {CsvFault::nul_byte, nul};
  return form;
}

// The words of one column in one block, numbered as they come.
struct Words {
  std::unordered_map<std::string_view, std::int32_t> codes;
  std::vector<std::string_view> words;

  std::int32_t code(std::string_view word) {
    const auto [place, is_new] = codes.try_emplace(word, static_cast<std::int32_t>(words.size()));
    if (is_new) words.push_back(word);
    return place->second;
  }
};

// Where the codes of a column with categories go, and its place among such columns; no codes for other columns.
struct CodeColumn {
  std::int32_t* codes = nullptr;
  std::size_t place = 0;
};

// All words of a block, one entry a column with categories. Fields without doubled quotes are views of the text.
struct BlockWords {
  std::vector<Words> columns;
  std::deque<std::string> unescaped;
};

void read_words(const CsvTable& table, const CsvBlock& block, const MissingTokens& missing,
                std::span<const CodeColumn> targets, BlockWords& found) {
  each_field(table, block, [&](const char* p, std::int64_t row, int column, CsvField& field) {
    p = table.grammar.take(p, table.text.end(), field);
    const CodeColumn target = targets[static_cast<std::size_t>(column)];
    std::int32_t* const to = target.codes;
    if (to == nullptr) return p;
    Words& words = found.columns[target.place];
    if (missing.has(field)) {
      to[row] = -1;
    } else if (!field.is_escaped()) {
      to[row] = words.code(field.text);
    } else {
      found.unescaped.push_back(field.value());
      to[row] = words.code(found.unescaped.back());
    }
    return p;
  });
  for (Words& words : found.columns) words.codes = {};
}

// One dictionary for the column, and the codes of the blocks changed to it.
std::vector<std::string> merge_words(const CsvTable& table, std::span<const BlockWords> found,
                                     const CodeColumn& target) {
  std::vector<std::string_view> all;
  for (const BlockWords& block : found)
    all.insert(all.end(), block.columns[target.place].words.begin(), block.columns[target.place].words.end());
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  std::vector<std::int32_t> merged;
  for (std::size_t b = 0; b < found.size(); ++b) {
    const std::vector<std::string_view>& words = found[b].columns[target.place].words;
    merged.resize(words.size());
    for (std::size_t w = 0; w < words.size(); ++w)
      merged[w] = static_cast<std::int32_t>(std::lower_bound(all.begin(), all.end(), words[w]) - all.begin());
    std::int32_t* const first = target.codes + table.blocks[b].first_row;
    for (std::int64_t row = 0; row < table.blocks[b].rows; ++row)
      if (first[row] >= 0) first[row] = merged[static_cast<std::size_t>(first[row])];
  }
  return {all.begin(), all.end()};
}

void read_categories(const CsvTable& table, std::vector<CsvColumn>& columns, const MissingTokens& missing,
                     Workers& workers) {
  std::vector<CodeColumn> targets(columns.size());
  std::vector<std::size_t> categorical;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (!columns[c].categorical) continue;
    columns[c].values = Tensor::empty({table.rows}, DType::i32);
    targets[c] = {columns[c].values.data<std::int32_t>(), categorical.size()};
    categorical.push_back(c);
  }
  if (categorical.empty()) return;
  std::vector<BlockWords> found(table.blocks.size());
  workers.each(static_cast<std::int64_t>(found.size()), [&](std::int64_t task, int) {
    const auto b = static_cast<std::size_t>(task);
    found[b].columns.resize(categorical.size());
    read_words(table, table.blocks[b], missing, targets, found[b]);
  });
  workers.each(static_cast<std::int64_t>(categorical.size()), [&](std::int64_t task, int) {
    const std::size_t c = categorical[static_cast<std::size_t>(task)];
    columns[c].categories = merge_words(table, found, targets[c]);
  });
}

bool has_no_number(const Tensor& values) {
  return std::ranges::all_of(values.span<const double>(), [](double v) { return std::isnan(v); });
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

std::vector<CsvColumn> read_columns(const CsvTable& table, std::span<const CsvKind> kinds, const MissingTokens& missing,
                                    Workers& workers) {
  const std::size_t count = kinds.size();
  std::vector<CsvColumn> columns(count);
  std::vector<double*> values(count, nullptr);
  std::vector<FirstText> first_text(count);
  std::vector<std::atomic<bool>> doubtful(count);
  for (std::size_t c = 0; c < count; ++c) {
    if (kinds[c] != CsvKind::automatic && kinds[c] != CsvKind::numbers) continue;
    columns[c].values = Tensor::empty({table.rows}, DType::f64);
    values[c] = columns[c].values.data<double>();
  }
  std::vector<CsvTrouble> troubles(table.blocks.size());
  workers.each(static_cast<std::int64_t>(troubles.size()), [&](std::int64_t task, int) {
    const auto b = static_cast<std::size_t>(task);
    troubles[b] = read_numbers(table, table.blocks[b], missing, values, first_text, doubtful);
  });
  refuse_first(table, troubles);
  for (std::size_t c = 0; c < count; ++c) {
    columns[c].first_text = first_text[c];
    columns[c].categorical = kinds[c] == CsvKind::categorical || columns[c].first_text != nullptr ||
                             (kinds[c] == CsvKind::automatic && doubtful[c] && has_no_number(columns[c].values));
  }
  refuse_text(table, columns, kinds);
  read_categories(table, columns, missing, workers);
  return columns;
}

}  // namespace linden
