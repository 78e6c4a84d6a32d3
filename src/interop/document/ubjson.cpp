// UBJSON (draft 12) as a tree of values. A count is believed as far as there are bytes for it.
#include <bit>
#include <cstring>
#include <limits>

#include "base/fail.hpp"
#include "base/utf8.hpp"
#include "interop/document/value.hpp"

namespace linden {
namespace {

class UbjsonParser {
 public:
  explicit UbjsonParser(std::string_view bytes) : begin_(bytes.data()), at_(begin_), end_(begin_ + bytes.size()) {}

  Value document() {
    Value root = value(take(), 0);
    if (at_ != end_) refuse("something follows the document");
    return root;
  }

 private:
  // What may stand between an opening bracket and the entries.
  struct Header {
    char type = 0;            // of all entries; 0: each has its own
    std::int64_t count = -1;  // -1: a closing bracket ends them
  };

  [[noreturn]] void refuse(const char* what) const {
    fail<FileError>("not UBJSON: {} at byte {}.", what, at_ - begin_);
  }

  std::int64_t left() const { return end_ - at_; }

  char take() {
    if (at_ == end_) refuse("the end comes too early");
    return *at_++;
  }

  // A number that is stored with its first byte in front.
  template <class Whole>
  Whole raw() {
    if (left() < static_cast<std::int64_t>(sizeof(Whole))) refuse("the end comes too early");
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < sizeof(Whole); ++i) bits = bits << 8 | static_cast<unsigned char>(*at_++);
    return static_cast<Whole>(bits);
  }

  static std::int64_t bytes_of(char type) {
    switch (type) {
      case 'i':
      case 'U':
      case 'C': return 1;
      case 'I': return 2;
      case 'l':
      case 'd': return 4;
      case 'L':
      case 'D': return 8;
      default: return 0;
    }
  }

  double number(char type) {
    switch (type) {
      case 'i': return raw<std::int8_t>();
      case 'U': return raw<std::uint8_t>();
      case 'I': return raw<std::int16_t>();
      case 'l': return raw<std::int32_t>();
      case 'L': return static_cast<double>(raw<std::int64_t>());
      case 'd': return std::bit_cast<float>(raw<std::uint32_t>());
      case 'D': return std::bit_cast<double>(raw<std::uint64_t>());
      default: refuse("a number has an unknown type");
    }
  }

  std::int64_t count() {
    const char type = take();
    if (type == 'd' || type == 'D' || bytes_of(type) == 0 || type == 'C') refuse("a count has an unknown type");
    const std::int64_t found = type == 'L' ? raw<std::int64_t>() : static_cast<std::int64_t>(number(type));
    if (found < 0 || found > left()) refuse("a count is larger than the file");
    return found;
  }

  std::string text() {
    const auto size = static_cast<std::size_t>(count());
    std::string out(at_, size);
    at_ += size;
    if (!is_utf8(out)) refuse("a text is not UTF-8");
    return out;
  }

  Header header() {
    Header found;
    if (at_ != end_ && *at_ == '$') {
      ++at_;
      found.type = take();
      if (at_ == end_ || *at_ != '#') refuse("a type has no count");
    }
    if (at_ != end_ && *at_ == '#') {
      ++at_;
      found.count = count();
    }
    return found;
  }

  // Calls one() for each entry.
  template <class One>
  void each(const Header& header, char closing, const One& one) {
    for (std::int64_t i = 0; header.count < 0 || i < header.count; ++i) {
      if (header.count < 0 && at_ != end_ && *at_ == closing) {
        ++at_;
        return;
      }
      one();
    }
  }

  Value list(int level) {
    const Header found = header();
    if (found.type != 0 && bytes_of(found.type) > 0 && found.type != 'C') {
      if (found.count > left() / bytes_of(found.type)) refuse("a list is longer than the file");
      Value list{.kind = Value::Kind::numbers};
      list.numbers.resize(static_cast<std::size_t>(found.count));
      for (double& one : list.numbers) one = number(found.type);
      return list;
    }
    check_type(found.type);
    Value list;
    each(found, ']', [&] { list.append(value(found.type != 0 ? found.type : take(), level + 1)); });
    if (list.kind == Value::Kind::null) list.kind = Value::Kind::list;
    return list;
  }

  // Entries without bytes of their own would take memory that no file accounts for.
  void check_type(char type) const {
    if (type != 0 && bytes_of(type) == 0 && type != 'S' && type != '[' && type != '{') refuse("a type has no bytes");
  }

  Value::Object object(int level) {
    const Header found = header();
    check_type(found.type);
    Value::Object members;
    each(found, '}', [&] {
      std::string name = text();
      members.emplace_back(std::move(name), value(found.type != 0 ? found.type : take(), level + 1));
    });
    return members;
  }

  Value value(char type, int level) {
    if (level >= most_document_levels) refuse("there are too many levels");
    while (type == 'N') type = take();  // stands for nothing
    switch (type) {
      case '{': return Value::of(object(level));
      case '[': return list(level);
      case 'S': return Value::of(text());
      case 'C': return Value::of(std::string(1, take()));
      case 'T': return Value::of(true);
      case 'F': return Value::of(false);
      case 'Z': return {};
      default: return Value::of(number(type));
    }
  }

  const char* begin_;
  const char* at_;
  const char* end_;
};

}  // namespace

Value parse_ubjson(std::string_view bytes) { return UbjsonParser(bytes).document(); }

}  // namespace linden
