// Boosted fits that end in the middle and are taken up: the bytes of fits in one go.
#include <gtest/gtest.h>

#include "meeting.hpp"
#include "ranks/fits_of_ranks.hpp"
#include "refusal.hpp"
#include "scratch_folder.hpp"

namespace linden {
namespace {

struct Killed {};

// Ends a fit as a broken machine would: between two checkpoints.
Callback dies_in(int round) {
  return [round](const Round& r) -> Signal {
    if (r.index == round) throw Killed();
    return Signal::proceed();
  };
}

FitOptions with(const FitOfRanks& fit, const Checkpoint& checkpoint, int dies = -1) {
  FitOptions options = fit.options;
  options.threads = 1;
  if (fit.valid.rows() > 0) options.valid = fit.valid;
  options.checkpoint = checkpoint;
  if (dies >= 0) options.callbacks.insert(options.callbacks.begin(), dies_in(dies));
  return options;
}

// Dies in this round, and then in a later one once it has gone on, and goes on.
BoostedModel in_three_goes(const FitOfRanks& fit, const std::filesystem::path& path, int first, int second) {
  EXPECT_THROW(fit_boosted(fit.train, fit.config, with(fit, {.path = path, .every = 2}, first)), Killed);
  EXPECT_THROW(fit_boosted(fit.train, fit.config, with(fit, {.path = path, .every = 2, .resume = true}, second)),
               Killed);
  return fit_boosted(fit.train, fit.config, with(fit, {.path = path, .every = 2, .resume = true}));
}

BoostingConfig longer(BoostingConfig config) {
  config.rounds = std::max(7, config.rounds.value_or(0));
  return config;
}

// Beside those of several ranks: what has a state of its own, and what ranks may not have.
std::vector<FitOfRanks> all_fits() {
  std::vector<FitOfRanks> fits = fits_of_ranks();
  for (FitOfRanks& fit : fits) fit.config = longer(fit.config);
  const auto add = [&](const char* name, Dataset train, const BoostingConfig& config) -> FitOfRanks& {
    fits.push_back({name, std::move(train), {}, longer(config), {}});
    return fits.back();
  };
  BoostingConfig dart = small_trees(loss::logistic());
  dart.mode.kind = Mode::dart;
  dart.mode.drop_rate = 0.5;
  dart.rounds = 9;
  const auto binary = [](int seed) { return classes_of(mixed_rows(seed, 160), 2, true); };
  add("dart", binary(31), dart).valid = binary(32);
  dart.mode.normalization = Normalization::forest;
  dart.mode.drop_by = DropBy::weight;
  dart.mode.parallel_trees = 2;
  dart.row_fraction = 0.7;
  FitOfRanks& judged = add("dart of parallel trees", binary(33), dart);
  judged.options.train_metrics = true;
  judged.options.callbacks = {early_stopping({.patience = 2}), learning_rates([](int r) { return 0.3 / (1 + r); })};
  judged.options.save_history = true;
  BoostingConfig config = small_trees(loss::logistic());
  config.mode.kind = Mode::forest;
  config.row_fraction = 0.6;
  config.feature_fraction = 0.5;
  add("forest", binary(34), config).valid = binary(35);
  config.sampling.kind = Sampling::goss;
  config.row_fraction = {};
  add("forest of goss", binary(36), config);
  config = small_trees(loss::xendcg());
  config.mode.kind = Mode::forest;
  config.row_fraction = 0.6;
  add("forest of a ranking", queries(37, 40), config);
  config = small_trees(loss::lambdarank({.position_bias = true}));
  add("learned biases", queries(38, 40), config);
  config.mode.kind = Mode::forest;
  config.row_fraction = 0.6;
  add("forest of learned biases", queries(39, 40), config);
  config = small_trees(loss::squared());
  config.linear_leaves.enabled = true;
  add("linear leaves", mixed(40, 160), config).valid = mixed(41, 60);
  add("order statistics", mixed(42, 160), small_trees(loss::quantile({.level = 0.7})));
  config = small_trees(loss::logistic());
  config.categories.encoding = CategoryEncoding::statistics;
  add("target statistics", binary(43), config);
  config = small_trees(loss::softmax());
  config.multi_output.strategy = MultiStrategy::multi_output_tree;
  add("trees for all outputs", classes_of(mixed_rows(44, 160), 3, false), config);
  config = small_trees(loss::squared());
  config.costs.features = {{"x0", 2.0}, {"x1", 1.0}};
  config.schedule.decay = Decay::linear;
  config.feature_sampling.by_node = 0.6;
  config.regularization.extra_trees = true;
  add("costs and draws", mixed(45, 160), config);
  add("a start", mixed(46, 160), small_trees(loss::squared()));
  fits.back().options.start = fit_boosted(mixed(46, 160), small_trees(loss::squared()));
  return fits;
}

class TakenUp : public testing::TestWithParam<FitOfRanks> {};

TEST_P(TakenUp, HasTheBytesOfOneGo) {
  const FitOfRanks& fit = GetParam();
  const ScratchFolder folder;
  const BoostedModel wanted = fit_boosted(fit.train, fit.config, with(fit, {}));
  EXPECT_EQ(fit_boosted(fit.train, fit.config, with(fit, {.path = folder / "a", .every = 1})).to_string(),
            wanted.to_string());
  const BoostedModel found = in_three_goes(fit, folder / "b", 2, 4);
  EXPECT_EQ(found.to_string(), wanted.to_string());
  EXPECT_EQ(found.warnings(), wanted.warnings());
  ASSERT_EQ(found.history().size(), wanted.history().size());
  for (std::size_t r = 0; r < found.history().size(); ++r)
    for (std::size_t m = 0; m < found.history()[r].size(); ++m) {
      EXPECT_EQ(found.history()[r][m].name, wanted.history()[r][m].name);
      EXPECT_EQ(found.history()[r][m].value, wanted.history()[r][m].value);
    }
}

INSTANTIATE_TEST_SUITE_P(Fits, TakenUp, testing::ValuesIn(all_fits()), [](const auto& test) {
  std::string name = test.param.name;
  std::ranges::replace(name, ' ', '_');
  return name;
});

// Of so many ranks, ended in a round, and taken up by others, each with other rows.
std::string on_ranks(const FitOfRanks& fit, const std::filesystem::path& path, int ranks, int dies) {
  std::vector<std::string> models(static_cast<std::size_t>(ranks));
  Meeting meeting(ranks, false);
  const RowSplit split = splits_of(fit.train.rows(), ranks)[static_cast<std::size_t>(ranks) % 3];
  meeting.run([&](int rank) {
    Meeting::Seat seat(meeting, rank);
    FitOfRanks mine = fit;
    mine.options = with(fit, {.path = path, .every = 2, .resume = true}, dies);
    mine.options.valid = {};  // which fitted() shares
    try {
      models[static_cast<std::size_t>(rank)] = fitted(mine, split, rank, seat);
    } catch (const Killed&) {
    } catch (const DataError&) {  // what the other ranks are told of it
    }
  });
  EXPECT_EQ(models.front(), models.back());
  return models.front();
}

TEST(TakenUpByRanks, HasTheBytesOfOneMachine) {
  for (const char* name : {"early stopping", "row fraction", "softmax", "sparse", "ranking"}) {
    const auto fits = all_fits();
    const FitOfRanks& fit = *std::ranges::find(fits, std::string(name), &FitOfRanks::name);
    const ScratchFolder folder;
    const std::filesystem::path path = folder / "c";
    const std::string wanted = fit_boosted(fit.train, fit.config, with(fit, {})).to_string();
    EXPECT_EQ(on_ranks(fit, path, 2, 2), "");
    ASSERT_TRUE(std::filesystem::exists(path)) << name;
    EXPECT_EQ(on_ranks(fit, path, 1, 4), "") << name;
    EXPECT_EQ(on_ranks(fit, path, 3, -1), wanted) << name;
  }
}

// A fit of ten rounds that has left a checkpoint of six.
struct Left {
  Left() {
    BoostingConfig config = small_trees(loss::squared(), 10);
    fit = {"left", mixed(50, 120).without({"x3", "x4"}), mixed(51, 40).without({"x3", "x4"}), config, {}};
    EXPECT_THROW(fit_boosted(fit.train, fit.config, with(fit, {.path = path, .every = 3}, 7)), Killed);
  }
  std::string words() const {
    return refusal<ArgumentError>(
        [&] { fit_boosted(fit.train, fit.config, with(fit, {.path = path, .resume = true})); });
  }
  ScratchFolder folder;
  std::filesystem::path path = folder / "c";
  FitOfRanks fit;
  std::string opening() const { return "fit_boosted: the checkpoint \"" + path.string() + "\""; }
  static constexpr const char* hint = " there. Hint: the same data and settings as then, or another path.";
};

TEST(BoostedCheckpoint, AsksCallbacksAboutTheRoundsOfBefore) {
  Left left;
  std::vector<int> rounds;
  std::vector<std::size_t> trees;
  FitOptions options = with(left.fit, {.path = left.path, .resume = true});
  double last = 0;
  options.callbacks = {[&](const Round& r) {
    rounds.push_back(r.index);
    trees.push_back(r.model().trees().size());
    EXPECT_GE(r.seconds, last);
    last = r.seconds;
    return Signal::proceed();
  }};
  EXPECT_EQ(fit_boosted(left.fit.train, left.fit.config, options).rounds(), 10);
  EXPECT_EQ(rounds, (std::vector{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
  EXPECT_EQ(trees, (std::vector<std::size_t>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}));
}

TEST(BoostedCheckpoint, OfAnotherConfigurationIsRefused) {
  Left left;
  left.fit.config.learning_rate = 0.25;
  EXPECT_EQ(left.words(),
            left.opening() + " is of another fit: BoostingConfig.learning_rate is 0.25 here, and 0.1" + left.hint);
}

TEST(BoostedCheckpoint, OfOtherRowsIsRefused) {
  Left fewer;
  fewer.fit.train = part_of_rank(fewer.fit.train, {0, 119}, 0);
  EXPECT_EQ(fewer.words(),
            fewer.opening() + " is of another fit: the number of rows is 119 here, and 120" + fewer.hint);
  Left other;
  std::vector<double> label = other.fit.train.label().to_vector<double>();
  label[17] += 1e-9;
  other.fit.train = other.fit.train.with_label(label);
  EXPECT_TRUE(other.words().starts_with(other.opening() + " is of another fit: the checksum of the labels is "));
  Left value;
  std::vector<double> x = value.fit.train.column("x1").values.to_vector<double>();
  x[119] = -x[119];
  value.fit.train = value.fit.train.with_column("x1", x);
  EXPECT_TRUE(value.words().starts_with(value.opening() + " is of another fit: the checksum of the values is "));
  Left valid;
  valid.fit.valid = mixed(52, 40).without({"x3", "x4"});
  EXPECT_TRUE(valid.words().starts_with(
      valid.opening() +
      " is of another fit: the checksum of labels, weights, groups and offsets of the validation set"));
  Left name;
  for (Dataset* const data : {&name.fit.train, &name.fit.valid})
    *data = data->with_column("x9", std::vector<double>(static_cast<std::size_t>(data->rows()), 1));
  EXPECT_EQ(
      name.words(),
      name.opening() + " is of another fit: the list of features is x0, x1, x2, x9 here, and x0, x1, x2" + name.hint);
}

TEST(BoostedCheckpoint, OfOtherRatesOfCallbacksIsRefused) {
  Left left;
  left.fit.options.callbacks = {learning_rates([](int r) { return r == 2 ? 0.5 : 0.1; })};
  EXPECT_EQ(left.words(), "fit_boosted: the learning rate of round 2 is 0.5, and was 0.1 in the checkpoint \"" +
                              left.path.string() + "\". Hint: the callbacks of that fit, or another path.");
}

TEST(BoostedCheckpoint, OfRowsInFilesHasTheBytesOfMemory) {
  const ScratchFolder folder;
  std::string csv = "a,b,y\n";
  Random random(60);
  for (int row = 0; row < 300; ++row) {
    const double a = random.normal(), b = random.normal();
    csv += fmt::format("{},{},{}\n", a, b, a * b + 0.1 * random.normal());
  }
  folder.write("rows.csv", csv);
  const FilesOptions reading{.csv = {.label = "y"}};
  FitOfRanks fit{
      "files", Dataset::from_files((folder / "rows.csv").string(), reading), {}, small_trees(loss::squared(), 8), {}};
  const std::string wanted =
      fit_boosted(Dataset::from_csv(folder / "rows.csv", {.label = "y"}), fit.config, {.threads = 1}).to_string();
  EXPECT_EQ(in_three_goes(fit, folder / "c", 3, 5).to_string(), wanted);
}

}  // namespace
}  // namespace linden
