// Values for features as text and back, with names of every kind, and where they stand among the features of data.
#include "model/features/feature_values.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <linden/error.hpp>

#include "refusal.hpp"

namespace linden {
namespace {

using Names = std::vector<std::string>;

void expect_same(const FeatureValues& a, const FeatureValues& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].feature, b[i].feature);
    EXPECT_EQ(a[i].value, b[i].value);
  }
}

TEST(FeatureValues, AreReadAndWrittenAsText) {
  EXPECT_EQ(text_of({}), "none");
  EXPECT_EQ(text_of({{"age", 1}, {"income", -1}}), "age=1,income=-1");
  EXPECT_EQ(text_of({{"a,b", 1}, {"", 0.1}, {"say \"no\"", 2}, {"x=1", 3}}),
            "\"a,b\"=1,\"\"=0.1,\"say \"\"no\"\"\"=2,x=1=3");
  expect_same(feature_values_of("f", "age=1,income=-1e-3"), {{"age", 1}, {"income", -1e-3}});
  expect_same(feature_values_of("f", "none"), {});
  expect_same(feature_values_of("f", "age=+1"), {{"age", 1}});
  EXPECT_FALSE(std::signbit(feature_values_of("f", "age=-0")[0].value));
  expect_same(feature_values_of("f", "none=1"), {{"none", 1}});
  expect_same(feature_values_of("f", " \"age\" = 1 ,\tb c = -1 , \" d\"=2 "), {{"age", 1}, {"b c", -1}, {" d", 2}});
  EXPECT_EQ(text_of({{" a", 1}, {"b ", -0.0}}), "\" a\"=1,\"b \"=0");
  EXPECT_FALSE(std::signbit(by_feature({{"a", -0.0}}, Names{"a"})[0]));
}

TEST(FeatureValues, OfAnyNameComeBack) {
  Names parts{"", ",", "\"", "=", "none", "a", "=1", "\"\"", " ", "\n", "\xc3\xa9", "1"}, names;
  for (const std::string& a : parts)
    for (const std::string& b : parts)
      for (const std::string& c : parts) names.push_back(a + b + c);
  FeatureValues all;
  for (const std::string& name : names) {
    const FeatureValues one{{name, 0.1 + 0.2}};
    expect_same(feature_values_of("f", text_of(one)), one);
    all.push_back({name, static_cast<double>(all.size()) / 7});
  }
  expect_same(feature_values_of("f", text_of(all)), all);
  const double most = std::numeric_limits<double>::max(), least = std::numeric_limits<double>::denorm_min();
  expect_same(feature_values_of("f", text_of({{"a", most}, {"b", -least}})), {{"a", most}, {"b", -least}});
}

TEST(FeatureValues, OtherTextIsRefused) {
  for (const char* text : {"", "age", "age=", "=1", "age=one", "age=1,", ",age=1", "age= 1 2", " =1", "age=1,,b=2",
                           "\"age=1", "\"age\"", "\"age\"1", "\"age\"x=1", "\"a\"\"=1"}) {
    const std::string message = refusal<ArgumentError>([&] { feature_values_of("BoostingConfig.f", text); });
    EXPECT_TRUE(message.starts_with("BoostingConfig.f: \"" + std::string(text) + "\" is")) << text << ": " << message;
    EXPECT_TRUE(
        message.ends_with(" is not NAME=NUMBER,... Hint: values go by names, age=1,income=-1; a name with a "
                          "comma in it stands in double quotes."))
        << message;
  }
}

TEST(FeatureValues, StandWhereTheFeaturesStand) {
  const Names features{"a", "b", "c"};
  EXPECT_EQ(by_feature({{"c", -1}, {"a", 2}}, features), (std::vector<double>{2, 0, -1}));
  EXPECT_EQ(by_feature({}, features), (std::vector<double>{0, 0, 0}));
  EXPECT_NO_THROW(check_features("f", {{"c", -1}, {"a", 2}}, features));
  EXPECT_EQ(refusal<ArgumentError>([&] {
              check_features("f", {{"a", 1}, {"income", 1}}, Names{"a", "incom"});
            }),
            "f: the data has no feature \"income\". Did you mean \"incom\"? Features: a, incom.");
}

}  // namespace
}  // namespace linden
