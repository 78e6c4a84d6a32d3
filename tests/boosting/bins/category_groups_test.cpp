// Category groups: stated once in a model, however many nodes split by them.
#include "boosting/bins/category_groups.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "boosting/random_data.hpp"
#include "model/sealed.hpp"

namespace linden {
namespace {

// One column of so many categories, of which training has rows of all but every seventh.
RandomData many_categories(int categories, int rows) {
  Random random(3);
  RandomData data;
  std::vector<double> codes;
  for (int row = 0; row < rows; ++row) {
    const int code = random.below(categories);
    codes.push_back(row % 50 == 0 ? -1 : code % 7 == 3 ? code - 1 : code);
    data.label.push_back(std::sin(codes.back()) + random.normal() / 8);
  }
  add_codes(data, std::move(codes), categories);
  return data;
}

TEST(CategoryGroups, AreTheLowestCodesThatShareABin) {
  Cuts cuts;
  cuts.bin_of = {1, 0, 1, 2, 2, 0};
  cuts.seen = {true, true, true, true, false, true};
  cuts.first_code = {1, 0, 3};
  const std::vector<int> groups = category_groups(cuts);
  EXPECT_EQ(groups, (std::vector<int>{0, 1, 0, 3, -1, 1}));
  EXPECT_EQ(group_numbers(groups), (std::vector<std::int32_t>{0, 1, 0, 2, -1, 1}));
  cuts.bin_of = {2, 0, 1};
  cuts.seen = {true, true, true};
  cuts.first_code = {1, 2, 0};
  EXPECT_EQ(category_groups(cuts), std::vector<int>{});
}

TEST(CategoryGroups, TranslateWhatTheDataCalls) {
  std::vector<FeatureSource> sources{{0, {}}, {1, {2, -1, 4, 0}}, {2, {}}};
  translate_to_groups(sources, std::vector<int>{1, 0, 2}, {{0, 1, 0, 3, -1}, {0, -1, 0}, {}});
  EXPECT_EQ(sources[0].code, (std::vector<std::int32_t>{0, -1, 0}));
  EXPECT_EQ(sources[1].code, (std::vector<std::int32_t>{0, -1, -1, 0}));
  EXPECT_TRUE(sources[2].code.empty());
}

TEST(CategoryGroups, PredictionFindsThemByNameAndByCode) {
  const RandomData data = many_categories(900, 6000);
  const Dataset train = data.dataset();
  const BoostedModel model =
      fit_boosted(train, {.rounds = 6, .min_rows_in_leaf = 5, .categories = {.encoding = CategoryEncoding::partition}},
                  {.valid = train});
  const std::vector<int>& groups = model.category_groups(0);
  ASSERT_EQ(groups.size(), 900u);
  EXPECT_EQ(groups[3], -1);
  EXPECT_EQ(groups[0], 0);
  const BoostedModel loaded = [&] {
    write_file(scratch() / "m.json", bytes_of(model));
    return BoostedModel::load(scratch() / "m.json");
  }();
  EXPECT_EQ(loaded.category_groups(0), groups);

  // Every category, those that training never saw among them, and a missing one; other names in another order.
  RandomData others;
  std::vector<double> codes;
  for (int code = -1; code < 900; ++code) codes.push_back(code);
  others.label.assign(codes.size(), 0);
  add_codes(others, codes, 900);
  const std::vector<double> scores = numbers_of(model.predict(others.dataset()));
  EXPECT_EQ(numbers_of(loaded.predict(others.dataset())), scores);
  Column renamed = others.dataset().columns()[0];
  renamed.categories.push_back("zzz");
  EXPECT_EQ(numbers_of(model.predict(Dataset::from_named({renamed}))), scores);
  for (std::size_t i = 0; i < codes.size(); ++i) {
    double one = 0;
    model.predict_row(std::vector<double>{codes[i]}, std::span(&one, 1));
    EXPECT_EQ(one, scores[i]) << codes[i];
    const bool is_known = i > 0 && groups[i - 1] >= 0;
    if (!is_known) {
      EXPECT_EQ(one, scores[0]) << codes[i];
    }
  }
  EXPECT_EQ(model.history().back()[0].value, metric::rmse().evaluate(model.predict(train), train.label()));
}

TEST(CategoryGroups, AFileGrowsWithCategoriesPlusNodesNotWithTheirProduct) {
  const auto size = [](int categories, int rounds) {
    const RandomData data = many_categories(categories, 3 * categories);
    const BoostedModel model =
        fit_boosted(data.dataset(),
                    {.rounds = rounds, .min_rows_in_leaf = 1, .categories = {.encoding = CategoryEncoding::partition}});
    for (const Tree& tree : model.trees())
      for (const TreeNode& node : tree.nodes) EXPECT_LE(node.left_categories.size(), 256u);
    return bytes_of(model).size();
  };
  const std::size_t few = size(1000, 4), twice_as_many = size(2000, 4), twice_as_long = size(1000, 8);
  EXPECT_LT(twice_as_many, few + 20 * 1000);  // a name and a code for each
  EXPECT_LT(twice_as_long, 2 * few);
}

// Two codes are one group if no node lists one without the other.
TEST(CategoryGroups, AreFoundInListsOfAllCodes) {
  Random random(7);
  for (int turn = 0; turn < 20; ++turn) {
    const std::vector<std::vector<std::string>> categories{std::vector<std::string>(300), {}, {"a", "b"}};
    std::vector<Tree> trees(3);
    std::vector<std::set<std::size_t>> membership(300);  // the nodes that list a code
    std::size_t number = 0;
    for (Tree& tree : trees)
      for (int i = 0; i < 3; ++i) {
        TreeNode& node = tree.nodes.emplace_back();
        node.feature = 0;
        node.categorical = true;
        const int step = 1 + random.below(40);
        for (int code = random.below(30); code < 300; code += step) {
          node.left_categories.push_back(code);
          membership[code].insert(number);
        }
        ++number;
      }
    TreeNode& other = trees[0].nodes.emplace_back();
    other.feature = 2;
    other.categorical = true;
    other.left_categories = {1};
    trees[1].nodes.emplace_back().feature = 3;  // a derived column, which has no categories
    std::vector<std::vector<int>> groups(3);
    find_groups(trees, categories, groups);
    ASSERT_EQ(groups[0].size(), 300u);
    EXPECT_TRUE(groups[1].empty() && groups[2].empty());
    EXPECT_EQ(trees[0].nodes[3].left_categories, std::vector<int>{1});
    for (std::size_t code = 0; code < 300; ++code)
      EXPECT_EQ(groups[0][code], std::ranges::find(membership, membership[code]) - membership.begin());
    for (const Tree& tree : trees)
      for (const TreeNode& node : tree.nodes)
        for (const int code : node.left_categories) EXPECT_TRUE(node.feature >= 2 || groups[0][code] == code);
  }
}

// Version 0.1 listed every code in every node.
TEST(CategoryGroups, AFileThatStatesNoneIsReadAsItWasMeant) {
  using Json = nlohmann::ordered_json;
  const RandomData data = many_categories(900, 6000);
  const BoostedModel model = fit_boosted(data.dataset(), {.loss = loss::squared(),
                                                          .rounds = 30,
                                                          .min_rows_in_leaf = 5,
                                                          .categories = {.encoding = CategoryEncoding::partition}});
  const std::vector<int>& groups = model.category_groups(0);
  Json document = Json::parse(opened(model.to_string()));
  document["body"].erase("category_groups");
  for (Json& tree : document["body"]["trees"])
    for (Json& list : tree["left_categories"]) {
      const auto lowest = list.get<std::set<int>>();
      list = Json::array();
      for (int code = 0; code < 900; ++code)
        if (lowest.contains(groups[code])) list.push_back(code);
    }
  const std::string text = sealed(document.dump());
  const BoostedModel loaded = BoostedModel::from_string(text);
  EXPECT_EQ(numbers_of(loaded.predict(data.dataset())), numbers_of(model.predict(data.dataset())));
  EXPECT_EQ(loaded.category_groups(0).size(), 900u);
  EXPECT_EQ(BoostedModel::from_string(loaded.to_string()).to_string(), loaded.to_string());
}

TEST(CategoryGroups, OfNoSuchFeatureAreRefused) {
  const BoostedModel model = fit_boosted(many_categories(10, 100).dataset(), {.rounds = 1});
  EXPECT_EQ(refusal<ArgumentError>([&] { model.category_groups(1); }),
            "BoostedModel::category_groups: feature 1 of 1.");
}

}  // namespace
}  // namespace linden
