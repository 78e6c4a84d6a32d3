#include "json/writer.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/utf8.hpp"
#include "json/packed_bytes.hpp"

namespace linden {

void JsonWriter::flush() {
  if (!block_.empty()) sink_(block_);
  block_.clear();
}

void JsonWriter::put(std::string_view text) {
  if (block_.size() + text.size() > block_size) flush();
  block_ += text;
}

void JsonWriter::separate() {
  if (comma_) put(",");
  comma_ = true;
}

void JsonWriter::flush_block() {
  if (block_.size() >= block_size) flush();
}

void JsonWriter::settle() {
  if (!in_numbers_) return;
  in_numbers_ = false;
  append_tag(block_, PackedTag::list);
  for (const std::int64_t number : numbers_.wholes()) append_whole(block_, number);
  for (const double number : numbers_.reals()) append_real(block_, number);
}

void JsonWriter::pack_name(std::string_view name) {
  const auto [place, is_new] = names_.emplace(name, names_.size());
  append_number(block_, is_new ? 1 : 2 + place->second);
  if (is_new) pack_text(name);
}

void JsonWriter::pack_text(std::string_view text) {
  if (!is_utf8(text)) static_cast<void>(nlohmann::json(text).dump());  // which throws
  append_text(block_, text);
  flush_block();
}

void JsonWriter::pack_number(auto number) {
  if (in_numbers_ && numbers_.add(number)) return;
  settle();
  if constexpr (std::is_same_v<decltype(number), double>)
    append_real(block_, number);
  else
    append_whole(block_, number);
  flush_block();
}

void JsonWriter::open(char bracket) {
  if (is_packed()) {
    settle();
    in_numbers_ = bracket == '[';
    numbers_.clear();
    if (!in_numbers_) append_tag(block_, PackedTag::object);
    return;
  }
  separate();
  put({&bracket, 1});
  comma_ = false;
}

void JsonWriter::close(char bracket) {
  if (is_packed()) {
    if (in_numbers_)
      append_list(block_, numbers_);
    else if (bracket == ']')
      append_tag(block_, PackedTag::end_of_list);
    else
      append_number(block_, 0);
    in_numbers_ = false;
    return flush_block();
  }
  put({&bracket, 1});
  comma_ = true;
}

JsonWriter& JsonWriter::operator[](std::string_view name) {
  if (is_packed()) {
    pack_name(name);
    return *this;
  }
  value(name);
  put(":");
  comma_ = false;
  return *this;
}

void JsonWriter::value(std::string_view text) {
  if (is_packed()) {
    settle();
    append_tag(block_, PackedTag::text);
    return pack_text(text);
  }
  separate();
  using nlohmann::json;
  put(json(text).dump(-1, ' ', false,
                      bad_text_ == Utf8::refused ? json::error_handler_t::strict : json::error_handler_t::replace));
}

void JsonWriter::value(double number) {
  if (is_packed()) return pack_number(number);
  if (std::isnan(number)) return value("nan");
  if (std::isinf(number)) return value(number > 0 ? "inf" : "-inf");
  separate();
  if (number == 0 && !std::signbit(number))  // most numbers of leaves and splits that do not have them
    put("0.0");
  else
    put(nlohmann::json(number).dump());
}

void JsonWriter::whole(std::int64_t number) {
  if (is_packed()) return pack_number(number);
  separate();
  const fmt::format_int text(number);
  put({text.data(), text.size()});
}

void JsonWriter::null() {
  if (is_packed()) {
    settle();
    return append_tag(block_, PackedTag::null);
  }
  separate();
  put("null");
}

}  // namespace linden
