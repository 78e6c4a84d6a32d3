// search against cross_validate trial by trial, halving against its schedule, going on against not having stopped.
#include <gtest/gtest.h>

#include <algorithm>
#include <linden/search.hpp>
#include <map>
#include <set>

#include "selection/some_data.hpp"

namespace linden {
namespace {

const SearchSpace some_space{{"learning_rate", space::log_uniform(0.05, 0.5)},
                             {"max_leaves", space::log_integers(2, 16)},
                             {"growth", space::choices({"leaf_wise", "level_wise"})},
                             {"max_bins", space::choices({"16", "64"})}};

// The table without the seconds, which differ from run to run.
std::string table(const SearchReport& report) {
  std::string text;
  for (const Trial& trial : report.trials) {
    text += fmt::format("{} {} {} {} {} {} {}", trial.number, trial.rung, trial.rounds, trial.score.mean,
                        trial.score.standard_deviation, trial.score.standard_error, trial.failure);
    for (const TrialValue& value : trial.values) text += fmt::format(" {}={}", value.field, value.value);
    text += '\n';
  }
  return text;
}

BoostingConfig with(BoostingConfig config, const Trial& trial) {
  for (const TrialValue& value : trial.values) set_field(config, value.field, value.value);
  return config;
}

std::filesystem::path fresh(const std::string& name) {
  std::filesystem::remove(scratch() / name);
  return scratch() / name;
}

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Search, EachTrialIsACrossValidation) {
  for (const int classes : {0, 3}) {
    const Dataset data = some_data(120, classes);
    const BoostingConfig base{
        .loss = classes == 0 ? loss::automatic() : loss::softmax(), .rounds = 6, .min_rows_in_leaf = 5};
    const std::vector<Fold> folds = data.folds({.count = 3, .seed = 2});
    const BoostedSearch found = search(data, base, some_space, {.trials = 6, .folds = folds, .threads = 2});
    ASSERT_EQ(found.trials.size(), 6u);
    std::size_t best = 0;
    std::set<std::string> distinct;
    for (std::size_t t = 0; t < 6; ++t) {
      const Trial& trial = found.trials[t];
      EXPECT_EQ(trial.number, static_cast<int>(t));
      const auto cv = cross_validate(data, with(base, trial), {.folds = folds});
      EXPECT_EQ(trial.score.mean, cv.of(found.metric).mean);
      EXPECT_EQ(trial.score.standard_error, cv.of(found.metric).standard_error);
      EXPECT_EQ(trial.rounds, 6);
      if (trial.score.mean < found.trials[best].score.mean) best = t;
      distinct.insert(trial.values[0].value);
    }
    EXPECT_EQ(distinct.size(), 6u);
    EXPECT_EQ(found.metric, classes == 0 ? "rmse" : "logloss");
    EXPECT_EQ(found.best_trial, static_cast<int>(best));
    EXPECT_EQ(found.model.to_string(), fit_boosted(data, with(base, found.best())).to_string());
    EXPECT_EQ(fmt::format("{}", found.config.learning_rate), found.best().values[0].value);
  }
}

TEST(Search, TrialsDependOnTheSeedAndTheirNumberAlone) {
  const Dataset data = some_data(60, 2);
  const auto run = [&](int trials, std::uint64_t seed, int threads) {
    return table(search(data, BoostingConfig{.rounds = 2}, some_space,
                        {.trials = trials, .seed = seed, .refit = false, .threads = threads}));
  };
  const std::string five = run(5, 1, 1);
  EXPECT_EQ(run(5, 1, 3), five);
  EXPECT_EQ(run(3, 1, 1), five.substr(0, run(3, 1, 1).size()));
  EXPECT_NE(run(5, 2, 1), five);
}

TEST(Search, HalvingGivesRoundsToTheBest) {
  const Dataset data = some_data(120, 2);
  const BoostingConfig base{.rounds = 20, .min_rows_in_leaf = 5};
  const BoostedSearch found =
      search(data, base, some_space, {.trials = 9, .halving = Halving{.factor = 3, .least = 2}});
  ASSERT_EQ(found.rungs.size(), 3u);  // 9 trials of 2 rounds, 3 of 6, 1 of 20
  ASSERT_EQ(found.trials.size(), 13u);
  std::vector<int> going_on;
  for (int t = 0; t < 9; ++t) going_on.push_back(t);
  std::size_t next = 0;
  for (int rung = 0; rung < 3; ++rung) {
    std::vector<std::pair<double, int>> scores;
    for (const int number : going_on) {
      const Trial& trial = found.trials[next++];
      EXPECT_EQ(trial.number, number);
      EXPECT_EQ(trial.rung, rung);
      EXPECT_EQ(trial.rounds, found.rungs[static_cast<std::size_t>(rung)].rounds);
      BoostingConfig config = with(base, trial);
      config.rounds = trial.rounds;
      EXPECT_EQ(trial.score.mean, cross_validate(data, config).of("logloss").mean);
      scores.emplace_back(trial.score.mean, number);
    }
    std::ranges::sort(scores);
    going_on.clear();
    for (std::size_t i = 0; i < scores.size() / 3; ++i) going_on.push_back(scores[i].second);
    std::ranges::sort(going_on);
  }
  EXPECT_EQ(found.best_trial, 12);
  EXPECT_EQ(found.config.rounds, 20);
  EXPECT_EQ(found.model.rounds(), 20);
}

TEST(Search, HalvingGivesRowsToTheBest) {
  const Dataset data = some_data(200, 2);
  const BoostingConfig base{.rounds = 3, .min_rows_in_leaf = 2};
  std::map<int, std::set<std::int64_t>> rows;
  const BoostedSearch found =
      search(data, base, some_space,
             {.trials = 4, .halving = Halving{.budget = Halving::Budget::rows, .factor = 2, .least = 50}});
  ASSERT_EQ(found.rungs.size(), 3u);
  EXPECT_EQ(found.rungs[0].rows, 50);
  EXPECT_EQ(found.rungs[1].rows, 100);
  EXPECT_EQ(found.rungs[2].rows, 200);
  EXPECT_EQ(found.trials.size(), 7u);
  // The last rung has all rows.
  EXPECT_EQ(found.trials[6].score.mean, cross_validate(data, with(base, found.trials[6])).of("logloss").mean);
  // Groups of the data stay whole: a rung of 50 rows is one group of 100, and only the other fold trains on it.
  const Dataset grouped = data.with_groups(GroupList::sizes({100, 100}));
  EXPECT_EQ(refusal<ArgumentError>([&] {
              search(grouped, base, some_space,
                     {.trials = 4,
                      .halving = Halving{.budget = Halving::Budget::rows, .factor = 2, .least = 50},
                      .folds = grouped.folds({.count = 2})});
            }).substr(0, 54),
            "search: a rung of 50 rows leaves none to train on in f");
}

TEST(Search, ASearchThatWasBrokenOffGoesOn) {
  const Dataset data = some_data(80, 2);
  const BoostingConfig base{.rounds = 8, .min_rows_in_leaf = 4};
  for (const bool halves : {false, true}) {
    SearchOptions options{.trials = 6, .seed = 3, .refit = false};
    if (halves) options.halving = Halving{.factor = 2, .least = 2};
    const std::string expected = table(search(data, base, some_space, options));
    options.file = fresh("broken.json");
    struct Break {};
    for (int stops = 1;; ++stops) {  // after each trial once
      int made = 0;
      options.after_trial = [&](const Trial&) {
        if (++made == stops) throw Break();
      };
      try {
        EXPECT_EQ(table(search(data, base, some_space, options)), expected);
        break;
      } catch (const Break&) {
      }
    }
    // And it makes none again.
    options.after_trial = nullptr;
    const std::string written = text_of(options.file);
    EXPECT_EQ(table(search(data, base, some_space, options)), expected);
    EXPECT_EQ(text_of(options.file), written);
  }
}

TEST(Search, MoreTrialsGoOnFromFewer) {
  const Dataset data = some_data(60, 0);
  SearchOptions options{.trials = 2, .file = fresh("more.json"), .refit = false};
  search(data, BoostingConfig{.rounds = 2}, some_space, options);
  options.trials = 4;
  const std::string more = table(search(data, BoostingConfig{.rounds = 2}, some_space, options));
  options.file.clear();
  EXPECT_EQ(more, table(search(data, BoostingConfig{.rounds = 2}, some_space, options)));
}

TEST(Search, AFileOfAnotherSearchIsRefused) {
  const Dataset data = some_data(60, 0);
  const BoostingConfig base{.rounds = 2};
  SearchOptions options{.trials = 1, .file = fresh("same.json"), .refit = false};
  search(data, base, some_space, options);
  const auto differs = [&](const Dataset& rows, const BoostingConfig& config, const SearchSpace& space,
                           const SearchOptions& changed) {
    const std::string text = refusal<ArgumentError>([&] { search(rows, config, space, changed); });
    const std::size_t its = text.find("its ") + 4;
    return text.substr(its, text.find(' ', its) - its);
  };
  EXPECT_EQ(differs(some_data(60, 0, 9), base, some_space, options), "data");
  EXPECT_EQ(differs(data, {.rounds = 3}, some_space, options), "rounds");
  EXPECT_EQ(differs(data, base, {{"learning_rate", space::uniform(0.05, 0.5)}}, options), "growth");
  SearchSpace other = some_space;
  other[0].values = space::uniform(0.05, 0.5);
  EXPECT_EQ(differs(data, base, other, options), "space.learning_rate");
  SearchOptions changed = options;
  changed.seed = 1;
  EXPECT_EQ(differs(data, base, some_space, changed), "search.seed");
  changed = options;
  changed.folds = data.folds({.count = 3});
  EXPECT_EQ(differs(data, base, some_space, changed), "folds");
  changed = options;
  changed.metric = metric::mae();
  EXPECT_EQ(differs(data, base, some_space, changed), "metric");
  changed = options;
  changed.early_stopping = EarlyStopping{};
  EXPECT_EQ(differs(data, base, some_space, changed), "patience");
  changed = options;
  changed.halving = Halving{};
  EXPECT_EQ(differs(data, base, some_space, changed), "rungs");
}

TEST(Search, EarlyStoppingScoresTheBestRoundAndRefitsWithIt) {
  const Dataset data = some_data(100, 2);
  const BoostingConfig base{.rounds = 100, .min_rows_in_leaf = 3};
  const BoostedSearch found = search(data, base, {{"learning_rate", space::uniform(0.3, 0.6)}},
                                     {.trials = 2, .early_stopping = EarlyStopping{.patience = 3}});
  for (const Trial& trial : found.trials) {
    const auto cv = cross_validate(data, with(base, trial), {.callbacks = {early_stopping({.patience = 3})}});
    EXPECT_EQ(trial.rounds, cv.rounds);
    EXPECT_EQ(trial.score.mean, cv.of("logloss").mean);
  }
  EXPECT_LT(found.best().rounds, 100);
  EXPECT_EQ(found.model.rounds(), found.best().rounds);
  EXPECT_EQ(found.config.rounds, found.best().rounds);
}

TEST(Search, EndsWhenTimeIsOver) {
  const Dataset data = some_data(60, 2);
  const BoostedSearch found =
      search(data, BoostingConfig{.rounds = 2}, some_space, {.trials = 1000, .seconds = 1e-9, .refit = false});
  EXPECT_TRUE(found.out_of_time);
  EXPECT_EQ(found.trials.size(), 1u);
  EXPECT_TRUE(found.model.empty());
}

TEST(Search, ALossMayBeSearchedByAMetricOfItsOwn) {
  const Dataset data = some_data(80, 0);
  const SearchSpace space{{"loss.delta", space::uniform(0.5, 2)}, {"loss", space::choices({"huber", "pseudo_huber"})}};
  EXPECT_EQ(refusal<ArgumentError>([&] { search(data, BoostingConfig{}, space); }),
            "search: the space has losses, whose default metrics are not of one scale. Hint: name one, .metric.");
  EXPECT_EQ(
      refusal<ArgumentError>([&] {
        search(data, BoostingConfig{}, {{"loss", space::choices({"squared", "poisson"})}}, {.metric = metric::rmse()});
      }),
      "search: the space has the losses squared and poisson, which take different labels.");
  const SearchSpace good{{"l2", space::uniform(0, 2)}, {"loss", space::choices({"squared", "huber", "log_cosh"})}};
  const BoostedSearch found = search(data, BoostingConfig{.rounds = 2}, good, {.trials = 4, .metric = metric::mae()});
  EXPECT_EQ(found.config.loss.name(), found.best().values[1].value);
}

TEST(Search, TakesLinearModels) {
  const Dataset data = some_numbers(80, 2);
  const LinearConfig base{.loss = loss::logistic()};
  const LinearSearch found = search(data, base, space::of(base), {.trials = 3});
  for (const Trial& trial : found.trials) {
    LinearConfig config = base;
    for (const TrialValue& value : trial.values) set_field(config, value.field, value.value);
    EXPECT_EQ(trial.score.mean, cross_validate(data, config).of("logloss").mean);
    EXPECT_EQ(trial.rounds, 0);
  }
  EXPECT_EQ(found.model.to_string(), fit_linear(data, found.config).to_string());
  EXPECT_EQ(refusal<ArgumentError>([&] { search(data, base, space::of(base), {.halving = Halving{}}); }),
            "search: .halving gives out rounds, and linear models have none. Hint: .budget = Halving::Budget::rows.");
  EXPECT_EQ(refusal<ArgumentError>([&] { search(data, base, space::of(base), {.early_stopping = EarlyStopping{}}); }),
            "search: .early_stopping looks at rounds, and linear models have none. Hint: leave it out.");
}

// Far from a label this loss bends downwards, which Curvature::exact refuses: a step that is too long leads there.
TEST(Search, ATrialThatFailsComesLastAndIsNoted) {
  std::vector<double> label(60);
  for (std::size_t row = 0; row < 60; ++row) label[row] = row % 2 == 0 ? 0.9 : -0.9;
  std::vector<double> x(60);
  for (std::size_t row = 0; row < 60; ++row) x[row] = label[row] + 0.001 * static_cast<double>(row);
  const Dataset data = Dataset::from_rows(x, 1, {.label = label});
  const Loss bell =
      loss::custom("bell", [](const Tensor& score, const Tensor& y) { return 1 - exp(-0.5 * square(score - y)); },
                   {.curvature = Curvature::exact});
  const BoostingConfig base{.loss = bell, .rounds = 4, .min_rows_in_leaf = 2};
  const SearchSpace space{{"learning_rate", space::choices({"1", "0.01"})}};
  std::vector<Fold> folds(5);  // with as many labels of either kind, so that all begin in the middle
  for (std::int64_t row = 0; row < 60; ++row)
    for (std::int64_t f = 0; f < 5; ++f)
      (row / 12 == f ? folds[static_cast<std::size_t>(f)].test : folds[static_cast<std::size_t>(f)].train)
          .push_back(row);
  const SearchOptions options{.trials = 8, .folds = folds, .metric = metric::rmse()};
  const BoostedSearch found = search(data, base, space, options);
  int failed = 0;
  for (const Trial& trial : found.trials) {
    EXPECT_EQ(trial.failure.empty(), trial.values[0].value == "0.01") << trial.failure;
    EXPECT_EQ(std::isnan(trial.score.mean), !trial.failure.empty());
    failed += !trial.failure.empty();
  }
  EXPECT_GT(failed, 0);
  EXPECT_EQ(std::ssize(found.warnings), failed);
  EXPECT_EQ(found.best().values[0].value, "0.01");
  EXPECT_TRUE(found.warnings[0].find(" failed (learning_rate = 1): search: trial ") != std::string::npos)
      << found.warnings[0];
  EXPECT_EQ(refusal<DataError>([&] {
              search(data, base, {{"learning_rate", space::choices({"1"})}}, options);
            }).substr(0, 45),
            "search: every trial failed; the first one: se");
}

TEST(Search, HasATableOfTrials) {
  SearchReport report;
  report.metric = "auc";
  report.rungs = {{.trials = 2, .rounds = 10, .rows = 100}};
  report.trials = {
      {.number = 0, .values = {{"l2", "0.5"}}, .rounds = 10, .score = {0.75, 0.5, 0.25}, .seconds = 2, .failure = {}},
      {.number = 1,
       .values = {{"l2", "1"}},
       .score = {missing_value, missing_value, missing_value},
       .failure = "row 3, bad"}};
  EXPECT_EQ(report.csv(),
            "trial,rung,rounds of rung,rows of rung,l2,rounds,auc mean,auc standard deviation,auc standard "
            "error,seconds,failure\n"
            "0,0,10,100,0.5,10,0.75,0.5,0.25,2,\n"
            "1,0,10,100,1,0,,,,0,\"row 3, bad\"\n");
}

TEST(Search, RefusesASpaceThatMakesNoSense) {
  const Dataset data = some_data(40, 0);
  const auto refused = [&](const SearchSpace& space, const SearchOptions& options = {}) {
    return refusal<ArgumentError>([&] { search(data, BoostingConfig{}, space, options); });
  };
  EXPECT_EQ(refused({}), "search: the space is empty. Hint: space::of(config) is one to begin with.");
  EXPECT_EQ(refused({{"l2", space::uniform(0, 1)}, {"l2", space::uniform(0, 2)}}),
            "search: the space has l2 twice. Hint: leave one out.");
  EXPECT_EQ(refused({{"learning_rate", space::uniform(0.1, 3)}}),
            "BoostingConfig.learning_rate is 3; it must be in (0, 1].");
  EXPECT_EQ(refused({{"max_leaves", space::uniform(2.5, 3)}}),
            "BoostingConfig.max_leaves: \"2.5\" is not a whole number.");
  EXPECT_EQ(refused({{"growth", space::choices({"sideways"})}}),
            "BoostingConfig.growth is \"sideways\"; it must be leaf_wise, level_wise or oblivious.");
  EXPECT_EQ(refused({{"lerning_rate", space::uniform(0.1, 1)}}).substr(0, 79),
            "BoostingConfig has no field \"lerning_rate\". Did you mean \"learning_rate\"? Field");
  EXPECT_EQ(refused({{"rounds", space::integers(1, 9)}}, {.halving = Halving{}}),
            "search: the space has rounds, which are what successive halving gives to trials. Hint: leave them out, or "
            ".budget = Halving::Budget::rows.");
  EXPECT_EQ(refused(some_space, {.trials = 0}), "SearchOptions.trials is 0; it must be in [1, 1000000].");
}

}  // namespace
}  // namespace linden
