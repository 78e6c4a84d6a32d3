// A loss known by its link alone: it predicts, and refuses all else with the reason.
#include "loss/link_only.hpp"

#include <gtest/gtest.h>

#include <linden/boosting.hpp>
#include <linden/error.hpp>
#include <linden/metric.hpp>
#include <vector>

#include "base/fail.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

TEST(LinkOnly, Predicts) {
  const Loss ova = link_only_loss("multiclassova", Link::sigmoid, 3, LabelKind::classes);
  EXPECT_TRUE(is_link_only(ova));
  EXPECT_FALSE(is_link_only(loss::squared()));
  EXPECT_EQ(ova.name(), "multiclassova");
  EXPECT_EQ(ova.link(), Link::sigmoid);
  EXPECT_EQ(ova.outputs(), 3);
  EXPECT_EQ(ova.classes(), 3);
  std::vector<double> scores{0, 1, -2};
  ova.predict(scores);
  for (int k = 0; k < 3; ++k) EXPECT_NEAR(scores[k], 1 / (1 + std::exp(-std::vector<double>{0, 1, -2}[k])), 1e-15);
  const Loss rank = link_only_loss("rank:pairwise", Link::identity, 1, LabelKind::real);
  EXPECT_EQ(rank.classes(), 0);
  EXPECT_EQ(link_only_loss("two", Link::sigmoid, 1, LabelKind::classes).classes(), 2);
}

TEST(LinkOnly, RefusesAllElse) {
  const Loss rank = link_only_loss("rank:pairwise", Link::identity, 1, LabelKind::real);
  const std::vector<double> score{0};
  EXPECT_EQ(refusal<ArgumentError>([&] { rank.evaluate(score, 1); }),
            "Loss::evaluate: rank:pairwise is that of a model of another library, known by its name and link alone, so "
            "one row has no loss of its own.");
  EXPECT_EQ(
      refusal<ArgumentError>([&] { metric::of(rank); }),
      "metric::of: loss \"rank:pairwise\" is that of a model of another library, known by its name and link alone.");
  const std::vector<double> x{1, 2};
  const Dataset data = Dataset::from_rows(std::span(x), 1, {.label = x});
  EXPECT_EQ(refusal<ArgumentError>([&] { fit_boosted(data, {.loss = rank}); }),
            "fit_boosted: loss \"rank:pairwise\" is that of a model of another library, known by its name and link "
            "alone, and training needs more. Hint: another loss, one of " +
                listing(loss::names()) + ".");
}

TEST(LinkOnly, MetricsAreThoseOfTheLink) {
  const auto names = [](Link link, int outputs, LabelKind labels) {
    std::vector<std::string> found;
    for (const Metric& metric : metric::defaults(link_only_loss("theirs", link, outputs, labels)))
      found.push_back(metric.name());
    return found;
  };
  EXPECT_EQ(names(Link::identity, 1, LabelKind::real), (std::vector<std::string>{"rmse", "mae", "r2"}));
  EXPECT_EQ(names(Link::sigmoid, 1, LabelKind::classes), (std::vector<std::string>{"logloss", "accuracy", "auc"}));
  EXPECT_EQ(names(Link::softmax, 3, LabelKind::classes), (std::vector<std::string>{"logloss", "accuracy"}));
  EXPECT_EQ(names(Link::exp, 1, LabelKind::nonnegative), (std::vector<std::string>{"poisson_deviance", "rmse"}));
  for (const Link link : {Link::identity, Link::sigmoid, Link::exp})
    EXPECT_EQ(names(link, 3, LabelKind::real), std::vector<std::string>());
}

TEST(LinkOnly, NamesAndOutputsMustFit) {
  const auto made = [](const std::string& name, Link link, int outputs) {
    return refusal<ArgumentError>([&] { link_only_loss(name, link, outputs, LabelKind::real); });
  };
  for (const std::string name : {"", "squared", "\xff"})
    EXPECT_EQ(made(name, Link::identity, 1),
              "a loss known by its link alone: its name is \"" + name +
                  "\", but it must be UTF-8 text that is not empty, and no loss of this library.");
  EXPECT_EQ(made("theirs", Link::softmax, 1),
            "loss \"theirs\", known by its link alone: link softmax does not take 1 output(s).");
  EXPECT_EQ(made("theirs", Link::exp, 0),
            "loss \"theirs\", known by its link alone: link exp does not take 0 output(s).");
}

}  // namespace
}  // namespace linden
