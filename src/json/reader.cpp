#include "json/reader.hpp"

#include <charconv>
#include <cmath>
#include <limits>

#include "base/fail.hpp"
#include "base/utf8.hpp"

namespace linden {
namespace {

bool is_digit(int c) { return c >= '0' && c <= '9'; }

// The grammar of JSON: -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?
bool is_number(std::string_view t) {
  const auto digits = [&] {
    std::size_t n = 0;
    while (n < t.size() && is_digit(t[n])) ++n;
    t.remove_prefix(n);
    return n > 0;
  };
  if (t.starts_with('-')) t.remove_prefix(1);
  if (t.starts_with('0'))
    t.remove_prefix(1);
  else if (!digits())
    return false;
  if (t.starts_with('.')) {
    t.remove_prefix(1);
    if (!digits()) return false;
  }
  if (t.starts_with('e') || t.starts_with('E')) {
    t.remove_prefix(1);
    if (t.starts_with('+') || t.starts_with('-')) t.remove_prefix(1);
    if (!digits()) return false;
  }
  return t.empty();
}

bool are_finite(const std::vector<double>& numbers) {
  bool are = true;
  for (const double number : numbers) are &= std::isfinite(number);
  return are;
}

void append_utf8(std::string& text, std::uint32_t code) {
  const auto tail = [&](int shift) { text += static_cast<char>(0x80 | (code >> shift & 0x3f)); };
  if (code < 0x80) {
    text += static_cast<char>(code);
  } else if (code < 0x800) {
    text += static_cast<char>(0xc0 | code >> 6);
    tail(0);
  } else if (code < 0x10000) {
    text += static_cast<char>(0xe0 | code >> 12);
    tail(6);
    tail(0);
  } else {
    text += static_cast<char>(0xf0 | code >> 18);
    tail(12);
    tail(6);
    tail(0);
  }
}

}  // namespace

void JsonReader::refuse_at(std::string_view path, std::string_view what) const {
  fail<FileError>("{}: {} {}.", file_, path.empty() ? "the document" : path, what);
}

void JsonReader::refuse_syntax() {
  if (packed_) fail<FileError>("{}: the model is not packed as save() writes it, at byte {}.", file_, taken());
  fail<FileError>("{}: the model is not JSON as save() writes it, at byte {}.", file_, bytes_.taken());
}

std::string JsonReader::path(std::size_t levels) const {
  std::string text;
  for (std::size_t i = 0; i < levels; ++i) {
    const Level& level = levels_[i];
    if (level.is_list)
      text += fmt::format("[{}]", level.index);
    else
      text += (text.empty() ? "" : ".") + level.name;
  }
  return text;
}

bool JsonReader::skip(char c) {
  if (bytes_.peek() != c) return false;
  bytes_.take();
  return true;
}

void JsonReader::expect(char c) {
  if (!skip(c)) refuse_syntax();
}

void JsonReader::open_packed(bool is_list) {
  Level level;
  level.is_list = is_list;
  const bool is_number = in_numbers();
  if (is_list && !is_number && packed_->is_at_numbers()) {
    level.numbers = packed_->numbers();
    check_packed();
  } else if (is_number || !packed_->take(is_list ? PackedTag::list : PackedTag::object)) {
    refuse(is_list ? "is not a list" : "is not an object");
  }
  levels_.push_back(std::move(level));
}

void JsonReader::open(char bracket, bool is_list) {
  if (packed_) return open_packed(is_list);
  if (!skip(bracket)) refuse(is_list ? "is not a list" : "is not an object");
  levels_.emplace_back().is_list = is_list;
}

void JsonReader::open_object() { open('{', false); }
void JsonReader::open_list() { open('[', true); }

// The name of the next member, if there is one.
bool JsonReader::read_ahead() {
  Level& level = levels_.back();
  if (level.has_next) return true;
  if (packed_) {
    if (packed_->is_at_end_of_object()) return false;
    level.next_name = packed_->name();
    check_packed();
    return level.has_next = true;
  }
  if (bytes_.peek() == '}') return false;
  if (levels_.size() == 1) before_name_ = bytes_.checksum();
  if (!level.empty) expect(',');
  level.empty = false;
  read_string();
  expect(':');
  level.next_name = string_;
  return level.has_next = true;
}

// Says what is wrong with the next member, which is not the one, if any, that belongs here.
void JsonReader::refuse_next(std::string_view wanted) {
  const Level& level = levels_.back();
  const bool seen = level.seen.find(fmt::format("\n{}\n", level.next_name)) != std::string::npos;
  if (seen) refuse_at(container(), fmt::format("has the member \"{}\" twice", level.next_name));
  if (wanted.empty()) refuse_at(container(), fmt::format("has an unknown member \"{}\"", level.next_name));
  refuse_at(container(), fmt::format("has \"{}\" where its member \"{}\" belongs", level.next_name, wanted));
}

std::pair<Checksum, std::string> JsonReader::read_ahead_of() {
  if (levels_.size() != 1 || !levels_[0].has_next) return {bytes_.checksum(), ""};
  return {before_name_, fmt::format(",\"{}\":", levels_[0].next_name)};
}

JsonReader& JsonReader::operator[](std::string_view name) {
  if (!read_ahead()) refuse_at(container(), fmt::format("has no member \"{}\"", name));
  Level& level = levels_.back();
  if (level.next_name != name) refuse_next(name);
  level.has_next = false;
  level.name = name;
  (level.seen += name) += '\n';
  return *this;
}

bool JsonReader::next_is(std::string_view name) { return read_ahead() && levels_.back().next_name == name; }

bool JsonReader::next_member(std::string& name) {
  if (!read_ahead()) {
    close_object();
    return false;
  }
  Level& level = levels_.back();
  level.has_next = false;
  level.name = name = level.next_name;
  return true;
}

void JsonReader::close_object() {
  if (read_ahead()) refuse_next("");
  packed_ ? packed_->take_end_of_object() : static_cast<void>(bytes_.take());
  levels_.pop_back();
}

bool JsonReader::is_at_end_of_list() {
  if (!packed_) return bytes_.peek() == ']';
  const Level& level = levels_.back();
  if (level.end != Level::no_end) return level.begun() == level.end;
  return in_numbers() ? level.begun() == level.numbers.count() : packed_->is_at(PackedTag::end_of_list);
}

bool JsonReader::next() {
  Level& level = levels_.back();
  if (is_at_end_of_list()) {
    if (!packed_)
      bytes_.take();
    else if (!in_numbers() && level.end == Level::no_end)
      packed_->take(PackedTag::end_of_list);
    levels_.pop_back();
    return false;
  }
  if (!level.empty) {
    if (!packed_) expect(',');
    ++level.index;
  }
  level.empty = false;
  return true;
}

JsonReader& JsonReader::entry() {
  if (is_at_end_of_list()) refuse_at(container(), fmt::format("has only {} entries", levels_.back().begun()));
  next();
  return *this;
}

std::vector<JsonReader> JsonReader::parts(std::uint64_t bytes) {
  std::vector<JsonReader> parts;
  if (!packed_ || in_numbers()) return parts;
  JsonReader rest = *this;
  Level& level = rest.levels_.back();
  std::size_t entries = 0;
  while (!rest.packed_->is_at(PackedTag::end_of_list)) {
    if (parts.empty() || rest.taken() - parts.back().taken() >= bytes) {
      if (entries > 0) parts.back().levels_.back().end = entries;
      level.empty = entries == 0;
      level.index = entries == 0 ? 0 : entries - 1;
      parts.push_back(rest);
    }
    rest.packed_->skip();
    ++entries;
    if (rest.packed_->is_broken()) return {};
  }
  if (!parts.empty()) parts.back().levels_.back().end = entries;
  packed_ = std::move(rest.packed_);
  return parts;
}

std::uint32_t JsonReader::read_hex() {
  std::uint32_t code = 0;
  for (int i = 0; i < 4; ++i) {
    const int c = bytes_.take();
    const int digit = is_digit(c)            ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) refuse_syntax();
    code = code << 4 | static_cast<std::uint32_t>(digit);
  }
  return code;
}

