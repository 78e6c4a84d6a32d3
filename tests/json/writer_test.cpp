// Writing JSON as text: the same text as a library writes that holds it all.
#include "json/writer.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>
#include <vector>

namespace linden {
namespace {

using Json = nlohmann::ordered_json;

template <class Write>
std::string written(const Write& write, JsonWriter::Utf8 bad_text = JsonWriter::Utf8::refused) {
  std::string text;
  JsonWriter json([&](std::string_view part) { text += part; }, bad_text);
  write(json);
  json.flush();
  return text;
}

TEST(JsonWriter, CommasStandBetween) {
  EXPECT_EQ(written([](JsonWriter& json) {
              json.open_object();
              json["a"].value(1);
              json["b"].open_list();
              json.value("x");
              json.null();
              json.open_object();
              json.close_object();
              json.open_list();
              json.close_list();
              json.value(2.0);
              json.close_list();
              json["c d"].values(std::vector<int>{-1, 0});
              json["e"].values(std::vector<int>{3, 4}, [](int i) { return i * 0.5; });
              json.close_object();
            }),
            R"({"a":1,"b":["x",null,{},[],2.0],"c d":[-1,0],"e":[1.5,2.0]})");
}

TEST(JsonWriter, NumbersAreTextAsTheLibraryHasThem) {
  std::mt19937_64 random(3);
  std::vector<double> numbers{0, -0.0, 1, 1e15, 1e16, 1e-4, 1e-5, 5e-324, 1.7976931348623157e308, 0.1, -3, 1e300};
  for (int i = 0; i < 3000; ++i)
    if (const double number = std::bit_cast<double>(random()); std::isfinite(number)) numbers.push_back(number);
  EXPECT_EQ(written([&](JsonWriter& json) { json.values(numbers); }), Json(numbers).dump());
  const std::vector<std::int64_t> wholes{0, -1, INT64_MAX, INT64_MIN};
  EXPECT_EQ(written([&](JsonWriter& json) { json.values(wholes); }), Json(wholes).dump());
}

TEST(JsonWriter, NumbersThatJsonHasNoWordForAreText) {
  const double infinite = std::numeric_limits<double>::infinity();
  EXPECT_EQ(written([&](JsonWriter& json) {
              json.values(std::vector<double>{infinite, -infinite, std::nan("")});
            }),
            R"(["inf","-inf","nan"])");
}

TEST(JsonWriter, TextsAreEscaped) {
  const std::vector<std::string> texts{"a\"\\/\b\f\n\r\t\x01", "é木🌳", "", std::string("\0", 1)};
  EXPECT_EQ(written([&](JsonWriter& json) { json.values(texts); }), Json(texts).dump());
}

TEST(JsonWriter, WhatIsNotUtf8IsRefusedOrMended) {
  const auto write = [](JsonWriter& json) { json.value("caf\xe9"); };
  EXPECT_THROW(written(write), nlohmann::json::exception);
  EXPECT_EQ(written(write, JsonWriter::Utf8::mended), "\"caf\xef\xbf\xbd\"");
}

TEST(JsonWriter, ItHandsOverBlocks) {
  std::size_t calls = 0, bytes = 0;
  JsonWriter json([&](std::string_view part) {
    ++calls;
    bytes += part.size();
    EXPECT_LE(part.size(), std::size_t{1} << 16);
  });
  json.values(std::vector<int>(100'000, 12));
  json.flush();
  EXPECT_EQ(bytes, 300'001u);
  EXPECT_EQ(calls, 5u);
}

}  // namespace
}  // namespace linden
