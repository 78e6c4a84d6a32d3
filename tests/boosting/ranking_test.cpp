// Rankings in whole fits: that they learn, what must not change a model, what is refused and what is reported.
#include <gtest/gtest.h>

#include <linden/linear.hpp>

#include "boosting/random_queries.hpp"

namespace linden {
namespace {

BoostingConfig some_config(const std::string& loss) {
  return {.loss = loss::by_name(loss), .rounds = 5, .learning_rate = 0.3, .max_leaves = 8, .min_rows_in_leaf = 3};
}

double ndcg_of(const Tensor& prediction, const Dataset& data) {
  return metric::ndcg({.at = 10})
      .evaluate({.prediction = prediction, .label = data.label(), .weight = data.weight(), .groups = data.groups()});
}

TEST(Ranking, EveryLossLearnsToRank) {
  Random random(1);
  const Dataset train = random_queries(random, 2000).dataset();
  const double before = ndcg_of(Tensor::zeros({train.rows()}), train);
  for (const std::string& loss : losses_of_groups()) {
    const BoostedModel model = fit_boosted(train, some_config(loss));
    EXPECT_GT(ndcg_of(model.predict(train), train), before + 0.03) << loss;
    EXPECT_EQ(model.initial_score(), std::vector<double>{0});
    EXPECT_TRUE(model.warnings().empty()) << loss << ": " << model.warnings().front();
  }
}

TEST(Ranking, ModelBytesDoNotDependOnThreadsOrTheOrderOfGroups) {
  for (const std::string& loss : losses_of_groups()) {
    Random random(2);
    const RandomQueries queries = random_queries(random, 1500);
    BoostingConfig config = some_config(loss);
    const std::string bytes = bytes_of(fit_boosted(queries.dataset(), config, {.threads = 1}));
    for (const int threads : {2, 5})
      EXPECT_EQ(bytes_of(fit_boosted(queries.dataset(), config, {.threads = threads})), bytes) << loss;
    if (loss == loss::xendcg().name()) continue;  // draws for each row by its number
    EXPECT_EQ(bytes_of(fit_boosted(queries.shuffled(random).dataset(), config)), bytes) << loss;
    config.loss = config.loss.with_parameter("position_bias", 1);
    const std::string biased = bytes_of(fit_boosted(queries.dataset(), config, {.threads = 1}));
    EXPECT_EQ(bytes_of(fit_boosted(queries.dataset(), config, {.threads = 5})), biased) << loss;
  }
}

TEST(Ranking, XendcgDrawsByTheSeed) {
  Random random(3);
  const Dataset train = random_queries(random, 400).dataset();
  BoostingConfig config = some_config("xendcg");
  const std::string trees = dump(fit_boosted(train, config).trees());
  config.seed = 1;
  EXPECT_NE(dump(fit_boosted(train, config).trees()), trees);
}

TEST(Ranking, RowsOfWeightZeroAreAsIfTheyWereNotThere) {
  for (const std::string& loss : losses_of_groups()) {
    if (loss == loss::xendcg().name()) continue;  // draws for each row by its number
    Random random(4);
    RandomQueries queries = random_queries(random, 300, 8), counted;
    for (int row = 0; row < queries.data.rows(); ++row) queries.data.weight.push_back(random.one_of({0.0, 1.0, 0.5}));
    std::size_t row = 0;
    for (const std::int64_t size : queries.sizes) {
      std::int64_t left = 0;
      for (std::int64_t i = 0; i < size; ++i) left += queries.data.weight[row++] > 0;
      if (left > 0) counted.sizes.push_back(left);
    }
    counted.data = queries.data.counted();
    EXPECT_EQ(bytes_of(fit_boosted(queries.dataset(), some_config(loss))),
              bytes_of(fit_boosted(counted.dataset(), some_config(loss))))
        << loss;
  }
}

TEST(Ranking, TheWeightOfAGroupIsThatOfItsRows) {
  Random random(5);
  RandomQueries queries = random_queries(random, 400, 10), twice;
  std::vector<int> order;
  int row = 0;
  for (std::size_t g = 0; g < queries.sizes.size(); ++g) {
    const int copies = 1 + static_cast<int>(g % 2);
    for (int copy = 0; copy < copies; ++copy) {
      twice.sizes.push_back(queries.sizes[g]);
      for (int i = 0; i < queries.sizes[g]; ++i) order.push_back(row + i);
    }
    for (int i = 0; i < queries.sizes[g]; ++i, ++row) queries.data.weight.push_back(copies);
  }
  std::vector<double> weights = std::move(queries.data.weight);
  queries.data.weight.clear();
  twice.data = queries.data.take(order);
  queries.data.weight = std::move(weights);
  BoostingConfig config = some_config("lambdarank");
  config.min_rows_in_leaf = 1;
  const Dataset data = queries.dataset();
  const std::vector<double> weighted = numbers_of(fit_boosted(data, config).predict(data)),
                            copied = numbers_of(fit_boosted(twice.dataset(), config).predict(data));
  for (std::size_t i = 0; i < weighted.size(); ++i) EXPECT_NEAR(weighted[i], copied[i], 1e-5);
}

TEST(Ranking, PositionBiasTellsClicksFromRelevance) {
  // Lists are in the order of an old score that says nothing, and upper places draw clicks: of relevant rows 90 % at
  // the top, 10 % at the end, of others a third of that.
  Random random(6);
  RandomQueries queries;
  std::vector<double> signal, old_score, truth;
  for (int g = 0; g < 500; ++g) {
    queries.sizes.push_back(10);
    for (int place = 0; place < 10; ++place) {
      truth.push_back(random.chance(0.5));
      signal.push_back(truth.back() + 0.7 * random.normal());
      old_score.push_back(-place + 0.3 * random.normal());
      queries.data.label.push_back(random.chance((0.9 - 0.09 * place) * (truth.back() == 1 ? 1 : 0.33)));
    }
  }
  add_numbers(queries.data, signal);
  add_numbers(queries.data, old_score);
  const Dataset clicks = queries.dataset();
  const Dataset judged = clicks.with_label(truth);
  BoostingConfig config = some_config("lambdarank");
  config.rounds = 40;
  config.learning_rate = 0.1;
  const double plain = ndcg_of(fit_boosted(clicks, config).predict(judged), judged);
  config.loss = loss::lambdarank({.position_bias = true});
  const double unbiased = ndcg_of(fit_boosted(clicks, config).predict(judged), judged);
  EXPECT_GT(unbiased, plain + 0.02) << plain;
  EXPECT_EQ(fit_boosted(clicks, some_config("lambdarank")).position_biases(), std::vector<double>{});
  const BoostedModel model = fit_boosted(clicks, config);
  const std::vector<double> biases = model.position_biases();
  ASSERT_EQ(biases.size(), 10u);  // rows of the first places are clicked at more than they should be
  EXPECT_GT(biases[0], biases[4] + 0.1);
  EXPECT_GT(biases[4], biases[9]);
  EXPECT_EQ(BoostedModel::from_string(bytes_of(model)).position_biases(), biases);
  EXPECT_EQ(bytes_of(BoostedModel::from_string(bytes_of(model))), bytes_of(model));
  EXPECT_TRUE(model.first_rounds(3).position_biases().empty());
}

TEST(Ranking, IsSavedWithItsParameters) {
  Random random(7);
  const Dataset train = random_queries(random, 300).dataset();
  for (const std::string& loss : losses_of_groups()) {
    const BoostedModel model = fit_boosted(train, some_config(loss));
    const BoostedModel loaded = BoostedModel::from_string(bytes_of(model));
    EXPECT_EQ(bytes_of(loaded), bytes_of(model));
    EXPECT_EQ(loaded.loss().parameters(), model.loss().parameters());
    EXPECT_EQ(numbers_of(loaded.predict(train)), numbers_of(model.predict(train)));
    EXPECT_EQ(loaded.schema().group_name, "query");
  }
  BoostingConfig config{.loss = loss::lambdarank({.truncation = 7, .sigmoid = 1.5, .exponential_gain = false})};
  config.rounds = 1;
  const Loss loss = BoostedModel::from_string(bytes_of(fit_boosted(train, config))).loss();
  EXPECT_EQ(loss.parameters(), config.loss.parameters());
  EXPECT_EQ(loss.parameters()[0], (LossParameter{"truncation", 7}));
}

TEST(Ranking, ReportsAMetricOfItsKindForEachSet) {
  Random random(8);
  const Dataset all = random_queries(random, 600).dataset();
  std::vector<std::int64_t> first, last;
  for (std::int64_t row = 0; row < all.rows(); ++row)
    (row < all.groups().data<std::int64_t>()[20] ? first : last).push_back(row);
  const Dataset train = all.take(first), valid = all.take(last);
  for (const auto& [loss, wanted] :
       std::vector<std::pair<Loss, std::string>>{{loss::lambdarank(), "ndcg@10"},
                                                 {loss::lambdarank({.exponential_gain = false}), "linear_ndcg@10"},
                                                 {loss::lambdarank_map(), "map@10"},
                                                 {loss::lambdarank_mrr(), "mrr"},
                                                 {loss::pairwise(), "linear_ndcg@10"},
                                                 {loss::xendcg(), "ndcg@10"}}) {
    BoostingConfig config{.loss = loss, .rounds = 2};
    const BoostedModel model = fit_boosted(train, config, {.valid = valid, .train_metrics = true});
    ASSERT_EQ(model.history().size(), 2u);
    EXPECT_EQ(model.history()[1][0].name, wanted);
    EXPECT_EQ(model.history()[1][1].name, "train " + wanted);
    if (wanted == "ndcg@10") {
      EXPECT_EQ(model.history()[1][0].value, ndcg_of(model.predict(valid), valid));
    }
  }
}

TEST(Ranking, SampledRowsHaveTheSlopesOfAllPairs) {
  Random random(9);
  const Dataset train = random_queries(random, 600).dataset();
  for (const std::string& loss : losses_of_groups()) {
    BoostingConfig config = some_config(loss);
    config.row_fraction = 0.5;
    EXPECT_GT(ndcg_of(fit_boosted(train, config).predict(train), train),
              ndcg_of(Tensor::zeros({train.rows()}), train) + 0.02)
        << loss;
  }
}

TEST(Ranking, NeedsGroups) {
  Random random(10);
  const RandomQueries queries = random_queries(random, 50);
  const std::string cure =
      " compares the rows of a group, and the data says not which rows are of one. Hint: name the column that does, "
      ".group = \"query\"; in libsvm files it is words qid:7; with rows in memory, .groups.";
  for (const std::string& loss : losses_of_groups())
    EXPECT_EQ(refusal<DataError>([&] { fit_boosted(queries.data.dataset(), some_config(loss)); }),
              "fit_boosted: loss " + loss + cure);
  EXPECT_EQ(refusal<DataError>([&] {
              fit_boosted(queries.dataset(), some_config("pairwise"), {.valid = {{"test", queries.data.dataset()}}});
            }),
            "fit_boosted: validation set \"test\": loss pairwise" + cure);
}

TEST(Ranking, LabelsSayHowRelevantARowIs) {
  Random random(11);
  RandomQueries queries = random_queries(random, 50);
  const auto refused = [&](double label, const Loss& loss) {
    queries.data.label[4] = label;
    return refusal<DataError>([&] { fit_boosted(queries.dataset(), {.loss = loss}); });
  };
  const std::string wants = "wants whole numbers from 0, how relevant a row is. Hint: number the grades from 0.";
  EXPECT_EQ(refused(-1, loss::pairwise()), "fit_boosted: the label is -1 at row 4, but pairwise " + wants);
  EXPECT_EQ(refused(0.5, loss::xendcg()), "fit_boosted: the label is 0.5 at row 4, but xendcg " + wants);
  EXPECT_EQ(refused(32, loss::lambdarank()),
            "fit_boosted: the label is 32 at row 4, but lambdarank takes labels up to 31, whose gain is 2^label - 1. "
            "Hint: .loss.exponential_gain = 0 takes the label itself.");
  EXPECT_EQ(refused(32, loss::xendcg()),
            "fit_boosted: the label is 32 at row 4, but xendcg takes labels up to 31, whose gain is 2^label - 1. Hint: "
            "number the grades from 0.");
  fit_boosted(queries.dataset(), {.loss = loss::lambdarank({.exponential_gain = false}), .rounds = 1});
  fit_boosted(queries.dataset(), {.loss = loss::pairwise(), .rounds = 1});
}

TEST(Ranking, SaysWhyThereIsNothingToLearn) {
  Random random(12);
  RandomQueries queries = random_queries(random, 60, 5);
  std::size_t row = 0;
  for (std::size_t g = 0; g < queries.sizes.size(); ++g)
    for (std::int64_t i = 0; i < queries.sizes[g]; ++i) queries.data.label[row++] = static_cast<double>(g % 3);
  const std::vector<std::string> warnings = fit_boosted(queries.dataset(), {.loss = loss::pairwise()}).warnings();
  ASSERT_FALSE(warnings.empty());
  EXPECT_EQ(warnings[0],
            "no split was possible, so that all predictions are the same: no group has rows with different labels.");
}

TEST(Ranking, IsForBoostedModelsAndForWholeGroups) {
  Random random(13);
  const Dataset train = random_queries(random, 50).dataset();
  LinearConfig linear;
  linear.loss = loss::lambdarank();
  EXPECT_EQ(refusal<ArgumentError>([&] { fit_linear(train, linear); }).substr(0, 100),
            "LinearConfig.loss is lambdarank, which compares the rows of groups; linear models take squared, logi");
  EXPECT_EQ(refusal<ArgumentError>([] { loss::lambdarank_map().evaluate(std::vector{0.5}, 1); }),
            "Loss::evaluate: lambdarank_map compares the rows of a group, so one row has no loss of its own.");
  EXPECT_EQ(refusal<ArgumentError>([] { metric::of(loss::pairwise()); }),
            "metric::of: loss \"pairwise\" compares the rows of groups: one row has no loss.");
  EXPECT_EQ(refusal<ArgumentError>([] { loss::lambdarank({.truncation = -1}); }),
            "loss::lambdarank: truncation is -1, but it must be a whole number >= 0.");
  EXPECT_EQ(refusal<ArgumentError>([] {
              loss::by_name("pairwise", {{"normalise", 2}});
            }),
            "loss::pairwise: normalise is 2, but it must be 0 or 1.");
  EXPECT_EQ(refusal<ArgumentError>([] {
              loss::by_name("lambdarank", {{"truncation", 2.5}});
            }),
            "loss::lambdarank: truncation is 2.5, but it must be a whole number >= 0.");
}

}  // namespace
}  // namespace linden
