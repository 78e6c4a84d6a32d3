// Which format a file has is told by what is in it.
#include "interop/format.hpp"

#include <gtest/gtest.h>

#include "interop/small_models.hpp"

namespace linden {
namespace {

std::string format_of(std::string_view bytes) {
  const Opening opening(bytes);
  for (const KnownFormat& format : known_formats())
    if (format.recognises(opening)) return format.name;
  return "none";
}

TEST(Format, IsToldByContent) {
  EXPECT_EQ(format_of(xgboost_json().dump()), "XGBoost (JSON)");
  EXPECT_EQ(format_of("\n " + xgboost_json().dump(2)), "XGBoost (JSON)");
  EXPECT_EQ(format_of(ubjson_of(xgboost_json())), "XGBoost (UBJSON)");
  EXPECT_EQ(format_of(xgboost_binary()), "XGBoost (binary)");
  EXPECT_EQ(format_of(xgboost_binary(1, 0.5f, "reg:linear", "gblinear")), "XGBoost (binary)");
  EXPECT_EQ(format_of(xgboost_binary(0, 0.5f, "reg:linear", "dart", "binf")), "XGBoost (binary)");
  EXPECT_EQ(format_of(liblinear_text()), "LIBLINEAR");
  EXPECT_EQ(format_of("tree\nversion=v4\nnum_class=1\n"), "LightGBM");
  EXPECT_EQ(format_of("{\"name\":\"tree\",\"num_tree_per_iteration\":1}"), "LightGBM");
  EXPECT_EQ(format_of("{\"features_info\":{},\"oblivious_trees\":[]}"), "CatBoost (JSON)");
  EXPECT_EQ(format_of("{\"format\":\"linden model\",\"schema\":2"), "Linden");
  for (const char* other : {"", "{", "{}", "[]", "learner", "{\"a\":{\"learner\":1}}", "{\"a\":\"learner\"}", "solver"})
    EXPECT_EQ(format_of(other), "none") << other;
}

// The names of members alone, whatever stands in them.
TEST(Opening, HasTheMembersOfAnObject) {
  EXPECT_EQ(Opening(R"( {"a":[1,{"b":2}],"c\"d" : "x:{", "e":{"f":"\\"},"g":0})").members,
            (std::vector<std::string>{"a", "c\\\"d", "e", "g"}));
  EXPECT_EQ(Opening(R"({"a":1} {"b":2})").members, std::vector<std::string>{"a"});
  EXPECT_EQ(Opening(R"(["a"])").members, std::vector<std::string>());
  EXPECT_EQ(Opening(R"({"a)").members, std::vector<std::string>());
  EXPECT_EQ(Opening(R"({"a\)").members, std::vector<std::string>());
}

}  // namespace
}  // namespace linden
