// Rows of validation sets as bins: their scores have the bytes that predict gives on the values themselves.
#include "boosting/train/ensemble/valid_bins.hpp"

#include "boosting/random_config.hpp"
#include "boosting/sparse_data.hpp"
#include "boosting/train/ensemble_of.hpp"

namespace linden {
namespace {

void expect_scores_of_predict(EnsembleOf& fit, const Dataset& train, const Dataset& valid, const std::string& what) {
  const auto outputs = static_cast<std::size_t>(fit.model.outputs());
  for (int round = 0; round < fit.model.rounds(); ++round) {
    for (std::size_t k = 0; k < outputs; ++k)
      fit.ensemble->add(fit.model.trees()[static_cast<std::size_t>(round) * outputs + k]);
    EXPECT_EQ(first_difference(fit.all_scores(), predicted_scores(fit.model, train, valid, round + 1)), "")
        << what << ", round " << round;
  }
}

std::int64_t doubtful_features(const EnsembleOf& fit) {
  return std::ranges::count_if(fit.valid_bins->places().missing_of, [](std::int32_t place) { return place >= 0; });
}

TEST(ValidBins, ColumnsOfAllKinds) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Random random(seed);
    const std::string loss = random.one_of({"squared", "logistic", "softmax", "quantile"});
    RandomData data =
        random_data(random, 30 + random.below(400), 1 + random.below(6), loss, random.one_of({4, 12, 60}));
    if (random.chance(0.3))
      for (int row = 0; row < data.rows(); ++row) data.weight.push_back(random.one_of({0.5, 1.0, 3.0}));
    BoostingConfig config = random_config(random, loss);
    config.loss = loss::by_name(loss);
    const Dataset train = data.dataset(), valid = other_rows(random, data);
    EnsembleOf fit(train, valid, config, Device::cpu());
    expect_scores_of_predict(fit, train, valid, fmt::format("seed {}, {}", seed, loss));
  }
}

// Features with 256 bins and no missing value in training leave no bin for those of other rows.
TEST(ValidBins, MissingValuesThatNoBinIsLeftFor) {
  Random random(3);
  RandomData data;
  for (int f = 0; f < 3; ++f) add_numbers(data, random_numbers(random, 2500, 2000, f == 1 ? 0.1 : 0.0));
  std::vector<double> codes;
  for (int row = 0; row < 2500; ++row) codes.push_back(random.below(600));
  add_codes(data, codes, 620);
  for (int row = 0; row < 2500; ++row)
    data.label.push_back(std::sin(3 * data.features[0].values[row]) + std::cos(codes[row]) + random.normal() / 4 +
                         (std::isnan(data.features[1].values[row]) ? 1 : 0) + data.features[2].values[row] / 1000);
  const BoostingConfig config{.rounds = 6, .learning_rate = 0.5, .max_leaves = 60, .min_rows_in_leaf = 2};
  const Dataset train = data.dataset();
  const Dataset valid = other_rows(random, data);
  EnsembleOf fit(train, valid, config, Device::cpu());
  EXPECT_EQ(fit.valid_bins->places().missing_of[1], -1);  // where training has missing values
  EXPECT_GE(fit.valid_bins->places().missing_of[2], 0);
  EXPECT_GE(fit.valid_bins->places().missing_of[3], 0);
  expect_scores_of_predict(fit, train, valid, "with missing values");
  EnsembleOf plain(train, train, config, Device::cpu());
  EXPECT_EQ(doubtful_features(plain), 0);
  expect_scores_of_predict(plain, train, train, "without");
}

// More values than a byte counts: there is a bin for missing values, even of rows that training has not seen.
TEST(ValidBins, WideFeatures) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    Random random(seed);
    RandomData data = random_sparse(random, 900, 5, "squared");
    for (int f = 0; f < 3; ++f) add_numbers(data, random_numbers(random, 900, 800, f == 1 ? 0.1 : 0.0));
    for (int row = 0; row < 900; ++row)
      data.label[row] += std::sin(data.features[5].values[row]) + (std::isnan(data.features[6].values[row]) ? 2 : 0);
    std::vector<int> rows;
    for (int i = 0; i < 200; ++i) rows.push_back(random.below(900));
    RandomData other = data.take(rows);
    for (reference::Feature& feature : other.features)
      for (double& value : feature.values)
        if (random.chance(0.1)) value = random.one_of({missing_value, 0.0, value + 0.1, -value});
    const SparsePair train = both(data), valid = both(other);
    BoostingConfig config{.rounds = 4, .learning_rate = 0.5, .max_leaves = 40, .min_rows_in_leaf = 2};
    config.max_bins = 4000;
    for (const Dataset& from : {train.dense, train.sparse})
      for (const Dataset& to : {valid.dense, valid.sparse}) {
        EnsembleOf fit(from, to, config, Device::cpu());
        EXPECT_EQ(doubtful_features(fit), 0);
        expect_scores_of_predict(fit, from, to, fmt::format("seed {}", seed));
      }
  }
}

// Sparse and dense rows, to train and to validate on. Some columns are kept by their entries, some as bytes; some are
// not among those of the other rows.
TEST(ValidBins, SparseRows) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    Random random(seed);
    RandomData data = random_sparse(random, seed % 4 == 0 ? 3000 : 300, 9, "squared");
    if (seed % 4 == 0) {  // 256 bins kept by entries, and as bytes
      for (const std::size_t f : {0, 1})
        for (double& value : data.features[f].values) value = random.chance(f == 0 ? 0.2 : 0.9) ? random.normal() : 0;
    }
    std::vector<int> rows;
    for (int i = 0; i < 200; ++i) rows.push_back(random.below(data.rows()));
    RandomData other = data.take(rows);
    for (reference::Feature& feature : other.features)
      for (double& value : feature.values)
        if (random.chance(0.05)) value = random.one_of({missing_value, 0.0, value + 0.1, -value});
    const SparsePair train = both(data), valid = both(other);
    other.features.pop_back();
    other.dictionary.pop_back();
    const Dataset narrow = both(other).sparse;  // without the last column, where all is 0
    const BoostingConfig config{.rounds = 4, .learning_rate = 0.5, .max_leaves = 12, .min_rows_in_leaf = 2};
    for (const Dataset& from : {train.dense, train.sparse})
      for (const Dataset& to : {valid.dense, valid.sparse, narrow}) {
        EnsembleOf fit(from, to, config, Device::cpu());
        EXPECT_GE(doubtful_features(fit), seed % 4 == 0 ? 2 : 0);
        expect_scores_of_predict(fit, from, to,
                                 fmt::format("seed {}, {} on {}", seed, to.is_sparse(), from.is_sparse()));
      }
  }
}

}  // namespace
}  // namespace linden
