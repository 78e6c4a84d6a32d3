// JSON in any order: against a library that reads it, and what is no JSON.
#include <gtest/gtest.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <random>

#include "interop/document/value.hpp"
#include "linden/error.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

using Json = nlohmann::ordered_json;

Json as_json(const Value& value) {
  switch (value.kind) {
    case Value::Kind::null: return nullptr;
    case Value::Kind::flag: return value.number == 1;
    case Value::Kind::number: return Place(value).number();
    case Value::Kind::text: return value.text;
    case Value::Kind::numbers: return Place(value).numbers();
    case Value::Kind::list: {
      Json list = Json::array();
      for (const Value& entry : value.list) list.push_back(as_json(entry));
      return list;
    }
    case Value::Kind::object: {
      Json object = Json::object();
      for (const auto& [name, member] : value.object) object[name] = as_json(member);
      return object;
    }
  }
  return {};
}

TEST(ParseJson, ReadsWhatOthersRead) {
  for (const char* text :
       {"null", "true", "false", "0", "-0.5e-3", "[]", "{}", "[1,2,[3,\"x\"],{\"a\":null}]", "\"\"",
        R"("\"\\\/\b\f\n\r\t\u00e9\u20ac\ud83d\ude00")", " [ 1 , \"a\" , 2 ] \n", "{\"a\":[[]],\"b\":{\"c\":[\"d\"]}}",
        "[\"x\",1,2]", "[1,null]", "123456789012345678901234567890", "1e400", "-1e400", "1e-400"}) {
    const Json wanted = Json::parse(text, nullptr, false);
    const Json found = as_json(parse_json(text));
    if (wanted.is_discarded())  // that library takes no number beyond doubles
      EXPECT_TRUE(found.is_number() && !std::isfinite(found.get<double>())) << text;
    else
      EXPECT_EQ(found, wanted) << text;
  }
}

TEST(ParseJson, ReadsNumbersThatJsonHasNoWordFor) {
  const Value list = parse_json("[NaN,Infinity,-Infinity]");
  const std::vector<double> numbers = Place(list).numbers();
  EXPECT_TRUE(std::isnan(numbers[0]));
  EXPECT_EQ(numbers[1], HUGE_VAL);
  EXPECT_EQ(numbers[2], -HUGE_VAL);
  const std::vector<float> floats = Place(list).floats();
  EXPECT_TRUE(std::isnan(floats[0]));
  EXPECT_EQ(floats[2], -HUGE_VALF);
}

float as_float(const std::string& text) {
  const Value value = parse_json(text);
  return Place(value).float_number();
}

// Beside the middle between two floats, nearer to it than a double tells; and what is beyond floats and not doubles.
TEST(ParseJson, GivesTheNearestFloatWhereOneIsAskedFor) {
  EXPECT_EQ(as_float("1.000000059604644775390625"), 1.0f);
  EXPECT_EQ(as_float("1.0000000596046447753906251"), 1 + 0x1p-23f);
  EXPECT_EQ(as_float("1.0000000596046447753906249"), 1.0f);
  EXPECT_EQ(as_float("-1.0000000596046447753906251"), -1 - 0x1p-23f);
  EXPECT_EQ(as_float("-1e39"), -HUGE_VALF);
  EXPECT_EQ(as_float("1e-50"), 0.0f);
  std::mt19937 random(1);
  for (int i = 0; i < 2000; ++i) {
    const float value = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
    if (!std::isfinite(value)) continue;
    char text[64];
    *std::to_chars(text, text + sizeof text, value).ptr = '\0';
    EXPECT_EQ(as_float(text), value) << text;
  }
}

// A double is what its text says, also where its last 29 bits are those of the middle between two floats.
TEST(ParseJson, LeavesDoublesAlone) {
  std::mt19937_64 random(1);
  std::string text = "[";
  std::vector<double> wanted;
  for (int i = 0; i < 2000; ++i) {
    std::uint64_t bits = random();
    if (i % 2 == 0) bits = (bits & ~((std::uint64_t{1} << 29) - 1)) | std::uint64_t{1} << 28;
    const auto value = std::bit_cast<double>(bits);
    if (!std::isfinite(value)) continue;
    char digits[64];
    text.append(wanted.empty() ? "" : " , ").append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
    wanted.push_back(value);
  }
  text += "]";
  const Value list = parse_json(text);
  EXPECT_EQ(Place(list).numbers(), wanted);
}

TEST(ParseJson, RefusesWhatIsNone) {
  const auto refused = [](const std::string& text) { return refusal<FileError>([&] { parse_json(text); }); };
  EXPECT_EQ(refused(""), "not JSON: the end comes too early at byte 0.");
  EXPECT_EQ(refused("{} x"), "not JSON: something follows the document at byte 3.");
  EXPECT_EQ(refused("[1,]"), "not JSON: a value is missing at byte 3.");
  EXPECT_EQ(refused("[1 2]"), "not JSON: a list does not end at byte 3.");
  EXPECT_EQ(refused("[1,2"), "not JSON: a list does not end at byte 4.");
  EXPECT_EQ(refused("[1e]"), "not JSON: a list does not end at byte 2.");
  EXPECT_EQ(refused("{\"a\":1"), "not JSON: an object does not end at byte 6.");
  EXPECT_EQ(refused("{a:1}"), "not JSON: a member has no name at byte 1.");
  EXPECT_EQ(refused("{\"a\" 1}"), "not JSON: a colon is missing at byte 5.");
  EXPECT_EQ(refused("nul"), "not JSON: an unknown word at byte 0.");
  EXPECT_EQ(refused("-"), "not JSON: a number is missing at byte 0.");
  EXPECT_EQ(refused("\"a"), "not JSON: a text does not end at byte 2.");
  EXPECT_EQ(refused("\"\\u12x4\""), "not JSON: an escape has no four digits at byte 3.");
  EXPECT_EQ(refused("\"\\u12"), "not JSON: an escape is cut short at byte 3.");
  EXPECT_EQ(refused("\"\\q\""), "not JSON: an escape is unknown at byte 3.");
  EXPECT_EQ(refused("\"\\ud800x\""), "not JSON: half of a pair of surrogates is missing at byte 7.");
  EXPECT_EQ(refused("\"\xff\""), "not JSON: a text is not UTF-8 at byte 3.");
  EXPECT_EQ(refused(std::string(1000, '[')), "not JSON: there are too many levels at byte 100.");
}

}  // namespace
}  // namespace linden
