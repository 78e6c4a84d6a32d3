// The names of other libraries: what messages say, and that the document has the same ones.
#include "base/other_names.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <linden/boosting.hpp>
#include <linden/linear.hpp>
#include <linden/metric.hpp>
#include <map>
#include <set>
#include <sstream>
#include <vector>

#include "base/fail.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

using Words = std::vector<std::string>;

// What stands between backticks.
Words quoted(const std::string& text) {
  Words words;
  std::istringstream parts(text);
  std::string part;
  for (int i = 0; std::getline(parts, part, '`'); ++i)
    if (i % 2 == 1) words.push_back(part);
  return words;
}

// "loss::quantile({.level = 0.9})" as a field and a value: quantile, loss.level.
Words here(const std::string& word) {
  if (!word.starts_with("loss::")) return {word};
  Words words{word.substr(6, word.find('(') - 6)};
  if (const std::size_t at = word.find("{."); at != std::string::npos)
    words.push_back("loss." + word.substr(at + 2, word.find(' ', at) - at - 2));
  return words;
}

struct TableRow {
  std::set<std::string> ours, theirs;
};

// The tables below a title, up to the next of its rank: names here in the first column, names elsewhere in the others.
std::vector<TableRow> rows_below(const std::string& title) {
  std::ifstream file(LINDEN_SOURCE_DIR "/docs/from_other_libraries.md");
  std::vector<TableRow> rows;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("## ")) inside = line == title;
    const std::size_t second = line.find('|', 1);
    if (!inside || !line.starts_with("| ") || second == std::string::npos) continue;
    TableRow row;
    for (const std::string& word : quoted(line.substr(0, second)))
      for (const std::string& name : here(word)) row.ours.insert(name);
    for (const std::string& word : quoted(line.substr(second))) row.theirs.insert(word);
    rows.push_back(row);
  }
  return rows;
}

bool same_letters(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return std::tolower(x) == std::tolower(y); });
}

void expect_agreement(const std::vector<TableRow>& rows, std::initializer_list<std::span<const OtherName>> lists) {
  const auto known = [&](const std::string& theirs, const std::string& ours) {
    return same_letters(theirs, ours) || std::ranges::any_of(lists, [&](auto list) {
             return std::ranges::any_of(
                 list, [&](const OtherName& name) { return name.theirs == theirs && name.ours == ours; });
           });
  };
  for (const TableRow& row : rows)
    for (const std::string& theirs : row.theirs)
      EXPECT_TRUE(std::ranges::any_of(row.ours, [&](const std::string& ours) { return known(theirs, ours); }))
          << "only the document has " << theirs;
  for (const auto& list : lists)
    for (const OtherName& name : list)
      EXPECT_TRUE(std::ranges::any_of(rows,
                                      [&](const TableRow& row) {
                                        return row.theirs.contains(std::string(name.theirs)) &&
                                               row.ours.contains(std::string(name.ours));
                                      }))
          << "not in the document: " << name.theirs << " is " << name.ours;
}

TEST(OtherNames, OfBoostedModelsAreThoseOfTheDocument) {
  const std::vector<TableRow> rows = rows_below("## Boosted trees");
  EXPECT_GT(rows.size(), 30u);
  Words elsewhere;
  std::vector<OtherName> losses;  // those of linear models stand in their own table
  for (const OtherName& name : other_losses())
    if (name.theirs != "gaussian" && name.theirs != "binomial" && name.theirs != "multinomial") losses.push_back(name);
  expect_agreement(
      rows, {other_boosting_fields(), other_growths(), other_samplings(), other_modes(), losses, other_metrics()});
}

