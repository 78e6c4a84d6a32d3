// What must hold of every option, by one table (table.hpp): the bytes of a model do not depend on threads, instruction
// levels or, where nothing goes by the numbers of rows, their order; a model that was saved and loaded predicts the
// same; its trees are those of brute force, where that knows the rule; and no option is without effect.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <set>

#include "boosting/instruction_levels.hpp"
#include "boosting/options/table.hpp"
#include "boosting/oracle/all_outputs.hpp"

namespace linden {
namespace {

std::map<std::string, std::string> values_of(const BoostingConfig& config) {
  std::map<std::string, std::string> values;
  for (const FieldInfo& field : fields(config)) values[field.name] = field.value;
  return values;
}

// The words that a field may be set to: "a | b | c".
std::vector<std::string> choices_of(const FieldInfo& field) {
  std::vector<std::string> words;
  for (std::size_t begin = 0, end = 0; end != field.range.npos; begin = end + 3) {
    end = field.range.find(" | ", begin);
    std::string word = field.range.substr(begin, end == field.range.npos ? end : end - begin);
    if (word.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == word.npos) words.push_back(std::move(word));
  }
  return words;
}

TEST(Options, EachFieldAndEachOfItsWordsHasARow) {
  std::map<std::string, std::set<std::string>> seen;  // by field, the values that some row has
  for (const Option& option : all_options())
    for (const auto& [field, value] : values_of(option.config())) seen[field].insert(value);
  for (const FieldInfo& field : fields(BoostingConfig{})) {
    std::set<std::string>& values = seen[field.name];
    values.insert(field.value);
    EXPECT_GT(values.size(), 1u) << field.name << " has its default in every row of the table: give it one";
    for (const std::string& word : choices_of(field)) EXPECT_TRUE(values.contains(word)) << field.name << " = " << word;
  }
  for (const std::string& name : loss::names())  // parameters of losses, which the fields of a loss are
    for (const auto& [field, value] : values_of({.loss = loss::by_name(name)}))
      if (field.starts_with("loss.")) {
        const auto differs = [&, parameter = field, standard = value](const Option& option) {
          return option.loss.name() == name && values_of(option.config()).at(parameter) != standard;
        };
        EXPECT_TRUE(std::ranges::any_of(all_options(), differs)) << name << ": " << field;
      }
}

TEST(Options, TheOracleKnowsEachRuleOfGrowth) {
  const auto is_rule = [](const std::string& field) {
    constexpr std::string_view of_trees[] = {
        "growth",   "max_leaves",       "max_depth",        "l1",           "l2",           "min_gain",
        "max_bins", "min_child_weight", "min_rows_in_leaf", "row_fraction", "bins.max_bins"};
    constexpr std::string_view groups[] = {"constraints.", "feature_sampling.", "costs.", "regularization.",
                                           "multi_output."};
    return std::ranges::find(of_trees, field) != std::end(of_trees) ||
           std::ranges::any_of(groups, [&](std::string_view group) { return field.starts_with(group); });
  };
  for (const FieldInfo& field : fields(BoostingConfig{}))
    EXPECT_TRUE(!is_rule(field.name) || std::ranges::any_of(all_options(), [&](const Option& option) {
      return option.is_grown_by_oracle && values_of(option.config()).at(field.name) != field.value;
    })) << field.name;
}

TEST(Options, TreesAreThoseOfBruteForce) {
  for (const Option& option : all_options()) {
    if (!option.is_grown_by_oracle) continue;
    const OptionRows rows = option.rows_of(option.rows == RowKind::wide ? 900 : 300, 2);
    const BoostingConfig config = option.config();
    if (config.multi_output.strategy == MultiStrategy::one_output_per_tree) {
      EXPECT_EQ(oracle::check(rows.data(), config), "") << option.name;
      continue;
    }
    SeveralOutputs several{.rows = rows.data(), .outputs = 3};
    if (option.rows == RowKind::several_labels) several.outputs = 4, several.labels = rows.labels();
    EXPECT_EQ(oracle::check(several, config), "") << option.name;
  }
}

TEST(Options, BytesDoNotDependOnThreads) {
  for (const Option& option : all_options()) {
    const Dataset train = option.rows_of(2500).dataset();
    const std::string one = bytes_of(fit_boosted(train, option.config(), {.threads = 1}));
    for (const int threads : {2, 5})
      EXPECT_TRUE(bytes_of(fit_boosted(train, option.config(), {.threads = threads})) == one)
          << option.name << ", " << threads;
  }
}

TEST(Options, BytesDoNotDependOnTheOrderOfRows) {
  for (const Option& option : all_options()) {
    if (goes_by_numbers_of_rows(option)) continue;
    const OptionRows rows = option.rows_of(500);
    const std::string bytes = bytes_of(fit_boosted(rows.dataset(), option.config()));
    for (const std::uint64_t seed : {1, 2})
      EXPECT_TRUE(bytes_of(fit_boosted(rows.shuffled(seed).dataset(), option.config())) == bytes) << option.name;
  }
}

TEST(Options, AModelThatWasSavedAndLoadedPredictsTheSame) {
  for (const Option& option : all_options()) {
    const auto [train, test] = option.rows_of(600).parted(400);
    const BoostedModel model = fit_boosted(train, option.config());
    const std::string file = (scratch() / "option.json").string();
    model.save(file);
    const BoostedModel loaded = BoostedModel::load(file);
    EXPECT_TRUE(bytes_of(loaded) == bytes_of(model)) << option.name;
    for (const Output output : {Output::prediction, Output::score})
      EXPECT_EQ(numbers_of(loaded.predict(test, {.output = output})),
                numbers_of(model.predict(test, {.output = output})))
          << option.name;
  }
}

// Its trees are others than those without it.
TEST(Options, NoneIsWithoutEffect) {
  for (const Option& option : all_options()) {
    if (option.settings.empty()) continue;
    Option without = option;
    without.settings.clear();
    const Dataset train = option.rows_of(500).dataset();
    EXPECT_TRUE(dump(fit_boosted(train, option.config()).trees()) != dump(fit_boosted(train, without.config()).trees()))
        << option.name;
  }
}

// Run by the next test in a process of its own, whose level the environment names.
TEST(Options, DISABLED_WriteModelsOfThisLevel) {
  std::string lines;  // a model is one
  for (const Option& option : all_options())
    lines += bytes_of(fit_boosted(option.rows_of(700).dataset(), option.config()));
  write_file(std::getenv("LINDEN_TEST_FILE"), lines);
}

TEST(Options, BytesDoNotDependOnTheInstructionLevel) {
  const std::vector<std::string> v2 = models_of_level("v2", "Options.DISABLED_WriteModelsOfThisLevel");
  ASSERT_EQ(v2.size(), all_options().size());
  for (const std::string level : {"v3", "v4"}) {
    const std::vector<std::string> models = models_of_level(level, "Options.DISABLED_WriteModelsOfThisLevel");
    for (std::size_t i = 0; i < models.size(); ++i)
      EXPECT_TRUE(models[i] == v2.at(i)) << all_options()[i].name << ", " << level;
  }
}

}  // namespace
}  // namespace linden
