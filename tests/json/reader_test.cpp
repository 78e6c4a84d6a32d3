// Reading JSON that nobody vouches for: what is there comes out, what is not is refused with its path.
#include "json/reader.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <linden/error.hpp>
#include <nlohmann/json.hpp>
#include <random>

#include "model/file/model_text.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

using Json = nlohmann::ordered_json;

// What is said about a text, by what an action reads in it.
template <class Action>
std::string refused(std::string_view text, const Action& action) {
  return refusal<FileError>([&] {
    JsonReader json(source_of_text(text).bytes, "f.json");
    action(json);
  });
}

JsonReader reader(std::string_view text) { return {source_of_text(text).bytes, "f.json"}; }

TEST(JsonReader, GivesWhatIsThere) {
  JsonReader json =
      reader(R"({"a":{"list":[1,-2,3.5,"x",null],"max":9223372036854775807,"texts":["p","q"],"numbers":[1,2.5,1e300],)"
             R"("none":[],"nothing":{}},"free":{"7":[0],"x y":3}})");
  json.open_object();
  json["a"].open_object();
  json["list"].open_list();
  EXPECT_EQ(json.entry().whole(0, 1), 1);
  EXPECT_EQ(json.path(), "a.list[0]");
  EXPECT_EQ(json.entry().whole(-2, 0), -2);
  ASSERT_TRUE(json.next());
  EXPECT_FALSE(json.null());
  EXPECT_EQ(json.finite(), 3.5);
  EXPECT_TRUE(json.entry().is_text());
  EXPECT_EQ(json.text(), "x");
  EXPECT_TRUE(json.entry().null());
  EXPECT_EQ(json.path(), "a.list[4]");
  EXPECT_FALSE(json.next());
  EXPECT_EQ(json.path(), "a.list");
  EXPECT_FALSE(json.next_is("texts"));
  EXPECT_TRUE(json.next_is("max"));
  EXPECT_EQ(json["max"].whole(0, INT64_MAX), INT64_MAX);
  EXPECT_EQ(json["texts"].texts(), (std::vector<std::string>{"p", "q"}));
  EXPECT_EQ(json["numbers"].finites(), (std::vector<double>{1, 2.5, 1e300}));
  EXPECT_EQ(json["none"].finites(), std::vector<double>());
  json["nothing"].open_object();
  json.close_object();
  EXPECT_EQ(json.path(), "a.nothing");
  json.close_object();
  EXPECT_EQ(json.path(), "a");
  std::string name;
  json["free"].open_object();
  ASSERT_TRUE(json.next_member(name));
  EXPECT_EQ(name, "7");
  EXPECT_EQ(json.finites(), std::vector<double>{0});
  EXPECT_EQ(json.path(), "free.7");
  ASSERT_TRUE(json.next_member(name));
  EXPECT_EQ(json.whole(3, 3), 3);
  EXPECT_FALSE(json.next_member(name));
  json.close_object();
  EXPECT_EQ(json.bytes().peek(), ByteReader::end);
}

TEST(JsonReader, RefusesWhatIsNotThereWithItsPath) {
  const auto inside = [](auto action) {
    return [action](JsonReader& json) {
      json.open_object();
      json["a"].open_object();
      action(json);
    };
  };
  const char* const text = R"({"a":{"list":[1,3.5,"x",null,18446744073709551615],"b":1,"list":2,"c":3}})";
  const auto list = [&](auto action) {
    return refused(text, inside([&](JsonReader& json) {
                     json["list"].open_list();
                     action(json);
                   }));
  };
  EXPECT_EQ(refused("{}",
                    [](JsonReader& json) {
                      json.open_object();
                      json["b"];
                    }),
            "f.json: the document has no member \"b\".");
  EXPECT_EQ(refused(text, inside([](JsonReader& json) { json["b"]; })),
            "f.json: a has \"list\" where its member \"b\" belongs.");
  EXPECT_EQ(refused(text, inside([](JsonReader& json) { json.close_object(); })),
            "f.json: a has an unknown member \"list\".");
  const auto after_b = [&](auto action) {
    return refused(text, inside([&](JsonReader& json) {
                     json["list"].open_list();
                     json.entry().finite();
                     json.entry().finite();
                     json.entry().text();
                     json.entry().null();
                     json.entry().finite();
                     EXPECT_FALSE(json.next());
                     json["b"].finite();
                     action(json);
                   }));
  };
  EXPECT_EQ(after_b([](JsonReader& json) { json.close_object(); }), "f.json: a has the member \"list\" twice.");
  EXPECT_EQ(after_b([](JsonReader& json) { json["c"]; }), "f.json: a has the member \"list\" twice.");
  EXPECT_EQ(after_b([](JsonReader& json) { json.refuse("is odd"); }), "f.json: a.b is odd.");
  EXPECT_EQ(refused(text, inside([](JsonReader& json) { json["list"].text(); })), "f.json: a.list is not a text.");
  EXPECT_EQ(refused(text, inside([](JsonReader& json) { json["list"].open_object(); })),
            "f.json: a.list is not an object.");
  EXPECT_EQ(refused(text, [](JsonReader& json) { json.open_list(); }), "f.json: the document is not a list.");
  EXPECT_EQ(list([](JsonReader& json) { json.entry().whole(2, 3); }), "f.json: a.list[0] is 1, outside [2, 3].");
  const auto at = [&](int index, auto action) {
    return list([&](JsonReader& json) {
      for (int i = 0; i < index; ++i) {
        json.entry();
        if (json.is_text())
          json.text();
        else if (!json.null())
          json.finite();
      }
      action(json.entry());
    });
  };
  EXPECT_EQ(at(1, [](JsonReader& json) { json.whole(0, 9); }), "f.json: a.list[1] is not a whole number.");
  EXPECT_EQ(at(2, [](JsonReader& json) { json.finite(); }), "f.json: a.list[2] is not a finite number.");
  EXPECT_EQ(at(2, [](JsonReader& json) { json.number(); }), "f.json: a.list[2] is no number.");
  EXPECT_EQ(at(3, [](JsonReader& json) { json.number(); }), "f.json: a.list[3] is not a finite number.");
  EXPECT_EQ(at(3, [](JsonReader& json) { json.whole(0, 9); }), "f.json: a.list[3] is not a whole number.");
  EXPECT_EQ(at(4, [](JsonReader& json) { json.whole(0, INT64_MAX); }), "f.json: a.list[4] is not a whole number.");
  EXPECT_EQ(at(4,
               [](JsonReader& json) {
                 json.finite();
                 json.entry();
               }),
            "f.json: a.list has only 5 entries.");
}