TEST(OtherNames, OfLinearModelsAreThoseOfTheDocument) {
  std::vector<TableRow> rows = rows_below("## Linear models");
  std::erase_if(rows, [](const TableRow& row) {  // formulas: their first column is another library's
    return std::ranges::any_of(row.theirs,
                               [](const std::string& word) { return word.find('=') != word.npos || word == "{}"; });
  });
  EXPECT_GT(rows.size(), 8u);
  std::vector<OtherName> losses;
  for (const OtherName& name : other_losses())
    if (name.theirs == "gaussian" || name.theirs == "binomial" || name.theirs == "multinomial") losses.push_back(name);
  expect_agreement(rows, {other_linear_fields(), losses});
}

TEST(OtherNames, NamesHereAreFields) {
  std::set<std::string> boosted, linear;
  for (const std::string& loss : loss::names())
    for (const FieldInfo& field : fields(BoostingConfig{.loss = loss::by_name(loss)})) boosted.insert(field.name);
  for (const FieldInfo& field : fields(LinearConfig{})) linear.insert(field.name);
  for (const OtherName& name : other_boosting_fields())
    EXPECT_TRUE(boosted.contains(std::string(name.ours)) || name.ours.find("::") != name.ours.npos) << name.ours;
  for (const OtherName& name : other_linear_fields())
    EXPECT_TRUE(linear.contains(std::string(name.ours)) || name.ours.find_first_of(" :") != name.ours.npos)
        << name.ours;
  for (const OtherName& name : other_losses()) loss::by_name(name.ours);
  for (const OtherName& name : other_metrics()) metric::by_name(name.ours);
}

TEST(OtherNames, AreToldToWhoeverWritesThem) {
  BoostingConfig boosting;
  LinearConfig linear;
  Words names;
  for (const FieldInfo& field : fields(boosting)) names.push_back(field.name);
  const std::string fields_of_trees = " Fields: " + listing(names, names.size()) + ".";
  EXPECT_EQ(refusal<ArgumentError>([&] { set_field(boosting, "eta", "0.3"); }),
            "BoostingConfig has no field \"eta\". Here that is learning_rate." + fields_of_trees);
  EXPECT_EQ(refusal<ArgumentError>([&] { set_field(boosting, "alpha", "1"); }),
            "BoostingConfig has no field \"alpha\". Here that is l1 or loss.level or loss.delta." + fields_of_trees);
  EXPECT_EQ(
      refusal<ArgumentError>([&] { set_field(boosting, "growth", "lossguide"); }),
      "BoostingConfig.growth is \"lossguide\"; it must be leaf_wise, level_wise or oblivious. Here that is leaf_wise.");
  EXPECT_EQ(
      refusal<ArgumentError>([&] { set_field(linear, "C", "1"); }),
      "LinearConfig has no field \"C\". Here that is 1 / (rows * l1) or 1 / (rows * l2). Fields: loss, link, l1, l2, "
      "intercept, standardize, solver, tolerance, max_iterations, class_weights.balanced, class_weights.positive, "
      "class_weights.by_class, penalty.factors, penalty.groups, penalty.group, penalty.shape, penalty.gamma, "
      "penalty.tikhonov, penalty.matrix, penalty.differences, penalty.slope, penalty.sequence, "
      "constraints.nonnegative, constraints.lower, constraints.upper, constraints.equal, formula, missing_values.");
  const std::string losses = " Losses: " + listing(loss::names()) + ".";
  EXPECT_EQ(refusal<ArgumentError>([] { loss::by_name("binary:logistic"); }),
            "loss: no loss \"binary:logistic\". Here that is logistic." + losses);
  EXPECT_EQ(refusal<ArgumentError>([] { loss::by_name("Quantile:alpha=0.9"); }),
            "loss: no loss \"Quantile:alpha=0.9\". Did you mean \"quantile\"?" + losses);
  EXPECT_EQ(refusal<ArgumentError>([] { metric::by_name("mlogloss"); }),
            "metric: no metric \"mlogloss\". Here that is logloss. Metrics: rmse, mae, r2, logloss, accuracy, error, "
            "auc, poisson_deviance, gamma_deviance, tweedie_deviance_1.5, pinball_0.5, mape, ... (25 in all).");
}

}  // namespace
}  // namespace linden
