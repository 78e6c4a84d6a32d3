// The readers against readers that share nothing with them: one character at a time, numbers by a regular expression
// and strtod. Files are drawn at random from what files are made of; values and kinds of columns must agree.
#include <cmath>
#include <cstdlib>
#include <limits>
#include <map>
#include <optional>
#include <random>
#include <regex>
#include <set>
#include <sstream>

#include "data/reading.hpp"

namespace linden {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

struct Cell {
  std::string text;
  bool quoted = false;
};
using Row = std::vector<Cell>;

// Rows of cells by RFC 4180, blanks around cells aside; nothing when the text is not in good form.
std::optional<std::vector<Row>> rows_of(const std::string& text) {
  std::vector<Row> rows;
  Row row;
  std::size_t i = 0;
  const auto blank = [&] { return i < text.size() && (text[i] == ' ' || text[i] == '\t'); };
  const auto line_end = [&] {
    return i >= text.size() || text[i] == '\n' || (text[i] == '\r' && (i + 1 == text.size() || text[i + 1] == '\n'));
  };
  while (i < text.size()) {
    Cell cell;
    while (blank()) ++i;
    if (i < text.size() && text[i] == '"') {
      cell.quoted = true;
      for (++i;; ++i) {
        if (i >= text.size()) return {};
        if (text[i] != '"') {
          cell.text += text[i];
        } else if (i + 1 < text.size() && text[i + 1] == '"') {
          cell.text += text[i++];
        } else {
          break;
        }
      }
      ++i;
      while (blank()) ++i;
      if (!line_end() && text[i] != ',') return {};
    } else {
      while (!line_end() && text[i] != ',') {
        if (text[i] == '\r') return {};
        cell.text += text[i++];
      }
      while (!cell.text.empty() && (cell.text.back() == ' ' || cell.text.back() == '\t')) cell.text.pop_back();
    }
    row.push_back(cell);
    if (!line_end()) {
      ++i;  // a comma; a cell follows even at the end of the text
      if (i < text.size()) continue;
      row.push_back({});
    }
    if (i < text.size() && text[i] == '\r') ++i;
    ++i;
    if (row.size() > 1 || row[0].quoted || !row[0].text.empty()) rows.push_back(row);
    row.clear();
  }
  return rows;
}

std::optional<double> number_of(const std::string& text) {
  static const std::regex form(
      R"([+-]?(\d+\.?\d*([eE][+-]?\d+)?|\.\d+([eE][+-]?\d+)?|[iI][nN][fF]([iI][nN][iI][tT][yY])?|[nN][aA][nN]))");
  if (!std::regex_match(text, form)) return {};
  return std::strtod(text.c_str(), nullptr);
}

bool is_missing(const Cell& cell, bool among_numbers) {
  static const std::set<std::string> always{"NA", "N/A", "n/a", "#N/A", "#NA", "<NA>", "NaN", "nan", "NULL", "null"};
  static const std::set<std::string> sometimes{"?", "-", ".", "None", "none", "#NULL!", "1.#IND", "-1.#IND", "1.#QNAN"};
  if (cell.text.empty()) return true;
  return !cell.quoted && (always.contains(cell.text) || (among_numbers && sometimes.contains(cell.text)));
}

// One column as dump() writes it; nothing when it has to be refused.
std::optional<std::string> column_text(const std::string& name, const std::vector<Row>& rows, std::size_t c) {
  bool numeric = true, has_number = false, all_missing = true;
  std::set<std::string> words;
  for (const Row& row : rows) {
    const bool plain = is_missing(row[c], false), missing = is_missing(row[c], true);
    const auto number = number_of(row[c].text);
    all_missing = all_missing && plain;
    has_number = has_number || (!missing && number && !std::isnan(*number));
    numeric = numeric && (missing || number);
    if (!plain) words.insert(row[c].text);
  }
  // A column of nothing but words that may mean missing is text; not-a-numbers are numbers in form.
  bool any_sometimes = false;
  for (const Row& row : rows) any_sometimes = any_sometimes || (is_missing(row[c], true) && !is_missing(row[c], false));
  if (numeric && !has_number && any_sometimes) numeric = false;
  std::vector<double> values;
  for (const Row& row : rows) {
    if (numeric) {
      const auto number = is_missing(row[c], true) ? std::optional(nan) : number_of(row[c].text);
      if (std::isinf(*number)) return {};
      values.push_back(*number);
    } else {
      values.push_back(
          is_missing(row[c], false) ? -1 : static_cast<double>(std::distance(words.begin(), words.find(row[c].text))));
    }
  }
  const std::vector<std::string> categories(words.begin(), words.end());
  for (double& value : values)
    if (std::isnan(value)) value = nan;  // of one sign
  return fmt::format("{} {} {} {} {}\n", name, numeric ? "f64" : "i32", !numeric, values,
                     numeric ? std::vector<std::string>() : categories);
}

std::optional<std::string> independent_csv(const std::string& text) {
  const auto rows = rows_of(text);
  if (!rows || rows->size() < 2) return {};
  std::set<std::string> names;
  for (const Cell& cell : (*rows)[0])
    if (!names.insert(cell.text).second) return {};
  for (const Row& row : *rows)
    if (row.size() != (*rows)[0].size()) return {};
  const std::vector<Row> body(rows->begin() + 1, rows->end());
  std::string result = fmt::format("{} rows, label   [] [], weight []\n", body.size());
  for (std::size_t c = 0; c < names.size(); ++c) {
    const auto column = column_text((*rows)[0][c].text, body, c);
    if (!column) return {};
    result += *column;
  }
  return result;
}

template <class T>
const T& any(std::mt19937& random, const std::vector<T>& list) {
  return list[random() % list.size()];
}

std::string dump_of(const Dataset& data) {
  std::string text = dump(data);
  for (std::size_t at = 0; (at = text.find("-nan", at)) != std::string::npos;) text.erase(at, 1);
  const std::size_t label = text.find("label  [");  // no name
  if (label != std::string::npos) text.replace(label, 8, "label   [");
  return text;
}

TEST(IndependentReaders, AgreeOnCsv) {
  const std::vector<std::string> numbers{"1", "-2", "3.5", "+4", "1e3", "-.5", "2.", "0x1", "1_000", "1e400", "1.2.3"};
  const std::vector<std::string> words{"a",          "b c",      "NA",   "",      "?",       "None",
                                       "nan",        "NULL",     "-",    "\"q\"", "\"x,y\"", "\"l\n\nm\"",
                                       "\"d\"\"d\"", "5\" pipe", "\"\"", "\"1\"", "\"NA\"",  "inf"};
  std::mt19937 random(9);
  int accepted = 0, mixed = 0;
  for (int trial = 0; trial < 4000; ++trial) {
    const std::size_t width = 1 + random() % 4, height = random() % 7;
    std::vector<unsigned> share(width);
    for (unsigned& s : share) s = any(random, std::vector<unsigned>{0, 0, 1, 4, 10});  // words among ten fields
    const std::string line_end = random() % 3 == 0 ? "\r\n" : "\n";
    std::string text;
    for (std::size_t c = 0; c < width; ++c) text += (c ? "," : "") + std::string(1, static_cast<char>('a' + c));
    text += line_end;
    for (std::size_t r = 0; r < height; ++r) {
      for (std::size_t c = 0; c < width; ++c) {
        if (c) text += ",";
        if (random() % 8 == 0) text += any(random, std::vector<std::string>{" ", "\t"});
        text +=
            random() % 10 < share[c] ? any(random, words) : numbers[random() % (share[c] == 0 ? 7 : numbers.size())];
        if (random() % 8 == 0) text += " ";
      }
      if (random() % 40 == 0) text += ",";
      text += random() % 12 == 0 ? line_end + line_end : line_end;
    }
    if (random() % 4 == 0 && !text.empty())
      text.resize(text.size() - 1 - random() % std::min<std::size_t>(text.size(), 3));
    const auto expected = independent_csv(text);
    std::optional<std::string> found;
    try {
      found = dump_of(csv(text, {.delimiter = ',', .threads = 1}, random() % 2 ? 0 : 1 + random() % 20));
    } catch (const DataError&) {
    }
    ASSERT_EQ(found.has_value(), expected.has_value()) << text;
    if (!found) continue;
    ASSERT_EQ(*found, *expected) << text;
    ++accepted;
    mixed += found->find(" f64 ") != std::string::npos && found->find(" i32 ") != std::string::npos;
  }
  EXPECT_GT(accepted, 1500);
  EXPECT_GT(mixed, 300);
}

// Lines by streams of words.
std::optional<std::string> independent_libsvm(const std::string& text) {
  std::vector<double> labels, offsets{0}, columns, values;
  std::istringstream lines(text);
  bool zero = false;
  std::vector<long> indices;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::string word;
    if (!(words >> word)) continue;
    const auto label = number_of(word);
    if (!label || !std::isfinite(*label)) return {};
    labels.push_back(*label);
    long previous = -1;
    while (words >> word) {
      const std::size_t colon = word.find(':');
      static const std::regex whole(R"(\d{1,9})");
      if (colon == std::string::npos || !std::regex_match(word.substr(0, colon), whole)) return {};
      const long index = std::stol(word.substr(0, colon));
      const auto value = number_of(word.substr(colon + 1));
      if (index <= previous || !value || std::isinf(*value)) return {};
      zero = zero || index == 0;
      previous = index;
      indices.push_back(index);
      values.push_back(std::isnan(*value) ? nan : *value);
    }
    offsets.push_back(static_cast<double>(indices.size()));
  }
  if (labels.empty()) return {};
  long last = zero ? -1 : 0;
  for (const long index : indices) {
    columns.push_back(static_cast<double>(index - (zero ? 0 : 1)));
    last = std::max(last, index);
  }
  std::vector<std::string> names;
  for (long index = zero ? 0 : 1; index <= last; ++index) names.push_back(std::to_string(index));
  return fmt::format("{} rows, label   {} [], weight []\n{} f64 {} {} {}\n", labels.size(), labels, names, offsets,
                     columns, values);
}

