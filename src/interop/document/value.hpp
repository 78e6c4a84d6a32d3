// Documents of JSON and UBJSON as trees of values, for readers of other programs' files, whose members come in any
// order: what our own files need not (json/reader.hpp). Numbers of JSON are kept as their digits, in the text, which
// must outlive the document: whoever reads one says whether the program that wrote it has a double or a float there,
// and gets the one nearest to the text. So a list of numbers takes no memory of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace linden {

struct Value {
  enum class Kind { null, flag, number, text, list, numbers, object };
  using List = std::vector<Value>;
  using Numbers = std::vector<double>;
  using Object = std::vector<std::pair<std::string, Value>>;

  // Not a variant: where g++ 12 compiles one, lld 14 loses the way of exceptions through functions beside it.
  Kind kind = Kind::null;
  double number = 0;             ///< also of a flag, 1 or 0
  std::string_view digits = {};  ///< of JSON, in place of `number` and `numbers`: as they stand in the text, a list
                                 ///< without its brackets
  std::size_t count = 0;         ///< entries of a list in `digits`
  std::string text = {};
  List list = {};
  Numbers numbers = {};  ///< of a list of numbers, and of true and false, which are 1 and 0
  Object object = {};

  static Value of(bool flag) { return {.kind = Kind::flag, .number = flag ? 1.0 : 0.0}; }
  static Value of(double number) { return {.kind = Kind::number, .number = number}; }
  static Value of(std::string text) { return {.kind = Kind::text, .text = std::move(text)}; }
  static Value of(Object object) { return {.kind = Kind::object, .object = std::move(object)}; }
  static Value of_digits(std::string_view digits) { return {.kind = Kind::number, .digits = digits}; }

  /// Adds an entry to a list, of numbers as long as all are.
  void append(Value entry);
};

/// One value for each level that is open: deeper documents are refused.
inline constexpr int most_document_levels = 100;

/// The document that a text of JSON holds, with nothing but blanks about it. As some programs write them, numbers may
/// be NaN, Infinity and -Infinity. The text must outlive the document. Throws FileError with the place in the text.
Value parse_json(std::string_view text);

/// The same of UBJSON (draft 12), containers with a type, with a count and with neither. Throws FileError.
Value parse_ubjson(std::string_view bytes);

/// A value and the way to it, "learner.trees[3].left", which messages open with. Refers to the document.
class Place {
 public:
  explicit Place(const Value& root) : value_(&root) {}

  /// Throws FileError: "<place>: <what>."
  [[noreturn]] void refuse(std::string_view what) const;
  const std::string& path() const noexcept { return path_; }

  bool is_object() const noexcept { return value_->kind == Value::Kind::object; }
  bool is_list() const noexcept { return value_->kind == Value::Kind::list || value_->kind == Value::Kind::numbers; }
  bool is_text() const noexcept { return value_->kind == Value::Kind::text; }
  bool is_number() const noexcept { return value_->kind == Value::Kind::number; }
  bool is_null() const noexcept { return value_->kind == Value::Kind::null; }

  // All that follow throw FileError where the value is of another kind, or a number out of its range.

  /// A member of an object, which must be there.
  Place operator[](std::string_view name) const;
  /// The same, or nothing.
  std::optional<Place> find(std::string_view name) const;
  /// The names of an object's members, in their order.
  std::vector<std::string> names() const;
  /// Entries of a list.
  std::size_t size() const;
  /// An entry, which is no number: numbers() has those.
  Place at(std::size_t index) const;
  const std::string& text() const;
  std::vector<std::string> texts() const;
  /// The nearest double; an infinity or 0 beyond their range.
  double number() const;
  /// The same where the program that wrote it has a float: the nearest one to the text, rounded once.
  float float_number() const;
  /// true or false.
  bool flag() const;
  /// A whole number in [low, high].
  std::int64_t whole(std::int64_t low, std::int64_t high) const;
  /// A list of numbers, each as number() gives it.
  std::vector<double> numbers() const;
  /// The same as float_number() gives them.
  std::vector<float> floats() const;
  /// A list of whole numbers in [low, high].
  std::vector<std::int32_t> wholes(std::int32_t low, std::int32_t high) const;

 private:
  Place(const Value& value, std::string path) : value_(&value), path_(std::move(path)) {}

  /// Refuses a value of another kind.
  void want(Value::Kind kind, const char* what) const;
  template <class Number>
  std::vector<Number> entries() const;

  const Value* value_;
  std::string path_;
};

}  // namespace linden