void JsonReader::read_escape() {
  constexpr std::string_view letters = "\"\\/bfnrt", meanings = "\"\\/\b\f\n\r\t";
  const int c = bytes_.take();
  if (c != 'u') {
    const std::size_t at = c < 0 ? std::string_view::npos : letters.find(static_cast<char>(c));
    if (at == std::string_view::npos) refuse_syntax();
    string_ += meanings[at];
    return;
  }
  std::uint32_t code = read_hex();
  if (code >= 0xd800 && code < 0xdc00 && skip('\\')) {
    expect('u');
    const std::uint32_t low = read_hex();
    if (low < 0xdc00 || low >= 0xe000) refuse_syntax();
    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
  }
  if (code >= 0xd800 && code < 0xe000) refuse_syntax();
  append_utf8(string_, code);
}

// A string, into string_.
void JsonReader::read_string() {
  expect('"');
  string_.clear();
  bool ascii = true;
  for (int c; (c = bytes_.take()) != '"';) {
    if (c < ' ') refuse_syntax();
    if (c == '\\') {
      read_escape();
      continue;
    }
    ascii &= c < 0x80;
    string_ += static_cast<char>(c);
  }
  if (!ascii && !is_utf8(string_)) refuse_syntax();
}

bool JsonReader::at_number() { return is_digit(bytes_.peek()) || bytes_.peek() == '-'; }