TEST(IndependentReaders, AgreeOnLibsvm) {
  const std::vector<std::string> labels{"1", "-1", "+1", "0.5", "1e2", "nan", "x"},
      values{"1", "-2.5", "+3", "1e-3", "nan", "", "inf", "a", "0"};
  std::mt19937 random(10);
  int accepted = 0;
  for (int trial = 0; trial < 4000; ++trial) {
    std::string text;
    const bool careless = random() % 3 == 0;
    for (unsigned r = 0, height = random() % 6; r < height; ++r) {
      text += labels[random() % (careless ? labels.size() : 5)];
      unsigned index = random() % 8 == 0 ? 0 : 1;
      for (unsigned e = 0, entries = random() % 5; e < entries; ++e) {
        text += (random() % 9 == 0 ? "\t " : " ") + std::to_string(index) + ":" +
                values[random() % (careless ? values.size() : 5)];
        index += random() % (careless ? 3 : 4) + (careless ? 0 : 1);
      }
      if (random() % 9 == 0) text += " # 7:8";
      text += random() % 9 == 0 ? "\r\n\n" : "\n";
    }
    const auto expected = independent_libsvm(text);
    std::optional<std::string> found;
    try {
      found = dump_of(libsvm(text, {.threads = 1}, random() % 2 ? 0 : 1 + random() % 9));
    } catch (const DataError&) {
    }
    ASSERT_EQ(found.has_value(), expected.has_value()) << text;
    if (!found) continue;
    ASSERT_EQ(*found, *expected) << text;
    ++accepted;
  }
  EXPECT_GT(accepted, 1500);
}

}  // namespace
}  // namespace linden
