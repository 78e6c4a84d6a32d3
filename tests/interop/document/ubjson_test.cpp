// UBJSON, against a library that writes it, with counts and without; and what is no UBJSON.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "interop/document/value.hpp"
#include "linden/error.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

using Json = nlohmann::json;

TEST(ParseUbjson, ReadsWhatOthersWrite) {
  const Json json{{"a", {1, -2, 300, -40000, 5000000000, 0.5, true, false}},
                  {"b", {{"c", "text"}, {"d", nullptr}}},
                  {"e", Json::array()},
                  {"f", {"x", 1}},
                  {"g", {1.5, 2.5}},
                  {"h", {200, 100}}};
  for (const bool has_counts : {false, true})
    for (const bool has_types : {false, true}) {
      const std::vector<std::uint8_t> bytes = Json::to_ubjson(json, has_counts, has_counts && has_types);
      const Value document = parse_ubjson({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
      const Place root(document);
      EXPECT_EQ(root["a"].numbers(), (std::vector<double>{1, -2, 300, -40000, 5000000000, 0.5, 1, 0}));
      EXPECT_EQ(root["b"]["c"].text(), "text");
      EXPECT_TRUE(root["b"]["d"].is_null());
      EXPECT_EQ(root["e"].size(), 0U);
      EXPECT_EQ(root["f"].at(0).text(), "x");
      EXPECT_EQ(root["f"].at(1).number(), 1);
      EXPECT_EQ(root["g"].numbers(), (std::vector<double>{1.5, 2.5}));
      EXPECT_EQ(root["h"].numbers(), (std::vector<double>{200, 100}));
    }
}

// As XGBoost writes them: names and counts of eight bytes, floats of four, lists of a type.
TEST(ParseUbjson, ReadsTheDialectOfXgboost) {
  using namespace std::string_literals;
  const std::string eight = "L\0\0\0\0\0\0\0"s;
  const std::string bytes = "{" + eight + "\1a[$d#" + eight + "\2\x3f\xc0\0\0\xbf\0\0\0"s + eight + "\1b[#" + eight +
                            "\1SL"s + eight.substr(1) + "\1x}";
  const Value document = parse_ubjson(bytes);
  EXPECT_EQ(Place(document)["a"].numbers(), (std::vector<double>{1.5, -0.5}));
  EXPECT_EQ(Place(document)["b"].at(0).text(), "x");
}

TEST(ParseUbjson, RefusesWhatIsNone) {
  using namespace std::string_literals;
  const auto refused = [](const std::string& bytes) { return refusal<FileError>([&] { parse_ubjson(bytes); }); };
  EXPECT_EQ(refused(""), "not UBJSON: the end comes too early at byte 0.");
  EXPECT_EQ(refused("Tx"), "not UBJSON: something follows the document at byte 1.");
  EXPECT_EQ(refused("?"), "not UBJSON: a number has an unknown type at byte 1.");
  EXPECT_EQ(refused("l\0"s), "not UBJSON: the end comes too early at byte 1.");
  EXPECT_EQ(refused("Si\x05xy"), "not UBJSON: a count is larger than the file at byte 3.");
  EXPECT_EQ(refused("Si\xff"), "not UBJSON: a count is larger than the file at byte 3.");
  EXPECT_EQ(refused("[$l#i\4\0\0\0\1"s), "not UBJSON: a list is longer than the file at byte 6.");
  EXPECT_EQ(refused("[$Z#i\1x"), "not UBJSON: a type has no bytes at byte 6.");
  EXPECT_EQ(refused("[$lx"), "not UBJSON: a type has no count at byte 3.");
  EXPECT_EQ(refused("[#Tx"), "not UBJSON: a count has an unknown type at byte 3.");
  EXPECT_EQ(refused("Si\1\xff"), "not UBJSON: a text is not UTF-8 at byte 4.");
  EXPECT_EQ(refused(std::string(1000, '[')), "not UBJSON: there are too many levels at byte 101.");
}

}  // namespace
}  // namespace linden