TEST(JsonReader, NumbersThatJsonHasNoWordForAreText) {
  JsonReader json = reader(R"(["inf","-inf","nan",2])");
  json.open_list();
  EXPECT_EQ(json.entry().number(), std::numeric_limits<double>::infinity());
  EXPECT_EQ(json.entry().number(), -std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(json.entry().number()));
  EXPECT_EQ(json.entry().number(), 2);
  EXPECT_EQ(refused("1e999", [](JsonReader& j) { j.number(); }), "f.json: the document is not a finite number.");
}

TEST(JsonReader, StringsAreReadAsTheyWereMeant) {
  JsonReader json = reader(R"(["a\"\\\/\b\f\n\r\t","\u0041\u00e9\u6728\ud83c\udf33","é木🌳",""])");
  EXPECT_EQ(json.texts(), (std::vector<std::string>{"a\"\\/\b\f\n\r\t", "Aé木🌳", "é木🌳", ""}));
}

TEST(JsonReader, WhatIsNoJsonIsRefusedWithItsByte) {
  const auto read_text = [](JsonReader& json) { json.text(); };
  for (const char* text : {"\"a\nb\"", "\"\\x\"", "\"\\u12g4\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"",
                           "\"caf\xe9\"", "\"open", "\"\\"})
    EXPECT_TRUE(refused(text, read_text).starts_with("f.json: the model is not JSON as save() writes it, at byte "))
        << text;
  for (const char* text : {"-", "01", "1.", ".5", "1e", "1e+", "--1", "1.2.3", "1-2", "+1"})
    EXPECT_NE(refused(text, [](JsonReader& json) { json.finite(); }), "") << text;
  EXPECT_EQ(refused("{\"a\":1,}",
                    [](JsonReader& json) {
                      json.open_object();
                      json["a"].finite();
                      json.close_object();
                    }),
            "f.json: the model is not JSON as save() writes it, at byte 7.");
  EXPECT_EQ(refused("[1 2]", [](JsonReader& json) { json.finites(); }),
            "f.json: the model is not JSON as save() writes it, at byte 2.");
  EXPECT_NE(refused(std::string(100, '1'), [](JsonReader& json) { json.finite(); }), "");
}

// Against the library that others read JSON with.
TEST(JsonReader, NumbersAndTextsAreThoseOfAnotherReader) {
  std::mt19937_64 random(3);
  Json numbers = Json::array(), texts = Json::array();
  for (int i = 0; i < 2000; ++i) {
    const double number = std::bit_cast<double>(random());
    if (std::isfinite(number)) numbers.push_back(number);
    std::string text;
    for (std::uint64_t n = random() % 9; n > 0; --n) text += static_cast<char>(random() % 128);
    texts.push_back(text + "é木🌳"[0] + "é"[1]);
  }
  const std::string number_text = numbers.dump(), text_text = texts.dump(-1, ' ', true);
  EXPECT_EQ(reader(number_text).finites(), numbers.get<std::vector<double>>());
  EXPECT_EQ(reader(text_text).texts(), texts.get<std::vector<std::string>>());
  EXPECT_EQ(reader(texts.dump()).texts(), texts.get<std::vector<std::string>>());
}

// Blocks end anywhere: a source that hands out a few bytes at a time gives the same.
TEST(JsonReader, BlocksMayEndAnywhere) {
  const std::string text = R"({"a":["x\u00e9y",-12.5e-3,null],"b":"é"})";
  for (std::size_t size = 1; size < 9; ++size) {
    std::string_view rest = text;
    JsonReader json(
        [&](char* block, std::size_t) {
          const std::size_t copied = rest.copy(block, size);
          rest.remove_prefix(copied);
          return copied;
        },
        "f.json");
    json.open_object();
    json["a"].open_list();
    EXPECT_EQ(json.entry().text(), "xéy");
    EXPECT_EQ(json.entry().finite(), -0.0125);
    EXPECT_TRUE(json.entry().null());
    EXPECT_FALSE(json.next());
    EXPECT_EQ(json["b"].text(), "é");
    json.close_object();
    EXPECT_EQ(json.bytes().taken(), text.size());
    Checksum whole;
    whole.add(text);
    EXPECT_EQ(json.bytes().checksum().value(), whole.value());
    EXPECT_EQ(json.bytes().checksum().sha256().hex(), whole.sha256().hex());
  }
}

}  // namespace
}  // namespace linden
