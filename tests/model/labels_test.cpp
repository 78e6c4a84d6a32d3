// Labels as losses count them: numbers as they are, classes as 0, 1, ..., and what is refused.
#include "model/labels.hpp"

#include <gtest/gtest.h>

#include <linden/boosting.hpp>
#include <linden/error.hpp>
#include <linden/linear.hpp>

#include "refusal.hpp"

namespace linden {
namespace {

using Names = std::vector<std::string>;

Dataset labelled(std::vector<double> label, Names classes = {}) {
  const Tensor values = Tensor::zeros({static_cast<std::int64_t>(label.size())});
  return Dataset::from_named({{.name = "x", .values = values}},
                             Tensor::copy_of(std::span<const double>(label), values.shape()), {}, std::move(classes));
}

Labels labels(const Dataset& data, const Loss& loss) { return training_labels("fit_boosted", data, loss); }

std::string refused(const Dataset& data, const Loss& loss) {
  return refusal<DataError>([&] { labels(data, loss); });
}

TEST(Labels, ClassNumbersStandAsTheyAre) {
  const Labels two = labels(labelled({1, 0, 1}), loss::logistic());
  EXPECT_EQ(two.values, (std::vector<double>{1, 0, 1}));
  EXPECT_EQ(two.classes, (Names{"0", "1"}));
  const Labels all_one = labels(labelled({1, 1}), loss::logistic());
  EXPECT_EQ(all_one.values, (std::vector<double>{1, 1}));
  EXPECT_EQ(all_one.classes, (Names{"0", "1"}));
  EXPECT_EQ(labels(labelled({0, 2}), loss::softmax({.classes = 4})).classes, (Names{"0", "1", "2", "3"}));
}

TEST(Labels, OtherDistinctNumbersBecomeClassesInNumericOrder) {
  const Labels two = labels(labelled({7, -1.5, 7}), loss::logistic());
  EXPECT_EQ(two.values, (std::vector<double>{1, 0, 1}));
  EXPECT_EQ(two.classes, (Names{"-1.5", "7"}));
  const Labels three = labels(labelled({10, 9, 100}), loss::softmax());
  EXPECT_EQ(three.values, (std::vector<double>{1, 0, 2}));
  EXPECT_EQ(three.classes, (Names{"9", "10", "100"}));
  EXPECT_EQ(three.loss.classes(), 3);
}

TEST(Labels, TextBecomesClassesInByteOrder) {
  const Labels text = labels(labelled({2, 0, 1}, {"Zebra", "ant", "bee"}), loss::softmax());
  EXPECT_EQ(text.values, (std::vector<double>{2, 0, 1}));
  EXPECT_EQ(text.classes, (Names{"Zebra", "ant", "bee"}));
}

TEST(Labels, WhatTheLossDoesNotTakeIsRefused) {
  EXPECT_EQ(
      refused(labelled({0, 1, 2}), loss::logistic()),
      "fit_boosted: the label is 2 at row 2, a third class, but logistic wants two. Hint: use .loss = loss::softmax() "
      "for 3 classes, or .loss = loss::squared() for measurements.");
  EXPECT_EQ(refused(labelled({0, 1, 2}, {"a", "b", "c"}), loss::logistic()),
            "fit_boosted: the label has 3 classes (a, b, c), but logistic wants two. Hint: use .loss = "
            "loss::softmax().");
  EXPECT_EQ(refused(labelled({0, 1, 2}, {"a", "b", "c"}), loss::softmax({.classes = 2})),
            "fit_boosted: the label has 3 classes (a, b, c), but softmax was made for 2. Hint: use .classes = 3.");
  EXPECT_EQ(
      refused(labelled({0, 1, 2}), loss::focal()),
      "fit_boosted: the label is 2 at row 2, a third class, but focal wants two. Hint: use .loss = loss::softmax() "
      "for 3 classes, or .loss = loss::squared() for measurements.");
  EXPECT_EQ(refused(labelled({0, 1, 2}, {"a", "b", "c"}), loss::focal()),
            "fit_boosted: the label has 3 classes (a, b, c), but focal wants two. Hint: use .loss = loss::softmax().");
  EXPECT_EQ(refused(labelled({5, 5}), loss::logistic()),
            "fit_boosted: the label is 5 in all rows, but logistic wants two classes or more.");
  EXPECT_EQ(
      refused(labelled({0, 1}, {"no", "yes"}), loss::squared()),
      "fit_boosted: the label is text (\"no\" at row 0; 2 classes in all), but squared wants numbers. Hint: use .loss "
      "= loss::logistic().");
  EXPECT_EQ(refused(labelled({0, 1, 2}, {"1.5", "1.5.2", "2"}), loss::squared()),
            "fit_boosted: the label is text (\"1.5.2\" at row 1; 3 classes in all), but squared wants numbers. Hint: "
            "mend the field, or name it among the missing tokens and leave such rows out.");
  EXPECT_EQ(
      refused(labelled({1, -2}), loss::poisson()),
      "fit_boosted: the label is -2 at row 1, but poisson wants numbers >= 0. Hint: use .loss = loss::squared() for "
      "labels of either sign.");
}

TEST(Labels, OtherDataIsMatchedByTheNamesOfClasses) {
  const Names classes{"-1.5", "7"};
  const auto known = [](const Dataset& data, const Names& names) {
    const Tensor labels = known_labels("here", data, loss::squared(), names);
    return std::vector<double>(labels.span<const double>().begin(), labels.span<const double>().end());
  };
  EXPECT_EQ(known(labelled({7, -1.5}), classes), (std::vector<double>{1, 0}));
  EXPECT_EQ(known(labelled({1, 0}, {"b", "c"}), {"a", "b", "c"}), (std::vector<double>{2, 1}));
  EXPECT_EQ(known(labelled({3.5}), {}), (std::vector<double>{3.5}));
  EXPECT_EQ(refusal<DataError>([&] {
              known(labelled({7, 8}), classes);
            }),
            "here: the label is \"8\" at row 1, which was no class in training. Classes: -1.5, 7.");
  EXPECT_EQ(refusal<DataError>([&] { known(labelled({0}, {"x"}), {}); }),
            "here: the label is text (\"x\" at row 0), but the model was trained on numbers.");
}

TEST(Labels, TheLabelDecidesTheLoss) {
  EXPECT_EQ(default_loss(labelled({0, 1, 0})).name(), "logistic");
  EXPECT_EQ(default_loss(labelled({1.5, 3})).name(), "logistic");
  EXPECT_EQ(default_loss(labelled({5, 5})).name(), "squared");
  EXPECT_EQ(default_loss(labelled({0, 1, 2})).name(), "squared");
  EXPECT_EQ(default_loss(labelled({0, 1.5, 2})).name(), "squared");
  EXPECT_EQ(default_loss(labelled({0, 1}, {"a", "b"})).name(), "logistic");
  EXPECT_EQ(default_loss(labelled({0, 1, 2}, {"a", "b", "c"})).name(), "softmax");
  EXPECT_EQ(refusal<DataError>([] { default_loss(Dataset()); }), "default_loss: the data has no label.");
}

TEST(Labels, BothFamiliesBeginWithTheLossOfTheLabel) {
  EXPECT_EQ(BoostingConfig{}.loss.name(), "automatic");
  EXPECT_EQ(LinearConfig{}.loss.name(), "automatic");
  const Dataset two = labelled({0, 1, 0, 1}), numbers = labelled({0, 1, 2, 3}),
                text = labelled({0, 1, 2, 0}, {"a", "b", "c"});
  const auto losses = [](const Dataset& data) {
    return fit_boosted(data, {.rounds = 1}).loss().name() + " " + fit_linear(data, {.l2 = 1}).loss().name();
  };
  EXPECT_EQ(losses(two), "logistic logistic");
  EXPECT_EQ(losses(numbers), "squared squared");
  EXPECT_EQ(losses(text), "softmax softmax");
  EXPECT_EQ(fit_boosted(text, {.rounds = 1}).outputs(), 3);
  BoostingConfig config{.loss = loss::poisson()};
  set_field(config, "loss", "automatic");
  EXPECT_EQ(fields(config)[0].value, "automatic");
  EXPECT_EQ(refusal<ArgumentError>([] {
              fit_linear(labelled({0, 1, 0}), {.solver = Solver::qr});
            }),
            "LinearConfig.solver is qr, which is for the squared loss, and the loss is logistic. Hint: "
            "newton_cholesky, or leave the choice to automatic.");
  EXPECT_EQ(refusal<ArgumentError>([] { loss::automatic().evaluate({}, 1); }),
            "Loss::evaluate: loss::automatic is chosen by the training labels. Hint: model.loss() is the one chosen.");
}

TEST(Labels, OfExtremeSizeAreRefusedByNameAndBound) {
  EXPECT_EQ(refused(labelled({1, 2, -1e300}), loss::squared()),
            "fit_boosted: the label is -1e+300 at row 2, but labels go up to 1e+38. Hint: a larger unit.");
  EXPECT_NO_THROW(labels(labelled({1, 2, -1e38}), loss::squared()));
  const auto weighted = [](std::vector<double> label, std::vector<double> weight) {
    const Shape shape{static_cast<std::int64_t>(label.size())};
    return Dataset::from_named({{.name = "x", .values = Tensor::zeros(shape)}},
                               Tensor::copy_of(std::span<const double>(label), shape),
                               Tensor::copy_of(std::span<const double>(weight), shape));
  };
  EXPECT_EQ(refused(weighted({0, 1}, {1, 1e150}), loss::logistic()),
            "fit_boosted: weight 1e+150 at row 1; 1e+38 at most is taken. Hint: divide all weights by one number.");
  EXPECT_EQ(refused(weighted({0, 1e30}, {1, 1e20}), loss::squared()),
            "fit_boosted: label 1e+30 at row 1 has weight 1e+20; their product may be 1e+38 at most. Hint: divide all "
            "weights by one number.");
}

TEST(Labels, NamesThatAFileCannotHoldAreRefused) {
  const std::vector<double> values{1, 2};
  EXPECT_EQ(refused(labelled({0, 1}, {"a\xff", "b"}), loss::logistic()),
            "fit_boosted: the class name \"a\xff\" is not UTF-8. Hint: convert the data, iconv -f latin1 -t utf-8.");
}

}  // namespace
}  // namespace linden
