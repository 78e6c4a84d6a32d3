// Writing JSON as text, member by member, without a tree of values: memory is one block, whatever the size. Or the
// packed form of the same document (packed_bytes.hpp), where memory is a block and a list of numbers.
//
//     json["point"].open_object();
//     json["x"].value(1.5);
//     json["tags"].values(tags);
//     json.close_object();
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "json/packed_numbers.hpp"

namespace linden {

using TextSink = std::function<void(std::string_view)>;

class JsonWriter {
 public:
  enum class Utf8 { refused, mended };  ///< what becomes of text that is not UTF-8

  enum class Form { text, packed };

  explicit JsonWriter(TextSink sink, Utf8 bad_text = Utf8::refused) : sink_(std::move(sink)), bad_text_(bad_text) {}
  JsonWriter(TextSink sink, Form form) : sink_(std::move(sink)), form_(form) {}

  bool is_packed() const noexcept { return form_ == Form::packed; }

  void open_object() { open('{'); }
  void close_object() { close('}'); }
  void open_list() { open('['); }
  void close_list() { close(']'); }
  /// The name of the member whose value comes next.
  JsonWriter& operator[](std::string_view name);

  /// Refusing what is not UTF-8 is throwing nlohmann::json::exception.
  void value(std::string_view text);
  void value(const char* text) { value(std::string_view(text)); }
  void value(const std::string& text) { value(std::string_view(text)); }
  /// Infinite numbers and NaN, for which JSON has no word, are text.
  void value(double number);
  template <std::signed_integral Whole>
  void value(Whole number) {
    whole(static_cast<std::int64_t>(number));
  }
  void null();
  /// A list.
  template <class Range>
  void values(const Range& range) {
    values(
        range, [](const auto& entry) -> const auto& { return entry; });
  }
  /// A list of what each entry becomes.
  template <class Range, class Part>
  void values(const Range& range, const Part& part) {
    open_list();
    for (const auto& entry : range) value(part(entry));
    close_list();
  }

  /// Hands over what is not yet written.
  void flush();

 private:
  void open(char bracket);
  void close(char bracket);
  void pack_name(std::string_view name);
  void pack_text(std::string_view text);
  void pack_number(auto number);
  /// Before anything in a packed list that is no number: what was a list of numbers is one of values.
  void settle();
  void flush_block();
  void separate();
  void put(std::string_view text);
  void whole(std::int64_t number);

  static constexpr std::size_t block_size = std::size_t{1} << 16;

  TextSink sink_;
  Utf8 bad_text_ = Utf8::refused;
  Form form_ = Form::text;
  std::string block_;
  bool comma_ = false;  // whether the next name or entry follows another
  // Of the packed form:
  bool in_numbers_ = false;  // whether a list is open that has had nothing but numbers, which are
  NumbersToPack numbers_;    // these
  std::map<std::string, std::uint64_t, std::less<>> names_;
};

}  // namespace linden
