// What a model was trained on, as whoever reads other files by it gets it.
#include "model/features/model_schema.hpp"

#include <gtest/gtest.h>

namespace linden {
namespace {

TEST(ModelSchema, WithoutKindsAllFeaturesAreNumbers) {
  ModelSchema known;
  known.feature_names = {"a", "b"};
  known.label = "y";
  known.group = "q";
  known.classes = {"n", "y"};
  known.missing = {"?"};
  known.only_missing = true;
  const Schema schema = known.schema();
  ASSERT_EQ(schema.features.size(), 2u);
  EXPECT_EQ(schema.features[0].name, "a");
  EXPECT_EQ(schema.features[1].name, "b");
  for (const Schema::Feature& feature : schema.features) {
    EXPECT_FALSE(feature.categorical);
    EXPECT_TRUE(feature.categories.empty());
  }
  EXPECT_EQ(schema.label_names, std::vector<std::string>{"y"});
  EXPECT_EQ(schema.group_name, "q");
  EXPECT_EQ(schema.classes, (std::vector<std::string>{"n", "y"}));
  EXPECT_EQ(schema.missing, std::vector<std::string>{"?"});
  EXPECT_TRUE(schema.only_missing);
}

TEST(ModelSchema, CategoriesBelongToTheirFeature) {
  ModelSchema known;
  known.feature_names = {"a", "b"};
  known.categorical = {false, true};
  known.categories = {{}, {"blue", "red"}};
  EXPECT_FALSE(known.has_categories(0));
  EXPECT_TRUE(known.has_categories(1));
  const Schema schema = known.schema();
  EXPECT_FALSE(schema.features[0].categorical);
  EXPECT_TRUE(schema.features[1].categorical);
  EXPECT_EQ(schema.features[1].categories, (std::vector<std::string>{"blue", "red"}));
}

}  // namespace
}  // namespace linden
