// Source as it is written: one text for C++17 and C99, whose marks become what each of the two says.
//
//     $word      a name of the inside: `detail::word`, or `model_detail_word`
//     ~word      a name for the user: `word` in the namespace, or `model_word`
//     FUNCTION   inline, or static inline
//     TABLE      inline constexpr, or static const
//     U32(...    a cast: static_cast<uint32_t>(..., or (uint32_t)(...; I32(, U64( and DOUBLE( likewise
//
// Names of features, categories and classes stand in string literals alone, every byte that is not plain as an octal
// escape, and in names of columns, of which letters and digits are left.
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <vector>

#include "interop/export/formats.hpp"

namespace linden::exporting {

/// A number as a literal of type double, with all of its digits.
std::string double_literal(double value);
/// Text as a literal. Throws ArgumentError for text with a byte of 0, which would end it.
std::string text_literal(const Request& request, std::string_view text);
/// For each name "column_" and its letters and digits, each once.
std::vector<std::string> column_words(const std::vector<std::string>& names);

class SourceText {
 public:
  /// Throws ArgumentError for a name that is no word in C and C++.
  explicit SourceText(const Request& request);

  const Request& request() const noexcept { return request_; }
  bool is_cpp() const noexcept { return is_cpp_; }

  /// Code in which the marks are replaced, and each `{{name}}` by the value that goes with it.
  struct Value {
    std::string_view name;
    std::string value;
  };
  void code(std::string_view text, const std::vector<Value>& values = {});
  /// As it is.
  void plain(std::string_view text) { out_ += text; }

  /// `type` may have marks; entries are literals. No table where there are none.
  void table(std::string_view type, std::string_view name, const std::vector<std::string>& entries);
  template <std::integral Whole>
  void table(std::string_view type, std::string_view name, const std::vector<Whole>& entries) {
    std::vector<std::string> texts;
    for (const Whole entry : entries)
      texts.push_back(std::to_string(entry) + (std::unsigned_integral<Whole> ? "u" : ""));
    table(type, name, texts);
  }
  void table(std::string_view name, const std::vector<double>& entries);
  void texts(std::string_view name, const std::vector<std::string>& entries);
  void constant(std::string_view name, std::size_t value);

  /// What stands at the top and the bottom of the file; `about` is a comment of whole lines.
  void open(const std::string& about);
  void close();
  /// Names of the inside are declared between these two.
  void open_inside();
  void close_inside();

  std::string taken() { return std::move(out_); }

 private:
  std::string marked(std::string_view text) const;

  const Request& request_;
  const bool is_cpp_;
  bool is_inside_ = false;
  std::string out_;
};

/// The functions that the link of a loss needs, and `~predict`, `~label`; nothing where scores are asked for.
void write_link(SourceText& source, const Loss& loss, const std::vector<std::string>& classes, bool has_offset,
                bool inside);
/// The names of columns, categories and classes, and what looks categories up by name.
void write_names(SourceText& source, const ModelSchema& schema);
/// What the top of the file says of how it is used.
std::string usage_of(const Request& request, const ModelSchema& schema, const Loss& loss, std::string_view what);

}  // namespace linden::exporting
