// JSON (RFC 8259) as a tree of values.
#include <charconv>

#include "base/fail.hpp"
#include "base/utf8.hpp"
#include "interop/document/value.hpp"

namespace linden {
namespace {

class JsonParser {
 public:
  explicit JsonParser(std::string_view text) : begin_(text.data()), at_(text.data()), end_(at_ + text.size()) {}

  Value document() {
    Value root = value(0);
    skip_blanks();
    if (at_ != end_) refuse("something follows the document");
    return root;
  }

 private:
  [[noreturn]] void refuse(const char* what) const { fail<FileError>("not JSON: {} at byte {}.", what, at_ - begin_); }

  void skip_blanks() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }

  bool take(char wanted) {
    skip_blanks();
    if (at_ == end_ || *at_ != wanted) return false;
    ++at_;
    return true;
  }

  bool take_word(std::string_view word) {
    if (static_cast<std::size_t>(end_ - at_) < word.size() || std::string_view(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }

  Value value(int level) {
    if (level >= most_document_levels) refuse("there are too many levels");
    skip_blanks();
    if (at_ == end_) refuse("the end comes too early");
    switch (*at_) {
      case '{': return Value::of(object(level));
      case '[': return list(level);
      case '"': return Value::of(text());
      case 't':
        if (take_word("true")) return Value::of(true);
        break;
      case 'f':
        if (take_word("false")) return Value::of(false);
        break;
      case 'n':
        if (take_word("null")) return {};
        break;
      default: return Value::of_digits(number());
    }
    refuse("an unknown word");
  }

  Value::Object object(int level) {
    Value::Object members;
    ++at_;
    if (take('}')) return members;
    do {
      skip_blanks();
      if (at_ == end_ || *at_ != '"') refuse("a member has no name");
      std::string name = text();
      if (!take(':')) refuse("a colon is missing");
      members.emplace_back(std::move(name), value(level + 1));
    } while (take(','));
    if (!take('}')) refuse("an object does not end");
    return members;
  }

  Value list(int level) {
    ++at_;
    if (take(']')) return {.kind = Value::Kind::list};
    const char* const begin = at_;
    if (const std::size_t count = take_numbers(); count > 0)
      return {
          .kind = Value::Kind::numbers, .digits = {begin, static_cast<std::size_t>(at_ - begin) - 1}, .count = count};
    at_ = begin;
    Value list{.kind = Value::Kind::list};
    do list.list.push_back(value(level + 1));
    while (take(','));
    if (!take(']')) refuse("a list does not end");
    return list;
  }

  // Numbers, true and false up to the end of a list: how many, or 0 where something else is among them.
  std::size_t take_numbers() {
    for (std::size_t count = 1;; ++count) {
      skip_blanks();
      if (!take_word("true") && !take_word("false")) {
        if (at_ == end_ || std::string_view("-0123456789NI").find(*at_) == std::string_view::npos) return 0;
        number();
      }
      if (take(',')) continue;
      return take(']') ? count : 0;
    }
  }

  bool take_digits() {
    const char* const begin = at_;
    while (at_ != end_ && *at_ >= '0' && *at_ <= '9') ++at_;
    return at_ != begin;
  }

  std::string_view number() {
    const char* const begin = at_;
    const auto taken = [&] { return std::string_view(begin, static_cast<std::size_t>(at_ - begin)); };
    if (take_word("NaN") || take_word("Infinity") || take_word("-Infinity")) return taken();
    const bool is_negative = *at_ == '-';
    if (is_negative) ++at_;
    if (!take_digits()) {
      at_ = begin;
      refuse(is_negative ? "a number is missing" : "a value is missing");
    }
    if (at_ != end_ && *at_ == '.') ++at_, take_digits();
    if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
      const char* const exponent = at_++;
      if (at_ != end_ && (*at_ == '+' || *at_ == '-')) ++at_;
      if (!take_digits()) at_ = exponent;
    }
    return taken();
  }

  std::uint32_t hex() {
    if (end_ - at_ < 4) refuse("an escape is cut short");
    std::uint32_t code = 0;
    const auto [stop, error] = std::from_chars(at_, at_ + 4, code, 16);
    if (error != std::errc() || stop != at_ + 4) refuse("an escape has no four digits");
    at_ += 4;
    return code;
  }

  void append_escape(std::string& out) {
    if (++at_ == end_) refuse("a text does not end");
    const char kind = *at_++;
    constexpr std::string_view plain = "\"\\/bfnrt", meant = "\"\\/\b\f\n\r\t";
    if (const std::size_t which = plain.find(kind); which != plain.npos) {
      out += meant[which];
      return;
    }
    if (kind != 'u') refuse("an escape is unknown");
    std::uint32_t code = hex();
    if (code >= 0xd800 && code < 0xdc00) {  // a pair of surrogates
      if (!take_word("\\u")) refuse("half of a pair of surrogates is missing");
      const std::uint32_t low = hex();
      if (low < 0xdc00 || low >= 0xe000) refuse("half of a pair of surrogates is missing");
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    append_utf8(out, code);
  }

  static void append_utf8(std::string& out, std::uint32_t code) {
    const int tails = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    constexpr std::uint32_t heads[] = {0, 0xc0, 0xe0, 0xf0};
    out += static_cast<char>(heads[tails] | code >> 6 * tails);
    for (int t = tails - 1; t >= 0; --t) out += static_cast<char>(0x80 | (code >> 6 * t & 0x3f));
  }

  std::string text() {
    std::string out;
    ++at_;
    for (;;) {
      const char* const from = at_;
      while (at_ != end_ && *at_ != '"' && *at_ != '\\') ++at_;
      out.append(from, at_);
      if (at_ == end_) refuse("a text does not end");
      if (*at_ == '"') break;
      append_escape(out);
    }
    ++at_;
    if (!is_utf8(out)) refuse("a text is not UTF-8");
    return out;
  }

  const char* begin_;
  const char* at_;
  const char* end_;
};

}  // namespace

Value parse_json(std::string_view text) { return JsonParser(text).document(); }

}  // namespace linden
