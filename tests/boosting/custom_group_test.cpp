// Rankings that a user writes, for one group: slopes and curvatures against closed forms, LambdaMART against the
// built-in, what is refused, and what a model keeps.
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <linden/linear.hpp>
#include <linden/ops.hpp>

#include "boosting/random_queries.hpp"
#include "loss/definition.hpp"
#include "loss/tape_groups.hpp"

namespace linden {
namespace {

Tensor differences(const Tensor& t) { return t.unsqueeze(1) - t.unsqueeze(0); }

// RankNet, every pair twice but for the labels.
Tensor rank_net(const Tensor& score, const Tensor& y) {
  return sum(cast(differences(y) > 0, DType::f64) * softplus(-differences(score)));
}
Loss my_pairwise(loss::CustomGroupOptions options = {}) { return loss::custom_group("my pairwise", rank_net, options); }

struct Derived {
  std::vector<float> slopes, curvatures;
  GradientRange range;
};

Derived derive(const Loss& loss, const std::vector<double>& scores, const std::vector<double>& labels,
               const std::vector<std::int64_t>& starts, int threads = 1, const std::vector<double>& weights = {}) {
  Workers workers(threads);
  Derived derived{std::vector<float>(scores.size()), std::vector<float>(scores.size()), {}};
  const GradientTask task{loss.definition().spec,
                          std::ssize(scores),
                          scores.data(),
                          labels.data(),
                          weights.empty() ? nullptr : weights.data(),
                          derived.slopes.data(),
                          derived.curvatures.data(),
                          &derived.range};
  tape_group_gradients(loss.definition(), task, starts, 5, 2, workers);
  return derived;
}

TEST(CustomGroup, IsDerivedAsItsPairsAre) {
  const std::vector<double> scores{0.5, -1, 2, 0.25, 1, 1, 3}, labels{0, 2, 1, 1, 1, 0, 4};
  const std::vector<std::int64_t> starts{0, 4, 6, 7};
  std::vector<double> slopes(7), curvatures(7);
  for (std::size_t g = 1; g < starts.size(); ++g)
    for (std::int64_t i = starts[g - 1]; i < starts[g]; ++i)
      for (std::int64_t j = starts[g - 1]; j < starts[g]; ++j) {
        if (labels[i] <= labels[j]) continue;
        const double p = 1 / (1 + std::exp(scores[i] - scores[j]));
        slopes[i] -= p;
        slopes[j] += p;
        curvatures[i] += p * (1 - p);
        curvatures[j] += p * (1 - p);
      }
  const Derived found = derive(my_pairwise(), scores, labels, starts, 3);
  const Derived one = derive(my_pairwise({.curvature = Curvature::one}), scores, labels, starts);
  const std::vector<double> weights{1, 2, 3, 0.5, 0.25, 1, 7};
  const Derived weighted = derive(my_pairwise(), scores, labels, starts, 1, weights);
  for (std::size_t row = 0; row < 7; ++row) {
    EXPECT_NEAR(found.slopes[row], slopes[row], 1e-6);
    EXPECT_NEAR(found.curvatures[row], curvatures[row], 1e-6);
    EXPECT_EQ(one.slopes[row], found.slopes[row]);
    EXPECT_EQ(one.curvatures[row], 1);
    EXPECT_NEAR(weighted.slopes[row], weights[row] * slopes[row], 1e-6);
    EXPECT_NEAR(weighted.curvatures[row], weights[row] * curvatures[row], 1e-6);
  }
}

TEST(CustomGroup, ProductsWithRandomSignsEstimateTheDiagonalWithoutBias) {
  const std::vector<double> scores{0.5, -1, 2, 0.25, 1}, labels{0, 2, 1, 1, 3};
  const Loss exact = my_pairwise({.curvature = Curvature::absolute});
  const std::vector<float> wanted = derive(exact, scores, labels, {0, 5}).curvatures;
  // 20 groups of the same rows, each with signs of its own.
  std::vector<double> mean(5), many_scores, many_labels;
  std::vector<std::int64_t> starts{0};
  for (int g = 0; g < 20; ++g) {
    many_scores.insert(many_scores.end(), scores.begin(), scores.end());
    many_labels.insert(many_labels.end(), labels.begin(), labels.end());
    starts.push_back(std::ssize(many_scores));
  }
  const Derived found = derive(my_pairwise({.products = 128}), many_scores, many_labels, starts, 2);
  for (std::size_t row = 0; row < found.curvatures.size(); ++row) mean[row % 5] += found.curvatures[row] / 20;
  for (std::size_t row = 0; row < 5; ++row) EXPECT_NEAR(mean[row], wanted[row], 0.05);
}

TEST(CustomGroup, LambdaMartAsAnExpressionIsTheBuiltInOne) {
  const auto lambdamart = [](const Tensor& score, const Tensor& y) {
    const Tensor rank = cast(sort(sort(score.detach(), 0, true).indices).indices, DType::f64);
    const auto discount = [](const Tensor& r) { return std::log(2.0) / log(r + 2); };
    const Tensor gain = exp(std::log(2.0) * y) - 1, places = cast(arange(y.size(0)), DType::f64);
    const Tensor best = sum(sort(gain, 0, true).values * discount(places));
    const Tensor change = abs(differences(gain) * differences(discount(rank))) / maximum(best, 1e-300);
    return sum(where(differences(y) > 0, change, 0.0) * softplus(-differences(score)));
  };
  Random random(1);
  auto queries = random_queries(random, 600, 12);
  // Splits of categories smooth by an absolute curvature.
  std::erase_if(queries.data.features, [](const reference::Feature& feature) { return feature.categorical; });
  queries.data.dictionary.assign(queries.data.features.size(), 0);
  const Dataset train = queries.dataset();
  BoostingConfig config{.loss = loss::lambdarank({.truncation = 0, .normalise = false}), .rounds = 4, .max_leaves = 6};
  config.l2 = 0.1;
  const std::vector<double> wanted = numbers_of(fit_boosted(train, config).predict(train));
  config.loss = loss::custom_group("my lambdamart", lambdamart);
  config.learning_rate /= 2;  // the built-in has twice the curvature
  *config.l2 /= 2;
  config.min_child_weight /= 2;
  const BoostedModel mine = fit_boosted(train, config);
  const std::vector<double> found = numbers_of(mine.predict(train));
  double farthest = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) farthest = std::max(farthest, std::abs(found[i] - wanted[i]));
  EXPECT_LT(farthest, 1e-4);
  EXPECT_EQ(mine.initial_score(), std::vector<double>{0});
}

TEST(CustomGroup, HasTheSameBytesOnAnyThreads) {
  Random random(2);
  const Dataset train = random_queries(random, 300).dataset();
  for (const int products : {0, 2}) {
    const BoostingConfig config{.loss = my_pairwise({.products = products}), .rounds = 3, .max_leaves = 6};
    const std::string bytes = bytes_of(fit_boosted(train, config, {.threads = 1}));
    for (const int threads : {2, 5}) EXPECT_EQ(bytes_of(fit_boosted(train, config, {.threads = threads})), bytes);
  }
}

TEST(CustomGroup, AModelKeepsItsNameAndPredicts) {
  Random random(3);
  const Dataset train = random_queries(random, 200).dataset();
  const BoostedModel model = fit_boosted(train, {.loss = my_pairwise(), .rounds = 2}, {.train_metrics = true});
  EXPECT_EQ(model.history().back()[0].name, "train ndcg@10");
  const BoostedModel loaded = BoostedModel::from_string(bytes_of(model));
  EXPECT_EQ(bytes_of(loaded), bytes_of(model));
  EXPECT_EQ(loaded.loss().name(), "my pairwise");
  EXPECT_EQ(numbers_of(loaded.predict(train)), numbers_of(model.predict(train)));
  EXPECT_EQ(
      refusal<ArgumentError>([&] { fit_boosted(train, {.loss = loaded.loss()}); }),
      "fit_boosted: loss \"my pairwise\" was read from a file, and training needs its function. Hint: make it anew "
      "with loss::custom.");
}

TEST(CustomGroup, RefusesWhatItCannotDerive) {
  Random random(4);
  const RandomQueries queries = random_queries(random, 30, 6);
  const Dataset train = queries.dataset();
  EXPECT_EQ(refusal<DataError>([&] { fit_boosted(queries.data.dataset(), {.loss = my_pairwise()}); }).substr(0, 71),
            "fit_boosted: loss my pairwise compares the rows of a group, and the dat");
  const auto fails = [&](const loss::GroupLossFunction& function) {
    return refusal<ArgumentError>([&] { fit_boosted(train, {.loss = loss::custom_group("mine", function)}); });
  };
  EXPECT_NE(fails([](const Tensor& s, const Tensor&) {
              return square(s).reshape({s.size(0), 1});
            }).find("rows: it gives shape ["),
            std::string::npos);
  EXPECT_NE(fails([](const Tensor& s, const Tensor&) {
              return sum(s + Tensor::zeros({77}));
            }).find("fit_boosted: loss \"mine\" fails on group "),
            std::string::npos);
  const auto made = [](const char* name, loss::CustomGroupOptions options) {
    return refusal<ArgumentError>([&] { loss::custom_group(name, rank_net, options); });
  };
  EXPECT_EQ(made("pairwise", {}),
            "loss::custom_group(\"pairwise\"): that is the name of a built-in loss. Hint: choose another name.");
  EXPECT_EQ(made("", {}), "loss::custom_group: the name \"\" must be UTF-8 text that is not empty.");
  EXPECT_EQ(made("mine", {.curvature = Curvature::majorising}),
            "loss::custom_group(\"mine\"): curvature majorising is that of rows that are apart. Hint: clamped, exact, "
            "absolute or one.");
  EXPECT_EQ(made("mine", {.products = 129}),
            "loss::custom_group(\"mine\"): products is 129, but it must be in [0, 128].");
  EXPECT_EQ(made("mine", {.labels = LabelKind::classes}),
            "loss::custom_group(\"mine\"): labels are classes, which have no order. Hint: grades.");
  EXPECT_EQ(refusal<ArgumentError>([] { loss::custom_group("mine", {}); }),
            "loss::custom_group(\"mine\"): the function is empty.");
  LinearConfig linear;
  linear.loss = my_pairwise();
  EXPECT_EQ(refusal<ArgumentError>([&] { fit_linear(train, linear); }).substr(0, 66),
            "LinearConfig.loss is my pairwise, which compares the rows of group");
  EXPECT_EQ(refusal<ArgumentError>([] { metric::of(my_pairwise()); }),
            "metric::of: loss \"my pairwise\" compares the rows of groups: one row has no loss.");
}

TEST(CustomGroup, RowsOfWeightZeroAreNotThere) {
  std::atomic<std::int64_t> seen = 0;
  const Loss counting = loss::custom_group("counting", [&](const Tensor& s, const Tensor& y) {
    seen += s.size(0);
    return rank_net(s, y);
  });
  Random random(5);
  RandomQueries queries = random_queries(random, 60, 6);
  std::int64_t counted = 0;
  for (int row = 0; row < 60; ++row) {
    queries.data.weight.push_back(row % 3);
    counted += row % 3 > 0;
  }
  fit_boosted(queries.dataset(), {.loss = counting, .rounds = 1});
  EXPECT_EQ(seen, counted);
}

}  // namespace
}  // namespace linden
