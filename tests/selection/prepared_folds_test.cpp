#include "selection/prepared_folds.hpp"

#include <gtest/gtest.h>

#include "refusal.hpp"

namespace linden {
namespace {

Dataset labelled(const std::vector<double>& label) {
  std::vector<double> x(label.size());
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<double>(i);
  return Dataset::from_rows(x, 1, {.label = label});
}

TEST(Settled, ClassesOfAllRowsKeepTheirNamesAndNumbersInEveryFold) {
  const Dataset data = labelled({10, 2, 7, 2, 10, 7});
  const SettledData all = settled("here", data, loss::softmax());
  EXPECT_EQ(all.data.classes(), (std::vector<std::string>{"2", "7", "10"}));  // in the order of numbers
  const auto label = all.data.label().span<const double>();
  EXPECT_EQ(std::vector<double>(label.begin(), label.end()), (std::vector<double>{2, 0, 1, 0, 2, 1}));
  PreparedFolds folds("here", all.data, {{.train = {0, 1}, .test = {2, 5}}});
  EXPECT_EQ(folds.rows(0).train.classes().size(), 3u);
  EXPECT_EQ(folds.rows(0).test.label().span<const double>()[1], 1);
}

TEST(Settled, TheLossIsThatOfAllRows) {
  EXPECT_EQ(settled("here", labelled({0, 1, 1}), loss::automatic()).loss.name(), "logistic");
  EXPECT_EQ(settled("here", labelled({0, 1, 2.5}), loss::automatic()).loss.name(), "squared");
  EXPECT_EQ(refusal<DataError>([] { settled("here", labelled({-1, 1}), loss::poisson()); }).substr(0, 6), "here: ");
}

TEST(PreparedFolds, TakesTheRowsAndForgetsThem) {
  PreparedFolds folds("here", labelled({5, 6, 7}), {{.train = {2, 0}, .test = {1}}});
  EXPECT_EQ(folds.rows(0).train.label().span<const double>()[0], 7);
  EXPECT_EQ(&folds.rows(0), &folds.rows(0));
  folds.forget(0);
  EXPECT_EQ(folds.rows(0).test.label().span<const double>()[0], 6);
  EXPECT_EQ(folds.name(0), "fold 1 of 1");
  EXPECT_EQ(PreparedFolds("here", labelled({1, 2, 3, 4, 5, 6, 7}), {}).folds().size(), 5u);
}

TEST(PreparedFolds, RefusesFoldsThatDoNotFit) {
  const auto refused = [](std::vector<Fold> folds) {
    return refusal<ArgumentError>([&] { PreparedFolds("here", labelled({1, 2, 3}), std::move(folds)); });
  };
  EXPECT_EQ(refused({{.train = {0, 3}, .test = {1}}}), "here: fold 1 of 1 has row 3, and the data has 3 rows.");
  EXPECT_EQ(refused({{.train = {0}, .test = {-1}}}), "here: fold 1 of 1 has row -1, and the data has 3 rows.");
  EXPECT_EQ(refused({{.train = {0}, .test = {1}}, {.train = {}, .test = {1}}}),
            "here: fold 2 of 2 has no rows to train on.");
  EXPECT_EQ(refused({{.train = {0}, .test = {}}}), "here: fold 1 of 1 has no rows to test on.");
  EXPECT_EQ(refused({{.train = {0, 1}, .test = {2}}, {.train = {2, 0}, .test = {1, 2}}}),
            "here: fold 2 of 2 trains and tests on row 2. Hint: leave it out of one part.");
}

}  // namespace
}  // namespace linden
