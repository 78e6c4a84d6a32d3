// What an online learner makes: models of raw rows, files, and what it refuses.
#include <gtest/gtest.h>

#include <linden/error.hpp>
#include <linden/online.hpp>
#include <linden/ops.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "refusal.hpp"
#include "scratch_folder.hpp"

namespace linden {
namespace {

Dataset sales(const std::vector<std::string>& towns, const std::vector<double>& sizes,
              const std::vector<double>& prices) {
  return Dataset().with_column("size", sizes).with_column("town", towns).with_label(prices, {"price"});
}

TEST(OnlineModel, CategoriesAreTakenUpAsTheyComeInAnyDivisionOfTheRows) {
  const OnlineConfig config{.loss = loss::squared(), .alpha = 0.5};
  OnlineLearner whole(config), parts(config);
  whole.partial_fit(sales({"b", "c", "a", "b"}, {1, 2, 1, 3}, {5, 7, 1, 8}));
  parts.partial_fit(sales({"b"}, {1}, {5}));
  parts.partial_fit(sales({"c", "a", "b"}, {2, 1, 3}, {7, 1, 8}));
  EXPECT_EQ(parts.to_string(), whole.to_string());
  const LinearModel model = whole.to_model();
  EXPECT_EQ(model.to_string(), parts.to_model().to_string());
  EXPECT_EQ(model.weight_names(), (std::vector<std::string>{"size", "town=a", "town=b", "town=c"}));
  OnlineLearner again = OnlineLearner::from_string(parts.to_string());
  again.partial_fit(sales({"d", "a"}, {1, 1}, {2, 2}));
  whole.partial_fit(sales({"d", "a"}, {1, 1}, {2, 2}));
  EXPECT_EQ(again.to_string(), whole.to_string());
}

TEST(OnlineModel, IsAnOrdinaryModel) {
  OnlineLearner learner({.loss = loss::squared(), .alpha = 0.5, .l1 = 0.5});
  const Dataset rows = sales({"b", "c", "a", "b"}, {1, 2, 1, 3}, {5, 7, 1, 8});
  learner.partial_fit(rows);
  const LinearModel model = learner.to_model();
  const Tensor predicted = model.predict(sales({"c", "new"}, {2, 2}, {0, 0}));
  EXPECT_NEAR(predicted.at<double>({0}), model.intercept()[0] + 2 * model.weight(0) + model.weight(3), 1e-14);
  EXPECT_NEAR(predicted.at<double>({1}), model.intercept()[0] + 2 * model.weight(0), 1e-14);
  EXPECT_EQ(LinearModel::from_string(model.to_string()).to_string(), model.to_string());
  EXPECT_EQ(model.label_name(), "price");
  EXPECT_EQ(model.config().l1, 0.125);  // of the mean over four rows
  EXPECT_EQ(model.certificate().status, FitStatus::imported);
  std::ostringstream said;
  said << model.certificate();
  EXPECT_EQ(
      said.str(),
      "status      imported: the weights are learnt by ftrl from 4 rows, one after the other, and nothing is known "
      "of the optimum\n");
}

TEST(OnlineModel, ClassesAreNamedWhereTheFirstRowsHaveNotAll) {
  const auto rows = [](const std::vector<std::string>& answers) {
    return Dataset().with_column("x", std::vector<double>(answers.size(), 1.0)).with_label(NameList(answers), "answer");
  };
  OnlineLearner learner({.classes = {"yes", "no"}});
  learner.partial_fit(rows({"no", "no"}));
  learner.partial_fit(rows({"yes"}));
  EXPECT_EQ(learner.config().loss.name(), "logistic");
  EXPECT_EQ(learner.to_model().classes(), (std::vector<std::string>{"yes", "no"}));
  EXPECT_EQ(refusal<DataError>([&] { learner.partial_fit(rows({"maybe"})); }),
            "OnlineLearner::partial_fit: the label (column \"answer\") is \"maybe\" at row 0, which was no class in "
            "training. Classes: yes, no.");
  EXPECT_EQ(refusal<ArgumentError>([] {
              OnlineLearner({.loss = loss::squared(), .classes = {"a", "b"}});
            }),
            "OnlineConfig.classes are a, b, and loss squared takes numbers. Hint: leave them out.");
  EXPECT_EQ(refusal<ArgumentError>([] { OnlineLearner({.classes = {"a"}}); }),
            "OnlineConfig.classes has one name, \"a\"; it must have two or more.");
  EXPECT_EQ(refusal<ArgumentError>([] {
              OnlineLearner({.classes = {"a", "a"}});
            }),
            "OnlineConfig.classes has a name twice: a, a.");
  OnlineLearner three({.loss = loss::logistic(), .classes = {"a", "b", "c"}});
  EXPECT_EQ(refusal<ArgumentError>([&] { three.partial_fit(rows({"a"})); }),
            "OnlineConfig.classes has 3 names (a, b, c), but loss logistic has 2. Hint: loss::softmax().");
}

TEST(OnlineModel, Refusals) {
  EXPECT_EQ(refusal<ArgumentError>([] { OnlineLearner({.alpha = 0}); }), "OnlineConfig.alpha is 0; it must be > 0.");
  EXPECT_NE(refusal<ArgumentError>([] {
              OnlineLearner({.loss = loss::lambdarank()});
            }).find("OnlineConfig.loss is lambdarank, which compares the rows of groups; an online learner takes "),
            std::string::npos);
  const Loss mixed = loss::custom("spread", [](const Tensor& s, const Tensor& y) { return square(s - mean(s) - y); });
  EXPECT_EQ(refusal<ArgumentError>([&] { OnlineLearner({.loss = mixed}); }),
            "OnlineConfig.loss is spread, which mixes rows: a row by itself has no slope. Hint: an expression of one "
            "score and one label.");
  const OnlineConfig squares{.loss = loss::squared()};
  EXPECT_EQ(refusal<ArgumentError>([&] { OnlineLearner(squares).to_model(); }),
            "OnlineLearner::to_model: no row was learnt. Hint: partial_fit.");
  EXPECT_EQ(refusal<ArgumentError>([&] { OnlineLearner(squares).to_string(); }),
            "OnlineLearner::save: no row was learnt. Hint: partial_fit.");
  OnlineLearner learner(squares);
  learner.partial_fit(sales({"b", "a"}, {1, 2}, {5, 7}));
  const std::string before = learner.to_string();
  EXPECT_EQ(
      refusal<DataError>([&] {
        learner.partial_fit(sales({"b", ""}, {1, 2}, {5, 7}));
      }),
      "OnlineLearner::partial_fit: column \"town\" has no value at row 1, and an online learner takes no rows with "
      "gaps. Hint: fill them, or leave such rows out; boosted models take them as they are.");
  EXPECT_EQ(
      refusal<DataError>([&] {
        learner.partial_fit(
            Dataset::from_csr(std::vector{0, 1}, std::vector{0}, std::vector{1.0}, 2, {.label = {1.0}}));
      }),
      "OnlineLearner::partial_fit: these rows are sparse, and those before were dense. Hint: one kind for all rows "
      "of a learner.");
  const Tensor two = Tensor::ones(2, 2);
  EXPECT_EQ(refusal<DataError>([&] {
              learner.partial_fit(Dataset::from_rows({1.0, 2.0}, 1, {.label = two}));
            }),
            "OnlineLearner::partial_fit: the data has 2 labels a row, and an online learner takes one. Hint: a learner "
            "for each.");
  EXPECT_EQ(learner.to_string(), before);
  OnlineLearner wild({.loss = loss::poisson(), .alpha = 1e6});
  const std::string said = refusal<DataError>([&] {
    wild.partial_fit(Dataset::from_rows({1.0, 1.0, 1.0}, 1, {.label = {900.0, 900.0, 900.0}}));
  });
  EXPECT_NE(said.find("the loss is inf at row 1, where the score is "), std::string::npos) << said;
  EXPECT_NE(said.find("Hint: a smaller .alpha"), std::string::npos) << said;
  EXPECT_EQ(wild.progress().rows, 1);
}

TEST(OnlineModel, FilesThatWereChangedAreRefused) {
  const ScratchFolder folder;
  OnlineLearner learner({.loss = loss::squared()});
  learner.partial_fit(sales({"b", "a"}, {1, 2}, {5, 7}));
  for (const char* name : {"state.json", "state.linden"}) {
    learner.save(folder / name);
    EXPECT_EQ(OnlineLearner::load(folder / name).to_string(), learner.to_string());
  }
  damage(folder / "state.json", 300);
  EXPECT_THROW(OnlineLearner::load(folder / "state.json"), FileError);
  learner.to_model().save(folder / "model.json");
  EXPECT_NE(refusal<FileError>([&] {
              OnlineLearner::load(folder / "model.json");
            }).find("holds a linear model, not an online one"),
            std::string::npos);
}

TEST(OnlineConfig, FieldsAreReadAsTheyAreWritten) {
  OnlineConfig config;
  std::vector<std::string> names;
  for (const FieldInfo& field : fields(config)) names.push_back(field.name);
  EXPECT_EQ(names,
            (std::vector<std::string>{"loss", "method", "alpha", "beta", "l1", "l2", "intercept", "max_columns"}));
  const std::pair<const char*, const char*> values[] = {{"loss", "poisson"},    {"method", "adagrad"}, {"alpha", "0.5"},
                                                        {"beta", "2"},          {"l1", "3"},           {"l2", "4"},
                                                        {"intercept", "false"}, {"max_columns", "77"}};
  std::size_t i = 0;
  for (const auto& [name, value] : values) {
    set_field(config, name, value);
    EXPECT_EQ(fields(config)[i++].value, value);
  }
  EXPECT_EQ(refusal<ArgumentError>([&] { set_field(config, "beta", "-1"); }),
            "OnlineConfig.beta is -1; it must be >= 0.");
  EXPECT_EQ(config.beta, 2);
}

}  // namespace
}  // namespace linden