std::string_view JsonReader::read_number() {
  std::size_t size = 0;
  for (int c = bytes_.peek(); is_digit(c) || c == '-' || c == '.' || c == 'e' || c == '+' || c == 'E';
       c = bytes_.peek()) {
    if (size == sizeof number_) refuse_syntax();
    number_[size++] = static_cast<char>(bytes_.take());
  }
  const std::string_view text(number_, size);
  if (!is_number(text)) refuse_syntax();
  return text;
}

std::string JsonReader::text() {
  if (!is_text()) refuse("is not a text");
  if (!packed_) {
    read_string();
    return string_;
  }
  packed_->take(PackedTag::text);
  std::string text(packed_->text());
  check_packed();
  return text;
}

// A number of a packed document, whatever it is.
double JsonReader::packed_number() {
  if (in_numbers()) return levels_.back().numbers.real(levels_.back().index);
  const bool is_real = packed_->take(PackedTag::real);
  if (!is_real && !packed_->take(PackedTag::whole)) refuse("is not a finite number");
  const double number = is_real ? packed_->real() : static_cast<double>(packed_->whole());
  check_packed();
  return number;
}

std::int64_t JsonReader::packed_whole() {
  const bool is_entry = in_numbers();
  if (is_entry ? !levels_.back().numbers.are_whole() : !packed_->take(PackedTag::whole))
    refuse("is not a whole number");
  if (is_entry) return levels_.back().numbers.whole(levels_.back().index);
  const std::int64_t number = packed_->whole();
  check_packed();
  return number;
}

std::int64_t JsonReader::in_range(std::int64_t number, std::int64_t low, std::int64_t high) const {
  if (number < low || number > high) refuse(fmt::format("is {}, outside [{}, {}]", number, low, high));
  return number;
}

std::int64_t JsonReader::whole(std::int64_t low, std::int64_t high) {
  if (packed_) return in_range(packed_whole(), low, high);
  if (!at_number()) refuse("is not a whole number");
  const std::string_view text = read_number();
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) refuse("is not a whole number");
  return in_range(number, low, high);
}

double JsonReader::finite() {
  if (packed_) {
    const double number = packed_number();
    if (!std::isfinite(number)) refuse("is not a finite number");
    return number;
  }
  if (!at_number()) refuse("is not a finite number");
  const std::string_view text = read_number();
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || !std::isfinite(number)) refuse("is not a finite number");
  return number;
}

double JsonReader::number() {
  if (packed_) return packed_number();
  if (!is_text()) return finite();
  read_string();
  if (string_ == "nan") return std::numeric_limits<double>::quiet_NaN();
  if (string_ == "inf" || string_ == "-inf")
    return (string_ == "inf" ? 1 : -1) * std::numeric_limits<double>::infinity();
  refuse("is no number");
}

bool JsonReader::null() {
  if (packed_) return !in_numbers() && packed_->take(PackedTag::null);
  if (!skip('n')) return false;
  for (const char c : {'u', 'l', 'l'}) expect(c);
  return true;
}

std::vector<std::string> JsonReader::texts() {
  std::vector<std::string> list;
  for (open_list(); next();) list.push_back(text());
  return list;
}

std::vector<double> JsonReader::finites() {
  std::vector<double> list;
  open_list();
  if (!in_numbers()) {
    while (next()) list.push_back(finite());
    return list;
  }
  const PackedNumbers numbers = levels_.back().numbers;
  list.resize(numbers.count());
  numbers.copy(list);
  if (!are_finite(list))
    while (next()) finite();  // which says where
  levels_.pop_back();
  return list;
}

std::vector<std::int64_t> JsonReader::wholes(std::int64_t low, std::int64_t high) {
  std::vector<std::int64_t> list;
  open_list();
  if (!in_numbers() || !levels_.back().numbers.are_whole()) {
    while (next()) list.push_back(whole(low, high));
    return list;
  }
  const PackedNumbers numbers = levels_.back().numbers;
  list.resize(numbers.count());
  numbers.copy(list);
  bool are_in_range = true;
  for (const std::int64_t number : list) are_in_range &= number >= low && number <= high;
  if (!are_in_range)
    while (next()) whole(low, high);
  levels_.pop_back();
  return list;
}

}  // namespace linden
