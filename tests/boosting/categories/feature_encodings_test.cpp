// Encodings by name as text.
#include "boosting/categories/feature_encodings.hpp"

#include <gtest/gtest.h>

#include "refusal.hpp"

namespace linden {
namespace {

using Way = CategoryEncoding;

std::string refused(const std::string& text) {
  return refusal<ArgumentError>([&] { feature_encodings_of("F", text); });
}

TEST(FeatureEncodings, ComeBackFromTheirText) {
  const std::vector<FeatureEncoding> all{
      {"city", Way::statistics}, {"a=b", Way::one_hot}, {"x,\"y\"", Way::partition}, {" ", Way::automatic}};
  const std::string text = text_of(all);
  EXPECT_EQ(text, "city=statistics,a=b=one_hot,\"x,\"\"y\"\"\"=partition,\" \"=automatic");
  const std::vector<FeatureEncoding> again = feature_encodings_of("F", text);
  ASSERT_EQ(again.size(), all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(again[i].feature, all[i].feature);
    EXPECT_EQ(again[i].encoding, all[i].encoding);
  }
  EXPECT_EQ(text_of({}), "none");
  EXPECT_TRUE(feature_encodings_of("F", "none").empty());
  EXPECT_EQ(feature_encodings_of("F", " city = one_hot , b=partition")[0].feature, "city");
}

TEST(FeatureEncodings, OfOtherTextsAreRefused) {
  EXPECT_EQ(
      refused("city=target"),
      "F: \"city=target\" is not NAME=ENCODING,... Hint: encodings go by names, city=statistics,job=one_hot; they "
      "are automatic, partition, one_hot and statistics. A name with a comma in it stands in double quotes.");
  for (const char* text : {"", "city", "=one_hot", "city=", "city=one_hot,", "\"city=one_hot", "\"a\"b=one_hot,c"})
    EXPECT_NE(refused(text).find("is not NAME=ENCODING"), std::string::npos) << text;
}

TEST(FeatureEncodings, AreOfFeaturesThatAreThere) {
  const std::vector<std::string> features{"city", "job"};
  EXPECT_EQ(refusal<ArgumentError>([&] {
              check_features("F", std::vector<FeatureEncoding>{{"cty", Way::one_hot}}, features);
            }),
            "F: the data has no feature \"cty\". Did you mean \"city\"? Features: city, job.");
  EXPECT_EQ(refusal<ArgumentError>([] {
              check_encodings("F", {{"job", Way::one_hot}, {"job", Way::partition}});
            }),
            "F: feature \"job\" is there twice. Hint: leave one out.");
}

}  // namespace
}  // namespace linden
