// Values by their place in a document, and what is said where they are of another kind.
#include "interop/document/value.hpp"

#include <gtest/gtest.h>

#include "linden/error.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

TEST(Place, GivesWhatIsThere) {
  const Value document = parse_json(
      R"({"a":{"list":[1,2.5,true],"texts":["p","q"],"none":[],"n":7},"yes":true,"b":null,"c":[[1],{"d":"x"},0.1]})");
  const Place root(document);
  EXPECT_EQ(root.names(), (std::vector<std::string>{"a", "yes", "b", "c"}));
  EXPECT_EQ(root["a"]["list"].numbers(), (std::vector<double>{1, 2.5, 1}));
  EXPECT_EQ(root["a"]["list"].size(), 3U);
  EXPECT_EQ(root["a"]["texts"].texts(), (std::vector<std::string>{"p", "q"}));
  EXPECT_EQ(root["a"]["none"].numbers(), std::vector<double>());
  EXPECT_EQ(root["a"]["none"].wholes(0, 1), std::vector<std::int32_t>());
  EXPECT_EQ(root["a"]["n"].whole(7, 7), 7);
  EXPECT_TRUE(root["yes"].flag());
  EXPECT_TRUE(root["b"].is_null());
  EXPECT_FALSE(root.find("d"));
  EXPECT_EQ(root["c"].at(1)["d"].text(), "x");
  EXPECT_EQ(root["c"].at(1)["d"].path(), "c[1].d");
  EXPECT_EQ(root["a"]["list"].floats(), (std::vector<float>{1, 2.5f, 1}));
  EXPECT_EQ(root["c"].at(2).number(), 0.1);
  EXPECT_EQ(root["c"].at(2).float_number(), 0.1f);
  EXPECT_EQ(root["c"].at(0).wholes(0, 1), std::vector<std::int32_t>{1});
}

TEST(Place, SaysWhereSomethingElseStands) {
  const Value document = parse_json(R"({"a":[1,2.5],"t":["x",1],"n":7})");
  const Place root(document);
  const auto refused = [&](const auto& action) { return refusal<FileError>([&] { action(root); }); };
  EXPECT_EQ(refused([](const Place& p) { p["b"]; }), "the document has no member \"b\".");
  EXPECT_EQ(refused([](const Place& p) { p["a"]["b"]; }), "a is not an object.");
  EXPECT_EQ(refused([](const Place& p) { p["a"].text(); }), "a is not text.");
  EXPECT_EQ(refused([](const Place& p) { p["a"].at(1); }), "a[1] is a number.");
  EXPECT_EQ(refused([](const Place& p) { p["t"].at(2); }), "t has 2 entries, too few.");
  EXPECT_EQ(refused([](const Place& p) { p["t"].texts(); }), "t[1] is not text.");
  EXPECT_EQ(refused([](const Place& p) { p["t"].numbers(); }), "t is not a list of numbers.");
  EXPECT_EQ(refused([](const Place& p) { p["n"].numbers(); }), "n is not a list of numbers.");
  EXPECT_EQ(refused([](const Place& p) { p["n"].whole(8, 9); }), "n is 7, but must be a whole number in [8, 9].");
  EXPECT_EQ(refused([](const Place& p) { p["a"].wholes(0, 3); }),
            "a has 2.5 for entry 1, but all must be whole numbers in [0, 3].");
  EXPECT_EQ(refused([](const Place& p) { p["n"].size(); }), "n is not a list.");
  EXPECT_EQ(refused([](const Place& p) { p["n"].flag(); }), "n is not true or false.");
  EXPECT_EQ(refused([](const Place& p) { p.number(); }), "the document is not a number.");
}

}  // namespace
}  // namespace linden
