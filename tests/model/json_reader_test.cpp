// Reading JSON that nobody vouches for: what is there comes out, what is not is refused with its path.
#include "model/json_reader.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <linden/error.hpp>

namespace linden {
namespace {

template <class Action>
std::string refusal(const Action& action) {
  try {
    action();
  } catch (const FileError& error) {
    return error.what();
  }
  ADD_FAILURE() << "no FileError";
  return {};
}

class Reader : public testing::Test {
 protected:
  Json json = Json::parse(R"({"a": {"list": [1, -2, 3.5, "x", true, null], "big": 18446744073709551615,
                              "max": 9223372036854775807, "texts": ["p", "q"], "numbers": [1, 2.5, 1e300],
                              "wholes": [0, 5, 9]}})");
  JsonReader root{json, "f.json"};
  JsonReader list = root["a"]["list"];
};

TEST_F(Reader, GivesWhatIsThere) {
  EXPECT_EQ(list[0].whole(0, 1), 1);
  EXPECT_EQ(list[1].whole(-2, 0), -2);
  EXPECT_EQ(list[2].finite(), 3.5);
  EXPECT_EQ(list[0].finite(), 1);
  EXPECT_EQ(list[3].text(), "x");
  EXPECT_TRUE(list[4].flag());
  EXPECT_EQ(list.size(), 6u);
  EXPECT_TRUE(root.has("a"));
  EXPECT_FALSE(root.has("b"));
  EXPECT_FALSE(list.has("a"));
  EXPECT_EQ(root["a"]["max"].whole(0, INT64_MAX), INT64_MAX);
  EXPECT_EQ(root["a"]["texts"].texts(), (std::vector<std::string>{"p", "q"}));
  EXPECT_EQ(root["a"]["numbers"].finites(), (std::vector<double>{1, 2.5, 1e300}));
  EXPECT_EQ(root["a"]["wholes"].wholes(0, 9), (std::vector<std::int64_t>{0, 5, 9}));
}

TEST_F(Reader, NumbersThatJsonHasNoWordForAreText) {
  const double infinite = std::numeric_limits<double>::infinity();
  for (const double number : {0.1, -1e300, infinite, -infinite}) {
    const Json written = json_of_number(number);
    EXPECT_EQ(written.is_string(), std::isinf(number));
    EXPECT_EQ(JsonReader(written, "f.json").number(), number);
  }
  EXPECT_EQ(json_of_number(infinite), "inf");
  EXPECT_EQ(json_of_number(-infinite), "-inf");
  EXPECT_EQ(json_of_number(std::nan("")), "nan");
  EXPECT_TRUE(std::isnan(JsonReader(json_of_number(std::nan("")), "f.json").number()));
  EXPECT_EQ(refusal([&] { list[3].number(); }), "f.json: a.list[3] is no number.");
  EXPECT_EQ(refusal([&] { list[5].number(); }), "f.json: a.list[5] is not a finite number.");
}

TEST_F(Reader, RefusesWhatIsNotWithItsPath) {
  EXPECT_EQ(refusal([&] { root["b"]; }), "f.json: the document has no member \"b\".");
  EXPECT_EQ(refusal([&] { root["a"]["b"]; }), "f.json: a has no member \"b\".");
  EXPECT_EQ(refusal([&] { list["b"]; }), "f.json: a.list has no member \"b\".");
  EXPECT_EQ(refusal([&] { list[6]; }), "f.json: a.list has only 6 entries.");
  EXPECT_EQ(refusal([&] { root[0]; }), "f.json: the document is not a list.");
  EXPECT_EQ(refusal([&] { list[0].text(); }), "f.json: a.list[0] is not a text.");
  EXPECT_EQ(refusal([&] { list[0].whole(2, 3); }), "f.json: a.list[0] is 1, outside [2, 3].");
  EXPECT_EQ(refusal([&] { list[2].whole(0, 9); }), "f.json: a.list[2] is not a whole number.");
  EXPECT_EQ(refusal([&] { root["a"]["big"].whole(0, INT64_MAX); }), "f.json: a.big is not a whole number.");
  EXPECT_EQ(refusal([&] { list[3].finite(); }), "f.json: a.list[3] is not a finite number.");
  EXPECT_EQ(refusal([&] { list[5].finite(); }), "f.json: a.list[5] is not a finite number.");
  EXPECT_EQ(refusal([&] { list[5].flag(); }), "f.json: a.list[5] is not true or false.");
  EXPECT_EQ(refusal([&] { list.texts(); }), "f.json: a.list[0] is not a text.");
  EXPECT_EQ(refusal([&] { list.finites(); }), "f.json: a.list[3] is not a finite number.");
  EXPECT_EQ(refusal([&] { list.wholes(-9, 9); }), "f.json: a.list[2] is not a whole number.");
  EXPECT_EQ(refusal([&] { root["a"]["wholes"].wholes(0, 6); }), "f.json: a.wholes[2] is 9, outside [0, 6].");
  EXPECT_EQ(refusal([&] { root["a"].finites(); }), "f.json: a is not a list.");
  EXPECT_EQ(refusal([&] { list[0].refuse("is odd"); }), "f.json: a.list[0] is odd.");
}

}  // namespace
}  // namespace linden
