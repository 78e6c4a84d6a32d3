#include "json/writer.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace linden {

void JsonWriter::flush() {
  if (!block_.empty()) sink_(block_);
  block_.clear();
}

void JsonWriter::put(std::string_view text) {
  constexpr std::size_t block_size = std::size_t{1} << 16;
  if (block_.size() + text.size() > block_size) flush();
  block_ += text;
}

void JsonWriter::separate() {
  if (comma_) put(",");
  comma_ = true;
}

void JsonWriter::open(char bracket) {
  separate();
  put({&bracket, 1});
  comma_ = false;
}

void JsonWriter::close(char bracket) {
  put({&bracket, 1});
  comma_ = true;
}

JsonWriter& JsonWriter::operator[](std::string_view name) {
  value(name);
  put(":");
  comma_ = false;
  return *this;
}

void JsonWriter::value(std::string_view text) {
  separate();
  using nlohmann::json;
  put(json(text).dump(-1, ' ', false,
                      bad_text_ == Utf8::refused ? json::error_handler_t::strict : json::error_handler_t::replace));
}

void JsonWriter::value(double number) {
  if (std::isnan(number)) return value("nan");
  if (std::isinf(number)) return value(number > 0 ? "inf" : "-inf");
  separate();
  if (number == 0 && !std::signbit(number))  // most numbers of leaves and splits that do not have them
    put("0.0");
  else
    put(nlohmann::json(number).dump());
}

void JsonWriter::whole(std::int64_t number) {
  separate();
  const fmt::format_int text(number);
  put({text.data(), text.size()});
}

void JsonWriter::null() {
  separate();
  put("null");
}

}  // namespace linden
